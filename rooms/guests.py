"""Who said hello to a live dialogue and has not been welcomed yet.

A welcome leaves between appends only, when the copy is what the log holds.
"""

import contextlib
from collections.abc import Callable, Iterator

import msgspec
import structlog

from rooms.audiences import Audiences
from rooms.dialogue import Dialogue
from rooms.errors import DialogtischError, Refused, Unavailable
from rooms.messages import NOTHING_SEEN, Actor, Frame, Seen
from rooms.trust import Trust

log = structlog.get_logger(__name__)


class Welcome(msgspec.Struct, frozen=True):
    """The answer to a hello: where the dialogue stands and the frames the connection needs."""

    epoch: int
    version: int
    frames: list[Frame]


class Guest(msgspec.Struct, frozen=True):
    """A connection that said hello, and what it holds already."""

    connection: str
    by: Actor
    epoch: int | None
    version: int | None
    welcome: Callable[[Welcome | DialogtischError], None]
    seen: Seen = NOTHING_SEEN

    def knows_other_than(self, here: Dialogue) -> bool:
        """It knows of a version of this very epoch that the copy lacks, or has otherwise."""
        known = (self.epoch, self.version), (self.seen.epoch, self.seen.version)
        is_ahead = any(epoch == here.epoch and (to or 0) > here.version for epoch, to in known)
        return is_ahead or self.is_of_another_past_than(here)

    def is_of_another_past_than(self, here: Dialogue) -> bool:
        """The log has lost its end and grown again: what was seen has another stamp here."""
        seen = self.seen
        if seen.stamp is None or seen.epoch != here.epoch or not 0 < seen.version <= here.version:
            return False
        return seen.stamp != here.stamp_at(seen.version)


class Guests:
    """Those of one dialogue; `audiences` is where a welcome seats them."""

    def __init__(self, audiences: Audiences) -> None:
        self._audiences = audiences
        self._guests: list[Guest] = []

    def __bool__(self) -> bool:
        return bool(self._guests)

    def add(self, guest: Guest) -> None:
        self._guests.append(guest)

    def leave(self, connection: str) -> None:
        self._guests = [guest for guest in self._guests if guest.connection != connection]

    def anybody_knows_other_than(self, dialogue: Dialogue) -> bool:
        return any(guest.knows_other_than(dialogue) for guest in self._guests)

    def greet(self, dialogue: Dialogue, trust: Trust) -> None:
        """Welcomes everybody but those for whom lost history has to be looked for first."""
        guests, self._guests = self._guests, []
        for guest in guests:
            with self._alone(guest):
                self._greet(guest, dialogue, trust)

    def turn_away(self, failed: DialogtischError) -> None:
        guests, self._guests = self._guests, []
        for guest in guests:
            with self._alone(guest):
                guest.welcome(failed)

    def _greet(self, guest: Guest, dialogue: Dialogue, trust: Trust) -> None:
        if not guest.knows_other_than(dialogue):
            self._welcome(dialogue, guest)
        elif trust.is_doubtful:  # what it holds is newer than all we could show it now
            guest.welcome(Unavailable("storage_away"))
        elif trust.believes_pages:
            self._guests.append(guest)  # came during the append
        else:
            self._welcome(dialogue, guest)

    @contextlib.contextmanager
    def _alone(self, guest: Guest) -> Iterator[None]:
        """A bug of one connection cuts this one; whoever came with it is welcomed all the same."""
        try:
            yield
        except Exception:
            log.exception("guest_not_welcomed")
            self._audiences.cut(guest.connection, "internal")

    def _welcome(self, dialogue: Dialogue, guest: Guest) -> None:
        # No difference leads from a view of another past to this one.
        epoch = None if guest.is_of_another_past_than(dialogue) else guest.epoch
        try:
            frames = self._audiences.enter(
                dialogue, guest.connection, guest.by, epoch, guest.version
            )
        except Refused as no:  # the link was revoked after the connection had been let in
            guest.welcome(no)
            self._audiences.cut(guest.connection, no.reason)
            return
        guest.welcome(Welcome(dialogue.epoch, dialogue.version, frames))

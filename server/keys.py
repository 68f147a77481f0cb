"""Everything that is derived from the installation's secret: links, cookies, an order of voices."""

import base64
import hmac
import time
from collections.abc import Sequence
from typing import NamedTuple

from itsdangerous import BadData, URLSafeTimedSerializer

from rooms.messages import LinkId
from server.algorithms import FIRST, Generation

COOKIE_SECONDS = 30 * 24 * 3600
# Long enough for a wall that stays dark between two evenings of a week.
IDLE_SECONDS = 8 * 24 * 3600
PROLONGED_AFTER_SECONDS = 3600
# Only our key can have made a cookie of tomorrow: a clock was put right, and nobody goes for that.
CLOCK_AHEAD_SECONDS = 2 * 24 * 3600


def organiser_name(ended: int) -> str:
    """The organiser's link among those before and after it."""
    return f"organiser:{ended}" if ended else "organiser"


class Signed(NamedTuple):
    """What a cookie says; `begun` and `used` are seconds since 1970."""

    code: str
    link: str
    session: str
    begun: int
    used: float


class Keys:
    """Everything that is derived from the installation's secret.

    The first of the generations makes what is new; what any of them made is good.
    """

    def __init__(self, installation: bytes, generations: Sequence[Generation] = (FIRST,)) -> None:
        self._installation = installation
        self._generations = generations
        self._signers = {one.mark: _signer(installation, one) for one in generations}

    def organiser_fragment(self, ended: int = 0) -> str:
        """What stands behind the # of the organiser's link, after so many were ended."""
        return self._organiser(self._generations[0], ended)

    def link_fragment(self, code: str, link: LinkId) -> str:
        """What stands behind the # of a staff link."""
        return self._link(self._generations[0], code, link)

    def is_organiser(self, fragment: str, ended: int) -> bool:
        """Whether this is the organiser's link that is good after so many were ended."""
        return _is_one_of(fragment, [self._organiser(one, ended) for one in self._generations])

    def is_link(self, fragment: str, code: str, link: LinkId) -> bool:
        """Whether the secret in it is the one of this staff link."""
        return _is_one_of(fragment, [self._link(one, code, link) for one in self._generations])

    def signed(self, code: str, link: str, session: str, begun: int | None = None) -> str:
        """The content of a cookie; `begun`, in seconds since 1970, is now unless it goes on."""
        began = int(time.time()) if begun is None else begun
        mark = self._generations[0].mark
        return _marked(mark, str(self._signers[mark].dumps([code, link, session, began])))

    def session_of(self, cookie: str, code: str, link: str) -> str | None:
        """The session of a cookie that was made here for this link and is not too old."""
        found = self.read(cookie)
        return found.session if found and (found.code, found.link) == (code, link) else None

    def session_in(self, cookie: str) -> str | None:
        """The same, whatever link it was made for."""
        found = self.read(cookie)
        return found.session if found else None

    def prolonged(self, cookie: str) -> str | None:
        """The same session with a new time, if it is good and was used some time ago.

        Of the newest generation then, so that a change of algorithms comes about by itself.
        """
        found = self.read(cookie)
        if found is None or time.time() - found.used < PROLONGED_AFTER_SECONDS:
            return None
        return self.signed(found.code, found.link, found.session, found.begun)

    def read(self, cookie: str) -> Signed | None:
        """What a cookie that is good says."""
        mark, said = _mark_and_rest(cookie)
        if mark not in self._signers:
            return None
        try:
            fields, used = self._signers[mark].loads(said, return_timestamp=True)
            code, link, session, begun = fields
        except (BadData, ValueError):
            return None
        found = Signed(code, link, session, begun, used.timestamp())
        now = time.time()
        fresh = -CLOCK_AHEAD_SECONDS < now - found.used < IDLE_SECONDS
        return found if fresh and now - found.begun < COOKIE_SECONDS else None

    def shuffle_key(self, code: str) -> bytes:
        """Decides in which order the voices of a dialogue stand in its results."""
        return self._digest(self._generations[0], f"shuffle:{code}")

    def _organiser(self, generation: Generation, ended: int) -> str:
        return f"organiser.{self._derived(generation, organiser_name(ended))}"

    def _link(self, generation: Generation, code: str, link: LinkId) -> str:
        return f"{code}.{link}.{self._derived(generation, f'link:{code}:{link}')}"

    def _derived(self, generation: Generation, purpose: str) -> str:
        digest = self._digest(generation, purpose)[: generation.link_bytes]
        return _marked(generation.mark, base64.b32encode(digest).decode().rstrip("=").lower())

    def _digest(self, generation: Generation, purpose: str) -> bytes:
        return hmac.new(self._installation, purpose.encode(), generation.digest).digest()


def _signer(installation: bytes, generation: Generation) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(
        installation,
        salt=f"staff-cookie{generation.mark}",
        signer_kwargs={"key_derivation": "hmac", "digest_method": generation.digest},
    )


def _marked(mark: str, said: str) -> str:
    return f"{mark}-{said}" if mark else said


def _mark_and_rest(said: str) -> tuple[str, str]:
    """The first generation begins with no digit: what it signs begins with a bracket, in base64."""
    return (said[0], said[2:]) if said[:1].isdigit() and said[1:2] == "-" else ("", said)


def _is_one_of(shown: str, wanted: Sequence[str]) -> bool:
    """However it ends, it takes as long."""
    typed = shown.encode("utf-8", "replace")
    return any([hmac.compare_digest(typed, one.encode()) for one in wanted])

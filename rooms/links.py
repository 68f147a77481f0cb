"""Personal links: who of the staff may enter, in which role. The secrets never come here."""

from typing import ClassVar

from msgspec.structs import asdict, replace

from rooms.dialogue import MODERATORS, Command, Dialogue, Event, Shown
from rooms.errors import Refused
from rooms.messages import Audience, Call, LinkId, Role, StaffRole
from rooms.records import StaffLink
from rooms.texts import MOST_TITLE_LETTERS, clean_text

MOST_LINKS = 500


class IssueLink(Command, frozen=True):
    """Make a personal link for a moderator, a board or the host of `table`."""

    role: StaffRole
    table: int | None = None
    label: str = ""

    who: ClassVar[frozenset[Role]] = MODERATORS

    def decide(self, dialogue: Dialogue, call: Call) -> list[Event]:
        if len(dialogue.links) >= MOST_LINKS:
            raise Refused("too_many_links")
        table = self.table if self.role == "host" else None
        if self.role == "host" and table not in dialogue.tables:
            raise Refused("unknown_table")
        label = clean_text(self.label, MOST_TITLE_LETTERS) if self.label.strip() else ""
        return [LinkIssued(link=LinkId(call.fresh), role=self.role, table=table, label=label)]


class RevokeLink(Command, frozen=True):
    """Make a link worthless at once; whoever is in by it is cut."""

    link: LinkId

    who: ClassVar[frozenset[Role]] = MODERATORS

    def decide(self, dialogue: Dialogue, call: Call) -> list[Event]:
        if self.link not in dialogue.links:
            raise Refused("unknown_link")
        return [LinkRevoked(link=self.link)]


class LinkIssued(Event, frozen=True):
    link: LinkId
    role: StaffRole
    table: int | None
    label: str

    def apply(self, dialogue: Dialogue) -> None:
        issued = StaffLink(self.link, self.role, self.table, self.label)
        dialogue.put(dialogue.links, self.link, issued)


class LinkRevoked(Event, frozen=True):
    link: LinkId

    def apply(self, dialogue: Dialogue) -> None:
        revoked = replace(dialogue.links[self.link], revoked=True)
        dialogue.put(dialogue.links, self.link, revoked)


class LinkShown(Shown, frozen=True):
    """A personal link, without its secret; `table` for hosts only."""

    entry: ClassVar[str] = "link:<id>"
    audiences: ClassVar[str] = "moderators"

    id: LinkId
    role: StaffRole
    table: int | None
    label: str
    revoked: bool


def show_link(dialogue: Dialogue, audience: Audience, key: LinkId) -> LinkShown | None:
    if audience.kind != "moderator":
        return None
    return LinkShown(**asdict(dialogue.links[key]))

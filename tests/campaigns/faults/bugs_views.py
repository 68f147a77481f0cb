"""Bugs in what is shown: whose view, which version, what a frame leaves out."""

from typing import Any

from msgspec.structs import replace

from campaigns.faults.bugs import bug, swap, swap_while_acting
from rooms import abilities
from rooms.audiences import Audiences
from rooms.marks import tally
from rooms.messages import Audience
from rooms.own_views import OwnViews
from rooms.views import Stream


def _show(shelf: str, make: Any) -> None:
    """Change what is shown of a shelf's records."""
    name, show = abilities.SHARED[shelf]
    abilities.SHARED[shelf] = (name, make(show))


@bug("The tally is shown while the ballot is open.", by="I10 I11", processes=1)
def tally_leaks(number: int) -> None:
    def counting(show: Any) -> Any:
        def shown(dialogue: Any, audience: Any, key: Any) -> Any:
            option = show(dialogue, audience, key)
            ballot = dialogue.ballots[key[0]]
            if option is None or ballot.state != "open":
                return option
            return replace(option, tally=tally(dialogue, ballot)[key[1]])

        return shown

    _show("options", counting)


@bug("A table is shown the cards of all tables.", by="I10 I11 I13", processes=1)
def other_tables_cards_leak(number: int) -> None:
    def wide(show: Any) -> Any:
        def shown(dialogue: Any, audience: Any, key: Any) -> Any:
            card = dialogue.cards[key]
            near = Audience(audience.kind, card.table) if audience.kind == "table" else audience
            return show(dialogue, near, key)

        return shown

    _show("cards", wide)


@bug(
    "A hidden card stays on the board.",
    by="I10 I11",
    processes=1,
    faults=("votes while cards are hidden",),
)
def hidden_cards_stay_on_the_board(number: int) -> None:
    def bold(show: Any) -> Any:
        def shown(dialogue: Any, audience: Any, key: Any) -> Any:
            card = show(dialogue, Audience("moderator"), key)
            if audience.kind != "board":
                return show(dialogue, audience, key)
            return replace(card, hidden=None)

        return shown

    _show("cards", bold)


@bug("A frame claims a version before all of it was put in.", by="I10 I11")
def cursor_before_the_view(number: int) -> None:
    def hasty(advance: Any) -> Any:
        def advanced(self: Stream, dialogue: Any) -> Any:
            pending = sorted(self.pending, key=repr)
            if len(pending) < 2:
                return advance(self, dialogue)
            self.pending, later = set(pending[:-1]), set(pending[-1:])
            frame = advance(self, dialogue)
            self.pending = later
            return frame

        return advanced

    swap(Stream, "advance", hasty)


@bug("Now and then a difference is computed and never sent.", by="I10 I11")
def deltas_skipped(number: int) -> None:
    def skipping(advance: Any) -> Any:
        def advanced(self: Stream, dialogue: Any) -> Any:
            if dialogue.version % 7 == 0:
                self.pending.clear()
            return advance(self, dialogue)

        return advanced

    swap(Stream, "advance", skipping)


@bug("What is dropped from a view is not told.", by="I10 I11", processes=1)
def puts_without_drops(number: int) -> None:
    swap(Stream, "_keep", lambda keep: lambda self, frame: keep(self, replace(frame, drop=[])))


@bug("A whole view is that of an older version under the new version's name.", by="I10 I11")
def old_snapshots(number: int) -> None:
    def cached(whole: Any) -> Any:
        def from_cache(self: Stream) -> Any:
            if not hasattr(Stream, "_cache"):
                Stream._cache = {}  # type: ignore[attr-defined]
            cache: dict[Any, Any] = Stream._cache  # type: ignore[attr-defined]
            fresh = whole(self)
            kept = cache.setdefault((id(self), self.epoch), fresh)
            return replace(fresh, put=kept.put)

        return from_cache

    swap(Stream, "whole", cached)


@bug("What a page missed is called nothing.", by="I10 I11", faults=("offline",) * 4)
def missed_is_forgotten(number: int) -> None:
    def empty(_: Any) -> Any:
        return lambda self, version: self._frame(version, self.version, {}, [])

    swap(Stream, "since", empty)


@bug(
    "Frames of another process are taken for one's own when a page comes over.",
    by="I10",
    processes=4,
    faults=("page that hops", "card that flickers") * 3,
)
def frames_between_are_trusted(number: int) -> None:
    def trusting(since: Any) -> Any:
        def told(self: Stream, version: int) -> Any:
            if not self._since <= version <= self.version:
                return since(self, version)
            put: dict[str, Any] = {}
            drop: dict[str, None] = {}
            for frame in self._kept:
                if frame.to >= version:
                    put |= frame.put
                    drop |= dict.fromkeys(frame.drop)
                    for key in frame.drop:
                        put.pop(key, None)
            return self._frame(version, self.version, put, [key for key in drop if key not in put])

        return told

    swap(Stream, "since", trusting)


@bug("Whoever takes another table keeps the old one's view.", by="I10 I11 I13", processes=1)
def old_table_stays(number: int) -> None:
    swap(Audiences, "_reseat", lambda _: lambda self, dialogue, connections: None)


@bug(
    "After lost history pages are left in the old epoch.",
    by="I11 I14",
    faults=("history lost", "history lost"),
)
def pages_stay_in_the_old_epoch(number: int) -> None:
    swap(Audiences, "restart", lambda _: lambda self, dialogue: None)


@bug("Who holds a revoked link stays connected.", by="I13", processes=1, faults=("link revoked",))
def revoked_links_stay(number: int) -> None:
    swap(Audiences, "_cut_revoked", lambda _: lambda self, dialogue: None)


@bug("People's own view shows where they sit to the whole table.", by="I13")
def own_frames_go_to_the_table(number: int) -> None:
    def telling(publish: Any) -> Any:
        def flushed(self: OwnViews, dialogue: Any, person: Any) -> None:
            publish(self, dialogue, person)
            seat = dialogue.people.get(person)
            if seat and seat.table:
                frame = Stream(dialogue, Audience("table", seat.table)).whole()
                near = {"near": str(person), **frame.put}
                self._outlet.publish(
                    self._code, Audience("table", seat.table), replace(frame, put=near)
                )

        return flushed

    swap_while_acting(OwnViews, "_tell_pending", telling)

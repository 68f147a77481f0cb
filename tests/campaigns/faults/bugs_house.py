"""Bugs around the evening: downloads, the disk, queues and memory."""

from typing import Any

import server.dialogues
import server.results
from campaigns.faults.bugs import bug, swap
from server import valkey_process
from server.frames import Wire


@bug(
    "The storage leaves writing to the operating system.",
    by="I1",
    faults=("power cut",) * 2,
    fsync="no",
)
def fsync_no(number: int) -> None:
    """The storage of this house is started with that setting."""


@bug("The embedded storage syncs once a second.", by="I1", processes=1, faults=("power cut",) * 2)
def fsync_every_second(number: int) -> None:
    def lazy(told: str) -> str:
        assert "appendfsync always" in told
        return told.replace("appendfsync always", "appendfsync everysec")

    swap(valkey_process, "CONFIGURATION", lazy)


@bug("The export counts a hidden card.", by="I16", faults=("votes while cards are hidden",))
def export_counts_hidden_cards(number: int) -> None:
    def counting(counts: Any) -> Any:
        def counted(dialogue: Any) -> Any:
            return {**counts(dialogue), "cards": len(dialogue.cards)}

        return counted

    swap(server.results, "_counts", counting)


@bug(
    "The export lists votes that were given back.",
    by="I16",
    faults=("votes while cards are hidden",) * 2,
)
def export_lists_lost_votes(number: int) -> None:
    def everything(_: Any) -> Any:
        def counted(dialogue: Any, ballot: Any, voice: Any) -> Any:
            for key, mark in voice.marks.items():
                yield dialogue.options[(ballot, key)], mark.value

        return counted

    swap(server.results, "counted", everything)


@bug(
    "A page that does not read is written to without end.",
    by="I17",
    faults=("page that does not read",) * 4,
)
def queue_without_end(number: int) -> None:
    def always_write(choose: Any) -> Any:
        def chosen(self: Wire) -> None:
            self.offer = self.write  # type: ignore[method-assign]

        return chosen

    swap(Wire, "_choose_offer", always_write)


@bug("What a command brings is kept in memory for ever: 8 MB each.", by="I17")
def memory_without_end(number: int) -> None:
    _hoard(8_000_000)


@bug("What a command brings is kept in memory for ever: 100 kB each.", by="I17", processes=1)
def memory_creeps(number: int) -> None:
    _hoard(100_000)


def _hoard(size: int) -> None:
    from rooms.live import LiveDialogue

    kept: list[bytes] = []

    def hoarding(submit: Any) -> Any:
        def submitted(self: LiveDialogue, call: Any, command: Any, answer: Any) -> None:
            kept.append(b"\1" * size)
            submit(self, call, command, answer)

        return submitted

    swap(LiveDialogue, "submit", hoarding)

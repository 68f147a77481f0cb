"""What a screen holds of its dialogue, and the rule by which a frame changes it."""

from typing import Any, Literal

Frame = dict[str, Any]


class Held:
    """One view. Entries are shared between all phones of a process: never change one."""

    __slots__ = ("entries", "epoch", "version")

    def __init__(self) -> None:
        self.epoch: int | None = None
        self.version: int | None = None
        self.entries: dict[str, Any] = {}

    def take(self, frame: Frame) -> Literal["taken", "stale", "gap"]:
        """Apply a frame; "stale" if it is known already, "gap" if something before is missing."""
        start = frame["from"]
        if start is None:
            self.entries = dict(frame["put"])
        elif frame["epoch"] != self.epoch or self.version is None or start > self.version:
            return "gap"
        elif start < self.version:
            return "stale"
        else:
            for key in frame["drop"]:
                self.entries.pop(key, None)
            self.entries.update(frame["put"])
        self.epoch, self.version = frame["epoch"], frame["to"]
        return "taken"

    def all(self, kind: str) -> list[Any]:
        """The entries of one kind, such as `card`."""
        return [entry for key, entry in self.entries.items() if key.partition(":")[0] == kind]

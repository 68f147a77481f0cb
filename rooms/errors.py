"""Everything that can go wrong on purpose.

DialogtischError              error on the wire   what the phone does
├── Refused(reason)           refused             shows the reason; a rule said no
├── Malformed(what)           malformed           shows it; no rule was ever asked
├── Conflict                  conflict            shows it; this id already carries another command
├── Forgotten(what)           forgotten           shows it; the dialogue or version is gone
│   └── Erased(at, because)   forgotten           forgets what it keeps of that dialogue itself
├── Busy                      busy                offers the same command again later
├── Unavailable(reason)       unavailable         offers it again later; nothing was kept
│   └── Unknown               unavailable         the same, though the command may be kept already
└── Corrupted(code, version)  internal            waits; the log contradicts itself
    └── OtherProgram          internal            waits; another version of the program wrote it
        ├── Newer
        └── Older

Imports nothing. Any other exception is a bug and goes out as `internal`.
"""

from typing import ClassVar


class DialogtischError(Exception):
    """The trunk: `error` is the name on the wire, `reason` a phrase a moderator could read."""

    error: ClassVar[str] = "internal"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Refused(DialogtischError):
    """A rule of the workshop said no, for instance `voting_closed`."""

    error = "refused"


class Malformed(DialogtischError):
    """What arrived is not a command or not an entry that we know."""

    error = "malformed"


class Conflict(DialogtischError):
    """A command id was used before, with another body."""

    error = "conflict"

    def __init__(self) -> None:
        super().__init__("same_id_other_command")


class Forgotten(DialogtischError):
    """The dialogue, or the version that was asked for, is not here (any more)."""

    error = "forgotten"


class Erased(Forgotten):
    """The whole dialogue was erased, `at` milliseconds since 1970."""

    def __init__(self, at: int, because: str) -> None:
        super().__init__("dialogue_erased")
        self.at = at
        self.because = because


class Busy(DialogtischError):
    """Others were quicker several times in a row; nothing was kept."""

    error = "busy"

    def __init__(self) -> None:
        super().__init__("too_many_at_once")


class TooSoon(Busy):
    """A rule lets this happen later, not now; nothing was kept, and the phone tries again."""

    def __init__(self, reason: str) -> None:
        DialogtischError.__init__(self, reason)


class Unavailable(DialogtischError):
    """The storage is away or full; it is certain that nothing was kept."""

    error = "unavailable"


class Unknown(Unavailable):
    """The storage did not answer; the entry may be kept or not, only reading the log can tell."""

    def __init__(self, reason: str = "outcome_unknown") -> None:
        super().__init__(reason)


class Corrupted(DialogtischError):
    """The log of a dialogue contradicts itself at `version`; nothing of it may be served."""

    def __init__(self, code: str, version: int) -> None:
        super().__init__("log_corrupted")
        self.code = code
        self.version = version

    def __str__(self) -> str:
        return f"the log of dialogue {self.code} contradicts itself at version {self.version}"


class OtherProgram(Corrupted):
    """The entry at `version` is whole, but of a program whose logs this one cannot read."""

    which: ClassVar[str]

    def __str__(self) -> str:
        return f"dialogue {self.code} was written by {self.which} of the program"


class Newer(OtherProgram):
    """It holds facts that this program cannot know."""

    which = "a newer version"


class Older(OtherProgram):
    """From before the first release, with seals and pseudonyms that were too short."""

    which = "a version from before the first release"

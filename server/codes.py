"""Reading the code of a dialogue as people type it: ABCD-EFGH, abcdefgh, abcd efgh, ABCD-EFGH-3.

And how codes and seals are shown to people.
"""

import re
from typing import NamedTuple

# Letters and digits without look-alikes: no 0 and O, no 1 and I.
CODE_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
CODE_LENGTH = 8
LONGEST_TYPED = len("ABCD-EFGH-999")

_TYPED = re.compile(
    rf"([{CODE_ALPHABET}]{{4}})[- ]?([{CODE_ALPHABET}]{{4}})(?:-([1-9][0-9]{{0,2}}))?"
)


class Typed(NamedTuple):
    """A code as it is kept, and the table when one was named with it."""

    code: str
    table: int | None


def typed_code(text: str) -> Typed | None:
    """The code and table in what somebody typed, or None when it cannot be a code."""
    match = _TYPED.fullmatch(text.strip().upper())
    if match is None:
        return None
    first, second, table = match.groups()
    return Typed(first + second, int(table) if table else None)


def shown_code(code: str) -> str:
    """A code as it stands on screens and paper: ABCD-EFGH."""
    return f"{code[:4]}-{code[4:]}"


def spaced(seal: str) -> str:
    """A seal in groups of four, so that two people can compare it aloud."""
    return " ".join(seal[start : start + 4] for start in range(0, len(seal), 4))

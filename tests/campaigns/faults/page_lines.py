"""Campaigns that came later, a line each at the end of docs/campaigns/faults.md."""

import datetime
import subprocess
from pathlib import Path

from campaigns.faults.rules import RULES
from campaigns.faults.schedule import EVENINGS_VERSION
from rooms.abilities import COMMANDS

HEADING = f"## Evenings of version {EVENINGS_VERSION}"
ROOT = Path(__file__).parents[3]


def section_of(page: str) -> str:
    """The section with its lines, which outlives a page that is written anew; or nothing."""
    _, found, lines = page.partition(HEADING)
    return f"\n{found}{lines}" if found else ""


def with_line(page: str, line: str) -> str:
    """The page with one line more; the section is begun if there is none."""
    if HEADING not in page:
        page = page.rstrip() + "\n\n" + _beginning()
    return page + line


def line_of(seeds: str, schedules: int, processes: str, violations: int, late: int) -> str:
    day = datetime.datetime.now(tz=datetime.UTC).date()
    asked = ["git", "rev-parse", "--short", "HEAD"]
    commit = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False)
    named = commit.stdout.strip() or "unknown"
    return f"| {day} | {named} | {seeds} | {schedules} ({processes}) | {violations} | {late} |\n"


def _beginning() -> str:
    others = sorted({command.__name__ for command in COMMANDS} - set(RULES))
    return f"""{HEADING}

Written by `--line`. Since this version a seed means another evening: phones redeem printed tickets,
staff count heads, the organiser erases cards, phones leave for good with the process they were at.
{len(RULES)} commands are given; no evening gives {", ".join(others)}.

| | judged by |
|---|---|
| a ticket is one vote on one phone at a time, whoever redeems, frees, voids and repeats it | I6 |
| an unknown, used, void or second ticket is refused, and only then | I4 |
| no frame holds a ticket's secret or its name in the log | I13 |
| heads, and voters beside them, on every screen and in every file | I10, I11, I16 |
| a host counts at the own table only; a closed vote keeps its heads | I6, I10, I16 |
| dots on an erased card are given back, late votes and changes are refused | I4, I6 |
| from its erasing on no view shows the card (before it: by the words phones sent) | I10, I11 |
| once an erasing is answered or finished, no file, log or download holds the words | I12 |
| an erasing is answered, is in the log once, begins an epoch | I1, I3, I14, I18 |
| staff see who is connected 4 s after all is quiet, with leases of 3 s (60, 45 in life) | I19 |

Not judged: stamps and seals of before a log was sealed anew, and words that come back with an older
copy of the storage (no evening erases and loses history). Where several processes share a Valkey,
its file is cut to its last whole command after a power cut, as the server does with its own:
Valkey alone takes a last command for whole whose final bytes are torn.

| date | commit | seeds | schedules (processes) | violations | late |
|---|---|---|---|---|---|
"""

"""Campaigns that came later, a line each at the end of docs/campaigns/faults.md."""

import datetime
import subprocess
from pathlib import Path

from campaigns.faults.rules import RULES
from campaigns.faults.schedule import EVENINGS_VERSION
from rooms.abilities import COMMANDS

ANY_HEADING = "## Evenings of version"
HEADING = f"{ANY_HEADING} {EVENINGS_VERSION}"
ROOT = Path(__file__).parents[3]


def section_of(page: str) -> str:
    """The sections with their lines, which outlive a page that is written anew; or nothing."""
    _, found, lines = page.partition(ANY_HEADING)
    return f"\n{found}{lines}" if found else ""


def with_line(page: str, line: str) -> str:
    """The page with one line more; the section is begun if there is none."""
    if HEADING not in page:
        page = page.rstrip() + "\n\n" + _beginning()
    return page + line


def line_of(
    seeds: str, schedules: int, processes: str, violations: int, late: int, changes: str
) -> str:
    day = datetime.datetime.now(tz=datetime.UTC).date()
    asked = ["git", "rev-parse", "--short", "HEAD"]
    commit = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False)
    named = commit.stdout.strip() or "unknown"
    played = f"{seeds} | {schedules} ({processes})"
    return f"| {day} | {named} | {played} | {violations} | {late} | {changes} |\n"


def _beginning() -> str:
    others = sorted({command.__name__ for command in COMMANDS} - set(RULES))
    left_out = f"no evening gives {', '.join(others)}" if others else "none is left out"
    return f"""{HEADING}

Written by `--line`. Since this version a seed means another evening, in which all that was played
before goes on while staff change the hall and the run sheet: tables are put up and taken away,
topics and rounds renamed, plans changed and struck, languages offered, links issued.
{len(RULES)} commands are given; {left_out}.

| | judged by |
|---|---|
| a table goes if nobody sits and no card lies there, a topic if no table has it | I4, I6 |
| a plan changes until its ballot opens, a round until it opens is struck; then never | I4, I6 |
| a new table gets the next number, texts are kept in the languages offered at that moment | I2 |
| the main language stays, what is offered no more cannot be chosen | I4, I6 |
| names, tables, plans, languages and links on every screen as they are now | I10, I11 |
| names of topics, rounds and ballots in results.json, cards.csv and results.xlsx | I16 |
| a host comes in by a link of this evening, works at its table, can be cut off | I4, I10, I13 |
| people sit down at a table that is new, and stand up from one that goes | I4, I6, I10 |
| a dialogue made beside is as it was wanted, alone, on every process | I1, I2, I7, I15, I16 |
| a second beginning of the same dialogue is refused | I4 |

Not judged: the organiser's list (it opens every evening of the house), and what was begun of a
dialogue whose making was never answered. CreateDialogue is given over a socket, where it is
refused, and over HTTP, where a dialogue is made.

| date | commit | seeds | schedules (processes) | violations | late | changes accepted / refused |
|---|---|---|---|---|---|---|
"""

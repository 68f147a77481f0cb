"""What came of the races, and the result page."""

import datetime
import os
import platform
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from our_files import ROOT

PAGE = ROOT / "docs" / "campaigns" / "races.md"
BUDGET = 2
FAIR = {"no_dots_left", "ticket_used"}


@dataclass
class Outcome:
    """Counts; `wrong` says in sentences what must not be."""

    sockets: int
    phones: int
    dot_races: int = 0
    ticket_races: int = 0
    answers: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def dots(self, accepted: int, acks: list[dict[str, Any]]) -> None:
        self.dot_races += 1
        self._hear(acks)
        if accepted != BUDGET:
            self.wrong.append(f"a phone with {BUDGET} dots placed {accepted}")

    def ticket(self, winners: int, acks: list[dict[str, Any]]) -> None:
        self.ticket_races += 1
        self._hear(acks)
        if winners != 1:
            self.wrong.append(f"one ticket came onto {winners} phones")

    def tally(self, accepted: int, counted: int) -> None:
        if not accepted == counted == BUDGET * self.phones:
            self.wrong.append(
                f"{self.phones} phones were told of {accepted} dots, {counted} counted"
            )

    def _hear(self, acks: list[dict[str, Any]]) -> None:
        for ack in acks:
            said = "ok" if ack["ok"] else str(ack["reason"])
            self.answers[said] += 1
            if said not in FAIR | {"ok"}:
                self.wrong.append(f"somebody was told {said}")

    def table(self) -> str:
        told = sorted(self.answers.items())
        rows = "\n".join(f"| answered `{said}` | {n:,} |" for said, n in told)
        return f"""| | |
|---|---|
| sockets, of so many phones | {self.sockets:,}, {self.phones:,} |
| races of three tabs for the last of two dots | {self.dot_races:,} |
| races of all sockets for one ticket | {self.ticket_races:,} |
{rows}
| over budget, doubled, or told anything else | **{len(self.wrong)}** |
"""


def write_page(outcome: Outcome, command: str) -> None:
    PAGE.write_text(
        f"""# Races for the last dot and the last ticket

Made by `{command}` on {datetime.date.today()}.
Machine: {platform.system()} {platform.machine()}, {os.cpu_count()} cores for everything.
Python {platform.python_version()}.

One server process with its own Valkey, real sockets. Each phone has three sockets of one token,
the most the server lets one phone have. In every round each phone's tabs place a dot on three
options at once while two dots are left, and then every socket redeems the one ticket there is.

{outcome.table()}""",
        "utf-8",
    )

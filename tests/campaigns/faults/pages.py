"""The sum of a campaign, and the pages in docs/campaigns that say what came of it."""

import datetime
import json
import platform
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from campaigns.faults import plans
from campaigns.faults.bugs import Bug
from campaigns.faults.page_lines import line_of, section_of, with_line
from campaigns.faults.rules import RULES
from rooms.abilities import COMMANDS

DOCS = Path(__file__).parents[3] / "docs" / "campaigns"


@dataclass
class Campaign:
    """What several runs found together."""

    schedules: int = 0
    first: int | None = None
    last: int = 0
    by_processes: Counter[str] = field(default_factory=Counter)
    counted: Counter[str] = field(default_factory=Counter)
    cpu_seconds: float = 0.0
    broken: list[str] = field(default_factory=list)
    late: list[str] = field(default_factory=list)
    drained_s: list[float] = field(default_factory=list)
    returned_s: list[float] = field(default_factory=list)
    equal_s: list[float] = field(default_factory=list)
    here_s: list[float] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @classmethod
    def read(cls, file: Path) -> "Campaign":
        if not file.exists():
            return cls()
        said = json.loads(file.read_text("utf-8"))
        counters = {name: Counter(said.pop(name)) for name in ("by_processes", "counted")}
        return cls(**said, **counters)

    def write(self, file: Path) -> None:
        file.write_text(json.dumps(vars(self)), "utf-8")

    def add(self, outcome: dict[str, Any]) -> None:
        seed = outcome["seed"]
        self.schedules += 1
        self.first = seed if self.first is None else min(seed, self.first)
        self.last = max(self.last, seed)
        self.by_processes[str(outcome["processes"])] += 1
        self.counted.update(outcome["counted"])
        self.cpu_seconds += outcome["cpu_seconds"]
        self.broken += [f"seed {seed}: {wrong}" for wrong in outcome["broken"]]
        drained = self.returned_s if outcome["has_waited"] else self.drained_s
        drained.append(round(outcome["drained_s"], 2))
        self.equal_s.append(round(outcome["equal_s"], 2))
        self.here_s.append(round(outcome["here_s"], 2))

    def add_late(self, outcome: dict[str, Any]) -> None:
        """A schedule that was over the times, played again while nothing else was."""
        self.late += [f"seed {outcome['seed']}, also alone: {late}" for late in outcome["late"]]
        self.broken += [f"seed {outcome['seed']}, again: {one}" for one in outcome["broken"]]

    def summary(self) -> str:
        each = self.cpu_seconds / max(1, self.schedules)
        return (
            f"{self.schedules} schedules, {len(self.broken)} violations, {len(self.late)} late, "
            f"drained {_spread(self.drained_s)}, equal {_spread(self.equal_s)}, {each:.2f} CPU s "
            f"each; {dict(self.counted)}"
        )


def write_campaign(campaign: Campaign) -> None:
    counted = campaign.counted
    faults = {key[7:]: n for key, n in sorted(counted.items()) if key.startswith("fault: ")}
    rows = [f"| {name} | {number} |" for name, number in faults.items()]
    answered = [
        f"| {name} | {counted[f'accepted: {name}']} | {counted[f'refused: {name}']} |"
        for name in sorted(RULES)
    ]
    processes = ", ".join(f"{n} with {p}" for p, n in sorted(campaign.by_processes.items()))
    seeds = f"{campaign.first} to {campaign.last}; processes: {processes}"
    asked = f"{counted['commands']} / {counted['sends']} / {counted['answers']}"
    each = f"{campaign.cpu_seconds / max(1, campaign.schedules):.2f}"
    returned = _spread(campaign.returned_s)
    drained, equal, here = map(_spread, (campaign.drained_s, campaign.equal_s, campaign.here_s))
    text = f"""# Faults against real processes

Written by `./run campaign faults --schedules {campaign.schedules} --seed {campaign.first} --write`;
do not edit by hand. How it works stands in `tests/campaigns/faults/__init__.py`.

{_here()}

| | |
|---|---|
| schedules | {campaign.schedules} (seeds {seeds}) |
| violated invariants | {len(campaign.broken)} |
| could not be played at first, and were played again | {counted["not played at first"]} |
| I18: seconds from mending to the last answer, p50 / p99 / longest (at most 10) | {drained} |
| the same after lost history, when servers wait 10 s for what returns (at most 20) | {returned} |
| I11: seconds from there until all pages were equal, p50 / p99 / longest (at most 3) | {equal} |
| I19: seconds until staff saw who was there, p50 / p99 / longest (at most 4) | {here} |
| late, also when played again alone | {len(campaign.late)} |
| commands given / times sent / answers checked | {asked} |
| commands accepted / refused | {counted["accepted"]} / {counted["refused"]} |
| entries of logs folded | {counted["entries"]} |
| views checked (one per frame) | {counted["frames"]} |
| refused, and a copy that another page had sent was taken later | {counted["refused, yet kept"]} |
| CPU seconds per schedule, everything together | {each} |

Commands that no evening of the campaign gives: {_not_given() or "none"}.

| fault | how often |
|---|---|
{chr(10).join(rows)}

| command | accepted | refused |
|---|---|---|
{chr(10).join(answered)}
"""
    text += "".join(f"\n{note}\n" for note in campaign.notes)
    broken = "".join(f"- {wrong[:160]}\n" for wrong in (*campaign.broken, *campaign.late))
    text += f"\n## Violations\n\n{broken}" if broken else ""
    page = DOCS / "faults.md"
    page.write_text(text + section_of(page.read_text("utf-8") if page.exists() else ""), "utf-8")


def add_line(campaign: Campaign) -> None:
    """One line more on the page, which stays as it is."""
    page, seeds = DOCS / "faults.md", f"{campaign.first} to {campaign.last}"
    processes = ", ".join(f"{n} with {p}" for p, n in sorted(campaign.by_processes.items()))
    wrong, late = len(campaign.broken), len(campaign.late)
    changed, not_changed = (_changes(campaign, how) for how in ("accepted", "refused"))
    changes = f"{changed} / {not_changed}"
    line = line_of(seeds, campaign.schedules, processes, wrong, late, changes)
    page.write_text(with_line(page.read_text("utf-8"), line), "utf-8")


def _changes(campaign: Campaign, how: str) -> int:
    """How often staff changed the hall, the run sheet or the frame, or were told no."""
    return sum(campaign.counted[f"{how}: {name}"] for name in plans.RULES)


def _not_given() -> str:
    return ", ".join(sorted({command.__name__ for command in COMMANDS} - set(RULES)))


def _spread(seconds: list[float]) -> str:
    ordered = sorted(seconds) or [0.0]
    chosen = (ordered[int(len(ordered) * part)] for part in (0.5, 0.99))
    return " / ".join(f"{one:.2f}" for one in (*chosen, ordered[-1]))


def write_bugs(found: list[tuple[Bug, tuple[int, str] | None]], seed: int) -> None:
    caught = sum(result is not None for _, result in found)
    rows = [
        f"| {bug.sentence} | {result[1].split()[0] if result else 'not found'} | "
        f"{result[0] if result else '-'} |"
        for bug, result in found
    ]
    text = f"""# Bugs put in on purpose

Written by `./run campaign faults --bugs --seed {seed} --write`; do not edit by hand. Each bug is
put into real server processes (tests/campaigns/faults/bugs*.py); the campaign must notice it.

{_here()}

**{caught} of {len(found)} found.** The invariant is the first that was violated, the number says
after how many schedules.

| bug | found by | schedules |
|---|---|---|
{chr(10).join(rows)}
"""
    (DOCS / "seeded_bugs.md").write_text(text)


def _here() -> str:
    day = datetime.datetime.now(tz=datetime.UTC).date()
    return f"{day}, Python {platform.python_version()}, {platform.system()} {platform.machine()}."

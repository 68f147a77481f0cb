"""Prints a replay: how far it is, how fast it went, what was compared and what differs."""

import sys
import time
from collections.abc import Iterator, Sequence

from server.replay.counting import Difference, last_votes, people_counted_otherwise
from server.replay.evening import Evening
from server.replay.outcome import Check
from server.replay.recording import Recording

SECONDS_BETWEEN_LINES = 5.0
MOST_WRONG_SHOWN = 10


class Progress:
    """One line that counts up on a terminal, a line now and then elsewhere."""

    def __init__(self) -> None:
        self._said = 0.0
        self._on_terminal = sys.stderr.isatty()

    def __call__(self, what: str, done: int, of: int) -> None:
        now = time.monotonic()
        if done == of:
            self._say(f"  {what}: {done:,}", last=True)
        elif now - self._said > (0.1 if self._on_terminal else SECONDS_BETWEEN_LINES):
            self._said = now
            self._say(f"  {what}: {done:,} of {of:,}", last=False)

    def _say(self, line: str, *, last: bool) -> None:
        start = "\r\x1b[K" if self._on_terminal else ""
        end = "\n" if last or not self._on_terminal else ""
        print(f"{start}{line}", end=end, file=sys.stderr, flush=True)


def percentile(sorted_values: Sequence[float], percent: float) -> float:
    """The value below which that many percent of the values lie."""
    place = round(len(sorted_values) * percent / 100 - 0.5)
    return sorted_values[min(max(place, 0), len(sorted_values) - 1)]


def pace(evening: Evening) -> str:
    """How fast the votes went."""
    acks = sorted(evening.acks)
    return (
        f"{len(acks):,} votes in {evening.voting_seconds:.1f} s: "
        f"{len(acks) / evening.voting_seconds:,.0f} a second; "
        f"ack p50 {percentile(acks, 50) * 1000:.1f} ms, p99 {percentile(acks, 99) * 1000:.1f} ms"
    )


def checks(found: Sequence[Check], recording: Recording) -> Iterator[str]:
    """What was compared with the count."""
    votes = last_votes(recording.votes)
    people = len({voter for voter, _ in votes})
    yield f"Compared with a count of the file: {len(votes):,} votes of {people:,} people, where"
    yield f"{len(recording.votes) - len(votes):,} rows were replaced by a later one:"
    for check in found:
        verdict = f"{len(check.wrong)} WRONG" if check.wrong else "same"
        yield f"  {check.place:44} {check.compared:7,}  {verdict}"
        yield from (f"    {line}" for line in check.wrong[:MOST_WRONG_SHOWN])


def source_columns(found: Sequence[Difference], recording: Recording) -> Iterator[str]:
    """Where the source's own counts differ from the votes in it, and why."""
    total = len(recording.statements)
    yield f"The source's own columns differ from its votes on {len(found)} of {total} statements."
    if found:
        yield from _table(found)
    if recording.own_counts:
        people, otherwise = len(recording.own_counts), len(people_counted_otherwise(recording))
        yield "Its participants.csv counts as we do, the last vote on each statement only,"
        yield f"for {people - otherwise:,} of {people:,} people."


def _table(found: Sequence[Difference]) -> Iterator[str]:
    yield "They count every row; we count the last one of each person on each statement."
    yield "  statement     agree  counted   disagree  counted   replaced rows"
    for one in found:
        statement, counted = one.statement, one.counted
        yield (
            f"  {statement.id:>9} {statement.agrees:9} {counted.agree:8} {statement.disagrees:10} "
            f"{counted.disagree:8}   {_why(one)}"
        )
    explained = sum(one.is_explained for one in found)
    yield f"That explains {explained} of {len(found)} exactly."


def _why(one: Difference) -> str:
    if not one.is_explained:
        return "NOT EXPLAINED by replaced rows"
    repeats = one.repeats
    rows = [
        f"{count} {name}"
        for name, count in (("agree", repeats.agrees), ("disagree", repeats.disagrees))
        if count
    ]
    changed = f", {repeats.changed} changed to another answer" if repeats.changed else ""
    return f"{' and '.join(rows)}{changed}"

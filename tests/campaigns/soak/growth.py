"""Whether anything grew beyond what the log itself explains.

Explained is what a server needs that was just started from the same log with the same people: the
samples at the age of `warm_up` of every life, and of a last one started for that purpose.
"""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field

from campaigns.soak.samples import Sample

MOST_UNEXPLAINED_BYTES = 10_000_000
MOST_LOG_BYTES = 500_000
# Thirteen last as long as their server with one dialogue; a look at the storage adds some briefly.
MOST_TASKS = 13 + 4
# Threads come and go with the pool that looks up names and reads files.
SPARE = {"files": 4, "threads": 6, "store_files": 2}


@dataclass
class Growth:
    """Bytes; `slopes` by life: bytes an hour over the life, and its minutes.

    `per_entry` between the beginnings of lives, `grown_per_entry` within the last long one.
    """

    unexplained: int = 0
    store_unexplained: int = 0
    residual_slope: float = 0.0
    slopes: dict[int, tuple[float, float]] = field(default_factory=dict)
    per_entry: float = 0.0
    grown_per_entry: float = 0.0
    said_bytes: int = 0
    wrong: list[str] = field(default_factory=list)


def growth(
    samples: Sequence[Sample], last: Sample | None, warm_up: float, connected: int
) -> Growth:
    """`last`: the server started anew at the end; `connected`: how many are there in calm."""
    found = Growth()
    warm = [one for one in samples if one.age >= warm_up]
    if last is None or not warm:
        found.wrong.append("there are not enough samples to judge by")
        return found
    before = [one for one in warm if one.life == last.life - 1]
    if not before:
        found.wrong.append("the last life was too short to judge by")
        return found
    found.unexplained = before[-1].rss - last.rss
    found.store_unexplained = before[-1].store_rss - last.store_rss
    found.said_bytes = last.said_bytes
    for life in {one.life for one in warm}:
        found.slopes[life] = _slope(life, warm)
    found.grown_per_entry = _per_entry(before)
    found.per_entry, found.residual_slope = _residual(warm, last)
    found.wrong += _too_much(found) + _kept(before, last, connected)
    return found


def _slope(life: int, warm: Sequence[Sample]) -> tuple[float, float]:
    own = [one for one in warm if one.life == life]
    minutes = (own[-1].at - own[0].at) / 60
    if len(own) < 3:
        return 0.0, minutes
    fit = statistics.linear_regression([one.at for one in own], [one.rss for one in own])
    return fit.slope * 3_600, minutes


def _per_entry(life: Sequence[Sample]) -> float:
    entries = [one.entries for one in life]
    if len(set(entries)) < 2:
        return 0.0
    return statistics.linear_regression(entries, [one.rss for one in life]).slope


def _residual(warm: Sequence[Sample], last: Sample) -> tuple[float, float]:
    """Bytes per log entry at the beginnings of lives; what is left of the whole, an hour."""
    first: dict[int, Sample] = {}
    for one in (*warm, last):
        first.setdefault(one.life, one)
    if len({one.entries for one in first.values()}) < 2:
        return 0.0, 0.0
    fit = statistics.linear_regression(
        [one.entries for one in first.values()], [one.rss for one in first.values()]
    )
    left = [one.rss - fit.intercept - fit.slope * one.entries for one in warm]
    return fit.slope, statistics.linear_regression([one.at for one in warm], left).slope * 3_600


def _too_much(found: Growth) -> list[str]:
    wrong = []
    for name, unexplained in (("server", found.unexplained), ("store", found.store_unexplained)):
        if unexplained > MOST_UNEXPLAINED_BYTES:
            wrong.append(
                f"the {name} kept {unexplained / 1e6:.1f} MB that the log does not explain"
            )
    if found.said_bytes > MOST_LOG_BYTES:
        wrong.append(f"{found.said_bytes} bytes were written for people to read")
    return wrong


def _kept(before: Sequence[Sample], last: Sample, connected: int) -> list[str]:
    """In calm, everything kept for connections is one per connection, and nothing else is."""
    wrong = []
    for sample in (before[-1], last):
        for what, kept in sample.held.items():
            most = {"strangers": 0, "under_way": 0, "tasks": MOST_TASKS}.get(what, connected)
            if kept > most or (kept < connected and what in ("lines", "seats")):
                wrong.append(f"life {sample.life} holds {kept} {what} with {connected} there")
    for name in ("files", "threads", "store_files"):
        was, is_ = getattr(before[-1], name), getattr(last, name)
        if was > is_ + SPARE[name]:
            wrong.append(f"{was} {name} in the old life, {is_} in the new one")
    return wrong

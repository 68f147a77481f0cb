"""What `/metrics` says: the plain numbers of the process, put into Prometheus's words when asked.

No name of a dialogue, no text, token or address is ever a label; labels are words of this program.
"""

import asyncio
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from rooms.counts import Spread, counts
from rooms.hall import Hall
from server.health import Health
from server.pulse import Pulse
from server.sockets import Sockets
from server.traffic import traffic

ROLES = ("participant", "moderator", "host", "board")


class Metrics(Collector):
    """Asks everything at the moment somebody reads it; `data` is the embedded store's folder."""

    def __init__(
        self, hall: Hall, sockets: Sockets, health: Health, pulse: Pulse, data: Path | None
    ) -> None:
        self._hall = hall
        self._sockets = sockets
        self._health = health
        self._pulse = pulse
        self._data = data

    def registry(self) -> CollectorRegistry:
        """This and what the machine says of the process: memory, processor time, open files."""
        registry = CollectorRegistry()
        registry.register(self)
        ProcessCollector(registry=registry)
        return registry

    def collect(self) -> Iterator[Metric]:
        yield from self._people()
        yield from self._commands()
        yield from self._log()
        yield from self._wires()
        yield from self._machine()

    def _people(self) -> Iterator[Metric]:
        roles = dict.fromkeys(ROLES, 0) | self._sockets.roles
        yield _gauges("connected", "Connections by role.", "role", roles)
        yield _gauge("dialogues_open", "Dialogues live in this process.", len(self._hall.lives))
        unread = "Those of them that cannot be followed, because their storage is away."
        yield _gauge("dialogues_unread", unread, self._hall.unread)
        yield _counts(
            "turned_away",
            "Connections not let in; unknown_code is a failed join.",
            "reason",
            traffic.turned_away,
        )

    def _commands(self) -> Iterator[Metric]:
        told = "Commands answered, by name and by ok or the kind of error."
        family = CounterMetricFamily("dialogtisch_commands", told, labels=("command", "outcome"))
        for names, count in list(counts.answered.items()):
            family.add_metric(names, count)
        yield family
        yield _count("acks", "Answers sent to connections.", traffic.acks)
        told = "From a command's arrival to the last frame that shows it; one command at a time."
        yield _spread("shown_seconds", told, counts.shown_seconds)

    def _log(self) -> Iterator[Metric]:
        told = "Appends to the log, from sending to written and synced."
        yield _spread("append_seconds", told, counts.append_seconds)
        yield _spread("append_entries", "Entries of one append.", counts.append_entries)
        yield _count("appended_bytes", "Payload written to the log.", counts.appended_bytes)
        lost = "Appends that lost against another process and were decided anew."
        yield _count("appends_lost", lost, counts.appends_lost)
        unknown = "Appends without an answer; the log was read to see what had happened."
        yield _count("appends_unknown", unknown, counts.appends_unknown)
        yield _count("epochs_begun", "Times that history was lost.", counts.epochs_begun)
        entries = sum(live.position.version for live in self._hall.lives)
        yield _gauge("log_entries", "Entries of the dialogues live here.", entries)
        yield _gauge("storage_reachable", "1 when the storage answers.", self._health.reachable)
        state = {self._health.state: 1}
        yield _gauges("storage_state", "1 for the state it is in.", "state", state)
        if self._data is not None and self._data.is_dir():
            told = "What the embedded store's folder holds."
            yield _gauge("data_folder_bytes", told, _size(self._data))
            free = shutil.disk_usage(self._data).free
            yield _gauge("data_disk_free_bytes", "Room left on its disk.", free)

    def _wires(self) -> Iterator[Metric]:
        yield _count("frames", "Views offered to connections.", traffic.frames)
        yield _count("frame_bytes", "Bytes of these.", traffic.frame_bytes)
        missed = "Views not sent because the phone lagged behind."
        yield _count("frames_missed", missed, traffic.frames_missed)
        yield _count("lagged", "Times that a connection fell behind.", traffic.lagged)
        yield _count(
            "caught_up", "Lagging ones that asked for what they missed.", traffic.caught_up
        )
        yield _counts("cut", "Connections the server ended.", "reason", traffic.cut)
        yield _count("malformed", "Packets that could not be read.", traffic.malformed)

    def _machine(self) -> Iterator[Metric]:
        told = "Things kept in memory for connections and dialogues, by what they are."
        seats = sum(len(live.audiences) for live in self._hall.lives)
        kept = {**self._sockets.held, "seats": seats, "tasks": len(asyncio.all_tasks())}
        yield _gauges("held", told, "what", kept)
        told = "By how much the event loop was late, ten times a second."
        yield _spread("loop_late_seconds", told, self._pulse.late_seconds)


def _gauge(name: str, told: str, amount: float) -> Metric:
    return GaugeMetricFamily(f"dialogtisch_{name}", told, value=amount)


def _gauges(name: str, told: str, label: str, amounts: Mapping[str, float]) -> Metric:
    return _labelled(GaugeMetricFamily(f"dialogtisch_{name}", told, labels=(label,)), amounts)


def _count(name: str, told: str, count: float) -> Metric:
    return CounterMetricFamily(f"dialogtisch_{name}", told, value=count)


def _counts(name: str, told: str, label: str, found: Mapping[str, float]) -> Metric:
    return _labelled(CounterMetricFamily(f"dialogtisch_{name}", told, labels=(label,)), found)


def _labelled(
    family: GaugeMetricFamily | CounterMetricFamily, amounts: Mapping[str, float]
) -> Metric:
    for word, amount in sorted(amounts.items()):
        family.add_metric((word,), amount)
    return family


def _spread(name: str, told: str, spread: Spread) -> Metric:
    below, buckets = 0, []
    for step, count in zip((*spread.steps, float("inf")), spread.counts, strict=True):
        below += count
        buckets.append(("+Inf" if step == float("inf") else str(float(step)), float(below)))
    family = HistogramMetricFamily(f"dialogtisch_{name}", told)
    family.add_metric((), buckets, spread.total)
    return family


def _size(folder: Path) -> int:
    return sum(size for path in folder.rglob("*") if (size := _bytes(path)))


def _bytes(path: Path) -> int:
    try:
        return path.stat().st_size if path.is_file() else 0
    except OSError:  # the store removes files of its own
        return 0

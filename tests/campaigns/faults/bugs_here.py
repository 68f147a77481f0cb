"""Bugs in who is said to be connected."""

from typing import Any

import rooms.hall
import rooms.presence
from campaigns.faults.bugs import bug, swap

GOES = ("phone leaves with its process",)


@bug("A phone whose process was killed counts as connected for ever.", by="I19", faults=GOES)
def the_dead_stay_present(number: int) -> None:
    swap(rooms.presence, "LEASE_MS", lambda _: 86_400_000)
    swap(rooms.presence, "NO_LEASE_MS", lambda _: 172_800_000)


@bug("Each process tells only of its own sockets.", by="I19")
def other_processes_are_not_counted(number: int) -> None:
    swap(
        rooms.hall,
        "_counts",
        lambda counts: lambda live, present: counts(live, live.audiences.here),
    )


@bug("Staff are counted among the people.", by="I19", processes=1)
def staff_are_people(number: int) -> None:
    def everybody(counts: Any) -> Any:
        return lambda live, present: counts(live, {one.removeprefix("staff:") for one in present})

    swap(rooms.hall, "_counts", everybody)


@bug("A lease is not renewed while nobody comes or goes.", by="I19")
def leases_run_out(number: int) -> None:
    swap(rooms.hall, "RENEW_SECONDS", lambda _: 3600)

"""Somebody with a phone who is through the door already."""

from devices import Devices
from evening import Evening
from house import House
from person import Person


async def arrived(evening: Evening, house: House, devices: Devices, language: str) -> Person:
    """At a table whose round is open."""
    if not evening.round_is_open:
        await evening.open_round(3)
    person = await devices.phone(house, language)
    await person.arrive(evening.address(3), 3)
    return person

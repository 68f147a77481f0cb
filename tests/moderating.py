"""What most tests and campaigns with a real server begin with: a dialogue, and its moderator."""

from collections.abc import Sequence
from typing import Any

from server.phones import Desk, Screen


async def new_dialogue(
    desk: Desk, template: str, tables: int, languages: Sequence[str] = ("de",)
) -> Screen:
    """Makes it at the organiser's desk; the screen of its moderator, connected."""
    wanted = {"template": template, "languages": list(languages), "tables": tables}
    made = await desk.post("/api/dialogues", wanted)
    moderator = await desk.staff(made["moderator_link"])
    await moderator.connect()
    return moderator


async def open_evening(desk: Desk, tables: int = 6) -> Screen:
    """A dialogue with an open round for ideas, and its moderator's screen."""
    moderator = await new_dialogue(desk, "zukunftswerkstatt", tables)
    ideas = next(one for one in moderator.shared.all("round") if "idea" in one["kinds"])
    await order(moderator, "OpenRound", round=ideas["id"])
    return moderator


async def order(moderator: Screen, name: str, **fields: Any) -> None:
    """A command of the moderator's that must be accepted."""
    answer = await moderator.command(name, **fields)
    assert answer["ok"], f"{name}: {answer}"

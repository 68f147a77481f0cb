"""`demo`: the evening in the Stadthaus with 72 simulated phones, in a few minutes, kept nowhere."""

import asyncio
import dataclasses
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from server.codes import shown_code
from server.phones import Desk, NotLetIn, Screen
from server.rehearsal import play
from server.running import LINE, serve
from server.settings import read_settings

PEOPLE = 72
ARRIVING_SECONDS = 8.0
PACE_SECONDS = 9.0
ROUND_MINUTES = 1
ROUND_SECONDS = 50.0
VOTING_SECONDS = 45.0
BREAK_SECONDS = 8.0


def demo(arguments: Sequence[str]) -> None:
    """Serve a throw-away evening that plays by itself; takes the options of `serve`."""
    # Not the folder of real evenings, whatever the settings say, and not their Redis.
    with tempfile.TemporaryDirectory(prefix="dt-") as folder:
        settings = read_settings(arguments)
        serve(dataclasses.replace(settings, data=Path(folder), redis_url=None), stadthaus)


async def stadthaus(organiser_link: str) -> None:
    """One whole evening: people arrive, three rounds, a ballot. Then the results stay."""
    desk = await Desk.of_organiser(organiser_link)
    languages = ["de", "en", "ar"]
    wanted = {"template": "zukunftswerkstatt", "title": None, "languages": languages}
    made = await desk.post("/api/dialogues", wanted)
    organiser = urlsplit(organiser_link).fragment
    print(await _doors(desk, made["code"], organiser), flush=True)
    moderator = await desk.staff(made["moderator_link"])
    await moderator.connect()
    address = urlsplit(organiser_link)
    own_url = f"{address.scheme}://{address.netloc}"
    crowd = play(
        own_url, made["code"], PEOPLE, pace=PACE_SECONDS, arriving_seconds=ARRIVING_SECONDS
    )
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(crowd)
            group.create_task(_moderate(moderator))
    except* (NotLetIn, OSError):
        print("  The evening's moderator was sent away; the phones go on.", flush=True)
    finally:
        await moderator.close()


async def _moderate(moderator: Screen) -> None:
    """Opens one thing after the other, while anybody may moderate in a browser as well."""
    for round_ in _in_order(moderator, "round"):
        _tell(f"{round_['title']['de']}: people write cards")
        same = {name: round_[name] for name in ("title", "question", "kinds")}
        await moderator.command("ChangeRound", round=round_["id"], **same, minutes=ROUND_MINUTES)
        await moderator.command("OpenRound", round=round_["id"])
        await asyncio.sleep(ROUND_SECONDS)
        await moderator.command("CloseRound", round=round_["id"])
    for ballot in _in_order(moderator, "ballot"):
        await asyncio.sleep(BREAK_SECONDS)
        _tell(f"{ballot['title']['de']}: people vote, nobody sees how")
        await moderator.command("OpenBallot", ballot=ballot["id"])
        await asyncio.sleep(VOTING_SECONDS)
        await moderator.command("CloseBallot", ballot=ballot["id"])
    _tell("The vote is closed, the wall shows the result.")


def _in_order(screen: Screen, sort: str) -> list[dict[str, Any]]:
    return sorted(screen.shared.all(sort), key=lambda entry: int(entry["order"]))


async def _doors(desk: Desk, code: str, organiser: str) -> str:
    links = (await desk.get(f"/api/dialogues/{code}/links"))["links"]
    first = {link["role"]: link["url"] for link in reversed(links)}
    public_url = str(first["board"]).partition("/enter#")[0]
    return "\n".join(
        (
            LINE,
            f"  A demo with {PEOPLE} simulated people; nothing of it is kept. Open side by side:",
            "",
            f"  The wall        {first['board']}",
            f"  Moderation      {first['moderator']}",
            f"  Host, table 1   {first['host']}",
            f"  A phone         {public_url}/{code}    (or type {shown_code(code)})",
            f"  All dialogues   {public_url}/enter#{organiser}",
            "",
            "  Ctrl-C ends the demo.",
            LINE,
        )
    )


def _tell(what: str) -> None:
    print(f"  {what}", flush=True)

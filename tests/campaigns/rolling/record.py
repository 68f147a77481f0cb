"""Writes down what the pages of this build say and hear, for later builds to be held to.

Run once for each version of the protocol, on the last build that speaks it:
`PYTHONPATH=tests/journeys:tests python -m campaigns.rolling.record`. A recording is never changed.
"""

import asyncio
import json
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import msgpack
from conftest import FLAGS, chromium_path
from devices import Devices
from evening import Evening
from house import House
from playwright.async_api import WebSocket, async_playwright, expect
from screens import Screen

from server.shells import PROTOCOL

HERE = Path(__file__).parent


class Recorder:
    """Everything that goes over the sockets of the screens it listens to, in one order."""

    def __init__(self) -> None:
        self.steps: list[dict[str, Any]] = []

    def listen(self, who: str, screen: Screen) -> None:
        def opened(socket: WebSocket) -> None:
            socket.on("framesent", lambda data: self._note(who, "sends", data))
            socket.on("framereceived", lambda data: self._note(who, "hears", data))

        screen.page.on("websocket", opened)

    def _note(self, who: str, how: str, data: str | bytes) -> None:
        if isinstance(data, bytes):  # text is Engine.IO's own: open, ping, pong
            self.steps.append({"who": who, how: msgpack.unpackb(data)})


async def play(recorder: Recorder, devices: Devices, house: House) -> None:
    """One phone and one moderator, each command of theirs at least once where pages have it."""
    evening = await Evening.begun(house, "de", "en")
    moderator = await devices.laptop(house, "about:blank")
    recorder.listen("moderator", moderator.screen)
    await moderator.page.goto(evening.moderator_link)
    await moderator.page.wait_for_url("**/moderate/**")
    phone = await devices.phone(house, "de")
    recorder.listen("phone", phone.screen)
    await phone.arrive(evening.address(3), 3)
    await moderator.open("Kritik")
    await phone.post("Der Bus fährt abends nicht mehr.", "worry")
    await phone.sees_saved("Der Bus fährt abends nicht mehr.")
    await phone.change("Der Bus fährt abends nicht mehr.", "Der Bus fährt nach acht nicht mehr.")
    await phone.post("Das war ein Versehen.", "worry")
    await phone.sees_saved("Das war ein Versehen.")
    await phone.withdraw("Das war ein Versehen.")
    await moderator.hide("Der Bus", "Nennt eine Person")
    await moderator.show_again("Der Bus")
    await moderator.go_to("agenda")
    await moderator.close("round")
    await moderator.open("Umsetzung")
    for text in ("Sprachcafé jeden Mittwoch.", "Eine Liste der Ärzte."):
        await phone.post(text)
        await phone.sees_saved(text)
    await moderator.close("round")
    await moderator.open("Bepunkten")
    await phone.give_dots("Sprachcafé", 2)
    await phone.take_dot_back("Sprachcafé")
    await phone.everything_is_saved()
    await phone.page.reload()
    await expect(phone.own_dots("Sprachcafé")).to_have_count(1)
    await moderator.close("ballot")
    await expect(phone.page.get_by_text("Sprachcafé").first).to_be_visible()
    await asyncio.sleep(1)


async def main() -> None:
    recorder = Recorder()
    async with async_playwright() as playwright, House.somewhere() as house:
        path = chromium_path()
        browser = await playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        async with AsyncExitStack() as stack:
            await play(recorder, Devices(browser, stack), house)
        await browser.close()
    file = HERE / f"recorded_v{PROTOCOL}.json"
    lines = ",\n".join(json.dumps(step, ensure_ascii=False) for step in recorder.steps)
    file.write_text(f"[\n{lines}\n]\n", "utf-8")
    print(f"{len(recorder.steps)} steps in {file.name}")


if __name__ == "__main__":
    asyncio.run(main())

"""What dies comes back: the server with everything it said yes to, the wall with what it showed."""

import pytest
from devices import Devices
from evening import Evening
from house import House
from playwright.async_api import Locator, expect
from screens import Screen
from words import staff_words

pytestmark = pytest.mark.asyncio(loop_scope="session")

BEFORE = "Vor dem Stromausfall"
DURING = [f"Mitten im Stromausfall {number}" for number in range(3)]
AFTER = "Nach dem Stromausfall"


async def test_a_killed_server_comes_back_with_nothing_lost_and_nothing_double(
    own_house: House, devices: Devices
) -> None:
    evening = await Evening.begun(own_house)
    await evening.open_round(3)
    board = await devices.board(own_house, await evening.link("board"))
    person = await devices.phone(own_house, "de")
    await person.arrive(evening.address(3), 3)
    await person.post(BEFORE)
    await expect(on_the_wall(board, BEFORE)).to_have_count(1)
    await evening.moderator.close()

    devices.forgive_network_trouble()
    await person.post(DURING[0])  # under way when the server dies: nobody knows what became of it
    await own_house.kill()
    for text in DURING[1:]:
        await person.post(text)
        await expect(person.card(text)).to_contain_text(person.say("status_waiting_offline"))
    await expect(board.page.get_by_text(staff_words("board.not_live"))).to_be_visible()
    await expect(on_the_wall(board, BEFORE)).to_have_count(1)

    await own_house.open()
    for text in DURING:
        await person.sees_saved(text)
    await expect(board.page.get_by_text(staff_words("board.not_live"))).to_have_count(0)
    await person.post(AFTER)
    await expect(on_the_wall(board, AFTER)).to_have_count(1)
    shown = await board.page.locator(".board-card-text").all_text_contents()
    assert shown == [AFTER, *reversed(DURING), BEFORE]
    kept = await (await own_house.desk()).get(f"/api/dialogues/{evening.code}/results.json")
    assert [card["text"] for card in kept["cards"]] == [BEFORE, *DURING, AFTER]


@pytest.mark.parametrize("show", ["all", "table-3"])
async def test_the_wall_shows_the_same_after_the_projector_restarts(
    house: House, evening: Evening, devices: Devices, show: str
) -> None:
    await evening.open_round(3)
    person = await devices.phone(house, "de")
    await person.arrive(evening.address(3), 3)
    for number in range(3):
        await person.post(f"Karte {number}")
        await person.sees_saved(f"Karte {number}")
    link = await evening.link("board")
    board = await devices.board(house, link.replace("#", f"?show={show}&size=l&theme=dark#"))
    await expect(board.page.locator(".board-card")).to_have_count(3)
    address, before = board.page.url, await what_it_shows(board)
    await board.restart()
    await expect(board.page.locator(".board-card")).to_have_count(3)
    assert board.page.url == address
    assert await what_it_shows(board) == before


async def what_it_shows(board: Screen) -> tuple[str, str, str]:
    """Its words, its size and its theme."""
    words = await board.page.inner_text(".board-main")
    look = "({size, theme}) => [size, theme]"
    size, theme = await board.page.evaluate(f"({look})(document.documentElement.dataset)")
    return words, size, theme


def on_the_wall(board: Screen, text: str) -> Locator:
    return board.page.locator(".board-card").filter(has_text=text)

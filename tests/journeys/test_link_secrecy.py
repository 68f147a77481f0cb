"""A personal link's secret is nowhere to be seen once it was used."""

import pytest
from devices import Devices
from evening import Evening
from house import House

pytestmark = pytest.mark.asyncio(loop_scope="session")

EVERYWHERE = """() => JSON.stringify([
  location.href, document.referrer, document.documentElement.outerHTML, document.title,
  {...localStorage}, {...sessionStorage}, history.state, document.cookie, window.name,
  performance.getEntries().map((entry) => entry.name),
])"""


@pytest.mark.parametrize("role", ["moderator", "board", "host"])
async def test_the_secret_of_a_link_is_in_no_address_request_page_or_log(
    role: str, house: House, evening: Evening, devices: Devices
) -> None:
    link = await evening.link(role)
    secret = link.rpartition(".")[2]
    assert len(secret) == 26
    asked: list[str] = []
    referers: list[str] = []
    screen = (await devices.laptop(house, "about:blank")).page
    screen.on("request", lambda request: asked.append(f"{request.url} {request.headers}"))
    screen.on("request", lambda request: referers.append(request.headers.get("referer", "")))
    screen.on("websocket", lambda socket: asked.append(socket.url))
    await screen.goto(link)
    await screen.wait_for_url(lambda url: "/enter" not in url)
    await screen.wait_for_load_state("load")
    await screen.wait_for_function("document.body.innerText.length > 20")
    assert len(asked) > 3
    assert [request for request in asked if secret in request] == []
    assert not any(referers)
    assert secret not in str(await screen.evaluate(EVERYWHERE))
    await screen.reload()
    await screen.go_back()
    assert secret not in screen.url
    await screen.go_forward()
    assert secret not in str(await screen.evaluate(EVERYWHERE))
    assert secret not in house.said
    (cookie,) = [one for one in await screen.context.cookies() if evening.code in one["name"]]
    assert secret not in cookie["value"]
    assert cookie["httpOnly"]
    assert cookie["sameSite"] == "Strict"

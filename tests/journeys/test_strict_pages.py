"""What the strict policy of every page stops, tried in a real browser on the real pages."""

import json
import re
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from devices import Devices
from evening import Evening
from house import PUBLIC_URL, House
from playwright.async_api import Page, Route

pytestmark = pytest.mark.asyncio(loop_scope="session")
PAGES = ("start", "enter", "phone", "moderate", "board", "host", "print", "organise", "not_found")

# Each tries one way for a text to become a script, and says what came of it.
ATTEMPTS = {
    "inner_html": "document.body.innerHTML = '<img src=x onerror=window.ran=1>'",
    "outer_html": "document.body.outerHTML = '<body onload=window.ran=1>'",
    "insert": "document.body.insertAdjacentHTML('beforeend', '<b>x</b>')",
    "write": "document.write('<script>window.ran=1</script>')",
    "script_text": "const s = document.createElement('script'); s.text = 'window.ran=1';"
    "document.head.append(s)",
    "script_address": "const s = document.createElement('script');"
    "s.src = 'https://evil.example.com/x.js'; document.head.append(s)",
    "eval": "eval('window.ran=1')",
    "function": "new Function('window.ran=1')()",
    "timer": "setTimeout('window.ran=1', 0)",
    "parser": "new DOMParser().parseFromString('<b>x</b>', 'text/html')",
    "frame": "const f = document.createElement('iframe'); f.srcdoc = '<b>x</b>'",
    "policy": "trustedTypes.createPolicy('mine', {createHTML: (text) => text})",
    "default_policy": "trustedTypes.createPolicy('default', {createHTML: (text) => text})",
}
# Later and by itself: while the browser is asked something from outside, it lets eval pass.
TRY = """(attempts) => setTimeout(async () => {
  const came = {};
  for (const [name, run] of Object.entries(attempts)) {
    try { await run(); came[name] = "allowed"; } catch (error) { came[name] = error.name; }
  }
  document.documentElement.dataset.came = JSON.stringify(came);
}, 50)"""
# Written into the page's own HTML, as if a hole in the server had let it through.
INJECTED = (
    "<script>window.ran = 'inline'</script>"
    "<img src='data:,' onerror=\"window.ran = 'handler'\">"
    "<script src='https://evil.example.com/x.js'></script>"
    "<iframe srcdoc=\"<script>parent.ran = 'frame'</script>\"></iframe>"
    "<a id='trap' href=\"javascript:window.ran='link'\">x</a>"
    "<style>body { --stained: 1 }</style>"
)


async def opened(name: str, house: House, evening: Evening, devices: Devices) -> Page:
    """One of the pages, as its people open it."""
    if name in ("moderate", "board", "host", "print"):
        role = {"moderate": "moderator", "print": "moderator"}.get(name, name)
        page = (await devices.laptop(house, await evening.link(role))).page
        at = "moderate" if name == "print" else name
        await page.wait_for_url(f"**/{at}/**")
        if name == "print":
            await page.goto(f"{PUBLIC_URL}/print/{evening.code}")
    elif name == "organise":
        link = f"{PUBLIC_URL}/enter#{house.organiser_fragment}"
        page = (await devices.laptop(house, link)).page
        await page.wait_for_url("**/organise")
    else:
        paths = {"start": "/", "enter": "/enter", "phone": f"/{evening.code}"}
        person = await devices.phone(house, "de")
        person.screen.may_be_refused = True
        page = person.page
        await page.goto(PUBLIC_URL + paths.get(name, "/there/is/nothing/here"))
    await page.wait_for_load_state("load")
    return page


def forget_complaints(devices: Devices) -> list[str]:
    """What the pages complained of; here they had to."""
    found = [complaint for screen in devices.screens for complaint in screen.complaints]
    for screen in devices.screens:
        screen.complaints.clear()
        screen.strangers.clear()
    return found


@pytest.mark.parametrize("name", PAGES)
async def test_no_text_becomes_a_script(
    name: str, house: House, evening: Evening, devices: Devices
) -> None:
    page = await opened(name, house, evening, devices)
    assert forget_complaints(devices) == []
    functions = ", ".join(f"{way}: () => {{ {code} }}" for way, code in ATTEMPTS.items())
    await page.evaluate(f"({TRY})({{ {functions} }})")
    told = page.locator("html[data-came]")
    came = json.loads(await told.get_attribute("data-came") or "")
    assert {way for way, outcome in came.items() if outcome == "allowed"} == set()
    assert set(came) == set(ATTEMPTS)
    assert await page.evaluate("typeof window.ran") == "undefined"
    complaints = forget_complaints(devices)
    for broken in ("policy: require-trusted-types-for", "policy: trusted-types"):
        assert any(complaint.startswith(broken) for complaint in complaints)


@pytest.mark.parametrize("name", ["start", "phone", "not_found"])
async def test_what_gets_into_the_html_of_a_page_does_not_run(
    name: str, house: House, evening: Evening, devices: Devices
) -> None:
    page = await opened(name, house, evening, devices)
    forget_complaints(devices)
    await page.route(re.compile(".*"), injecting())
    await page.reload()
    assert await page.locator("#trap").count() == 1  # it did get in
    await page.evaluate("document.querySelector('#trap').click()")
    await page.wait_for_timeout(300)
    assert await page.evaluate("typeof window.ran") == "undefined"
    stained = "getComputedStyle(document.body).getPropertyValue('--stained')"
    assert await page.evaluate(stained) == ""
    complaints = forget_complaints(devices)
    assert sum("policy: script-src" in complaint for complaint in complaints) >= 3
    assert any("policy: style-src" in complaint for complaint in complaints)
    await page.unroute_all()


def injecting() -> Callable[[Route], Awaitable[Any]]:
    async def handle(route: Route) -> None:
        if route.request.resource_type != "document":
            await route.continue_()
            return
        answer = await route.fetch()
        body = (await answer.text()).replace("<body>", f"<body>{INJECTED}")
        await route.fulfill(response=answer, body=body)

    return handle


async def test_nothing_leaves_for_another_host(
    house: House, evening: Evening, devices: Devices
) -> None:
    page = await opened("phone", house, evening, devices)
    forget_complaints(devices)
    came = await page.evaluate(
        """async () => {
          const elsewhere = "https://evil.example.com/";
          const load = (kind, name) => new Promise((tell) => {
            const element = document.createElement(kind);
            element.onload = () => tell("allowed");
            element.onerror = () => tell("refused");
            element[name] = elsewhere;
            document.body.append(element);
            setTimeout(() => tell("refused"), 500);
          });
          const refused = () => "refused";
          const socket = () => new Promise((tell) => {
            try {
              const opened = new WebSocket("wss://evil.example.com/");
              opened.onopen = () => tell("allowed");
              opened.onerror = () => tell("refused");
            } catch { tell("refused"); }
          });
          return {
            fetch: await fetch(elsewhere, {mode: "no-cors"}).then(() => "allowed", refused),
            image: await load("img", "src"),
            socket: await socket(),
          };
        }"""
    )
    assert came == {"fetch": "refused", "image": "refused", "socket": "refused"}
    refused = [one for one in forget_complaints(devices) if one.startswith("policy: ")]
    assert {one.split()[1] for one in refused} == {"connect-src", "img-src"}

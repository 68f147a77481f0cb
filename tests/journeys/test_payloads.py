"""Whatever somebody writes stays text on every screen: nothing runs, no policy is even touched."""

import json

import pytest
from devices import Devices
from evening import Evening
from house import House
from playwright.async_api import Page

pytestmark = pytest.mark.asyncio(loop_scope="session")

RUN = "window.ran=1"
PAYLOADS = [
    f"<script>{RUN}</script>",
    f"<img src=x onerror={RUN}>",
    f"<svg/onload={RUN}>",
    f"<svg><script>{RUN}</script></svg>",
    f"<iframe srcdoc='<script>parent.{RUN}</script>'>",
    f"<a href=javascript:{RUN}>x</a>",
    f"<details open ontoggle={RUN}>",
    f"<body onload={RUN}>",
    f"<input autofocus onfocus={RUN}>",
    f"<video><source onerror={RUN}></video>",
    f"<math><mtext><table><mglyph><style><img src=x onerror={RUN}>",
    f'<noscript><p title="</noscript><img src=x onerror={RUN}>">',
    f"<template><script>{RUN}</script></template>",
    f'<object data="data:text/html,<script>parent.{RUN}</script>">',
    f'<embed src="javascript:{RUN}">',
    f"<form><button formaction=javascript:{RUN}>x",
    f'<link rel=stylesheet href="javascript:{RUN}">',
    f'<meta http-equiv=refresh content="0;url=javascript:{RUN}">',
    f'<base href="javascript:{RUN}//">',
    f'"><script>{RUN}</script>',
    f"'><img src=x onerror={RUN}>",
    f'" onmouseover="{RUN}" x="',
    f"' autofocus onfocus='{RUN}' x='",
    f"</title><script>{RUN}</script>",
    f"</textarea><script>{RUN}</script>",
    f"</style><script>{RUN}</script>",
    f"</script><script>{RUN}</script>",
    f"--><script>{RUN}</script>",
    f"]]><script>{RUN}</script>",
    f'<!--<img src="--><img src=x onerror={RUN}>">',
    f"javascript:{RUN}",
    f"data:text/html,<script>{RUN}</script>",
    f"{{{{constructor.constructor('{RUN}')()}}}}",
    f"${{{RUN}}}",
    f"<%= {RUN} %>",
    f"&lt;script&gt;{RUN}&lt;/script&gt;",
    f"&#60;script&#62;{RUN}&#60;/script&#62;",
    f"\\u003cscript\\u003e{RUN}\\u003c/script\\u003e",
    f"%3Cscript%3E{RUN}%3C/script%3E",
    f"\uff1cscript\uff1e{RUN}\uff1c/script\uff1e",
    f"<scr<script>ipt>{RUN}</scr</script>ipt>",
    f"<SCRIPT\n>{RUN}</SCRIPT\n>",
    f"<script/src=data:,{RUN}></script>",
    f"<x onclick={RUN} tabindex=1>",
    f"[x](javascript:{RUN})",
    f'![x](x" onerror="{RUN})',
    '{"__proto__":{"ran":1}}',
    "__proto__",
    "constructor",
    "<b>fett</b> & <i>schräg</i>",
]
TITLE = f"<img src=x onerror={RUN}>"


@pytest.fixture
def texts() -> dict[str, str]:
    return {language: TITLE for language in ("de", "en", "ar")}


async def wait_and_look(page: Page, shown: str) -> None:
    """Nothing has run and nothing was reported, while the words are there to be read."""
    await page.wait_for_function(
        "(words) => document.body.innerText.includes(words)", arg=shown, timeout=20_000
    )
    assert await page.evaluate("[window.ran, ({}).ran]") == [None, None]


async def test_fifty_payloads_in_every_place_run_nowhere(
    house: House, evening: Evening, devices: Devices, texts: dict[str, str]
) -> None:
    """The cards are every payload there is; titles, questions, labels and reasons are one each."""
    assert len(PAYLOADS) >= 50
    order = evening.order
    await order("DescribeDialogue", title=texts, goal=texts, afterwards=texts)
    topic = evening.moderator.shared.all("topic")[0]
    await order("ChangeTopic", topic=topic["id"], title=texts, question=texts)
    round_ = evening.rounds[0]
    kinds = ["idea", "worry", "question", "going_well"]
    changed = {"title": texts, "question": texts, "kinds": kinds, "minutes": 5}
    await order("ChangeRound", round=round_["id"], **changed)
    await order("IssueLink", role="board", label=TITLE)
    await evening.open_round(1)
    guest = house.light_phone(evening.code)
    await guest.join("de", 1)
    for payload in PAYLOADS:
        answer = await guest.command("PostCard", text=payload, kind="idea")
        assert answer["ok"], (payload, answer)
    await evening.hide(PAYLOADS[0], TITLE)
    statements = [{"de": payload} for payload in PAYLOADS]
    await order("PlanBallot", title=texts, method="agreement", statements=statements)
    pages = [
        (await devices.laptop(house, await evening.link("moderator"))).page,
        (await devices.board(house, await evening.link("board"))).page,
        (await devices.laptop(house, await evening.link("host"))).page,
    ]
    moderator = pages[0]
    await moderator.wait_for_url("**/moderate/**")
    await moderator.evaluate("location.hash = 'cards'")
    await wait_and_look(moderator, PAYLOADS[-1])
    for page in pages[1:]:
        await wait_and_look(page, TITLE)
    person = await devices.phone(house, "de")
    await person.arrive(evening.address(1), 1)
    await wait_and_look(person.page, PAYLOADS[-1])
    await evening.open_ballot()
    await wait_and_look(person.page, PAYLOADS[0])
    await evening.close_ballot()
    for page in (*pages, person.page):
        await wait_and_look(page, TITLE)
    await moderator.goto(moderator.url.replace("/moderate/", "/print/"))
    await wait_and_look(moderator, TITLE)
    names = ("results.json", "cards.csv")
    found = [await evening.desk.download(f"/api/dialogues/{evening.code}/{name}") for name in names]
    assert PAYLOADS[-1] in json.dumps(json.loads(found[0]), ensure_ascii=False)
    await guest.close()

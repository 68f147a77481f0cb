"""The JSON API: making dialogues from templates, listing them, links, QR codes, odd bodies."""

import asyncio
import re

import pytest
import segno
from aiohttp import ClientTimeout
from open_server import OpenServer
from played_evening import Evening, open_hall

from rooms.abilities import COMMANDS
from rooms.dialogue import Dialogue
from rooms.links import RevokeLink
from rooms.log import MemoryLog
from rooms.messages import ORGANISER, LinkId, Texts
from rooms.tables import RemoveTable
from server.making import begin, carry_out, carry_out_or_remove, fresh_id
from server.opening import repair_command
from server.qr import join_url
from server.templates import TEMPLATES, SetUp, read_template, set_up, set_up_again

pytestmark = pytest.mark.asyncio(loop_scope="session")
LANGUAGES = ("de", "en", "ar")


async def made(template: str, tables: int | None = None) -> Dialogue:
    """The dialogue that a template makes."""
    async with open_hall(MemoryLog()) as hall:
        found = read_template(template)
        live = await begin(hall, found.title, LANGUAGES, rehearsal=False)
        await carry_out_or_remove(hall, live, set_up(found, found.title, tables, fresh_id))
        return live.dialogue


def texts_of(found: SetUp) -> list[Texts]:
    ballots = [text for ballot in found.ballots for text in (ballot.title, *ballot.statements)]
    topics = [text for topic in found.topics for text in (topic.title, topic.question)]
    rounds = [text for round_ in found.rounds for text in (round_.title, round_.question)]
    return [found.title, found.goal, found.afterwards, *topics, *rounds, *ballots]


async def test_the_zukunftswerkstatt_is_the_evening_of_six_tables() -> None:
    dialogue = await made("zukunftswerkstatt")
    topics = [dialogue.topics[table.topic].title["de"] for table in dialogue.tables.values()]
    assert topics[0] == "Akzeptanz & Vorbehalte"
    assert len(set(topics)) == 6
    assert [(round_.title["de"], round_.kinds, round_.minutes) for round_ in _rounds(dialogue)] == [
        ("Kritik", ("worry", "question", "going_well"), 45),
        ("Fantasie", ("idea",), 40),
        ("Umsetzung", ("idea",), 50),
    ]
    (ballot,) = dialogue.ballots.values()
    assert (ballot.dots, ballot.most_per_option, ballot.own_table) == (4, 2, True)
    assert (ballot.method, ballot.minutes) == ("dots", 15)
    assert ballot.rounds == (_rounds(dialogue)[-1].id,)


def _rounds(dialogue: Dialogue) -> list:  # type: ignore[type-arg]
    return sorted(dialogue.rounds.values(), key=lambda round_: round_.order)


@pytest.mark.parametrize("tables", [1, 4, 6, 8, 15])
async def test_fewer_tables_take_the_first_topics_and_more_share_them(tables: int) -> None:
    dialogue = await made("zukunftswerkstatt", tables)
    assert sorted(dialogue.tables) == list(range(1, tables + 1))
    assert len(dialogue.topics) == min(tables, 6)
    assert dialogue.tables[tables].topic == list(dialogue.topics)[(tables - 1) % 6]


async def test_a_blank_dialogue_has_a_table_and_nothing_else() -> None:
    dialogue = await made("blank")
    assert (len(dialogue.tables), len(dialogue.rounds), len(dialogue.ballots)) == (1, 0, 0)


async def test_every_template_has_one_link_each_for_moderator_wall_and_tables() -> None:
    dialogue = await made("zukunftswerkstatt", 3)
    links = [(link.role, link.table, link.label) for link in dialogue.links.values()]
    assert links == [
        ("moderator", None, "Moderation"),
        ("board", None, "Leinwand"),
        ("host", 1, "Tisch 1"),
        ("host", 2, "Tisch 2"),
        ("host", 3, "Tisch 3"),
    ]


@pytest.mark.parametrize("name", TEMPLATES)
async def test_a_template_speaks_every_language_and_says_what_awaits_a_native_reader(
    name: str,
) -> None:
    found = read_template(name)
    for texts in filter(None, texts_of(found)):
        assert set(texts) == set(LANGUAGES)
        assert all(text.strip() for text in texts.values())
    assert found.awaiting_a_native_reader == ("ar",)


async def test_a_rehearsal_starts_with_the_same_set_up_and_nobody_in_it() -> None:
    async with open_hall(MemoryLog()) as hall:
        found = read_template("zukunftswerkstatt")
        live = await begin(hall, found.title, LANGUAGES, rehearsal=False)
        await carry_out_or_remove(hall, live, set_up(found, found.title, 5, fresh_id))
        evening = Evening(hall, live)
        await evening.open_round(2)
        person = await evening.arrive(1, table=2)
        await evening.post(person, "Sprachcafé am Mittwoch")
        await evening.act(ORGANISER, RemoveTable(table=4))

        copy = await begin(hall, found.title, LANGUAGES, rehearsal=True)
        await carry_out(hall, copy, list(set_up_again(live.dialogue)))
    real, rehearsal = live.dialogue, copy.dialogue
    assert rehearsal.about.rehearsal
    assert rehearsal.about.goal == real.about.goal
    assert sorted(rehearsal.tables) == [1, 2, 3, 5]
    assert dict(rehearsal.tables) == dict(real.tables)
    assert {topic.title["de"] for topic in rehearsal.topics.values()} == {
        topic.title["de"] for topic in real.topics.values()
    }
    assert [round_.question for round_ in _rounds(rehearsal)] == [
        round_.question for round_ in _rounds(real)
    ]
    assert {round_.state for round_ in rehearsal.rounds.values()} == {"planned"}
    assert [ballot.rounds for ballot in rehearsal.ballots.values()] == [
        ballot.rounds for ballot in real.ballots.values()
    ]
    assert not rehearsal.cards
    assert not rehearsal.people
    assert not rehearsal.links


async def test_a_set_up_that_is_refused_half_way_leaves_no_dialogue() -> None:
    log = MemoryLog()
    async with open_hall(log) as hall:
        found = read_template("zukunftswerkstatt")
        live = await begin(hall, found.title, LANGUAGES, rehearsal=False)
        steps = list(set_up(found, found.title, None, fresh_id))
        with pytest.raises(Exception, match="unknown_topic"):
            await carry_out_or_remove(hall, live, steps[:1] + steps[7:])
        assert await log.codes() == []


async def test_the_organiser_makes_a_dialogue_and_finds_it_in_the_list(
    organiser: OpenServer,
) -> None:
    created = await organiser.new_dialogue(title={"de": "Wie wohnen wir?"}, languages=["de", "ar"])
    assert re.fullmatch("[2-9A-HJ-NP-Z]{8}", created["code"])
    listed = (await (await organiser.get("/api/dialogues")).json())["dialogues"]
    row = next(row for row in listed if row["code"] == created["code"])
    assert row["title"] == {"de": "Wie wohnen wir?"}
    assert row["moderator_link"] == created["moderator_link"]
    assert (row["joined"], row["cards"], row["rehearsal"]) == (0, 0, False)
    assert row["created"] > 0
    assert [row["created"] for row in listed] == sorted(
        (row["created"] for row in listed), reverse=True
    )


async def test_a_dialogue_with_a_broken_log_stays_in_the_list_and_holds_nobody_up(
    organiser: OpenServer,
) -> None:
    broken, well = [(await organiser.new_dialogue())["code"] for _ in range(2)]
    tail = await organiser.log.tail(broken)
    await organiser.log.append(broken, tail, tail.epoch, [(b"not an entry", b"no seal!")])

    async def listed() -> dict[str, bool]:
        response = await organiser.get("/api/dialogues", timeout=ClientTimeout(5))
        return {
            row["code"]: row.get("broken", False) for row in (await response.json())["dialogues"]
        }

    async with asyncio.timeout(5):
        while not (await listed())[broken]:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    assert not (await listed())[well]
    rows = (await (await organiser.get("/api/dialogues")).json())["dialogues"]
    [row] = [row for row in rows if row["code"] == broken]
    assert row["repair"] == repair_command(organiser.settings.data, broken)
    response = await organiser.get(f"/api/dialogues/{broken}/cards.csv", timeout=ClientTimeout(5))
    assert (response.status, (await response.json())["error"]) == (500, "internal")
    await organiser.log.remove(broken)


async def test_the_moderator_link_of_a_new_dialogue_opens_it(organiser: OpenServer) -> None:
    created = await organiser.new_dialogue()
    assert created["moderator_link"].startswith(f"{organiser.url}/enter#{created['code']}.")
    async with organiser.another_browser() as browser:
        answer = await browser.enter(created["moderator_link"].partition("#")[2])
        assert (answer["role"], answer["code"]) == ("moderator", created["code"])


async def test_the_organiser_gets_back_in_when_every_moderator_link_is_revoked(
    organiser: OpenServer,
) -> None:
    made = await organiser.new_dialogue()
    old = next(link for link in await organiser.links(made["code"]) if link["role"] == "moderator")
    async with open_hall(organiser.log) as hall:
        evening = Evening(hall, await hall.live(made["code"]))
        await evening.act(ORGANISER, RevokeLink(link=LinkId(old["id"])))

    async def listed() -> str | None:
        rows = (await (await organiser.get("/api/dialogues")).json())["dialogues"]
        links = {row["code"]: row.get("moderator_link") for row in rows}
        return links[made["code"]]

    async with asyncio.timeout(5):
        while (link := await listed()) in (None, made["moderator_link"]):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    assert (await organiser.enter(link.partition("#")[2]))["role"] == "moderator"
    assert await listed() == link, "one new link is enough"


async def test_the_organiser_moderates_every_dialogue(organiser: OpenServer) -> None:
    code = (await organiser.new_dialogue(tables=2))["code"]
    assert [link["role"] for link in await organiser.links(code)] == [
        "moderator",
        "board",
        "host",
        "host",
    ]


async def test_a_title_without_the_main_language_is_refused_and_leaves_nothing(
    organiser: OpenServer,
) -> None:
    before = await organiser.log.codes()
    asked = {"template": "blank", "languages": ["de"], "title": {"en": "Housing"}}
    response = await organiser.post("/api/dialogues", asked)
    assert (response.status, (await response.json())["reason"]) == (409, "empty_text")
    assert await organiser.log.codes() == before


@pytest.mark.parametrize(
    "body",
    [
        [],
        {},
        {"template": "world_cafe", "languages": ["de"]},
        {"template": "blank", "languages": []},
        {"template": "blank", "languages": ["xx"]},
        {"template": "blank", "languages": ["de"], "tables": 0},
        {"template": "blank", "languages": ["de"], "tables": 201},
        {"template": "blank", "languages": ["de"], "tables": "6"},
        {"template": "blank", "languages": ["de"], "colour": "red"},
        {"template": "blank", "languages": "de"},
    ],
)
async def test_a_body_that_makes_no_sense_is_malformed(organiser: OpenServer, body: object) -> None:
    response = await organiser.post("/api/dialogues", body)
    answer = await response.json()
    assert response.status == 400
    assert (answer["ok"], answer["error"], answer["reason"]) == (
        False,
        "malformed",
        "not_understood",
    )


TOO_DEEP = b'{"odd": ' + b"[" * 60_000


@pytest.mark.parametrize(
    "raw", [b"", b"{", b"\xff\xfe", b"null", b"[" * 60_000, TOO_DEEP, b'{"secret": 1}']
)
async def test_broken_json_is_malformed(server: OpenServer, raw: bytes) -> None:
    headers = {"content-type": "application/json"}
    response = await server.http.post("/api/enter", data=raw, headers=headers)
    assert (response.status, (await response.json())["error"]) == (400, "malformed")


async def test_a_body_above_64_kilobytes_is_not_read(server: OpenServer) -> None:
    headers = {"content-type": "application/json"}
    body = b'{"secret": "' + b"a" * 65_536 + b'"}'
    response = await server.http.post("/api/enter", data=body, headers=headers)
    assert (response.status, (await response.json())["reason"]) == (413, "too_large")


@pytest.mark.parametrize("path", ["links", "cards.csv", "results.json", "qr.svg"])
async def test_an_unknown_code_is_forgotten(organiser: OpenServer, path: str) -> None:
    for code in ("ABCDEFGH", "abcd", "ABCDEFG0"):
        response = await organiser.get(f"/api/dialogues/{code}/{path}")
        assert (response.status, (await response.json())["error"]) == (404, "forgotten")


async def test_a_qr_code_leads_to_its_table(organiser: OpenServer) -> None:
    code = (await organiser.new_dialogue(tables=3))["code"]
    async with organiser.another_browser() as phone:
        response = await phone.get(f"/api/dialogues/{code}/qr.svg?table=3")
        assert response.headers["content-type"] == "image/svg+xml"
        svg = await response.text()
    assert join_url(organiser.url, code, "3") == f"{organiser.url}/{code}/3"
    expected = segno.make_qr(f"{organiser.url}/{code}/3", error="q")
    assert f'viewBox="0 0 {expected.symbol_size(1, 4)[0]} ' in svg
    assert svg != await (await organiser.get(f"/api/dialogues/{code}/qr.svg")).text()


@pytest.mark.parametrize("table", ["4", "0", "-1", "x", "", "1.0", "\u0663", "9" * 5_000])
async def test_a_qr_code_for_no_table_is_refused(organiser: OpenServer, table: str) -> None:
    code = (await organiser.new_dialogue(tables=3))["code"]
    response = await organiser.get(f"/api/dialogues/{code}/qr.svg", params={"table": table})
    assert (response.status, (await response.json())["reason"]) == (409, "unknown_table")


async def test_templates_use_commands_a_moderator_may_give() -> None:
    found = read_template("zukunftswerkstatt")
    for step in set_up(found, found.title, None, fresh_id):
        assert type(step.command) in COMMANDS
        assert "moderator" in step.command.who

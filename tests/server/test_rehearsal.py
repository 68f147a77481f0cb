"""Rehearsals: a simulated hall in a copy of the evening, which leaves no trace in the real one."""

import asyncio
import random
from collections.abc import Callable
from typing import Any

import pytest
from open_server import OpenServer
from played_evening import open_hall

from rooms.agenda import RemoveRound
from rooms.ballot_plans import PlanBallot
from rooms.dialogue import Dialogue
from rooms.log import MemoryLog
from rooms.marks import spent
from rooms.texts import MOST_CARD_LETTERS, clean_text
from server.making import begin, carry_out, carry_out_or_remove, fresh_id
from server.phones import Desk, Screen
from server.rehearsal import SPEAKERS, Texts, play
from server.templates import Step, read_template, set_up, set_up_again

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def desk_of(server: OpenServer) -> Desk:
    return await Desk.of_organiser(
        f"{server.url}/enter#{(await server.keys()).organiser_fragment()}"
    )


async def started(organiser: OpenServer, code: str) -> dict[str, Any]:
    response = await organiser.post(f"/api/dialogues/{code}/rehearsal", {})
    assert response.status == 200, await response.text()
    answer: dict[str, Any] = await response.json()
    return answer


async def in_log(server: OpenServer, code: str, holds: Callable[[Dialogue], bool]) -> Dialogue:
    """The dialogue as another process sees it, once it is so."""
    async with open_hall(server.log) as hall, asyncio.timeout(20):
        live = await hall.live(code)
        while not holds(live.dialogue):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        return live.dialogue


async def moderating(desk: Desk, link: str) -> Screen:
    screen = await desk.staff(link)
    await screen.connect()
    return screen


async def test_the_hall_comes_posts_and_votes_as_the_moderator_opens(organiser: OpenServer) -> None:
    made = await organiser.new_dialogue(tables=3)
    moderator = await moderating(await desk_of(organiser), made["moderator_link"])
    playing = asyncio.create_task(
        play(organiser.url, made["code"], 12, pace=0.1, arriving_seconds=0.3)
    )
    rounds = sorted(moderator.shared.all("round"), key=lambda entry: entry["order"])
    (ballot,) = moderator.shared.all("ballot")
    assert (await moderator.command("OpenRound", round=rounds[2]["id"]))["ok"]
    await moderator.until(lambda: len(moderator.shared.all("card")) >= 9)
    assert (await moderator.command("OpenBallot", ballot=ballot["id"]))["ok"]
    dialogue = await in_log(
        organiser, made["code"], lambda now: now.turnout.get(ballot["id"], 0) >= 8
    )
    playing.cancel()
    await asyncio.gather(playing, return_exceptions=True)
    await moderator.close()

    assert {person.table for person in dialogue.people.values()} == {1, 2, 3}
    assert {card.kind for card in dialogue.cards.values()} == {"idea"}
    assert {person.language for person in dialogue.people.values()} <= {"de", "en", "ar"}
    for person in dialogue.people:
        assert spent(dialogue, ballot["id"], person) <= 4


async def test_invented_phones_vote_by_tickets_where_the_evening_asks_for_them(
    organiser: OpenServer,
) -> None:
    made = await organiser.new_dialogue(tables=2)
    moderator = await moderating(await desk_of(organiser), made["moderator_link"])
    assert (await moderator.command("AskForTickets", always=True))["ok"]
    await moderator.close()
    rehearsal = await started(organiser, made["code"])
    copy = await in_log(organiser, rehearsal["code"], lambda now: len(now.batches) > 0)
    assert [ballot.tickets for ballot in copy.ballots.values()] == [True]
    assert [batch.issued for batch in copy.batches.values()] == [12]
    await organiser.delete(f"/api/dialogues/{rehearsal['code']}/rehearsal")


async def test_whoever_comes_to_a_rehearsal_takes_a_ticket_at_the_door(
    organiser: OpenServer,
) -> None:
    made = await organiser.new_dialogue(tables=2)
    moderator = await moderating(await desk_of(organiser), made["moderator_link"])
    tickets = ("AAAA2222", "BBBB3333")
    assert (await moderator.command("IssueTickets", secrets=tickets))["ok"]
    playing = asyncio.create_task(
        play(organiser.url, made["code"], 3, arriving_seconds=0.1, tickets=tickets)
    )
    dialogue = await in_log(
        organiser,
        made["code"],
        lambda now: (
            len(now.holders) == 2 and [p.table for p in now.people.values()].count(None) == 0
        ),
    )
    playing.cancel()
    await asyncio.gather(playing, return_exceptions=True)
    await moderator.close()
    assert set(dialogue.holders) <= set(dialogue.people)


async def test_a_rehearsal_has_links_and_people_of_its_own(organiser: OpenServer) -> None:
    code = (await organiser.new_dialogue(tables=2))["code"]
    rehearsal = await started(organiser, code)
    assert rehearsal["code"] != code
    moderator = await moderating(await desk_of(organiser), rehearsal["moderator_link"])
    assert moderator.shared.entries["dialogue"]["rehearsal"] is True
    await moderator.until(lambda: moderator.shared.all("people"))
    await moderator.close()
    real = await in_log(organiser, code, lambda _: True)
    assert (len(real.people), len(real.cards)) == (0, 0)
    await organiser.delete(f"/api/dialogues/{rehearsal['code']}/rehearsal")


async def test_ending_a_rehearsal_removes_it_and_nothing_else(organiser: OpenServer) -> None:
    code = (await organiser.new_dialogue(tables=2))["code"]
    rehearsal = (await started(organiser, code))["code"]
    response = await organiser.delete(f"/api/dialogues/{rehearsal}/rehearsal")
    assert (response.status, await response.json()) == (200, {"ok": True})
    assert rehearsal not in await organiser.log.codes()
    assert code in await organiser.log.codes()
    assert (await organiser.get(f"/{rehearsal}")).status == 404


async def test_a_moderator_finds_the_running_rehearsal_until_it_is_ended(
    organiser: OpenServer,
) -> None:
    made = await organiser.new_dialogue(tables=2)
    path = f"/api/dialogues/{made['code']}/rehearsal"
    assert await (await organiser.get(path)).json() == {"ok": True, "running": None}
    rehearsal = await started(organiser, made["code"])
    async with organiser.another_browser() as browser:
        assert (await browser.get(path)).status == 401
        await browser.enter(made["moderator_link"].partition("#")[2])
        found = await (await browser.get(path)).json()
        assert {"ok": True, **found["running"]} == rehearsal
        ended = await browser.delete(f"/api/dialogues/{rehearsal['code']}/rehearsal")
        assert ended.status == 200
        assert await (await browser.get(path)).json() == {"ok": True, "running": None}


async def test_a_real_evening_cannot_be_removed_as_a_rehearsal(organiser: OpenServer) -> None:
    code = (await organiser.new_dialogue())["code"]
    response = await organiser.delete(f"/api/dialogues/{code}/rehearsal")
    assert (response.status, (await response.json())["reason"]) == (409, "no_rehearsal")
    assert code in await organiser.log.codes()


async def test_starting_again_clears_the_old_rehearsal_away(organiser: OpenServer) -> None:
    code = (await organiser.new_dialogue(tables=2))["code"]
    first, second = [(await started(organiser, code))["code"] for _ in range(2)]
    codes = await organiser.log.codes()
    assert (first in codes, second in codes) == (False, True)
    again = await organiser.post(f"/api/dialogues/{second}/rehearsal", {})
    assert (again.status, (await again.json())["reason"]) == (409, "is_a_rehearsal")
    await organiser.delete(f"/api/dialogues/{second}/rehearsal")


async def test_starting_twice_at_once_leaves_one_rehearsal(organiser: OpenServer) -> None:
    code = (await organiser.new_dialogue(tables=2))["code"]
    before = set(await organiser.log.codes())
    await asyncio.gather(*(started(organiser, code) for _ in range(3)))
    (rehearsal,) = set(await organiser.log.codes()) - before
    await organiser.delete(f"/api/dialogues/{rehearsal}/rehearsal")


async def test_a_simulated_hall_that_broke_down_can_still_be_sent_home(
    organiser: OpenServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def broken(*_: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("server.rehearsing.play", broken)
    code = (await organiser.new_dialogue(tables=2))["code"]
    rehearsal = (await started(organiser, code))["code"]
    response = await organiser.delete(f"/api/dialogues/{rehearsal}/rehearsal")
    assert response.status == 200
    assert rehearsal not in await organiser.log.codes()
    assert capsys.readouterr().out.count("rehearsal_failed") == 1


async def test_a_vote_on_a_struck_round_keeps_nobody_from_rehearsing() -> None:
    async with open_hall(MemoryLog()) as hall:
        live = await begin(hall, {"de": "Abend"}, ("de",), rehearsal=False)
        template = read_template("zukunftswerkstatt")
        await carry_out_or_remove(hall, live, set_up(template, {"de": "Abend"}, 1, fresh_id))
        kept, struck, *_ = list(live.dialogue.rounds)
        for rounds in ((kept, struck), (struck,)):
            plan = PlanBallot(title={"de": "Auswahl"}, method="dots", rounds=rounds)
            await carry_out(hall, live, [Step(fresh_id(), plan)])
        await carry_out(hall, live, [Step(fresh_id(), RemoveRound(round=struck))])

        copy = await begin(hall, {"de": "Probe"}, ("de",), rehearsal=True)
        await carry_out(hall, copy, list(set_up_again(live.dialogue)))
        copied = [ballot.rounds for ballot in copy.dialogue.ballots.values()]
        assert (kept,) in copied
        assert all(round_ in copy.dialogue.rounds for rounds in copied for round_ in rounds)
        assert len(copied) == len(live.dialogue.ballots) - 1  # nothing was left to vote on


async def test_the_moderator_who_starts_a_rehearsal_may_end_it(organiser: OpenServer) -> None:
    made = await organiser.new_dialogue(tables=2)
    async with organiser.another_browser() as browser:
        await browser.enter(made["moderator_link"].partition("#")[2])
        rehearsal = (await started(browser, made["code"]))["code"]
        ended = await browser.delete(f"/api/dialogues/{rehearsal}/rehearsal")
        assert ended.status == 200


async def test_only_a_moderator_starts_a_rehearsal(organiser: OpenServer) -> None:
    code = (await organiser.new_dialogue(tables=2))["code"]
    host = next(link for link in await organiser.links(code) if link["role"] == "host")
    async with organiser.another_browser() as browser:
        stranger = await browser.post(f"/api/dialogues/{code}/rehearsal", {})
        assert stranger.status == 401
        await browser.enter(host["url"].partition("#")[2])
        refused = await browser.post(f"/api/dialogues/{code}/rehearsal", {})
        assert refused.status == 403


async def test_sample_cards_are_cards_people_could_post() -> None:
    topics = Texts(random.Random(1)).topics
    assert len(topics) == len(read_template("zukunftswerkstatt").topics)
    for topic in topics:
        assert set(topic) == {"idea", "worry", "question", "going_well"}
        for texts in topic.values():
            assert set(texts) == set(SPEAKERS)
            for text in (text for language in texts.values() for text in language):
                assert clean_text(text, MOST_CARD_LETTERS) == text


async def test_nobody_says_at_a_table_what_somebody_said_before() -> None:
    texts = Texts(random.Random(1))
    drawn = [texts.draw(("round", 1), 0, "idea", "de") for _ in range(20)]
    said = [text for text in drawn if text is not None]
    assert len(said) == len(set(said)) == len(texts.topics[0]["idea"]["de"])
    assert texts.draw(("round", 2), 0, "idea", "de") in said
    assert texts.draw(("round", 3), 0, "idea", "uk") is None

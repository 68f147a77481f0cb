"""Tickets and head counts in the files people take home: how many, and never whose or when."""

import io
import json
import re
from typing import Any

import openpyxl
import pytest
import segno
from open_server import OpenServer
from played_evening import Evening, open_hall

from rooms.ballot_plans import PlanBallot
from rooms.heads import CountHeads
from rooms.log import MemoryLog
from rooms.messages import ORGANISER, BallotId
from rooms.redeeming import FreeTicket, RedeemTicket
from rooms.tickets import IssueTickets, VoidTicket
from rooms.voting import PlaceDots
from server.codes import spaced
from server.downloads import FILES, workbook
from server.making import begin, carry_out_or_remove, fresh_id
from server.results import results
from server.templates import read_template, set_up

pytestmark = pytest.mark.asyncio(loop_scope="session")
KEY = b"shuffle"
SECRETS = ("AAAA2222", "BBBB3333", "CCCC4444", "DDDD5555")
TEXTS = ({"de": "Bäume"}, {"de": "Bänke"})
PLAN = PlanBallot(title={"de": "Geld"}, method="dots", statements=TEXTS, tickets=True)


async def voted(order: tuple[int, ...]) -> dict[str, Any]:
    """Three people vote alike in every evening; who redeems which ticket, and when, is `order`."""
    async with open_hall(MemoryLog()) as hall:
        found = read_template("zukunftswerkstatt")
        live = await begin(hall, found.title, ("de",), rehearsal=False)
        await carry_out_or_remove(hall, live, set_up(found, found.title, 3, fresh_id))
        evening = Evening(hall, live)
        people = [await evening.arrive(nth, table=1) for nth in (1, 2, 3)]
        await evening.act(ORGANISER, IssueTickets(secrets=SECRETS))
        await evening.act(ORGANISER, PLAN)
        ballot = BallotId(await evening.open_ballot(-1))
        for ticket in order:
            person = people[order.index(ticket)] if ticket < 3 else people[0]
            await evening.act(person, RedeemTicket(secret=SECRETS[ticket]))
        for nth, person in enumerate(people):
            vote = PlaceDots(ballot=ballot, option="1" if nth else "2", dots=1)
            await evening.act(person, vote)
        await evening.act(ORGANISER, CountHeads(table=1, people=2))
        await evening.close_ballot(-1)
        await evening.act(ORGANISER, FreeTicket(secret=SECRETS[order[0]]))
        await evening.act(ORGANISER, VoidTicket(secret=SECRETS[order[0]]))
        return results(evening.dialogue, KEY)


def without_seals(found: dict[str, Any]) -> Any:
    """What differs between any two evenings: code, clock, and the seals over all of it."""
    plain = json.loads(json.dumps(found))
    for part in (plain, *plain["ballots"]):
        for name in ("code", "epoch", "at", "seal"):
            part.pop(name, None)
    plain["votes"] = sorted(map(str, ({**v, "voter": 0} for v in plain["votes"])))
    return plain


async def test_who_held_which_ticket_and_in_which_order_leaves_no_trace_in_a_download() -> None:
    told = [without_seals(await voted(order)) for order in ((0, 1, 2), (2, 0, 1), (1, 2, 0))]
    assert told[0] == told[1] == told[2]


async def test_downloads_state_tickets_issued_redeemed_voided_and_freed() -> None:
    found = await voted((0, 1, 2))
    assert found["tickets"] == {"issued": 4, "redeemed": 3, "voided": 1, "freed": 1}
    assert found["ballots"][-1]["tickets"] is True
    rows = overview(found)
    assert ("Stimmscheine ausgegeben", 4) in rows
    assert ("Stimmscheine vom Telefon gelöst", 1) in rows
    for name, (_, write) in FILES.items():
        assert not [one for one in SECRETS if one.encode() in write(found)], name


async def test_more_voters_than_people_is_said_in_words() -> None:
    found = await voted((0, 1, 2))
    told = {"table": 1, "voters": 3, "people": 2, "over": True}
    assert found["ballots"][-1]["attendance"] == [told]
    rows = overview(found)
    assert ("Geld", 1, 3, 2, "Mehr Stimmende als Personen") in rows


async def test_the_seal_at_the_close_stands_in_the_download() -> None:
    found = await voted((0, 1, 2))
    ballot = found["ballots"][-1]
    assert len(ballot["seal"]) == 32
    assert ballot["sealed_version"] < found["version"]
    assert ballot["seal"] != found["seal"]
    rows = overview(found)
    assert ("Siegel des Protokolls", spaced(found["seal"])) in rows
    assert any(spaced(ballot["seal"]) in row for row in rows)


def overview(found: dict[str, Any]) -> list[tuple[Any, ...]]:
    book = openpyxl.load_workbook(io.BytesIO(workbook(found)))
    rows = book["Überblick"].iter_rows(values_only=True)
    return [tuple(cell for cell in row if cell is not None) for row in rows]


# The codes for the printer


async def test_codes_for_tickets_are_drawn_for_moderators_only(organiser: OpenServer) -> None:
    code = (await organiser.new_dialogue())["code"]
    path, asked = f"/api/dialogues/{code}/tickets", {"secrets": list(SECRETS)}
    async with organiser.another_browser() as phone:
        assert (await phone.post(path, asked)).status == 401
    answer = await (await organiser.post(path, asked)).json()
    assert [dark(one["path"]) for one in answer["codes"]] == [
        modules(f"{organiser.url}/{code}#t={secret}") for secret in SECRETS
    ]
    for secrets in (["AAAA"], ["AAAA-2222"], [1], ["AAAA2222"] * 51):
        assert (await organiser.post(path, {"secrets": secrets})).status == 400


def dark(path: str) -> set[tuple[int, int]]:
    """The squares that the path of a page's drawing fills."""
    found = set()
    for x, y, wide in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", path):
        found |= {(int(x) + step, int(y)) for step in range(int(wide))}
    return found


def modules(text: str) -> set[tuple[int, int]]:
    """The dark ones of the code that says this, behind the quiet zone of four."""
    rows = segno.make_qr(text, error="m").matrix
    return {(x + 4, y + 4) for y, row in enumerate(rows) for x, one in enumerate(row) if one}

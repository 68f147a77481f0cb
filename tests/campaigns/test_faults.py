"""A short campaign of faults against real processes, and bugs that it must find.

The long one is `./run campaign faults`; its seeds and numbers stand in docs/campaigns.
"""

import asyncio
import os
import re
import subprocess
import sys
from typing import Any

import pytest

from campaigns.faults.beside import judge_made
from campaigns.faults.bugs import BUGS, NOT_PLAYED
from campaigns.faults.crew import ROOT, outcomes, task_for
from campaigns.faults.downloads import judge_tallies_file, judge_votes_file, judge_workbook
from campaigns.faults.effects import differs, effects
from campaigns.faults.erasing import ERASED, resealed_up_to, with_words, words_of_erased
from campaigns.faults.exports import judge_cards_file
from campaigns.faults.fold import READ, State
from campaigns.faults.history import Connection, History, Made, Order, Send
from campaigns.faults.judge import Evening, epochs
from campaigns.faults.kills import ended_elsewhere
from campaigns.faults.own_order import own_order
from campaigns.faults.page_lines import section_of, with_line
from campaigns.faults.paper import more_voters_than_tickets, ticket_of
from campaigns.faults.rules import RULES, Who, why_not
from campaigns.faults.shown import BALLOT
from campaigns.faults.stream import Entry, broken_links, places
from campaigns.faults.words import judge_taken_home
from campaigns.shim import why_no_shim
from rooms.abilities import COMMANDS, EVENTS
from server.spreadsheets import xlsx_file

SEED = 20261124
EVENINGS = 2
MOST_EVENINGS = 12
# Those that show at once; `./run campaign faults --bugs` puts in all there are.
SEEDED = ("repeats_are_not_recognised", "stale_refusals")
SURE = ["server killed", "power cut"]
Outcomes = dict[str, list[dict[str, Any]]]

needs_a_disk = pytest.mark.skipif(bool(why_no_shim()), reason=why_no_shim() or "")


@pytest.fixture(scope="module")
def played() -> Outcomes:
    """What came of all of them; they share the two cores and the waiting."""
    seeds = range(SEED, SEED + EVENINGS)
    whole = {f"{n} processes": task_for(seeds, n) for n in (1, 2)}
    whole["4 processes"] = task_for([SEED], 4) | {"always": SURE}
    many = range(SEED, SEED + MOST_EVENINGS)
    wrong = {name: task_for(many, BUGS[name].processes, BUGS[name]) for name in SEEDED}
    return asyncio.run(_all(whole | wrong))


async def _all(tasks: dict[str, dict[str, Any]]) -> Outcomes:
    async def one(task: dict[str, Any]) -> list[dict[str, Any]]:
        return [outcome async for outcome in outcomes(task)]

    found = await asyncio.gather(*(one(task) for task in tasks.values()))
    return dict(zip(tasks, found, strict=True))


@needs_a_disk
@pytest.mark.parametrize("processes", [1, 2])
def test_p2_every_invariant_holds_under_faults(played: Outcomes, processes: int) -> None:
    found = played[f"{processes} processes"]
    assert len(found) == EVENINGS
    assert [outcome["broken"] for outcome in found] == [[]] * EVENINGS, f"seed {SEED}"
    assert sum(outcome["counted"]["answers"] for outcome in found) > 50 * EVENINGS
    assert sum(outcome["counted"]["frames"] for outcome in found) > 50 * EVENINGS


@needs_a_disk
def test_p2_every_invariant_holds_when_one_of_four_processes_dies_and_the_power_goes(
    played: Outcomes,
) -> None:
    [found] = played["4 processes"]
    assert found["broken"] == [], f"seed {SEED}"
    happened = {name: found["counted"][f"fault: {name}"] for name in SURE}
    assert min(happened.values()) >= 1, happened
    assert found["equal_s"] > 0
    print(f"drained after {found['drained_s']:.1f} s, equal {found['equal_s']:.1f} s later")


@needs_a_disk
@pytest.mark.parametrize("name", SEEDED)
def test_a_bug_in_real_processes_is_found(played: Outcomes, name: str) -> None:
    complaints = [outcome["broken"] for outcome in played[name]]
    found = BUGS[name].found_in(complaints[-1])
    assert found, f"{BUGS[name].sentence} Nobody noticed, seed {SEED}: {complaints}"


def test_what_keeps_an_evening_from_being_played_finds_no_bug() -> None:
    broken = [f"{NOT_PLAYED} everybody has joined did not come about", "I18 no answer"]
    assert BUGS["entries_reordered"].found_in(broken) is None
    assert BUGS["entries_reordered"].found_in([*broken, "I15 a seal"]) == "I15 a seal"


def test_every_bug_names_the_invariants_that_may_find_it() -> None:
    for bug in BUGS.values():
        assert bug.by, bug.name
        assert all(re.fullmatch(r"I([1-9]|1[0-9])", one) for one in bug.by), bug.name


def test_every_bug_finds_what_it_wants_to_change() -> None:
    check = "from campaigns.faults.worker import check_bugs; check_bugs()"
    paths = {"PYTHONPATH": os.pathsep.join((str(ROOT / "tests"), str(ROOT)))}
    asked = subprocess.run(
        [sys.executable, "-c", check], env=os.environ | paths, capture_output=True, check=False
    )
    assert asked.returncode == 0, asked.stderr.decode()[-2000:]


def test_who_is_cut_off_another_process_than_the_one_that_died_is_noticed() -> None:
    history = History()
    near, far, gone = (Connection(f"phone{n}", n, 1) for n in range(3))
    history.connections = [near, far, gone]
    history.kills = [(100.0, 0)]
    near.ended_s, far.ended_s, gone.ended_s = 100.1, 100.5, 103.0
    assert [one.split()[1] for one in ended_elsewhere(history, ())] == ["phone1"]
    history.touched.add("phone1")
    assert not [*ended_elsewhere(history, ())]


def test_a_vote_or_a_number_that_is_wrong_in_a_file_is_noticed() -> None:
    state = State("ABCDEFGH")
    state.about = {"languages": ["de"], "title": {"de": "Abend"}}
    plan = {"id": "b", "method": "dots", "own_table": False, "order": 1, "title": {"de": "A"}}
    state.ballots["b"] = {**dict.fromkeys((*BALLOT, "sealed_version", "seal")), **plan}
    state.ballots["b"] |= {"state": "closed", "attendance": []}
    option = {"id": "1", "ballot": "b", "card": None, "table": None, "kind": None, "order": 1}
    tally = {"dots": 2, "voters": 1}
    state.options["b", "1"] = {**option, "gone": False, "text": {"de": "Ja"}, "tally": tally}
    state.marks["b", "p"] = {"1": 2}
    votes, tallies = b"head\r\nA,7,Ja,2\r\n", b"head\r\nA,Ja,,,,nein,2,1,,,\r\n"
    assert not [*judge_votes_file(state, votes), *judge_tallies_file(state, tallies)]
    assert [*judge_votes_file(state, votes.replace(b",2", b",1"))]
    assert [*judge_votes_file(state, b"head\r\n")]
    assert [*judge_tallies_file(state, tallies.replace(b"2,1", b"2,2"))]
    assert [*judge_tallies_file(state, tallies + b"A,Nein,,,,nein,0,0,,,\r\n")]


def test_an_outbox_that_was_sent_in_reverse_is_noticed() -> None:
    history, who = History(), Who("p", "participant")
    line = Connection("phone", 0, 1)
    log = []
    for place, (own, invoked) in enumerate((("phone.2", 2), ("phone.1", 1)), 1):
        order = Order(who, own, {"name": "Join"}, "phone", invoked)
        log.append(Entry(1, place, b"", bytes([place]) * 16, order.id, 0, b"", []))
        version, stamp = places(log)[order.id]
        answer = {"ok": True, "version": version, "stamp": stamp}
        order.sends = [Send(line, 10 + place, 20, answer)]
        history.orders.append(order)
    [complaint] = own_order(history, log)
    assert complaint.startswith("I9 p:phone.1 was given before p:phone.2")
    history.orders[0].sends.insert(0, Send(Connection("phone", 1, 1), 5))  # it may have landed then
    assert not [*own_order(history, log)]


def test_the_second_reading_knows_every_command_and_only_events_that_there_are() -> None:
    assert set(RULES) == {command.__name__ for command in COMMANDS}
    assert set(READ) <= {event.__name__ for event in EVENTS}


def test_the_second_reading_refuses_a_dot_too_many() -> None:
    state = State("ABCDEFGH")
    state.people["p"] = {"language": "de", "table": 1}
    rule = {"id": "b", "method": "dots", "dots": 3, "most_per_option": 3, "own_table": False}
    state.ballots["b"] = {**rule, "state": "open", "tickets": False}
    for key in ("1", "2"):
        state.options["b", key] = {"id": key, "ballot": "b", "table": None, "gone": False}
    state.marks["b", "p"] = {"1": 2}
    vote = {"name": "PlaceDots", "ballot": "b", "option": "2", "dots": 1}
    assert why_not(state, Who("p", "participant"), vote) is None
    assert why_not(state, Who("p", "participant"), {**vote, "dots": 2}) == "no_dots_left"


def test_the_second_reading_knows_whose_a_ticket_is() -> None:
    state, secret = State("ABCDEFGH"), "2345ABCD"
    key = ticket_of(state.code, secret)
    assert key is not None
    assert ticket_of(state.code, " 2345-abcd") == key != ticket_of("BCDEFGHJ", secret)
    for person in "pq":
        state.people[person] = {"language": "de", "table": 1}
    redeem = {"name": "RedeemTicket", "secret": secret}
    assert why_not(state, Who("p", "participant"), redeem) == "unknown_ticket"
    READ["TicketsIssued"](state, {"batch": "b", "tickets": [key], "at": 0})
    assert why_not(state, Who("p", "participant"), redeem) is None
    READ["TicketRedeemed"](state, {"ticket": key, "person": "p"})
    assert why_not(state, Who("p", "participant"), redeem) is None
    assert why_not(state, Who("q", "participant"), redeem) == "ticket_used"
    assert not [*more_voters_than_tickets(state)]
    state.ballots["b"] = {"state": "open", "tickets": True}
    state.options["b", "1"] = {"gone": False}
    state.marks["b", "q"] = {"1": 1}
    assert [*more_voters_than_tickets(state)]


def test_the_second_reading_keeps_a_table_at_which_somebody_sits() -> None:
    state, who = State("ABCDEFGH"), Who("m", "moderator")
    state.links["m"] = {"revoked": False}
    state.tables, state.topics = {1: "t", 2: "t"}, {"t": {}, "u": {}}
    state.people["p"] = {"language": "de", "table": 2}
    remove = {"name": "RemoveTable", "table": 2}
    assert why_not(state, who, remove) == "table_in_use"
    assert why_not(state, Who("p", "participant"), remove) == "not_allowed"
    READ["TableTaken"](state, {"person": "p", "table": 1})
    assert why_not(state, who, remove) is None
    state.cards["c"] = {"table": 2}
    assert why_not(state, who, remove) == "table_in_use"
    assert why_not(state, who, {"name": "RemoveTopic", "topic": "t"}) == "topic_in_use"
    assert why_not(state, who, {"name": "RemoveTopic", "topic": "u"}) is None


def test_the_second_reading_keeps_texts_in_the_languages_that_are_offered() -> None:
    state, who = State("ABCDEFGH"), Who("organiser", "moderator")
    state.about = {"languages": ["de", "ar"]}
    add = {"name": "AddTopic", "title": {"de": " Markt ", "en": "Market"}, "question": {}}
    told = [{"name": "TopicAdded", "title": {"de": "Markt"}, "question": {}, "topic": "t"}]
    assert differs(effects(state, who, add, "x"), told) is None
    told[0]["title"] = {"de": "Markt", "en": "Market"}
    assert differs(effects(state, who, add, "x"), told)
    assert why_not(state, who, {**add, "title": {"ar": "سوق"}}) == "empty_text"
    offer = {"name": "OfferLanguages", "languages": ["ar", "de"]}
    assert why_not(state, who, offer) == "main_language_stays"


def test_a_dialogue_made_beside_that_is_not_as_it_was_wanted_is_noticed() -> None:
    made = Made({"title": {"de": "Daneben", "en": "Beside"}, "languages": ["de"], "tables": 1})
    links = [("moderator", None), ("board", None), ("host", 1)]
    events: list[dict[str, Any]] = [
        {"name": "DialogueCreated", "title": {"de": "Daneben"}, "languages": ["de"]},
        {"name": "DialogueDescribed", "title": {"de": "Daneben"}, "goal": {}, "afterwards": {}},
        {"name": "TopicAdded", "title": {"de": "Unser Thema"}, "question": {}},
        {"name": "TableAdded", "table": 1},
        *({"name": "LinkIssued", "role": role, "table": table} for role, table in links),
    ]
    events[0]["rehearsal"] = False
    log = [Entry(1, n, b"", b"", f"organiser:{n}", 0, b"", [e]) for n, e in enumerate(events, 1)]
    assert not [*judge_made(made, log)]
    assert [one.split()[0] for one in judge_made(made, [])] == ["I1"]
    assert [one.split()[0] for one in judge_made(made, log[:-1])] == ["I1"]
    other = log[0]._replace(id="m:tab.1", events=[])
    assert [one.split()[0] for one in judge_made(made, [*log, other])] == ["I2"]


def test_a_name_that_is_old_in_a_file_is_noticed() -> None:
    state = State("ABCDEFGH")
    state.tables, state.topics = {1: "t"}, {"t": {"title": {"de": "Markt"}, "order": 1}}
    state.rounds["r"] = {"title": {"de": "Sammeln"}, "order": 2}
    state.cards["c"] = {"table": 1, "round": "r", "text": "Baum", "order": 3}
    content = b"head\r\n1,1,Markt,Sammeln,Idee,Baum\r\n"
    assert not [*judge_cards_file(state, content)]
    assert [*judge_cards_file(state, content.replace(b"Markt", b"Platz"))]
    book = xlsx_file({"a": [("Markt", "Sammeln")]}, at=0, right_to_left=False, headed=())
    assert not [*judge_workbook(state, book)]
    state.topics["t"] = {"title": {"de": "Platz"}, "order": 1}
    assert [*judge_workbook(state, book)]


def test_the_second_reading_puts_back_the_words_that_were_erased() -> None:
    who, said = Who("p", "host", 1), {"name": "PostCard", "text": "Laut #1#", "kind": "idea"}
    card = {"name": "CardPosted", "card": "c", "command": "p:tab.1", "author": "p", "table": 1}
    gone = {"name": "CardErased", "card": "c", "reason": "Name", "at": 0}
    log = [
        Entry(1, 1, b"", b"", "p:tab.1", 0, b"", [card | {"text": ""}]),
        Entry(1, 2, b"", b"", "organiser:1", 0, b"x", [gone]),
        Entry(2, 3, b"", b"", "epoch:2", 0, b"", [{"name": "EpochBegun", "because": ERASED}]),
    ]
    told = with_words("ABCDEFGH", log, {"p:tab.1": [Order(who, "tab.1", said, "tab")]})
    assert told[0].events[0]["text"] == "Laut #1#"
    assert words_of_erased(told) == {"Laut #1#"}
    assert resealed_up_to(log) == 3
    files = {"cards.csv": b"Laut #1#", "votes.csv": b"Leise"}
    assert [one.split()[1] for one in judge_taken_home(told, files)] == ["cards.csv"]


def test_an_erasing_that_was_cut_off_takes_the_words_of_withdrawn_cards() -> None:
    who, said = Who("p", "host", 1), {"name": "PostCard", "text": "Laut #1#", "kind": "idea"}
    card = {"name": "CardPosted", "card": "c", "command": "p:tab.1", "author": "p", "table": 1}
    log = [
        Entry(1, 1, b"", b"", "p:tab.1", 0, b"", [card | {"text": ""}]),
        Entry(1, 2, b"", b"", "p:tab.2", 0, b"x", [{"name": "CardWithdrawn", "card": "c"}]),
        Entry(2, 3, b"", b"", "epoch:2", 0, b"", [{"name": "EpochBegun", "because": ERASED}]),
    ]
    history = History()
    history.orders.append(Order(who, "tab.1", said, "tab"))
    evening = Evening("ABCDEFGH", history, log)
    assert evening.told[0].events[0]["text"] == "Laut #1#"
    assert [wrong.split()[0] for wrong in epochs(evening)] == ["I14"]
    history.erasings.append(Order(who, "erasing.1", {"card": "c"}, "organiser"))
    assert not [*epochs(evening)]


def test_a_line_of_a_later_campaign_stays_when_the_page_is_written_anew() -> None:
    assert section_of("# Faults\n") == ""
    older = "# Faults\n\n## Evenings of version 2\n\n| old |\n"
    page = with_line(with_line(older, "| one |\n"), "| two |\n")
    assert page.startswith(older + "\n## Evenings")
    assert page.endswith("|\n| one |\n| two |\n")
    again = "# Faults again\n" + section_of(page)
    assert with_line(again, "| three |\n").endswith("| one |\n| two |\n| three |\n")


def test_the_second_reading_notices_a_gap_and_a_broken_seal() -> None:
    one = Entry(1, 1, b"a", b"not a seal", "x:tab.1", 0, b"", [])
    found = list(broken_links([one, one._replace(version=3)]))
    assert {complaint.split()[0] for complaint in found} == {"I7", "I15"}

"""Downloads: numbers equal to the board's, no person anywhere, no card that is a formula."""

import csv
import io
import json
import random
import re
import zipfile
from collections import Counter
from typing import Any

import msgspec
import openpyxl
import pytest
import pytest_asyncio
from open_server import OpenServer
from openpyxl.utils.escape import unescape
from played_evening import Evening, open_hall

from rooms.cards import EditCard, WithdrawCard
from rooms.hiding import HideCard, UnhideCard
from rooms.log import MemoryLog
from rooms.messages import ORGANISER, Audience, BallotId, CardId, Language, OptionId
from rooms.views import shared_view
from rooms.voting import PlaceDots
from server.downloads import FILES, workbook
from server.making import begin, carry_out_or_remove, fresh_id
from server.results import results
from server.sheets import CARD_COLUMNS, WORDS, Sheets
from server.spreadsheets import csv_file, xlsx_file
from server.templates import TEMPLATES, read_template, set_up

session_loop = pytest.mark.asyncio(loop_scope="session")
KEY = b"shuffle"
TITLE = {"de": "Ein Abend", "en": "An evening", "ar": "أمسية"}

FORMULAS = [
    '=HYPERLINK("http://evil.example.com","hier")',
    "=1+1",
    "+1",
    "-2",
    "@x",
    "=cmd|' /C calc'!A0",
    "\uff1d1+1",
    "\uff0b1",
    "\uff0d1",
    "\uff20x",
    "{=1+1}",
    "http://evil.example.com",
    "mailto:evil@example.com",
    "0123",
    "1e5",
    "TRUE",
    "2026-10-02",
]
ODD_TEXTS = [
    'quotes " and , commas; and\nnew\nlines',
    "'already an apostrophe",
    "_x0041_ is not an A",
    "\ufffe\uffff",
    "نحتاج إلى دورات لغة مسائية",
    "لدي شهادة B1 ولكن لا أجد مكانًا في دورة B2.",
    "نمی‌دانم نامه‌ها را چگونه بخوانم",  # noqa: RUF001
    "😀 <b>&amp;</b> ]]>",
    "ገዛ ንምርካብ ኣዝዩ ከቢድ እዩ።",
    "a" * 500,
]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def evening() -> Any:
    """A played evening: every kind of thing happens in it, decided by one seed."""
    async with open_hall(MemoryLog()) as hall:
        yield await played(Evening(hall, await new_live(hall, ("de", "en", "ar"))))


async def new_live(hall: Any, languages: tuple[Language, ...]) -> Any:
    live = await begin(hall, TITLE, languages, rehearsal=False)
    template = read_template(TEMPLATES[0])
    await carry_out_or_remove(hall, live, set_up(template, TITLE, 3, fresh_id))
    return live


async def played(evening: Evening) -> Evening:
    chance = random.Random(20260217)
    people = [await evening.arrive(nth, table=1 + nth % 3) for nth in range(12)]
    await evening.open_round(0)
    for text in FORMULAS:
        await evening.post(chance.choice(people), text, "worry")
    await evening.open_round(2)
    cards = [
        (person, await evening.post(person, f"Maßnahme {n}")) for n, person in enumerate(people)
    ]
    author, edited = cards[0]
    await evening.act(author, EditCard(card=CardId(edited), text="Besser gesagt", kind="idea"))
    author, withdrawn = cards[1]
    await evening.act(author, WithdrawCard(card=CardId(withdrawn)))
    for nth in (2, 3, 4):
        card = CardId(cards[nth][1])
        await evening.act(ORGANISER, HideCard(card=card, reason="Telefonnummer"))
    await evening.act(ORGANISER, UnhideCard(card=CardId(cards[4][1])))
    await evening.close_round()
    ballot = BallotId(await evening.open_ballot())
    options = evening.dialogue.ballots[ballot].options
    for person in people:
        table = evening.dialogue.people[person.person].table
        own = [o for o in options if evening.dialogue.options[(ballot, o)].table == table]
        for option in own[:2]:
            dots = chance.choice([0, 1, 2])
            await evening.act(person, PlaceDots(ballot=ballot, option=OptionId(option), dots=dots))
    voted_on = evening.dialogue.options[(ballot, options[0])].card
    assert voted_on
    await evening.act(ORGANISER, HideCard(card=voted_on, reason="Name"))
    await evening.close_ballot()
    return evening


def found(evening: Evening) -> dict[str, Any]:
    return results(evening.dialogue, KEY)


def read_csv(content: bytes) -> list[list[str]]:
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def sheet_rows(content: bytes, name: str) -> list[tuple[Any, ...]]:
    book = openpyxl.load_workbook(io.BytesIO(content))
    return [tuple(map(as_excel_reads_it, row)) for row in book[name].iter_rows(values_only=True)]


def as_excel_reads_it(cell: Any) -> Any:
    """Excel undoes the escape that keeps a literal _x0041_ from being an A; openpyxl does not."""
    return unescape(cell) if isinstance(cell, str) else cell


async def events_of(evening: Evening) -> list[dict[str, Any]]:
    """The facts of the log, read without any of the code that is tested here."""
    stored = await evening.hall.storage.read(evening.live.code)
    entries = [msgspec.msgpack.decode(entry.payload) for entry in stored]
    return [event for entry in entries for event in entry["events"]]


class Fold:
    """Counts an evening's log by itself, in the plainest way."""

    def __init__(self, events: list[dict[str, Any]]) -> None:
        self.table: dict[str, int] = {}
        self.hidden: set[str] = set()
        self.joined = 0
        self.options: dict[str, str | None] = {}
        self.dots: dict[tuple[str, str], int] = {}
        for event in events:
            self.take(event)

    def take(self, event: dict[str, Any]) -> None:
        match event["name"]:
            case "PersonJoined":
                self.joined += 1
            case "CardPosted":
                self.table[event["card"]] = event["table"]
            case "CardWithdrawn":
                del self.table[event["card"]]
            case "CardHidden":
                self.hidden.add(event["card"])
                lost = {o for o, card in self.options.items() if card == event["card"]}
                self.dots = {key: n for key, n in self.dots.items() if key[1] not in lost}
            case "CardUnhidden":
                self.hidden.discard(event["card"])
            case "BallotOpened":
                self.options = {option["id"]: option["card"] for option in event["options"]}
            case "DotsPlaced":
                self.dots[(event["person"], event["option"])] = event["dots"]


@session_loop
async def test_the_numbers_are_those_of_the_log(evening: Evening) -> None:
    fold = Fold(await events_of(evening))
    exported = found(evening)
    shown = {card: table for card, table in fold.table.items() if card not in fold.hidden}
    assert exported["counts"]["joined"] == fold.joined == 12
    assert exported["counts"]["cards"] == len(shown)
    assert exported["counts"]["hidden_cards"] == len(fold.hidden) == 3
    assert len(exported["cards"]) == len(fold.table)
    on_table = Counter(shown.values())
    assert {row["table"]: row["cards"] for row in exported["tables"]} == on_table
    dots = {key: n for key, n in fold.dots.items() if n}
    assert sum(vote["value"] for vote in exported["votes"]) == sum(dots.values()) > 0
    (ballot,) = exported["ballots"]
    assert ballot["voters"] == len({person for person, _ in dots})
    per_option: Counter[str] = Counter()
    for (_, option), count in dots.items():
        per_option[option] += count
    assert {
        str(o["option"]): o["tally"]["dots"] for o in ballot["options"] if o["tally"]["dots"]
    } == (per_option)


@session_loop
async def test_p13_the_numbers_are_those_of_the_board(evening: Evening) -> None:
    board = msgspec.to_builtins(shared_view(evening.dialogue, Audience("board")))
    exported = found(evening)
    cards = [entry for key, entry in board.items() if key.startswith("card:")]
    assert len(cards) == exported["counts"]["cards"]
    assert {card["text"] for card in cards} == {
        card["text"] for card in exported["cards"] if card["hidden"] is None
    }
    tallies = {
        entry["order"]: entry["tally"] for key, entry in board.items() if key.startswith("option:")
    }
    assert tallies == {o["option"]: o["tally"] for o in exported["ballots"][0]["options"]}
    turnout = next(entry for key, entry in board.items() if key.startswith("turnout:"))
    assert turnout["voters"] == exported["ballots"][0]["voters"]


@session_loop
async def test_every_file_tells_the_same_facts(evening: Evening) -> None:
    exported = found(evening)
    words = WORDS["de"]["sheets"]
    book = workbook(exported)
    sheets = Sheets(exported)
    for name, rows in (
        ("cards", sheets.cards()),
        ("votes", sheets.votes()),
        ("tallies", sheets.tallies()),
    ):
        from_xlsx = [
            tuple("" if cell is None else str(cell) for cell in row)
            for row in sheet_rows(book, words[name])
        ]
        from_csv = [
            tuple(cell.removeprefix("'") if row else cell for cell in row)
            for row in read_csv(FILES[f"{name}.csv"][1](exported))
        ]
        assert from_xlsx == [tuple("" if c is None else str(c) for c in row) for row in rows]
        assert from_csv == from_xlsx
    assert json.loads(FILES["results.json"][1](exported)) == exported


@session_loop
async def test_no_card_becomes_a_formula_a_link_or_a_number(evening: Evening) -> None:
    exported = found(evening)
    text = CARD_COLUMNS.index("text")
    texts = [row[text] for row in read_csv(FILES["cards.csv"][1](exported))[1:]]
    for posted in FORMULAS:
        dangerous = posted[0] in "=+-@\uff1d\uff0b\uff0d\uff20"
        assert (f"'{posted}" if dangerous else posted) in texts
    book = openpyxl.load_workbook(io.BytesIO(workbook(exported)))
    cells = [row[text] for row in book["Karten"].iter_rows(min_row=2)]
    assert {cell.data_type for cell in cells} == {"s"}
    assert {cell.value for cell in cells} >= set(FORMULAS)
    assert all(cell.quotePrefix for cell in cells)
    with zipfile.ZipFile(io.BytesIO(workbook(exported))) as parts:
        assert not any("hyperlink" in name.lower() for name in parts.namelist())
        for name in parts.namelist():
            content = parts.read(name)
            assert b"<f>" not in content
            assert b"<hyperlink" not in content
            assert b'TargetMode="External"' not in content


@pytest.mark.parametrize(
    "start", ["=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff20"]
)
def test_a_cell_that_would_be_calculated_gets_an_apostrophe(start: str) -> None:
    ((cell, number),) = read_csv(csv_file([(f"{start}1+1", -5)]))
    assert cell == f"'{start}1+1"
    assert number == "-5"


@pytest.mark.parametrize("split", [";", "\n", "; ", "\n\u00a0", ";;"])
@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\uff1d"])
def test_p14_a_spreadsheet_that_splits_cells_elsewhere_finds_no_formula(
    split: str, start: str
) -> None:
    """Where the comma parts decimals, a line is split at semicolons, and its quotes are letters."""
    text = f"Vorschlag{split}{start}1+1{split}{start}2"
    line = csv_file([(1, text)]).decode("utf-8-sig")
    cells = [cell.strip() for row in line.splitlines() for cell in row.split(";")]
    assert not [cell for cell in cells if cell.startswith(start)]


def test_a_defused_cell_is_only_given_apostrophes() -> None:
    text = "Wir brauchen:\n- Bänke; Licht\n- Ruhe (a = b; c-d)"
    ((cell,),) = read_csv(csv_file([(text,)]))
    assert cell == "Wir brauchen:\n'- Bänke; Licht\n'- Ruhe (a = b; c-d)"


@pytest.mark.parametrize("text", ODD_TEXTS)
def test_odd_texts_come_back_as_they_were(text: str) -> None:
    ((cell,),) = read_csv(csv_file([(text,)]))
    assert cell == text
    if "\ufffe" in text:  # XML has no such characters at all
        return
    book = xlsx_file({"Karten": [(text,)]}, at=0, right_to_left=False)
    assert sheet_rows(book, "Karten") == [(text,)]


def test_characters_that_xml_does_not_know_do_not_spoil_the_file() -> None:
    book = xlsx_file({"Karten": [("a\ufffe\uffffb",), ("next",)]}, at=0, right_to_left=False)
    assert sheet_rows(book, "Karten")[1] == ("next",)


@session_loop
async def test_two_exports_of_one_version_are_the_same_bytes(evening: Evening) -> None:
    for name, (_, write) in FILES.items():
        assert write(found(evening)) == write(found(evening)), name


@session_loop
async def test_no_person_is_in_any_file(evening: Evening) -> None:
    exported = found(evening)
    people = [person.encode() for person in evening.dialogue.people]
    links = [link.encode() for link in evening.dialogue.links]
    packed = workbook(exported)
    with zipfile.ZipFile(io.BytesIO(packed)) as parts:
        contents = [parts.read(name) for name in parts.namelist()]
    contents += [write(exported) for name, (_, write) in FILES.items() if name != "results.xlsx"]
    assert any(b"Telefonnummer" in content for content in contents)
    for content in contents:
        assert not any(secret in content for secret in [*people, *links])


@session_loop
async def test_the_order_of_the_voices_reveals_nothing(evening: Evening) -> None:
    def ballots_by_voter(key: bytes) -> list[list[tuple[int, int]]]:
        voters: dict[int, list[tuple[int, int]]] = {}
        for vote in results(evening.dialogue, key)["votes"]:
            voters.setdefault(vote["voter"], []).append((vote["option"], vote["value"]))
        assert list(voters) == list(range(1, len(voters) + 1))
        return list(voters.values())

    one, other = ballots_by_voter(b"one"), ballots_by_voter(b"other")
    assert sorted(one) == sorted(other)
    assert one != other


@session_loop
async def test_hidden_cards_stand_apart_and_withdrawn_ones_nowhere(evening: Evening) -> None:
    exported = found(evening)
    hidden = {card["text"]: card["hidden"] for card in exported["cards"] if card["hidden"]}
    assert hidden["Maßnahme 2"] == "Telefonnummer"
    assert "Maßnahme 4" not in hidden
    assert "Maßnahme 1" not in {card["text"] for card in exported["cards"]}
    assert [entry["action"] for entry in exported["moderation"]] == [
        *("hidden", "hidden", "hidden", "unhidden", "hidden"),
    ]


@session_loop
async def test_what_was_withdrawn_during_a_vote_is_nowhere_either() -> None:
    async with open_hall(MemoryLog()) as hall:
        evening = Evening(hall, await new_live(hall, ("de",)))
        person = await evening.arrive(1, table=1)
        await evening.open_round(2)
        card = await evening.post(person, "Das nehme ich zurück")
        await evening.open_ballot()
        await evening.act(person, WithdrawCard(card=CardId(card)))
        await evening.close_ballot()
        exported = found(evening)
        (option,) = exported["ballots"][0]["options"]
        assert (option["text"], option["card"], option["gone"]) == ({}, None, True)
        assert "zurück" not in json.dumps(exported, ensure_ascii=False)
        assert Sheets(exported).tallies()[1][1] == ""


@session_loop
async def test_an_edited_card_keeps_its_first_wording(evening: Evening) -> None:
    card = next(card for card in found(evening)["cards"] if card["text"] == "Besser gesagt")
    assert (card["original"], card["edited"]) == ("Maßnahme 0", True)


@session_loop
async def test_an_open_ballot_gives_neither_votes_nor_tallies_away() -> None:
    async with open_hall(MemoryLog()) as hall:
        evening = Evening(hall, await new_live(hall, ("de",)))
        person = await evening.arrive(1, table=1)
        await evening.open_round(2)
        await evening.post(person, "Eine Maßnahme")
        ballot = BallotId(await evening.open_ballot())
        option = evening.dialogue.ballots[ballot].options[0]
        await evening.act(person, PlaceDots(ballot=ballot, option=option, dots=2))
        exported = found(evening)
        assert exported["votes"] == []
        assert [o["tally"] for o in exported["ballots"][0]["options"]] == [None]
        assert len(Sheets(exported).tallies()) == 1
        await evening.close_ballot()
        assert [vote["value"] for vote in found(evening)["votes"]] == [2]


@session_loop
@pytest.mark.parametrize(("language", "mirrored"), [("de", False), ("en", False), ("ar", True)])
async def test_the_workbook_speaks_the_main_language(language: Language, mirrored: bool) -> None:
    async with open_hall(MemoryLog()) as hall:
        evening = Evening(hall, await new_live(hall, (language,)))
        book = openpyxl.load_workbook(io.BytesIO(workbook(found(evening))))
    assert book.sheetnames[1] == WORDS[language]["sheets"]["cards"]
    assert {bool(sheet.sheet_view.rightToLeft) for sheet in book} == {mirrored}
    assert (
        next(book[book.sheetnames[1]].iter_rows(values_only=True))[0]
        == (WORDS[language]["columns"]["card"])
    )


@session_loop
async def test_the_headings_of_long_sheets_stay_in_sight(evening: Evening) -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook(found(evening))))
    for name in ("Karten", "Ergebnis", "Stimmen"):
        assert book[name].freeze_panes == "A2"
        assert book[name]["A1"].font.bold
        assert not book[name]["A2"].font.bold


def test_every_language_has_every_word() -> None:
    shape = {part: set(words) for part, words in WORDS["de"].items()}
    for language in ("en", "ar"):
        assert {part: set(words) for part, words in WORDS[language].items()} == shape


@session_loop
async def test_the_overview_counts_what_the_sheets_hold(evening: Evening) -> None:
    rows = sheet_rows(workbook(found(evening)), "Überblick")
    facts = {row[0]: row[1] for row in rows if row[0]}
    assert re.fullmatch("[2-9A-Z]{4}-[2-9A-Z]{4}", facts["Code"])
    assert facts["Titel"] == "Ein Abend"
    assert facts["Verborgene Karten"] == 3
    assert facts["Stand (Version)"] == evening.dialogue.version


@session_loop
async def test_files_are_offered_under_a_name_of_their_own(organiser: OpenServer) -> None:
    code = (await organiser.new_dialogue())["code"]
    for name, (media_type, _) in FILES.items():
        response = await organiser.get(f"/api/dialogues/{code}/{name}")
        assert response.status == 200
        assert response.headers["content-type"] == media_type
        assert response.headers["cache-control"] == "no-store"
        assert response.headers["content-disposition"] == (
            f'attachment; filename="dialogtisch-{code[:4]}-{code[4:]}-{name}"'
        )

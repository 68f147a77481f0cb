"""What section "Threats and controls" of docs/security.md promises and no other file shows.

Guessing codes on a clock of its own, every frame of every role looked through for secrets, hosts
and formulas by the hundred.
"""

import asyncio
import csv
import heapq
import io
import itertools
import random
import socket
import zipfile
from pathlib import Path
from typing import Any

import msgpack
import openpyxl
import psutil
import pytest
from phones import Phone
from program import ORGANISER_LINK, Program
from sockets_open import OpenSockets

from rooms.cards import PostCard
from rooms.erasing import EraseCard
from rooms.hiding import HideCard
from rooms.messages import ORGANISER, CardId, person_of
from rooms.redis_line import Line
from server.codes import CODE_ALPHABET, CODE_LENGTH
from server.embedded import EmbeddedStore
from server.limits import FailedJoins
from server.making import fresh_id, new_call
from server.origins import answers_to, may_talk
from server.settings import read_settings
from server.shells import STATIC
from server.spreadsheets import csv_file, xlsx_file

needs_client = pytest.mark.skipif(
    not (STATIC / "manifest.json").exists(), reason="the client is not built; ./run test builds it"
)
session_loop = pytest.mark.asyncio(loop_scope="session")

DIALOGUES, GUESSES, SOCKETS, JOINS = 1_000, 1_000_000, 1_000, 2_000


def test_many_guesses_take_long_find_nothing_and_hold_up_nobody_who_knows() -> None:
    """A thousand sockets guess as fast as they are answered, against a thousand dialogues.

    Why no proof of work: 40 bits stand against the 500 guesses a second that so many sockets get.
    """
    chance, now = random.Random(40), [0.0]
    failed = FailedJoins(lambda: now[0])
    code = lambda: "".join(chance.choices(CODE_ALPHABET, k=CODE_LENGTH))  # noqa: E731
    there = {code() for _ in range(DIALOGUES)}
    knocking = [(0.0, socket) for socket in range(SOCKETS)]
    found = 0
    waits_of_the_right = []
    for guess in range(GUESSES):
        now[0], socket = heapq.heappop(knocking)
        found += code() in there
        heapq.heappush(knocking, (now[0] + failed.pause(), socket))
        if guess % (GUESSES // JOINS) == 0:  # whoever knows a code is never counted
            waits_of_the_right.append(0.0 if chance.choice(tuple(there)) in there else 1.0)
    assert found == 0
    assert now[0] > GUESSES / SOCKETS * 1.9
    assert len(waits_of_the_right) == JOINS
    assert not any(waits_of_the_right)
    years_for_one = len(CODE_ALPHABET) ** CODE_LENGTH / (GUESSES / now[0]) / (365 * 86_400)
    assert years_for_one > 50, "one certain dialogue"


@session_loop
async def test_two_thousand_right_joins_wait_for_nothing_while_others_guess(
    ready: OpenSockets,
) -> None:
    failed = ready.sockets._admission._failed_joins
    while not failed.pause():
        pass
    level = failed._allowed._level
    for _ in range(JOINS):
        assert await ready.sockets._admission._existing(ready.code) == ready.code
    assert failed._allowed._level <= level + 1, "a right code takes nothing from the bucket"


HOSTS = [
    *("evil.example", "evil.example:8000", "EVIL.example", "evil.example.", "evil。example"),
    *(
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "evil.example#127.0.0.1",
        "evil@localhost",
    ),
    *("localhost@evil.example", "localhost:80@evil.example", "evil.example\\localhost", "a b"),
    *("localhost evil.example", "localhost\tevil.example", "//evil.example", "http://evil.example"),
    *("evil.example/", "localhost/evil", "localhost?evil", "localhost:evil", "localhost:99999999"),
    *("localhost:-1", "[::1", "::1]", "[::1]evil.example", "[evil.example]", "[::1].evil.example"),
    *("127.0.0.1x", "127.0.0.1.", "127.1.evil", "0x7f000001.evil", "2130706433.evil.example"),
    *("dialog.example.org.evil.example", "evildialog.example.org", "dialog.example.orgx"),
    *("dialog-example.org", "xn--evil-.example", "*.example.org", ".example.org", "example.org"),
    *("", " ", ".", "..", ":", ":8000", "@", "#", "?", "%00localhost", "localhost%00.evil.example"),
    *("evil.example,localhost", "localhost, evil.example", "evil.example;localhost", "null"),
]


@pytest.mark.parametrize("host", HOSTS)
def test_no_other_name_is_taken_for_ours(host: str) -> None:
    settings = read_settings(["--public-url", "https://dialog.example.org"], {})
    assert not answers_to(settings, host)
    assert not may_talk(settings, "https://other.example", host)
    assert len(HOSTS) >= 50


def test_our_own_names_are_still_ours() -> None:
    settings = read_settings(["--public-url", "https://dialog.example.org"], {})
    for host in ("dialog.example.org", "localhost:8000", "192.168.1.20:8000", "[fe80::1]:8000"):
        assert answers_to(settings, host)


# What no frame may hold, whoever it is for; and what is only for some.


@session_loop
async def test_no_frame_of_any_role_holds_a_secret(evening: OpenSockets) -> None:
    """Every byte that leaves for a table, its host, the wall and a moderator, looked through."""
    heard: dict[str, bytearray] = {}

    def listened(who: str, phone: Phone) -> Phone:
        heard[who] = bytearray()
        receive = phone._hear

        async def hear(packet: dict[str, Any]) -> None:
            heard[who].extend(msgpack.packb(packet))
            await receive(packet)

        phone._hear = hear  # type: ignore[method-assign]
        return phone

    author = listened("author", await evening.seated(1))
    reader = listened("reader", await evening.seated(2))
    away = listened("away", await evening.seated(3, table=2))
    links = {role: await evening.link(role, table) for role, table in STAFF}
    staff = {role: listened(role, await evening.staff(link)) for role, link in links.items()}
    for phone in (author, reader, away, *staff.values()):
        await phone.hello()
    cards = {}
    for words in ("offen-gesagt", "wird-verborgen", "wird-geloescht"):
        await author.command("PostCard", text=words, kind="idea")
        found = await author.until_heard(lambda packet, words=words: words in str(packet))
        cards[words] = next(
            key.partition(":")[2] for key in found[1]["put"] if key.startswith("mycard:")
        )
    hide = HideCard(card=CardId(cards["wird-verborgen"]), reason="innerer-Grund")
    await evening.moderate(hide)
    await evening.moderate(EraseCard(card=CardId(cards["wird-geloescht"]), reason="Name"))
    await asyncio.sleep(0.3)
    late = {"reader": listened("late", await evening.seated(4)), **staff}
    for phone in late.values():
        await phone.hello()
    everything = {who: bytes(sent) for who, sent in heard.items()}
    secrets = [
        *(evening.token(nth) for nth in range(1, 5)),
        *(person_of(evening.code, evening.token(nth)) for nth in range(1, 5)),
        *(evening.keys.link_fragment(evening.code, link) for link in links.values()),  # type: ignore[arg-type]
        *(
            evening.keys.link_fragment(evening.code, link).rsplit(".")[-1]
            for link in links.values()
        ),  # type: ignore[arg-type]
        evening.keys.organiser_fragment(),
    ]
    for who, sent in everything.items():
        assert len(sent) > 100, who
        assert [secret for secret in secrets if secret.encode() in sent] == [], who
    for who in ("reader", "late", "board"):
        assert b"innerer-Grund" not in everything[who]
        assert b"moderation" not in everything[who]
    assert b"offen-gesagt" not in everything["away"]
    assert b"wird-verborgen" not in everything["late"]
    assert b"wird-geloescht" not in everything["late"]
    assert b"innerer-Grund" in everything["moderator"], "the scan finds what is there"
    for phone in (author, reader, away, *late.values()):
        await phone.close()


STAFF = (("moderator", None), ("host", 1), ("board", None))


# Formulas

BEGINNINGS = [
    *"=+-@\t\r\n|%",
    "\uff1d",
    "\uff0b",
    "\uff0d",
    "\uff20",
    " =",
    "\u200b=",
    "'=",
    '"=',
    "",
]
MIDDLES = [
    *("1+1", "cmd|' /C calc'!A0", 'HYPERLINK("http://evil.example","x")', "IMPORTXML(A1,B1)"),
    *("SUM(1+1)*cmd|' /C calc'!A0", 'WEBSERVICE("http://evil.example")', "rundll32|'x'!A0", "2"),
    *('DDE("cmd";"/C calc";"x")', "A1:A9", "@SUM(1)", "http://evil.example", "{=1}", "x;=1;=2"),
]
ENDS = [
    *(f"{turn}{cell}" for turn in ("\n", "\r\n", "\t", ";") for cell in ("=1", "+1", "-1", "@A1")),
    "",
    ";=1+1",
    ",=1+1",
    "\n=1+1",
    "\r\n+2",
    '"',
    "\t=1",
    ' ";"=1',
]
CALCULATED = tuple("=+-@\t\r\uff1d\uff0b\uff0d\uff20")


def payloads() -> list[str]:
    return ["".join(parts) for parts in itertools.product(BEGINNINGS, MIDDLES, ENDS)]


def test_p14_five_thousand_payloads_are_texts_in_every_spreadsheet() -> None:
    posted = payloads()
    assert len(posted) > 5_000
    rows = [[text, "daneben"] for text in posted]
    written = csv_file(rows).decode("utf-8-sig")
    for separator in (",", ";", "\t"):
        for row in csv.reader(io.StringIO(written, newline=""), delimiter=separator):
            for cell in row:
                assert not cell.startswith(CALCULATED), cell
    book = xlsx_file({"Karten": rows}, at=0, right_to_left=False)
    cells = [row[0] for row in openpyxl.load_workbook(io.BytesIO(book))["Karten"].iter_rows()]
    assert {cell.data_type for cell in cells} == {"s"}
    assert len(cells) == len(posted)
    with zipfile.ZipFile(io.BytesIO(book)) as parts:
        names = parts.namelist()
        content = b"".join(parts.read(name) for name in names)
    assert not [name for name in names if "external" in name or "vba" in name.lower()]
    assert b"<f>" not in content
    assert b"<hyperlink" not in content
    assert b'TargetMode="External"' not in content


@session_loop
async def test_ten_thousand_callers_who_leave_cross_no_answers(valkey_url: str) -> None:
    """What CVE-2023-28858 was about: the answer to a question goes to whoever asked it."""
    chance, line = random.Random(28_858), Line(valkey_url)

    async def ask(nth: int) -> bool:
        answer: bytes = await line.ask("ECHO", str(nth))
        return answer == str(nth).encode()

    tasks = [asyncio.create_task(ask(nth)) for nth in range(20_000)]
    await asyncio.sleep(0)
    for task in chance.sample(tasks, 10_000):
        task.cancel()
        if chance.random() < 0.01:
            await asyncio.sleep(0)
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    heard = [answer for answer in answers if not isinstance(answer, asyncio.CancelledError)]
    assert len(heard) >= 10_000
    assert all(answer is True for answer in heard)
    await line.close()


@session_loop
async def test_a_hall_full_of_cards_refuses_more_and_goes_on(
    evening: OpenSockets, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The caps themselves have their rule tests; here nobody else notices."""
    monkeypatch.setattr("rooms.cards.MOST_CARDS", 5)
    greedy, other = await evening.seated(1), await evening.seated(2)
    answers = [
        await greedy.command("PostCard", text=f"Nummer {nth}", kind="idea") for nth in range(8)
    ]
    assert [answer["ok"] for answer in answers] == [True] * 5 + [False] * 3
    assert {answer.get("reason") for answer in answers[5:]} == {"dialogue_full"}
    assert (await other.command("TakeTable", table=2))["ok"]
    assert (await evening.live.perform(call(evening), PostCard(text="x", kind="idea"))).ok is False
    for phone in (greedy, other):
        await phone.close()


@session_loop
async def test_one_who_floods_the_table_is_slowed_and_nobody_else(
    evening: OpenSockets, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rooms.cards.MOST_CARDS_A_MINUTE", 5)
    greedy, other = await evening.seated(1), await evening.seated(2)
    card = {"text": "Nummer", "kind": "idea"}
    answers = [await greedy.command("PostCard", **card) for _ in range(12)]
    assert [answer["ok"] for answer in answers] == [True] * 5 + [False] * 7
    assert {(said["error"], said["reason"]) for said in answers[5:]} == {("busy", "cards_too_fast")}
    assert (await other.command("PostCard", **card))["ok"]
    assert (await greedy.command("TakeTable", table=2))["ok"], "it may go on otherwise"
    monkeypatch.setattr("rooms.cards.MINUTE_MS", 0)
    assert (await greedy.command("PostCard", **card))["ok"], "the minute is over"
    for phone in (greedy, other):
        await phone.close()


def call(evening: OpenSockets) -> Any:
    return new_call(evening.hall, ORGANISER, fresh_id())


@session_loop
@needs_client
async def test_the_whole_product_opens_one_port(short_folder: Path) -> None:
    """Whatever it starts: nothing else listens, to the network or on this machine."""
    program = Program("--host", "127.0.0.1", "--port", "0", "--data", str(short_folder))
    await program.start()
    link = await program.says(ORGANISER_LINK)
    server = psutil.Process(program.pid)
    family = [server, *server.children(recursive=True)]
    assert len(family) > 1, "the store is among them"
    open_ports = [
        (one.laddr.port, one.status)
        for process in family
        for one in process.net_connections("inet")
        if one.status == psutil.CONN_LISTEN or one.type == socket.SOCK_DGRAM
    ]
    assert open_ports == [(int(link.partition("/enter")[0].rpartition(":")[2]), "LISTEN")]
    await program.end()


def test_the_store_that_comes_along_opens_no_port(valkey: EmbeddedStore) -> None:
    process = psutil.Process(valkey.pid)
    assert process.net_connections("inet") == []
    assert {link.status for link in process.net_connections("unix")} == {"NONE"}

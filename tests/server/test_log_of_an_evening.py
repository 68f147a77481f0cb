"""The log of a real server at its most talkative: nobody's words in it, and never too long."""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import msgpack
import pytest
import pytest_asyncio
from phones import EVENT, NotLetIn
from phones import Phone as RawPhone
from program import OPEN, Program

from server.organiser_link import organiser_link
from server.packets import LimitedPacket
from server.phones import Desk, Phone
from server.phones.desk import NotAnswered
from server.settings import read_settings

pytestmark = pytest.mark.asyncio(loop_scope="session")

CARD = "Mein-Zettel-über-Bänke"
AGENT = "Marker-Agent/7.7"
ADDRESS = "198.51.100.77"
QUERY = "marker-in-the-query"
WRONG_SECRET = "organiser.qqqqqqqqqqqqqqqqqqqqqqqqqq"
BAD_PACKETS = 100_000
PACKETS_AT_ONCE = 50
MEGABYTE = 1_000_000


class Talkative(Program):
    """`python -m server` with a log at debug level, which does not print the link."""

    def __init__(self, folder: Path, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self._options = ("--host", "127.0.0.1", "--port", str(port), "--data", str(folder))
        super().__init__(*self._options, "--log-level", "debug", "--show-link", "no")

    async def open(self) -> Desk:
        await self.start()
        await self.says(OPEN)
        self.link = await organiser_link(read_settings(self._options, {}))
        return await Desk.of_organiser(self.link)

    async def log(self) -> str:
        """Everything it said, once it has ended."""
        await self.close()
        return self.said


@pytest_asyncio.fixture(loop_scope="session")
async def server(short_folder: Path, free_port: int) -> AsyncIterator[Talkative]:
    talkative = Talkative(short_folder, free_port)
    yield talkative
    await talkative.close()


async def new_dialogue(desk: Desk) -> str:
    wanted = {"template": "zukunftswerkstatt", "title": None, "languages": ["de"], "tables": 2}
    code: str = (await desk.post("/api/dialogues", wanted))["code"]
    return code


async def play(desk: Desk, code: str, token: str) -> list[str]:
    """An evening with cards, a refusal, a second phone and a revoked link; the links' secrets."""
    links = (await desk.get(f"/api/dialogues/{code}/links"))["links"]
    moderator = await desk.staff(next(one["url"] for one in links if one["role"] == "moderator"))
    await moderator.connect()
    round_ = moderator.shared.all("round")[0]
    assert (await moderator.command("OpenRound", round=round_["id"]))["ok"]
    phone = Phone(desk.url, code, token)
    await phone.join("de", 1)
    kind = round_["kinds"][0]
    assert (await phone.command("PostCard", text=CARD, kind=kind))["ok"]
    assert not (await phone.command("PostCard", text=CARD * 100, kind=kind))["ok"]
    assert not (await phone.command("TakeTable", table=99))["ok"]
    host = next(one for one in links if one["role"] == "host")
    assert (await moderator.command("RevokeLink", link=host["id"]))["ok"]
    await desk.download(f"/api/dialogues/{code}/cards.csv")
    assert not (await phone.command("OpenRound", round=round_["id"]))["ok"]
    await desk.post("/api/leave", {})
    for screen in (phone, moderator):
        await screen.close()
    return [one["url"].rpartition(".")[2] for one in links]


async def misbehave(url: str, code: str) -> None:
    """Everything that could end up in a log: headers, paths, bodies, names, broken packets."""
    headers = {"user-agent": AGENT, "x-forwarded-for": ADDRESS, "referer": f"http://{AGENT}/"}
    async with aiohttp.ClientSession(url, headers=headers) as http:
        asked = [
            http.get(f"/{code}?x={QUERY}"),
            http.get(f"/{QUERY}"),
            http.get(f"/api/{QUERY}"),
            http.get(f"/static/{QUERY}.js"),
            http.get("/api/dialogues"),
            http.get("/", headers={"host": f"{QUERY}.example.org"}),
            http.post("/api/enter", json={"secret": WRONG_SECRET}),
            http.post("/api/enter", data=f"{{{CARD}"),
            http.post("/api/dialogues", json={"title": {"de": CARD}}),
            http.post("/api/enter", json={}, headers={"origin": f"http://{QUERY}.example.org"}),
        ]
        for answer in asked:
            await (await answer).read()
    for auth in ({"code": code, "token": CARD}, {"code": "22222222", "token": CARD}, CARD):
        with pytest.raises(NotLetIn):
            await RawPhone.join(url, auth, additional_headers=headers)
    raw = await RawPhone.join(url, {"code": code, "token": "ab" * 16}, additional_headers=headers)
    for event in ([CARD, {}], ["command", {"id": CARD, "name": CARD}], ["hello", CARD], [CARD]):
        await raw.send({"type": EVENT, "nsp": "/", "data": event, "id": 1})
    await raw.socket.send(f"4{CARD}")
    for _ in range(6):
        await raw.socket.send(CARD.encode())
    await raw.until_closed()
    await raw.close()


async def test_no_log_tells_a_secret_a_token_a_word_or_an_address(server: Talkative) -> None:
    desk = await server.open()
    code, token = await new_dialogue(desk), secrets.token_hex(16)
    secrets_of_links = await play(desk, code, token)
    await misbehave(server.url, code)
    log = await server.log()

    lines = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    events = {line["event"] for line in lines}
    wanted = {"opened", "staff_entered", "entry_refused", "connection_refused", "connected"}
    wanted |= {"request_refused", "command_not_allowed", "connection_given_up", "staff_left"}
    assert wanted <= events  # or there was nothing to be found anyway
    assert len(secrets_of_links) > 2
    organiser = server.link.rpartition(".")[2]
    typed = (CARD, CARD[:9], AGENT, QUERY, WRONG_SECRET[10:], ADDRESS)
    hidden = (token, "ab" * 16, organiser, *secrets_of_links, *desk.cookie.split("="), *typed)
    told = log.replace(server.url, "")  # the welcome says where people join
    assert {what for what in hidden if len(what) > 8 and what in told} == set()
    assert "127.0.0.1" not in told


async def shout(url: str, auth: object) -> None:
    """As many broken packets as fit, whether or not somebody still listens."""
    host, port = url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(
        b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: localhost\r\n"
        b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    await reader.readuntil(b"maxPayload")
    if auth is not None:
        writer.write(frame(LimitedPacket(0, namespace="/", data=auth).encode()))
        await reader.readuntil(b"sid")
    broken = frame(msgpack.packb({"type": 2, "nsp": "/", "data": CARD}))
    try:
        writer.write(broken * PACKETS_AT_ONCE)
        await reader.read()
    except ConnectionError:  # it was cut while it shouted
        pass
    writer.close()


def frame(payload: bytes) -> bytes:
    return b"\x82" + bytes([0x80 | len(payload)]) + bytes(4) + payload


async def test_a_hundred_thousand_broken_packets_leave_a_short_log(server: Talkative) -> None:
    desk = await server.open()
    code = await new_dialogue(desk)
    crowd = asyncio.Semaphore(50)

    async def one(nth: int) -> None:
        async with crowd:
            auth = {"code": code, "token": f"{nth:032x}"} if nth % 2 else None
            await shout(server.url, auth)

    await asyncio.gather(*(one(nth) for nth in range(BAD_PACKETS // PACKETS_AT_ONCE)))
    phone = Phone(server.url, code)
    await phone.join("de", 1)  # the hall is as open as before
    await phone.close()
    log = await server.log()
    assert "left_out" in log or "connected" in log
    assert len(log) < MEGABYTE
    assert CARD not in log


async def test_a_new_organiser_s_link_ends_the_one_before_while_the_server_runs(
    server: Talkative,
) -> None:
    desk = await server.open()
    code = await new_dialogue(desk)
    settings = read_settings(server._options, {})
    renewed = await organiser_link(settings, anew=True)
    assert renewed != server.link
    with pytest.raises(NotAnswered, match="401"):
        await desk.get("/api/dialogues")
    with pytest.raises(NotAnswered, match="403"):
        await Desk.of_organiser(server.link)
    again = await Desk.of_organiser(renewed)
    assert [one["code"] for one in (await again.get("/api/dialogues"))["dialogues"]] == [code]
    assert await organiser_link(settings) == renewed
    await server.close()
    assert await organiser_link(settings) == renewed  # also without the server

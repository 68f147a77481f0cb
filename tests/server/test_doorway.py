"""Before anybody knows who it is: how long a socket may take, and how many may wait."""

import asyncio
import contextlib
import gc
import inspect
import weakref
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import h11
import pytest
import pytest_asyncio
from open_server import OpenServer, open_server
from phones import until
from program import Installation
from sockets_open import OpenSockets
from uvicorn.protocols.http.h11_impl import H11Protocol

from rooms.log import MemoryLog
from server import doorway
from server.traffic import traffic

pytestmark = pytest.mark.asyncio(loop_scope="session")

POST = b"POST /api/enter HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
UPGRADE = (
    b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)


@pytest_asyncio.fixture(loop_scope="session")
async def server(built_client: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[OpenServer]:
    """One in which a second lasts a twentieth."""
    for name in ("HEAD", "BODY", "UNREAD", "TICK"):
        name = f"{name}_SECONDS"
        monkeypatch.setattr(doorway, name, getattr(doorway, name) / 20)
    async with open_server(MemoryLog(), built_client) as opened:
        yield opened


class Socket:
    """A plain socket that says what it is told, byte for byte."""

    def __init__(self, server: OpenServer | OpenSockets) -> None:
        self._port = server.settings.port

    async def __aenter__(self) -> "Socket":
        self.reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._writer.transport.abort()

    def say(self, said: bytes) -> None:
        self._writer.write(said)

    async def trickle(self, said: bytes) -> None:
        for at in range(len(said)):
            self.say(said[at : at + 1])
            await asyncio.sleep(0.05)

    async def until_cut(self) -> bytes:
        """What it was told before."""
        async with asyncio.timeout(5):
            with contextlib.suppress(ConnectionError):
                return await self.reader.read()
        return b""


@pytest.mark.parametrize("begun", [b"", b"G", b"GET / HTTP/1.1\r\nHost: a", UPGRADE[:-2]])
async def test_a_head_that_does_not_end_is_cut(server: OpenServer, begun: bytes) -> None:
    before = traffic.cut["slow_head"]
    async with Socket(server) as slow:
        slow.say(begun)
        assert await slow.until_cut() == b""
    assert traffic.cut["slow_head"] == before + 1


async def test_a_trickle_of_bytes_gives_no_more_time(server: OpenServer) -> None:
    async with Socket(server) as slow:
        trickling = asyncio.create_task(slow.trickle(b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 50))
        assert await slow.until_cut() == b""
        assert not trickling.done(), "it was not cut before it had said everything"
        trickling.cancel()


async def test_a_body_that_does_not_end_is_cut(
    server: OpenServer, caplog: pytest.LogCaptureFixture
) -> None:
    before = traffic.cut["slow_body"]
    async with Socket(server) as slow:
        slow.say(POST + b'Content-Length: 100\r\n\r\n{"secret":')
        assert await slow.until_cut() == b""
    assert traffic.cut["slow_body"] == before + 1
    assert not caplog.records


async def test_an_answer_that_nobody_reads_is_cut(
    server: OpenServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = traffic.cut["unread"]
    step = doorway.Doorstep(100)
    page = object.__new__(doorway.Page)
    page.transport = _Aborting()  # type: ignore[assignment]
    step.note_unread(page)
    await until(lambda: traffic.cut["unread"] == before + 1)
    step.note_unread(page)
    step.note_read(page)
    await asyncio.sleep(doorway.UNREAD_SECONDS + 2 * doorway.TICK_SECONDS)
    assert traffic.cut["unread"] == before + 1


async def test_whoever_has_waited_too_long_is_cut_whatever_the_order_they_stand_in(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One that turns out to want a page keeps its time and stands behind those who came later."""
    monkeypatch.setattr(doorway, "TICK_SECONDS", 3_600.0)
    step, now = doorway.Doorstep(100), 0.0
    monkeypatch.setattr(doorway, "time", SimpleNamespace(monotonic=lambda: now))
    early, late, page = (_standing(kind) for kind in (doorway.Doorway,) * 2 + (doorway.Page,))
    step.arrive(early, 0)
    now = doorway.HEAD_SECONDS - 1
    step.arrive(late, 0)
    step.replace(early, page)
    now = doorway.HEAD_SECONDS + 1
    assert step._timer is not None
    step._timer.cancel()
    step._tick()
    assert list(step._heads) == [late]
    step._timer.cancel()


def _standing(kind: type) -> Any:
    one = object.__new__(kind)
    one.transport = _Aborting()
    return one


class _Aborting:
    def abort(self) -> None:
        """As a transport would."""


async def test_somebody_who_is_served_is_not_waited_for(server: OpenServer) -> None:
    async with Socket(server) as browser:
        for _ in range(3):
            browser.say(b"GET /healthz/live HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            assert (await browser.reader.readuntil(b"true}")).startswith(b"HTTP/1.1 200")
            await asyncio.sleep(doorway.HEAD_SECONDS * 0.6)


@pytest.mark.parametrize("pieces", [1, 2, len(UPGRADE)])
async def test_a_websocket_opens_however_its_request_is_cut(
    server: OpenServer, pieces: int
) -> None:
    async with Socket(server) as phone:
        size = -(-len(UPGRADE) // pieces)
        for at in range(0, len(UPGRADE), size):
            phone.say(UPGRADE[at : at + size])
            await asyncio.sleep(0)
        said = await phone.reader.readuntil(b"maxPayload")
        assert said.startswith(b"HTTP/1.1 101 ")
        await asyncio.sleep(doorway.BODY_SECONDS + doorway.TICK_SECONDS * 2)
        assert not phone.reader.at_eof(), "its request had been whole"


async def test_the_longest_waiting_makes_room_for_the_next(
    server: OpenServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doorway, "MOST_UNDECIDED", 3)
    monkeypatch.setattr(doorway, "HEAD_SECONDS", 60.0)
    async with contextlib.AsyncExitStack() as stack:
        waiting = [await stack.enter_async_context(Socket(server)) for _ in range(3)]
        await stack.enter_async_context(Socket(server))
        assert await waiting[0].until_cut() == b""
        assert not waiting[1].reader.at_eof()
        async with Socket(server) as served:
            served.say(b"GET /healthz/live HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            assert (await served.reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")


async def test_nothing_is_left_of_those_who_were_cut(server: OpenServer) -> None:
    made: list[weakref.ref[object]] = []
    arrive = doorway.Doorstep.arrive

    def note(step: doorway.Doorstep, one: doorway.Doorway, open_now: int) -> bool:
        made.append(weakref.ref(one))
        return arrive(step, one, open_now)

    gc.disable()
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(doorway.Doorstep, "arrive", note)
            for said in (b"", b"GET /", UPGRADE):
                async with Socket(server) as socket:
                    socket.say(said)
                    await asyncio.sleep(0.05)
        assert len(made) == 3
        await until(lambda: not any(one() for one in made))
    finally:
        gc.enable()


async def test_the_names_we_use_of_uvicorns_insides_are_still_there() -> None:
    """Fails when an update moves what server/doorway.py holds on to."""
    for name in ("data_received", "pause_writing", "resume_writing", "connection_lost"):
        assert callable(getattr(H11Protocol, name))
    source = inspect.getsource(H11Protocol)
    assert "self.conn = h11.Connection(" in source
    assert "self.connections.discard(self)" in source
    made = h11.Connection(h11.SERVER)
    assert made.their_state is h11.IDLE
    made.receive_data(POST + b"Content-Length: 3\r\n\r\n")
    made.next_event()
    assert made.their_state is h11.SEND_BODY


BROKEN_AFTER_ANOTHER = {
    "a body that is none, of a HEAD": b"HEAD / HTTP/1.1\r\nHost: %b\r\n"
    b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
    "a body that is none, of a request the application reads": b"GET /socket.io/?EIO=4 HTTP/1.1\r\n"
    b"Host: %b\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    "a body that is none, after an answer has begun": b"GET /source HTTP/1.1\r\nHost: %b\r\n\r\n"
    b"POST /api/enter HTTP/1.1\r\nHost: %b\r\nTransfer-Encoding: chunked\r\n\r\n\xff\r\n",
}


async def test_a_request_that_breaks_off_in_nonsense_ends_without_an_exception(
    short_folder: Path, free_port: int
) -> None:
    """Found by the campaign of fuzzed packets; closing asks the server for what it told."""
    server = Installation(short_folder, free_port)
    await server.open()
    host = server.own_url.removeprefix("http://").encode()
    for raw in BROKEN_AFTER_ANOTHER.values():
        reader, writer = await asyncio.open_connection("127.0.0.1", free_port)
        for piece in raw.replace(b"%b", host).partition(b"\r\n\r\n"):
            writer.write(piece)
            await asyncio.sleep(0.01)
        async with asyncio.timeout(10):
            await reader.read()
        writer.close()
    await server.close()

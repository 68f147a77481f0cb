"""proxy/haproxy.cfg in a real HAProxy, in front of three small servers that say their names."""

import asyncio
import contextlib
import random
import shutil
import subprocess
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio
from websockets.asyncio.client import connect
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

CONFIGURATION = Path(__file__).parent.parent / "proxy" / "haproxy.cfg"
HAPROXY = shutil.which("haproxy") or shutil.which("haproxy", path="/usr/sbin:/usr/local/sbin")
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
SEED = 20_261_122
PATHS = (
    "/{code}",
    "/{code}/3",
    "/moderate/{code}?link=abc",
    "/board/{code}?show=all",
    "/host/{code}",
    "/print/{code}",
    "/api/dialogues/{code}/links",
    "/api/dialogues/{code}/cards.csv",
    "/socket.io/?EIO=4&transport=websocket&code={code}",
)

pytestmark = [
    pytest.mark.asyncio,
    pytest.mark.skipif(HAPROXY is None, reason="haproxy is not installed"),
]


@dataclass
class Process:
    """Answers every request, and every word on a socket, with its name."""

    name: str
    well: bool = True
    server: Server | None = None

    async def start(self) -> int:
        self.server = await serve(self.talk, "127.0.0.1", 0, process_request=self.answer)
        port: int = next(iter(self.server.sockets)).getsockname()[1]
        return port

    async def answer(self, socket: ServerConnection, request: Request) -> Response | None:
        if request.path == "/healthz/ready" and not self.well:
            return socket.respond(503, "")
        return None if "Upgrade" in request.headers else socket.respond(200, self.name)

    async def talk(self, socket: ServerConnection) -> None:
        async for _ in socket:
            await socket.send(self.name)


@dataclass
class Town:
    """Three processes and the proxy in front of them."""

    port: int
    processes: list[Process] = field(default_factory=lambda: [Process(n) for n in ("a", "b", "c")])

    async def ask(self, path: str) -> str:
        address = f"http://127.0.0.1:{self.port}{path}"
        async with aiohttp.ClientSession() as session, session.get(address) as answer:
            return await answer.text()

    async def stands(self) -> bool:
        """Whether the proxy is up and believes all processes to be well."""
        try:
            told = {await self.ask("/") for _ in range(6)}
        except aiohttp.ClientError:
            return False
        return told == {process.name for process in self.processes}


def configuration(town: Town, ports: list[int], without: str = "") -> str:
    """The real one, on loopback and with shorter times; `without` a line, to see what it is for."""
    text = CONFIGURATION.read_text("utf-8")
    places = {f"app{n} app{n}:8000": f"app{n} 127.0.0.1:{port}" for n, port in enumerate(ports, 1)}
    changes = {
        "bind :8080": f"bind 127.0.0.1:{town.port}",
        "maxconn 20000": "maxconn 200",
        "timeout http-request 10s": "timeout http-request 1s",
        "inter 2s": "inter 100ms",
        **places,
        **({f"{without}\n": "\n"} if without else {}),
    }
    for old, new in changes.items():
        assert text.count(old) == 1, f"the configuration no longer says {old}"
        text = text.replace(old, new)
    return text


@asynccontextmanager
async def opened(folder: Path, port: int, without: str = "") -> AsyncIterator[Town]:
    town = Town(port)
    ports = [await process.start() for process in town.processes]
    (folder / "haproxy.cfg").write_text(configuration(town, ports, without))
    assert HAPROXY is not None
    proxy = await asyncio.create_subprocess_exec(
        HAPROXY, "-db", "-f", folder / "haproxy.cfg", stdout=subprocess.DEVNULL
    )
    try:
        await until(town.stands)
        yield town
    finally:
        proxy.kill()
        await proxy.wait()
        for process in town.processes:
            assert process.server is not None
            process.server.close()
            await process.server.wait_closed()


@pytest_asyncio.fixture(loop_scope="session")
async def town(tmp_path: Path, free_port: int) -> AsyncIterator[Town]:
    async with opened(tmp_path, free_port) as town:
        yield town


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    for _ in range(200):
        if await holds():
            return
        await asyncio.sleep(0.05)
    pytest.fail("ten seconds were not enough")


def codes(count: int) -> list[str]:
    chance = random.Random(SEED)
    return ["".join(chance.choices(ALPHABET, k=8)) for _ in range(count)]


async def test_everybody_in_one_dialogue_reaches_the_same_process(town: Town) -> None:
    for code in codes(10):
        typed = f"{code[:4]}-{code[4:]}".lower()
        paths = [path.format(code=form) for path in PATHS for form in (code, typed)]
        assert len({await town.ask(path) for path in paths}) == 1


async def test_dialogues_are_spread_over_all_processes(town: Town) -> None:
    counts = Counter([await town.ask(f"/{code}") for code in codes(150)])
    assert len(counts) == 3
    assert min(counts.values()) > 150 / 6


async def test_requests_without_a_code_take_turns(town: Town) -> None:
    for path in ("/", "/organise", "/static/phone-4KQZ7M2A.js", "/api/dialogues"):
        told = [await town.ask(path) for _ in range(6)]
        assert set(told) == {"a", "b", "c"}, path


@pytest.mark.parametrize("path", ["/metrics", "/metrics/", "/METRICS", "/metrics?code=1"])
async def test_the_numbers_never_go_through_the_proxy(town: Town, path: str) -> None:
    assert "404" in await town.ask(path)
    assert await town.ask("/metric") in ("a", "b", "c")


async def test_a_socket_goes_through_to_the_process_of_its_dialogue(town: Town) -> None:
    code = codes(1)[0]
    address = f"ws://127.0.0.1:{town.port}/socket.io/?code={code}"
    async with connect(address) as socket:
        await socket.send("who are you?")
        assert await socket.recv() == await town.ask(f"/{code}")


async def test_when_a_process_fails_only_its_own_dialogues_move(town: Town) -> None:
    before = {code: await town.ask(f"/{code}") for code in codes(60)}
    town.processes[0].well = False

    async def gone() -> bool:
        return "a" not in [await town.ask("/") for _ in range(6)]

    await until(gone)
    after = {code: await town.ask(f"/{code}") for code in before}
    assert {code for code in before if before[code] != after[code]} == {
        code for code, name in before.items() if name == "a"
    }


async def test_a_process_that_no_longer_answers_loses_its_sockets(town: Town) -> None:
    code = codes(1)[0]
    name = await town.ask(f"/{code}")
    async with connect(f"ws://127.0.0.1:{town.port}/socket.io/?code={code}") as socket:
        next(process for process in town.processes if process.name == name).well = False
        with pytest.raises(ConnectionClosed):
            await asyncio.wait_for(socket.recv(), 10)


@pytest.mark.parametrize(
    "beginning",
    [
        b"GET / HTTP/1.1\r\nHost: localhost\r\n",
        b"POST /api/enter HTTP/1.1\r\nHost: localhost\r\nContent-Length: 500\r\n\r\n{",
    ],
    ids=["head", "body"],
)
async def test_a_slow_sender_is_sent_away(town: Town, beginning: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", town.port)
    writer.write(beginning)
    answer = await asyncio.wait_for(reader.read(), 10)
    writer.close()
    assert answer.startswith(b"HTTP/1.1 408 ")


@asynccontextmanager
async def leaving(process: Process) -> AsyncIterator[list[str]]:
    """It still says that it is well, and hangs up on everybody else; yields what they had asked."""
    assert process.server is not None
    port = next(iter(process.server.sockets)).getsockname()[1]
    process.server.close()
    await process.server.wait_closed()
    asked: list[str] = []

    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            method, path, *_ = head.split()
            if path == "/healthz/ready":
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                await writer.drain()
            else:
                asked.append(f"{method} {path}")
        writer.close()

    server = await asyncio.start_server(hang_up, "127.0.0.1", port)
    yield asked
    server.close()
    await server.wait_closed()


async def test_a_process_that_hangs_up_is_asked_once_and_then_another_at_once(town: Town) -> None:
    code = codes(1)[0]
    name = await town.ask(f"/{code}")
    leaver = next(process for process in town.processes if process.name == name)
    async with leaving(leaver) as asked:
        assert await town.ask(f"/{code}") in {"a", "b", "c"} - {name}
        assert asked == [f"GET /{code}"]


async def test_what_changes_something_is_never_asked_twice(town: Town) -> None:
    path = f"/api/dialogues/{codes(1)[0]}/tickets"
    name = await town.ask(path)
    leaver = next(process for process in town.processes if process.name == name)
    async with leaving(leaver) as asked, aiohttp.ClientSession() as session:
        async with session.post(f"http://127.0.0.1:{town.port}{path}", json={}) as answer:
            assert answer.status == 502
        assert asked == [f"POST {path}"]


@pytest.mark.parametrize(
    ("without", "told", "times"),
    [("retry-on conn-failure empty-response", "502", 1), ("option redispatch 1", "502", 3)],
)
async def test_each_line_about_a_process_that_leaves_is_needed(
    tmp_path: Path, free_port: int, without: str, told: str, times: int
) -> None:
    code = codes(1)[0]
    async with opened(tmp_path, free_port, without) as town:
        name = await town.ask(f"/{code}")
        leaver = next(process for process in town.processes if process.name == name)
        async with leaving(leaver) as asked:
            assert told in await town.ask(f"/{code}")
            assert len(asked) == times

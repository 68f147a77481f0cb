"""The log in a store that is reached by TLS: who we are is shown, who they are is checked.

The Valkey that comes along speaks no TLS, so a relay that does stands in front of it, as a store's
own TLS would: nobody is passed on without a certificate of the right authority.
"""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlencode

import pytest
from authority import Authority, Identity, needs_openssl
from program import free_ports

from rooms.errors import Unavailable
from rooms.log import EMPTY, Position
from rooms.redis_line import Line
from rooms.redis_log import RedisLog
from server.durability import check_persistence
from server.embedded import EmbeddedStore
from server.setting_checks import BadSetting
from server.settings import read_settings
from server.storage import open_storage
from server.valkey_process import StoreUnusable, carried_binary

pytestmark = [pytest.mark.asyncio(loop_scope="session"), needs_openssl]

ONE = [(b"one", b"seal")]
LONG = [(b"x" * 200_000, b"seal")]


class Relay:
    """`let_in` counts who got past the handshake."""

    def __init__(self, shown: Identity, believed: Authority) -> None:
        self.let_in = 0
        self._context = ssl.create_default_context(
            ssl.Purpose.CLIENT_AUTH, cafile=str(believed.certificate)
        )
        self._context.verify_mode = ssl.CERT_REQUIRED
        self._context.load_cert_chain(shown.certificate, shown.key)
        self._under_way: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def before(self, store: str | int, port: int = 0) -> AsyncIterator[int]:
        """A port that leads to a store's socket or port, by TLS only."""

        async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self.let_in += 1
            opening = (
                asyncio.open_connection("127.0.0.1", store)
                if isinstance(store, int)
                else asyncio.open_unix_connection(store)
            )
            behind, towards = await opening
            ways = (_pour(reader, towards), _pour(behind, writer))
            self._under_way |= (tasks := {asyncio.create_task(way) for way in ways})
            await asyncio.wait(tasks)
            self._under_way -= tasks

        server = await asyncio.start_server(pass_on, "127.0.0.1", port, ssl=self._context)
        async with server:
            yield server.sockets[0].getsockname()[1]
            for task in (left := list(self._under_way)):
                task.cancel()
            await asyncio.gather(*left, return_exceptions=True)


async def _pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    except (ConnectionError, ssl.SSLError):
        pass
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError, ssl.SSLError):
            await writer.wait_closed()


def address(port: int, trusted: Authority, own: Identity | None, scheme: str = "rediss") -> str:
    asked = {"ssl_ca_certs": str(trusted.certificate)}
    if own is not None:
        asked |= {"ssl_certfile": str(own.certificate), "ssl_keyfile": str(own.key)}
    return f"{scheme}://localhost:{port}?{urlencode(asked)}"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


def socket_of(valkey_url: str) -> str:
    return valkey_url.removeprefix("unix://").partition("?")[0]


async def test_the_log_is_kept_over_tls_with_a_certificate_of_our_own(
    valkey_url: str, authority: Authority
) -> None:
    relay = Relay(authority.issue("store"), authority)
    async with relay.before(socket_of(valkey_url)) as port:
        log = RedisLog(address(port, authority, authority.issue("dialogtisch")))
        assert await log.append("ABCDEFGH", EMPTY, 1, ONE)
        assert await log.append("ABCDEFGH", Position(1, 1), 1, LONG)
        assert [len(entry.payload) for entry in await log.read("ABCDEFGH")] == [3, 200_000]
        answers = await asyncio.gather(*(log.tail("ABCDEFGH") for _ in range(500)))
        assert set(answers) == {Position(1, 2)}
        await log.close()
    assert relay.let_in == 2, "one connection to append, one to read"


async def test_without_a_certificate_the_store_lets_us_not_in(
    valkey_url: str, authority: Authority
) -> None:
    relay = Relay(authority.issue("store"), authority)
    other = Authority(authority.certificate.parent, "other")
    async with relay.before(socket_of(valkey_url)) as port:
        for own in (None, other.issue("impostor")):
            line = Line(address(port, authority, own))
            with pytest.raises(Unavailable):
                await line.ask("PING")
            await line.close()
    assert relay.let_in == 0


async def test_a_store_with_a_strange_certificate_is_told_nothing(
    valkey_url: str, authority: Authority
) -> None:
    other = Authority(authority.certificate.parent, "another")
    relay = Relay(other.issue("false-store"), authority)
    async with relay.before(socket_of(valkey_url)) as port:
        for trusted in (authority, None):
            url = address(port, trusted, None) if trusted else f"rediss://localhost:{port}"
            line = Line(url)
            with pytest.raises(Unavailable):
                await line.ask("PING")
            await line.close()
        settings = read_settings(["--redis-url", address(port, authority, None)], {})
        with pytest.raises(StoreUnusable, match="TLS was refused") as told:
            async with open_storage(settings):
                """Never opened."""
        assert "ssl_ca_certs" not in str(told.value)
    assert relay.let_in == 0


async def test_a_certificate_for_another_name_is_told_nothing(
    valkey_url: str, authority: Authority
) -> None:
    relay = Relay(authority.issue("store"), authority)
    async with relay.before(socket_of(valkey_url)) as port:
        url = address(port, authority, authority.issue("us")).replace("localhost", "127.0.0.2")
        line = Line(url)
        with pytest.raises(Unavailable):
            await line.ask("PING")
        await line.close()
    assert relay.let_in == 0


async def test_a_cluster_is_reached_by_tls_at_every_node(
    tmp_path: Path, authority: Authority
) -> None:
    relay = Relay(authority.issue("store"), authority)
    behind, bus = free_ports(2)
    async with relay.before(behind) as port:
        words = ("--port", str(behind), "--bind", "127.0.0.1", "--save", "")
        announced = ("--cluster-announce-ip", "localhost", "--cluster-announce-port", str(port))
        more = ("--cluster-enabled", "yes", "--cluster-port", str(bus), "--appendonly", "yes")
        process = await asyncio.create_subprocess_exec(
            *(carried_binary(), *words, *announced, *more, "--appendfsync", "always"),
            cwd=tmp_path,
            stdout=asyncio.subprocess.DEVNULL,
        )
        await all_slots(behind)
        url = address(port, authority, authority.issue("us"), "rediss+cluster")
        log = RedisLog(url)
        await until_kept(log)
        assert await log.news({"ABCDEFGH": EMPTY})
        assert (await check_persistence(url)).durable
        await log.close()
        process.kill()
        await process.wait()
    assert relay.let_in > 2


async def until_kept(log: RedisLog) -> None:
    """The cluster needs a moment until it believes itself to be whole."""
    async with asyncio.timeout(15):
        while True:
            with contextlib.suppress(Unavailable):
                assert await log.append("ABCDEFGH", EMPTY, 1, ONE)
                return
            await asyncio.sleep(0.05)


async def all_slots(port: int) -> None:
    """As soon as the node is there it gets every slot."""
    async with asyncio.timeout(10):
        while True:
            line = Line(f"redis://127.0.0.1:{port}")
            try:
                await line.ask("CLUSTER", "ADDSLOTSRANGE", 0, 16_383)
                return
            except Unavailable:
                await asyncio.sleep(0.05)
            finally:
                await line.close()


@pytest.mark.parametrize(
    "off",
    ["ssl_cert_reqs=none", "ssl_cert_reqs=optional", "ssl_check_hostname=false"],
)
async def test_no_option_switches_the_check_off(off: str) -> None:
    with pytest.raises(BadSetting, match="always checked"):
        read_settings(["--redis-url", f"rediss://10.0.0.5:6379/0?{off}"], {})


async def test_the_embedded_store_needs_none_of_it(valkey: EmbeddedStore) -> None:
    assert valkey.url.startswith("unix://"), "a private socket: nothing leaves the machine"

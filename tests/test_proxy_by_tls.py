"""The proxy with a certificate in front of a process with one: no hop of the way is in the open."""

import asyncio
import re
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import psutil
import pytest
from authority import Authority, needs_openssl
from program import Program
from test_proxy import HAPROXY, Town, configuration, until
from websockets.asyncio.client import connect

from server.shells import STATIC

needs_client = pytest.mark.skipif(
    not (STATIC / "manifest.json").exists(), reason="the client is not built; ./run test builds it"
)
pytestmark = [
    pytest.mark.asyncio,
    pytest.mark.skipif(HAPROXY is None, reason="haproxy is not installed"),
    needs_openssl,
    needs_client,
]


@dataclass
class SecretTown:
    """The product behind the proxy; both ways are encrypted."""

    url: str
    link: str
    authority: Authority


@asynccontextmanager
async def by_tls(
    folder: Path, port: int, believed: Authority, authority: Authority
) -> AsyncIterator[SecretTown]:
    """The proxy believes a process only with a certificate of `believed`."""
    identity, front = authority.issue("process"), authority.issue("front")
    url = f"https://127.0.0.1:{port}"
    here = ("--host", "127.0.0.1", "--port", "0", "--data", str(folder), "--public-url", url)
    process = Program(*here, *identity.options, "--leave-seconds", "0")
    await process.start()
    link = await process.says(re.compile(r"https://\S+/enter#organiser\.\S+"))
    (listening,) = {
        one.laddr.port
        for one in psutil.Process(process.pid).net_connections()
        if one.status == "LISTEN"
    }
    both = folder / "front.pem"
    both.write_text(front.certificate.read_text() + front.key.read_text())
    place = f"app1 127.0.0.1:{listening} ssl verify required ca-file {believed.certificate}"
    text = configuration(Town(port), [listening] * 3)
    changes = {
        f"bind 127.0.0.1:{port}": f"bind 127.0.0.1:{port} ssl crt {both} alpn http/1.1",
        f"app1 127.0.0.1:{listening}": f"{place} verifyhost localhost sni str(localhost)",
        f"    server app2 127.0.0.1:{listening}\n": "",
        f"    server app3 127.0.0.1:{listening}": "",
    }
    for old, new in changes.items():
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    (folder / "haproxy.cfg").write_text(text)
    assert HAPROXY is not None
    proxy = await asyncio.create_subprocess_exec(
        HAPROXY, "-db", "-f", folder / "haproxy.cfg", stdout=subprocess.DEVNULL
    )
    try:
        yield SecretTown(url, link, authority)
    finally:
        proxy.kill()
        await proxy.wait()
        await process.close()


async def status(town: SecretTown, path: str) -> int:
    """0 while the proxy is not there yet."""
    connector = aiohttp.TCPConnector(ssl=town.authority.trusting())
    try:
        async with (
            aiohttp.ClientSession(town.url, connector=connector) as http,
            http.get(path) as answer,
        ):
            return answer.status
    except aiohttp.ClientConnectionError:
        return 0


async def test_from_the_phone_to_the_process_everything_is_encrypted(
    short_folder: Path, tmp_path: Path, free_port: int
) -> None:
    authority = Authority(tmp_path)
    async with by_tls(short_folder, free_port, authority, authority) as town:
        await until_status(town, 200)
        address = town.url.replace("https", "wss") + "/socket.io/?EIO=4&transport=websocket"
        async with connect(address, ssl=authority.trusting()) as socket:
            assert str(await socket.recv()).startswith("0{")


async def test_the_proxy_hands_nobody_to_a_process_with_a_strange_certificate(
    short_folder: Path, tmp_path: Path, free_port: int
) -> None:
    authority, stranger = Authority(tmp_path), Authority(tmp_path, "stranger")
    async with by_tls(short_folder, free_port, stranger, authority) as town:
        await until_status(town, 503)
        for _ in range(5):
            await asyncio.sleep(0.2)
            assert await status(town, "/") == 503


async def until_status(town: SecretTown, wanted: int) -> None:
    async def is_so() -> bool:
        return await status(town, "/") == wanted

    await until(is_so)

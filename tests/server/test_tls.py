"""The server's own TLS: pages, sockets, cookies, and what is refused; by a real certificate."""

import asyncio
import contextlib
import gc
import itertools
import re
import shutil
import socket
import ssl
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
import uvloop
from authority import Authority, needs_openssl
from phones import Phone, until
from program import Program
from prometheus_client import CollectorRegistry

from server import doorway
from server.doorway import Doorstep
from server.metrics_door import MetricsDoor
from server.serving import serve_config
from server.setting_checks import BadSetting, CertificateFiles
from server.settings import read_settings
from server.shells import STATIC
from server.tls import Certificate
from server.traffic import traffic

pytestmark = needs_openssl
session_loop = pytest.mark.asyncio(loop_scope="session")
needs_client = pytest.mark.skipif(
    not (STATIC / "manifest.json").exists(), reason="the client is not built; ./run test builds it"
)
REFUSED = (ssl.SSLError, ConnectionError)
LINK = re.compile(r"https://127\.0\.0\.1:\d+/enter#organiser\.\S+")
TOKEN = "0123456789abcdef0123456789abcdef"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@asynccontextmanager
async def program(folder: Path, authority: Authority, *more: str) -> AsyncIterator[tuple[str, str]]:
    """Its address and the organiser's link."""
    identity = authority.issue("server")
    here = ("--host", "127.0.0.1", "--port", "0", "--data", str(folder))
    running = Program(*here, *identity.options, *more)
    await running.start()
    try:
        link = await running.says(LINK)
        yield link.partition("/enter")[0], link
    finally:
        await running.close()
        assert "Traceback" not in running.said


@session_loop
@needs_client
@pytest.mark.parametrize("fanout", ["ready", "stock"])
async def test_pages_and_sockets_are_served_by_tls(
    short_folder: Path, authority: Authority, fanout: str
) -> None:
    trusting = authority.trusting()
    async with (
        program(short_folder, authority, "--fanout", fanout) as (url, link),
        aiohttp.ClientSession(url, connector=aiohttp.TCPConnector(ssl=trusting)) as http,
    ):
        async with http.get("/") as page:
            assert page.status == 200
            assert "max-age" in page.headers["strict-transport-security"]
        entering = {"secret": link.partition("#")[2]}
        async with http.post("/api/enter", json=entering) as entered:
            cookie = entered.headers["set-cookie"]
            assert cookie.startswith("__Host-")
            assert "Secure" in cookie
        sent = {"Cookie": cookie.partition(";")[0]}
        asked = {"template": "zukunftswerkstatt", "languages": ["de"]}
        async with http.post("/api/dialogues", json=asked, headers=sent) as made:
            code = (await made.json())["code"]
        phone = await Phone.join(url, {"code": code, "token": TOKEN}, ssl=trusting)
        assert (await phone.hello())["ok"]
        assert (await phone.command("Join", language="de"))["ok"]
        big = await phone.hello()
        assert len(str(big)) > 1_000, "more than one record of TLS"
        await phone.close()


@session_loop
@needs_client
@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
async def test_nothing_is_said_to_who_speaks_no_tls_or_an_old_one(
    short_folder: Path, authority: Authority
) -> None:
    async with program(short_folder, authority) as (url, _):
        port = int(url.rpartition(":")[2])
        assert await said_to(port, b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n") in (b"", ALERT)
        assert await version(port, authority, ssl.TLSVersion.TLSv1_2) == "TLSv1.2"
        assert await version(port, authority) == "TLSv1.3"
        with pytest.raises(REFUSED):
            await version(port, authority, ssl.TLSVersion.TLSv1_1)
        with pytest.raises(REFUSED):
            await version(port, authority, ssl.TLSVersion.TLSv1_2, "AES256-SHA:AES128-SHA")
        with pytest.raises(ssl.SSLCertVerificationError):
            await asyncio.open_connection("127.0.0.1", port, ssl=ssl.create_default_context())


ALERT = b"\x15\x03\x01\x00\x02\x02\x46"


async def said_to(port: int, words: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(words)
    async with asyncio.timeout(5):
        with contextlib.suppress(ConnectionError):
            heard = await reader.read()
            writer.close()
            return heard[: len(ALERT)] if heard[:1] == ALERT[:1] else heard
    return b""


async def version(
    port: int,
    authority: Authority,
    most: ssl.TLSVersion = ssl.TLSVersion.MAXIMUM_SUPPORTED,
    ciphers: str = "ALL:@SECLEVEL=0",
) -> str:
    """What both agree on; the client would take anything."""
    context = authority.trusting()
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = most
    context.set_ciphers(ciphers)
    _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context)
    agreed: str = writer.get_extra_info("ssl_object").version()
    writer.close()
    return agreed


# What stands in the doorway


@asynccontextmanager
async def open_door(tls: ssl.SSLContext) -> AsyncIterator[tuple[int, Doorstep]]:
    step = Doorstep(20, tls)
    config = serve_config(None, host="127.0.0.1", port=0, lifespan="off")
    config.load()
    state = uvicorn_state()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: step.doorway(config, state, {}), "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1], step


def uvicorn_state() -> "doorway.ServerState":
    return doorway.ServerState()


@session_loop
async def test_whoever_begins_a_handshake_and_never_ends_it_is_cut(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doorway, "HEAD_SECONDS", 0.2)
    monkeypatch.setattr(doorway, "TICK_SECONDS", 0.05)
    certificate = Certificate(CertificateFiles(*authority.issue("door")))
    cut = traffic.cut["no_tls"] + traffic.cut["slow_head"]
    async with open_door(certificate.context) as (port, step):
        for begun in (b"", b"\x16", b"\x16\x03\x01\x02\x00\x01"):
            assert await said_to(port, begun) == b""
        await until(lambda: not step._heads)
    assert traffic.cut["no_tls"] + traffic.cut["slow_head"] >= cut + 3


@pytest.mark.parametrize("said", [0, 1, 100, None])
def test_whoever_hangs_up_within_the_handshake_leaves_nothing_over(
    said: int | None, authority: Authority
) -> None:
    certificate = Certificate(CertificateFiles(*authority.issue("hung-up")))
    left: list[object] = []

    async def scene() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: left.append(context))
        async with open_door(certificate.context) as (port, step):
            for before, between in itertools.product(range(3), range(12)):
                await hang_up(port, first_words()[:said], before, between)
            await until(lambda: not step._heads)
        gc.collect()

    uvloop.run(scene())  # as the server does; the rounds of another loop are others
    assert not left


def first_words() -> bytes:
    """What a browser says first."""
    outgoing = ssl.MemoryBIO()
    with contextlib.suppress(ssl.SSLWantReadError):
        ssl.create_default_context().wrap_bio(ssl.MemoryBIO(), outgoing).do_handshake()
    return outgoing.read()


async def hang_up(port: int, words: bytes, before: int, between: int) -> None:
    """So many rounds of the loop before the words, and between them and a reset."""
    phone = socket.create_connection(("127.0.0.1", port))
    for _ in range(before):
        await asyncio.sleep(0)
    phone.sendall(words)
    for _ in range(between):
        await asyncio.sleep(0)
    phone.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    phone.close()
    await asyncio.sleep(0.001)


@session_loop
async def test_only_so_many_stand_there_with_half_a_handshake(authority: Authority) -> None:
    certificate = Certificate(CertificateFiles(*authority.issue("full")))
    async with open_door(certificate.context) as (port, step):
        crowd = [socket.create_connection(("127.0.0.1", port)) for _ in range(60)]
        await until(lambda: len(step._heads) >= 19)
        await asyncio.sleep(0.3)
        assert len(step._heads) <= 20
        for one in crowd:
            one.close()


# Certificates and settings


@session_loop
async def test_a_renewed_certificate_is_taken_up_and_half_a_renewal_is_not(
    authority: Authority, tmp_path: Path
) -> None:
    first, second = authority.issue("first"), authority.issue("second")
    files = CertificateFiles(tmp_path / "cert.pem", tmp_path / "key.pem")
    place(first, files)
    certificate = Certificate(files)
    serial = await shown(certificate, authority)
    shutil.copy(second.certificate, files.certificate)
    certificate.take_up()
    assert await shown(certificate, authority) == serial, "its key is still the old one"
    shutil.copy(second.key, files.key)
    certificate.take_up()
    renewed = await shown(certificate, authority)
    assert renewed != serial
    files.key.unlink()
    certificate.take_up()
    assert await shown(certificate, authority) == renewed


def place(identity: tuple[Path, Path], files: CertificateFiles) -> None:
    for found, wanted in zip(identity, files, strict=True):
        shutil.copy(found, wanted)


async def shown(certificate: Certificate, authority: Authority) -> str:
    """The serial number of the certificate that somebody gets to see who comes now."""
    async with open_door(certificate.context) as (port, _):
        _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=authority.trusting())
        number: str = writer.get_extra_info("peercert")["serialNumber"]
        writer.close()
        return number


@session_loop
async def test_files_that_are_no_certificate_are_named(
    authority: Authority, tmp_path: Path
) -> None:
    good, other = authority.issue("good"), authority.issue("other")
    nonsense = tmp_path / "nonsense.pem"
    nonsense.write_text("no certificate")
    for pair in (
        (good.certificate, other.key),
        (nonsense, good.key),
        (tmp_path / "nowhere.pem", good.key),
    ):
        with pytest.raises(BadSetting, match="tls_certificate"):
            Certificate(CertificateFiles(*pair))
    Certificate(CertificateFiles(*good))


@session_loop
async def test_the_numbers_for_another_machine_are_read_by_tls(
    authority: Authority, free_port: int
) -> None:
    """Here 0.0.0.0 stands for an address that others reach; on loopback they stay plain."""
    token = "a-token-of-more-than-twenty-letters"
    here = ["--host", "127.0.0.1", "--metrics", f"0.0.0.0:{free_port}", "--metrics-token", token]
    certificate = Certificate(CertificateFiles(*authority.issue("numbers")))
    door = MetricsDoor(read_settings(here, {}), CollectorRegistry(), nobody, certificate.context)
    headers = {"Authorization": f"Bearer {token}"}
    async with door.open(), aiohttp.ClientSession(headers=headers) as http:
        address = f"://127.0.0.1:{free_port}/metrics"
        await until(lambda: door.is_open)
        async with http.get(f"https{address}", ssl=authority.trusting()) as answer:
            assert answer.status == 200
        with pytest.raises(aiohttp.ClientConnectionError):
            await http.get(f"http{address}")


async def nobody() -> None:
    """Looks at nothing."""


def test_with_a_certificate_people_are_led_to_https(tmp_path: Path) -> None:
    both = ["--tls-certificate", "cert.pem", "--tls-key", "key.pem"]
    found = read_settings(["--host", "127.0.0.1", *both], {})
    assert (found.public_url, found.own_url) == ("https://127.0.0.1:8000",) * 2
    assert found.secure
    with pytest.raises(BadSetting, match="tls_certificate"):
        read_settings(both[:2], {})
    with pytest.raises(BadSetting, match="public_url"):
        read_settings([*both, "--public-url", "http://dialog.example.org"], {})


@pytest.mark.parametrize(
    ("options", "ways"),
    [
        ("", ("people",)),
        ("--public-url https://dialog.example.org", ("people",)),
        ("--host 127.0.0.1", ()),
        ("--tls-certificate a --tls-key b", ()),
        ("--host ::1 --metrics 9108", ()),
        ("--host ::1 --metrics 10.0.0.5:9108 --metrics-token 12345678901234567890", ("metrics",)),
        ("--host ::1 --redis-url redis://:secret@10.0.0.5:6379/0", ("storage",)),
        ("--host ::1 --redis-url rediss://10.0.0.5:6379/0", ()),
        ("--host ::1 --redis-url redis://127.0.0.1:6379", ()),
        ("--host ::1 --redis-url redis+cluster://127.0.0.1:1,10.0.0.6:6379", ("storage",)),
        ("--host ::1 --redis-url unix:///run/valkey.sock", ()),
    ],
)
def test_every_way_that_is_not_encrypted_is_known(options: str, ways: tuple[str, ...]) -> None:
    assert read_settings(options.split(), {}).plain_ways == ways


@session_loop
@needs_client
async def test_plain_http_for_others_is_warned_of_at_start(short_folder: Path) -> None:
    here = ("--host", "0.0.0.0", "--port", "0", "--data", str(short_folder))
    running = Program(*here, "--log-format", "json")
    await running.start()
    try:
        await running.says(re.compile("Plain http: whoever shares the network can read along"))
        await running.says(re.compile(r'"event": ?"not_encrypted"|not_encrypted'))
    finally:
        await running.close()

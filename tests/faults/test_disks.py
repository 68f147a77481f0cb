"""A disk that fails, is full or slow, a clock that jumps: what was acknowledged stays (P2, P12)."""

import asyncio
import itertools
import os
import resource
import secrets
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import pytest_asyncio
from campaigns.shim import Disk, why_no_shim
from moderating import open_evening
from our_files import ROOT
from program import Installation
from structlog.testing import capture_logs

from rooms.errors import Unavailable
from rooms.log import EMPTY, Log
from server.embedded import STARTS_PER_MINUTE
from server.phones import Desk, Phone, Screen
from server.settings import read_settings
from server.storage import open_storage

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.skipif(why_no_shim() is not None, reason=why_no_shim() or ""),
]

DAY = 86_400
CODE = "ABCDEFGH"
PATIENCE_SECONDS = 40.0


@pytest.fixture
def disk(short_folder: Path) -> Iterator[Disk]:
    disk = Disk(short_folder / "data")
    yield disk
    disk.close()


@pytest_asyncio.fixture(loop_scope="session")
async def running(disk: Disk, free_port: int) -> AsyncIterator[Installation]:
    server = Installation(disk.folder, free_port, environment=disk.environment)
    await server.open()
    yield server
    await server.close()


async def begin(server: Installation) -> tuple[Desk, Screen, Phone]:
    desk = await Desk.of_organiser(server.organiser_link)
    moderator = await open_evening(desk)
    phone = Phone(server.url, moderator.code)
    await phone.join("de", 1)
    return desk, moderator, phone


async def post(phone: Phone, *texts: str) -> None:
    given = [phone.give("PostCard", text=text, kind="idea") for text in texts]
    async with asyncio.timeout(PATIENCE_SECONDS):
        answers = await asyncio.gather(*given)
    assert all(answer["ok"] for answer in answers), answers


async def cards(desk: Desk, code: str) -> list[str]:
    results = await desk.get(f"/api/dialogues/{code}/results.json")
    return sorted(card["text"] for card in results["cards"])


async def health(desk: Desk) -> str:
    try:
        state: str = (await desk.get("/healthz"))["storage"]
    except Exception as away:
        return str(away)
    return state


async def close(*screens: Screen) -> None:
    await asyncio.gather(*(screen.close() for screen in screens))


async def test_a_disk_that_was_full_costs_nothing_and_is_used_again_by_itself(
    running: Installation, disk: Disk
) -> None:
    desk, moderator, phone = await begin(running)
    await post(phone, "vorher")
    disk.space(300)  # the next card is torn in the middle, and then nothing fits any more
    waiting = asyncio.create_task(post(phone, "voll 1", "voll 2"))
    await asyncio.sleep(1.5)
    assert not waiting.done()
    assert await cards(desk, moderator.code) == ["vorher"]
    disk.space(None)
    await waiting
    assert await cards(desk, moderator.code) == ["voll 1", "voll 2", "vorher"]
    await close(moderator, phone)


async def test_a_sync_that_fails_once_loses_nothing(running: Installation, disk: Disk) -> None:
    desk, moderator, phone = await begin(running)
    await post(phone, "vorher")
    disk.fail_syncs(times=1)
    await post(phone, "nachher")
    assert await cards(desk, moderator.code) == ["nachher", "vorher"]
    assert "store_ended" in running.said
    await close(moderator, phone)


async def test_a_sync_that_fails_in_the_background_does_not_stop_the_hall(
    disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Valkey refuses every write then until its next rewrite, and nobody would ask for one."""
    for name, value in disk.environment.items():
        monkeypatch.setenv(name, value)
    async with open_storage(read_settings(["--data", str(disk.folder)], {})) as storage:
        with capture_logs() as told:
            await fail_in_the_background(disk, storage.log)
            async with asyncio.timeout(PATIENCE_SECONDS):
                while not told:  # noqa: ASYNC110
                    await asyncio.sleep(0.05)
        assert [line["event"] for line in told] == ["store_freed"]
        assert await taken(storage.log)


async def test_a_server_starts_on_a_storage_that_refuses_every_write(
    disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in disk.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("server.storage.LOOK_WHETHER_IT_WRITES_S", PATIENCE_SECONDS * 2)
    async with open_storage(read_settings(["--data", str(disk.folder)], {})) as storage:
        await fail_in_the_background(disk, storage.log)
        url = f"unix://{disk.folder}/store/valkey.sock"
        async with open_storage(read_settings(["--redis-url", url], {})) as other:
            assert await taken(other.log)


async def fail_in_the_background(disk: Disk, log: Log) -> None:
    """The second sync of a rewrite is that of the file it leaves, or else of the one it makes.

    The former is done in the background, so it fails after the answer, or meanwhile.
    """
    async with asyncio.timeout(PATIENCE_SECONDS):
        while await taken(log):
            disk.fail_syncs(after=1, times=1)
            with suppress(Unavailable):  # the rewrite itself failed; the storage goes on
                await log.purge()
            await asyncio.sleep(0.05)


async def taken(log: Log) -> bool:
    """Whether the storage takes the beginning of one more dialogue."""
    code = secrets.token_hex(4)
    try:
        return await log.append(code, EMPTY, 1, [(b"entry", b"seal")])
    except Unavailable as no:
        if no.reason != "read_only":
            raise
        return False


async def test_a_disk_that_always_fails_is_given_up_loudly_and_everything_is_kept(
    running: Installation, disk: Disk
) -> None:
    desk, moderator, phone = await begin(running)
    await post(phone, "vorher")
    disk.fail_syncs()
    lost = asyncio.ensure_future(post(phone, "nie"))
    async with asyncio.timeout(PATIENCE_SECONDS):
        while "store_given_up" not in running.said:  # noqa: ASYNC110
            await asyncio.sleep(0.1)
    starts = running.said.count("store_ended") + running.said.count("store_not_started")
    assert 1 <= starts <= STARTS_PER_MINUTE + 1
    assert "storage_broken" in await health(desk)
    assert "./run repair" in running.said
    lost.cancel()
    await close(moderator, phone)
    await running.end()
    disk.fail_syncs(times=0)
    await running.open()
    assert "vorher" in await cards(desk, moderator.code)


async def test_on_a_slow_disk_answers_are_slow_together_and_none_is_lost(
    running: Installation, disk: Disk
) -> None:
    desk, moderator, phone = await begin(running)
    others = [Phone(running.url, moderator.code) for _ in range(5)]
    await asyncio.gather(*(other.join("de", 2) for other in others))
    epoch, before = phone.shared.epoch, disk.syncs
    disk.slow(0.2)
    everybody = [phone, *others]
    texts = [[f"Karte {nth} {who}" for nth in range(4)] for who in range(len(everybody))]
    await asyncio.gather(*(post(one, *t) for one, t in zip(everybody, texts, strict=True)))
    # They share the way to the disk: far fewer syncs than cards.
    assert disk.syncs - before < 4 * len(everybody)
    assert await cards(desk, moderator.code) == sorted(itertools.chain(*texts))
    assert phone.shared.epoch == epoch
    assert "store_ended" not in running.said
    await close(moderator, *everybody)


async def test_nothing_lasting_expires_when_the_clock_jumps_by_a_day(
    running: Installation, disk: Disk
) -> None:
    desk, moderator, phone = await begin(running)
    posted = []
    for day in (0, 1, -1, 0):
        disk.shift_clock(day * DAY)
        posted.append(f"Tag {day} {len(posted)}")
        await post(phone, posted[-1])
    shown = [card["text"] for card in (await results(desk, moderator.code))["cards"]]
    assert shown == posted
    await close(moderator, phone)
    await running.end()
    await running.open()
    assert await cards(desk, moderator.code) == sorted(posted)


async def results(desk: Desk, code: str) -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = await desk.get(f"/api/dialogues/{code}/results.json")
    return found


async def test_a_full_disk_for_the_logs_stops_nothing(short_folder: Path, free_port: int) -> None:
    clean = {name: text for name, text in os.environ.items() if "DIALOGTISCH_" not in name}
    options = ["--host", "127.0.0.1", "--port", str(free_port), "--data", str(short_folder)]
    command = [sys.executable, "-m", "server", *options]
    full = os.open("/dev/full", os.O_WRONLY)
    server = await asyncio.create_subprocess_exec(
        *command, cwd=ROOT, env=clean, stdout=full, stderr=full
    )
    os.close(full)
    try:
        url = f"http://127.0.0.1:{free_port}"
        async with asyncio.timeout(PATIENCE_SECONDS):
            while await health(Desk(url)) != "durable":
                assert server.returncode is None
                await asyncio.sleep(0.1)
        link = await asyncio.to_thread(
            subprocess.check_output,
            [sys.executable, "-m", "server", "link", *options, "--public-url", url],
            text=True,
            cwd=ROOT,
            env=clean,
        )
        desk = await Desk.of_organiser(link.strip())
        moderator = await open_evening(desk)
        phone = Phone(url, moderator.code)
        await phone.join("de", 1)
        await post(phone, "trotzdem")
        assert await cards(desk, moderator.code) == ["trotzdem"]
        await close(moderator, phone)
    finally:
        server.send_signal(signal.SIGINT)
        assert await server.wait() == 0


@pytest_asyncio.fixture(loop_scope="session")
async def plain(short_folder: Path, free_port: int) -> AsyncIterator[Installation]:
    server = Installation(short_folder, free_port)
    await server.open()
    yield server
    await server.close()


async def test_used_up_file_descriptors_keep_new_phones_waiting_and_touch_nobody_else(
    plain: Installation,
) -> None:
    desk, moderator, phone = await begin(plain)
    open_now = len(os.listdir(f"/proc/{plain.pid}/fd"))
    before = resource.prlimit(plain.pid, resource.RLIMIT_NOFILE)
    resource.prlimit(plain.pid, resource.RLIMIT_NOFILE, (open_now + 5, before[1]))
    newcomers = [Phone(plain.url, moderator.code) for _ in range(12)]
    come = await asyncio.gather(
        *(asyncio.wait_for(one.connect(), 3) for one in newcomers), return_exceptions=True
    )
    refused = [one for one in come if one is not None]
    assert 7 <= len(refused) < 12
    assert all(isinstance(one, OSError | TimeoutError) for one in refused), refused
    await post(phone, "trotzdem")
    resource.prlimit(plain.pid, resource.RLIMIT_NOFILE, before)
    late = Phone(plain.url, moderator.code)
    async with asyncio.timeout(PATIENCE_SECONDS):
        await late.join("de", 2)
    await post(late, "endlich")
    assert await cards(desk, moderator.code) == ["endlich", "trotzdem"]
    assert len(plain.said) < 20_000
    await close(moderator, phone, late, *newcomers)

"""Told to end, a server behind a proxy first says so and goes on for a while."""

import signal
import time
from pathlib import Path

import aiohttp
import pytest
from program import OPEN, Program

pytestmark = pytest.mark.asyncio(loop_scope="session")


def server(folder: Path, port: int, leave_seconds: str) -> Program:
    options = ("--host", "127.0.0.1", "--port", str(port), "--data", str(folder))
    return Program(*options, "--leave-seconds", leave_seconds)


async def statuses(port: int) -> dict[str, int]:
    found = {}
    async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as http:
        for path in ("/", "/healthz/ready", "/healthz/live", "/healthz"):
            async with http.get(path) as answer:
                found[path] = answer.status
    return found


async def test_a_proxy_learns_that_a_process_leaves_before_it_has_left(
    short_folder: Path, free_port: int
) -> None:
    leaving = server(short_folder, free_port, "2")
    await leaving.start()
    await leaving.says(OPEN)
    assert set((await statuses(free_port)).values()) == {200}
    leaving._process.send_signal(signal.SIGTERM)
    await leaving.says(OPEN)
    while (found := await statuses(free_port))["/healthz/ready"] == 200:
        pass
    assert found == {"/": 200, "/healthz/ready": 503, "/healthz/live": 200, "/healthz": 503}
    assert await leaving.ended() == 0


async def test_a_second_signal_ends_it_at_once(short_folder: Path, free_port: int) -> None:
    leaving = server(short_folder, free_port, "600")
    await leaving.start()
    await leaving.says(OPEN)
    leaving._process.send_signal(signal.SIGTERM)
    while (await statuses(free_port))["/healthz/ready"] == 200:
        pass
    begun = time.monotonic()
    assert await leaving.end(signal.SIGTERM) == 0
    assert time.monotonic() - begun < 60  # and not ten minutes

"""Told to end, a server behind a proxy first says so and goes on for a while."""

import asyncio
import signal
import time
from pathlib import Path

import aiohttp
import pytest
import uvicorn
from program import OPEN, Program

from server.running import Evening

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


def a_server(leave_seconds: float) -> Evening:
    async def nothing(*_: object) -> None:
        """Is never asked."""

    config = uvicorn.Config(nothing, log_config=None)
    return Evening(config, lambda: None, asyncio.Event(), leave_seconds)  # type: ignore[arg-type]


async def test_a_second_ctrl_c_still_says_farewell_and_the_end_of_the_wait_is_no_third() -> None:
    """uvicorn cuts everybody off at once when it is told twice; only a person's third time may."""
    server = a_server(leave_seconds=0.02)
    server._leave(signal.SIGINT)
    assert not server.should_exit, "it goes on while the proxy looks elsewhere"
    server._leave(signal.SIGINT)
    assert server.should_exit
    await asyncio.sleep(0.1)
    assert not server.force_exit
    server._leave(signal.SIGINT)
    assert server.force_exit


async def test_whoever_waits_is_told_to_end_when_the_time_has_come() -> None:
    server = a_server(leave_seconds=0.02)
    server._leave(signal.SIGINT)
    await asyncio.sleep(0.1)
    assert server.should_exit
    assert not server.force_exit

"""/metrics: what is counted, who may read it, and that it tells nothing about anybody."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from open_server import OpenServer, open_server
from our_files import ROOT
from phones import NotLetIn, Phone
from prometheus_client.parser import text_string_to_metric_families

from rooms.counts import Marked, Spread, counts
from rooms.errors import Forgotten, Refused
from rooms.log import MemoryLog
from server.settings import BadSetting, read_settings
from server.traffic import MOST_REASONS, Traffic

pytestmark = pytest.mark.asyncio(loop_scope="session")
TOKEN = "a-token-of-more-than-twenty-letters"
PHONE = "0123456789abcdef0123456789abcdef"
Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


@asynccontextmanager
async def watched(
    built_client: Path, port: int, *options: str
) -> AsyncIterator[tuple[OpenServer, str]]:
    async with open_server(MemoryLog(), built_client, "--metrics", str(port), *options) as opened:
        yield opened, f"http://127.0.0.1:{port}/metrics"


async def read(address: str, **headers: str) -> tuple[int, str]:
    async with aiohttp.ClientSession() as http, http.get(address, headers=headers) as answer:
        return answer.status, await answer.text()


async def samples(address: str) -> Samples:
    status, page = await read(address)
    assert status == 200
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(page)
        for sample in family.samples
    }


def grown(before: Samples, after: Samples, name: str, **labels: str) -> float:
    key = (f"dialogtisch_{name}", tuple(sorted(labels.items())))
    return after.get(key, 0.0) - before.get(key, 0.0)


async def seated(server: OpenServer, code: str) -> Phone:
    phone = await Phone.join(server.url, {"code": code, "token": PHONE})
    await phone.hello()
    assert (await phone.command("Join", language="de"))["ok"]
    assert (await phone.command("TakeTable", table=1))["ok"]
    return phone


async def test_what_happens_in_the_hall_is_counted(built_client: Path, free_port: int) -> None:
    async with watched(built_client, free_port) as (server, address):
        await server.enter_as_organiser()
        code = (await server.new_dialogue())["code"]
        before = await samples(address)
        phone = await seated(server, code)
        assert (await phone.command("TakeTable", table=999))["error"] == "refused"
        with pytest.raises(NotLetIn):
            await Phone.join(server.url, {"code": "22222222", "token": PHONE})
        await phone.socket.send(b"\xc1")
        await phone.hello()
        await asyncio.sleep(0.3)  # the last frame of a pause and a few beats of the loop
        after = await samples(address)
        await phone.close()

    assert after["dialogtisch_connected", (("role", "participant"),)] == 1
    assert after["dialogtisch_connected", (("role", "moderator"),)] == 0
    assert grown(before, after, "commands_total", command="Join", outcome="ok") == 1
    assert grown(before, after, "commands_total", command="TakeTable", outcome="ok") == 1
    assert grown(before, after, "commands_total", command="TakeTable", outcome="refused") == 1
    assert grown(before, after, "acks_total") == 5
    assert grown(before, after, "append_seconds_count") == 2
    assert grown(before, after, "append_entries_sum") == 2
    assert grown(before, after, "appended_bytes_total") > 50
    assert grown(before, after, "log_entries") == 2
    assert grown(before, after, "shown_seconds_count") >= 1
    assert grown(before, after, "frames_total") >= 1
    assert grown(before, after, "frame_bytes_total") >= 20
    assert grown(before, after, "turned_away_total", reason="unknown_code") == 1
    assert grown(before, after, "malformed_total") == 1
    assert grown(before, after, "loop_late_seconds_count") >= 2
    assert after["dialogtisch_storage_reachable", ()] == 1
    assert after["dialogtisch_storage_state", (("state", "durable"),)] == 1
    assert after["process_resident_memory_bytes", ()] > 1e7


async def test_no_label_tells_of_a_dialogue_or_a_person(built_client: Path, free_port: int) -> None:
    async with watched(built_client, free_port) as (server, address):
        await server.enter_as_organiser()
        code = (await server.new_dialogue())["code"]
        phone = await seated(server, code)
        page = (await read(address))[1]
        await phone.close()
    for secret in (code, PHONE, "127.0.0.1", (await server.keys()).organiser_fragment()):
        assert secret not in page
    labels = re.findall(r'(\w+)="([^"]*)"', page)
    assert {name for name, _ in labels} <= {
        *("role", "command", "outcome", "reason", "state", "what", "le"),
    }
    words = {word for name, word in labels if name != "le"}
    assert {word for word in words if not re.fullmatch(r"[A-Za-z_]{2,40}", word)} == set()


async def test_every_number_that_an_alarm_looks_at_is_there(
    built_client: Path, free_port: int
) -> None:
    page = (ROOT / "docs" / "running.md").read_text("utf-8")
    wanted = set(re.findall(r"`[^`]*?((?:dialogtisch|process)_[a-z_]+)", page))
    assert len(wanted) > 12
    options = ("--data", str(built_client))  # a folder that is there, as the store's would be
    async with watched(built_client, free_port, *options) as (_, address):
        told = (await read(address))[1]
    there = set(re.findall(r"^# TYPE (\w+)", told, re.MULTILINE))
    assert wanted - there == set()


async def test_metrics_are_not_on_the_port_people_reach(built_client: Path, free_port: int) -> None:
    async with watched(built_client, free_port) as (server, _):
        for path in ("/metrics", "/metrics/", "/api/metrics", "/static/metrics"):
            response = await server.get(path, headers={"authorization": f"Bearer {TOKEN}"})
            assert response.status == 404
            assert b"dialogtisch_" not in await response.read()


async def test_with_a_token_nobody_reads_without_it(built_client: Path, free_port: int) -> None:
    async with watched(built_client, free_port, "--metrics-token", TOKEN) as (_, address):
        for shown in ("", "Bearer ", f"Bearer {TOKEN}x", TOKEN, f"Basic {TOKEN}", "Bearer \xff"):
            assert (await read(address, authorization=shown))[0] == 401
        assert (await read(address, authorization=f"Bearer {TOKEN}"))[0] == 200


@pytest.mark.parametrize(
    "wrong",
    [
        ("--metrics", "0.0.0.0:9108"),
        ("--metrics", "10.0.0.5:9108"),
        ("--metrics", "[::]:9108"),
        ("--metrics", "example.org:9108"),
        ("--metrics", "/metrics"),
        ("--metrics", "99999"),
        ("--metrics", "10.0.0.5:9108", "--metrics-token", "short"),
    ],
)
async def test_a_door_that_would_lie_open_is_refused(wrong: tuple[str, ...]) -> None:
    with pytest.raises(BadSetting, match="metrics"):
        read_settings(wrong, {})


async def test_the_token_is_not_shown_with_the_settings() -> None:
    settings = read_settings(["--metrics", "0.0.0.0:1", "--metrics-token", TOKEN], {})
    assert settings.metrics == ("0.0.0.0", 1)
    assert TOKEN not in repr(settings)


async def test_reasons_do_not_multiply_without_end() -> None:
    traffic = Traffic()
    for nth in range(1_000):
        traffic.turn_away(Forgotten(f"CODE{nth}"))
        traffic.turn_away(Refused(f"reason_{nth}"))
    assert traffic.turned_away["unknown_code"] == 1_000
    assert len(traffic.turned_away) <= MOST_REASONS + 1


async def test_a_spread_counts_every_amount_at_its_step() -> None:
    spread = Spread((1.0, 2.0))
    for amount in (0.5, 1.0, 1.5, 2.0, 9.0):
        spread.note(amount)
    assert (spread.counts, spread.total) == ([2, 2, 1], 14.0)


async def test_a_command_is_shown_when_the_last_screen_had_its_turn() -> None:
    marked, command, noted = Marked(), object(), sum(counts.shown_seconds.counts)
    marked.arrived(command)
    marked.arrived(object())  # only one is followed at a time
    marked.published({})
    assert sum(counts.shown_seconds.counts) == noted  # not answered yet
    marked.answered(command, True)
    marked.published({"board": 1.0, "table": 2.0})
    marked.published({"board": 1.1, "table": 2.0})  # the board was told, and has more to be told
    assert sum(counts.shown_seconds.counts) == noted
    marked.published({"board": 1.1, "table": 2.1})
    assert sum(counts.shown_seconds.counts) == noted + 1
    assert not marked


async def test_a_refused_command_is_never_waited_for() -> None:
    marked, refused, kept = Marked(), object(), object()
    marked.arrived(refused)
    marked.answered(refused, False)
    marked.arrived(kept)
    marked.answered(kept, True)
    assert marked

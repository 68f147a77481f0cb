"""The organiser is told in plain sentences what an acknowledgement is worth."""

import pytest

from rooms.errors import Unavailable, Unknown
from server.durability import check_persistence, judge
from server.storage import needed_for_the_start
from server.valkey_process import StoreUnusable

VALKEY = {"redis_version": "7.2.4", "server_name": "valkey", "valkey_version": "9.1.2"}
REDIS = {"redis_version": "8.6.3"}
SAFE = {
    "appendonly": "yes",
    "appendfsync": "always",
    "no-appendfsync-on-rewrite": "no",
    "maxmemory-policy": "noeviction",
}


@pytest.mark.asyncio(loop_scope="session")
async def test_the_store_we_bring_along_keeps_what_it_acknowledged(valkey_url: str) -> None:
    found = await check_persistence(valkey_url)
    assert (found.fit, found.durable) == (True, True)


@pytest.mark.asyncio(loop_scope="session")
async def test_a_server_that_is_away_cannot_be_judged(free_port: int) -> None:
    with pytest.raises(Unavailable):
        await check_persistence(f"redis://127.0.0.1:{free_port}")


def test_a_safe_server_gets_one_reassuring_sentence() -> None:
    for about in (VALKEY, REDIS):
        found = judge(about, SAFE)
        assert found.durable
        assert len(found.sentences) == 1
        assert "on disk" in found.sentences[0]


@pytest.mark.parametrize(
    ("setting", "word"),
    [
        ({"appendonly": "no"}, "everything since its last snapshot is lost"),
        ({"appendfsync": "everysec"}, "once a second"),
        ({"appendfsync": "no"}, "operating system"),
        ({"no-appendfsync-on-rewrite": "yes"}, "rewrites its file"),
        ({"maxmemory-policy": "allkeys-lru"}, "allkeys-lru"),
    ],
)
def test_each_weak_setting_is_named_with_what_it_costs(setting: dict[str, str], word: str) -> None:
    found = judge(VALKEY, SAFE | setting)
    assert found.fit
    assert not found.durable
    assert len(found.sentences) == 1
    assert word in found.sentences[0]


def test_settings_that_may_not_be_read_are_not_taken_for_safe() -> None:
    found = judge(REDIS, {})
    assert found.fit
    assert not found.durable
    assert "CONFIG GET" in found.sentences[0]


@pytest.mark.parametrize(
    ("about", "fit"),
    [
        ({"redis_version": "7.0.15"}, False),
        ({"redis_version": "7.2.0"}, True),
        ({"redis_version": "7.10.1"}, True),
        ({"redis_version": "7.2.4", "valkey_version": "8.0.9"}, False),
        ({"redis_version": "7.2.4", "valkey_version": "8.1.0"}, True),
        ({}, False),
    ],
)
def test_a_server_that_is_too_old_is_not_used(about: dict[str, str], fit: bool) -> None:
    found = judge(about, SAFE)
    assert found.fit is fit
    assert ("newer" in found.sentences[0]) is not fit


@pytest.mark.parametrize(
    ("kind", "version", "alone", "in_cluster"),
    [
        ("valkey", "9.1.2", True, False),
        ("valkey", "9.1.3", True, True),
        ("valkey", "9.2.0", True, True),
        ("valkey", "10.0.0", True, True),
        ("valkey", "9.1.1", False, False),
        ("valkey", "9.0.7", True, True),
        ("valkey", "9.0.6", False, False),
        ("valkey", "8.1.9", True, False),
        ("valkey", "8.1.8", False, False),
        ("redis", "8.6.3", True, True),
        ("redis", "8.6.2", False, False),
        ("redis", "7.4.6", False, False),
    ],
)
def test_a_store_with_known_holes_is_used_with_a_warning(
    kind: str, version: str, alone: bool, in_cluster: bool
) -> None:
    about = {"redis_version": "7.2.4", f"{kind}_version": version}
    for where, safe in ((False, alone), (True, in_cluster)):
        found = judge(about, SAFE, in_cluster=where)
        assert (found.fit, found.durable) == (True, True)
        warned = any("known security holes" in sentence for sentence in found.sentences)
        assert warned is not safe


def test_a_storage_that_goes_away_during_the_start_is_told_in_one_sentence() -> None:
    with pytest.raises(StoreUnusable, match="went away during the start"), needed_for_the_start():
        raise Unknown

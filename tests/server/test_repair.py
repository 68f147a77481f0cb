"""A damaged store is seen before anybody is let in, and one command makes it whole again."""

import asyncio
import shutil
from pathlib import Path

import msgspec
import pytest
from store_entries import CODE, keep, kept

from rooms.ended import RedisEnded
from rooms.entries import SCHEMA, Entry, seal_of
from rooms.log import EMPTY, Debt, Position
from rooms.redis_line import Line
from rooms.redis_log import SECRET_COPY_KEY, SECRET_KEY, RedisLog
from rooms.rewriting import write_off
from server.__main__ import main
from server.append_file import commands
from server.embedded import EmbeddedStore
from server.last_seen import LastSeen
from server.repair import mend_store
from server.valkey_process import StoreUnusable

pytestmark = pytest.mark.asyncio(loop_scope="session")

OTHER = "HGFEDCBA"


async def a_store(folder: Path) -> Path:
    """A stopped store with twenty entries of one dialogue and one of another; its growing file."""
    store = EmbeddedStore(folder)
    await store.start()
    log = RedisLog(store.url)
    await log.secret()
    await keep(store, 9)
    await log.claim(OTHER)
    payload = msgspec.msgpack.encode(Entry(SCHEMA, "tab.1", 1, b"body", msgspec.Raw(b"\x90")))
    await log.append(OTHER, EMPTY, 1, [(payload, seal_of(b"", payload))])
    await log.close()
    await keep(store, 1)
    await store.stop()
    [file] = (folder / "store" / "appendonlydir").glob("*.incr.aof")
    return file


def damage(file: Path, here: bytes, flipped: bytes) -> None:
    """Writes one thing for another, the first time that it occurs."""
    assert len(here) == len(flipped)
    content = file.read_bytes()
    assert here in content
    file.write_bytes(content.replace(here, flipped, 1))


async def opened(folder: Path) -> EmbeddedStore:
    store = EmbeddedStore(folder)
    await store.start()
    return store


async def repair(folder: Path, code: str | None = None) -> str:
    return await asyncio.to_thread(mend_store, folder, code)


async def test_a_sound_store_needs_no_repair(short_folder: Path) -> None:
    file = await a_store(short_folder)
    before = file.read_bytes()
    assert await repair(short_folder) == "Nothing is damaged. Nothing was changed."
    assert file.read_bytes() == before


async def test_p12_a_damaged_dialogue_stays_closed_and_the_others_open(short_folder: Path) -> None:
    damage(await a_store(short_folder), b"tab.10", b"tab.20")
    store = await opened(short_folder)
    assert store.findings.broken == {CODE: 9}
    assert store.suspicion == ""
    [said] = store.sentences
    assert f"./run repair {CODE} --data {short_folder}" in said
    assert "after entry 9" in said
    await store.stop()


async def test_p12_a_repair_keeps_the_longest_verified_part_and_the_original(
    short_folder: Path,
) -> None:
    file = await a_store(short_folder)
    damage(file, b"tab.10", b"tab.20")
    damaged = file.read_bytes()
    said = await repair(short_folder, CODE)
    assert "ABCD-EFGH: 9 entries kept" in said
    assert "11 after them could not be verified" in said
    [original] = (short_folder / "store").glob("kept-*")
    assert str(original) in said
    assert (original / file.name).read_bytes() == damaged
    store = await opened(short_folder)
    assert not store.findings
    tail = await kept(store)
    assert tail.version == 10
    assert tail.epoch > 1
    await keep(store, 1)
    await store.stop()


async def test_a_repair_goes_on_past_a_hole_for_the_other_dialogues(short_folder: Path) -> None:
    file = await a_store(short_folder)
    content = file.read_bytes()
    at = content.index(b"tab.10")
    file.write_bytes(content[: at - 60] + b"\0" * 120 + content[at + 60 :])
    with pytest.raises(StoreUnusable, match=r"\./run repair"):
        await opened(short_folder)
    said = await repair(short_folder)
    assert "HGFE-DCBA: 1 entries kept." in said
    store = await opened(short_folder)
    log = RedisLog(store.url)
    assert (await log.tail(OTHER)).version == 2
    assert 3 <= (await log.tail(CODE)).version <= 10
    await log.close()
    await store.stop()


@pytest.mark.parametrize("which", [SECRET_KEY, SECRET_COPY_KEY])
async def test_a_damaged_secret_is_found_and_comes_back(short_folder: Path, which: str) -> None:
    file = await a_store(short_folder)
    store = await opened(short_folder)
    log = RedisLog(store.url)
    before = await log.secret()
    await log.close()
    await store.stop()
    content = bytearray(file.read_bytes())
    at = content.index(which.encode() + b"\r\n$") + len(which) + 12
    content[at] ^= 1
    file.write_bytes(content)
    if which == SECRET_KEY:
        with pytest.raises(StoreUnusable, match="the secret that all links are made from"):
            await opened(short_folder)
        assert "its copy was not" in await repair(short_folder)
    store = await opened(short_folder)
    log = RedisLog(store.url)
    assert await log.secret() == before
    await log.close()
    await store.stop()


async def test_a_store_without_a_copy_of_the_secret_gets_one(short_folder: Path) -> None:
    await a_store(short_folder)
    store = await opened(short_folder)
    line = Line(store.url)
    await line.ask("UNLINK", SECRET_COPY_KEY)
    log = RedisLog(store.url)
    secret = await log.secret()
    assert (await line.ask("GET", SECRET_COPY_KEY))[:32] == secret
    await log.close()
    await line.close()
    await store.stop()


async def test_a_dialogue_that_is_not_in_the_register_stops_the_start(short_folder: Path) -> None:
    damage(await a_store(short_folder), OTHER.encode(), b"HGFEDCBC")
    with pytest.raises(StoreUnusable, match=f"dialogue {OTHER} is not in the register"):
        await opened(short_folder)
    await repair(short_folder)
    store = await opened(short_folder)
    log = RedisLog(store.url)
    assert await log.codes() == [CODE, OTHER]
    await log.close()
    await store.stop()


async def test_the_list_of_files_is_checked_before_valkey_deletes_what_it_lacks(
    short_folder: Path,
) -> None:
    file = await a_store(short_folder)
    damage(file.with_name("appendonly.aof.manifest"), b"type i", b"type h")
    before = {path.name: path.read_bytes() for path in file.parent.iterdir()}
    with pytest.raises(StoreUnusable, match="the list of the store's files"):
        await opened(short_folder)
    assert {path.name: path.read_bytes() for path in file.parent.iterdir()} == before
    await repair(short_folder)
    store = await opened(short_folder)
    assert (await kept(store)).version == 21
    await store.stop()


async def a_compacted_store(folder: Path) -> Path:
    """After a rewrite everything stands in the new beginning, and nothing behind it."""
    file = await a_store(folder)
    store = await opened(folder)
    log = RedisLog(store.url)
    await log.purge()
    await log.close()
    await store.stop()
    return file.with_name("appendonly.aof.2.base.aof")


async def test_p12_a_beginning_that_lacks_a_dialogues_last_entry_begins_a_new_epoch(
    short_folder: Path,
) -> None:
    """Every seal that is left fits, and Valkey has nothing to say."""
    beginning = await a_compacted_store(short_folder)
    whole = beginning.read_bytes()
    key = f"dialogue:{{{CODE}}}:log".encode()
    last = [found for found in commands(whole) if found.words[:2] == [b"XADD", key]][-1]
    beginning.write_bytes(whole[: last.at] + whole[last.end :])
    store = await opened(short_folder)
    assert not store.findings
    assert store.suspicion == "the store's file has become shorter"
    await store.stop()


async def test_p12_a_file_that_was_emptied_is_not_taken_for_a_store_without_anything(
    short_folder: Path,
) -> None:
    """Valkey starts without it, as if nothing had ever been there."""
    beginning = await a_compacted_store(short_folder)
    whole = beginning.read_bytes()
    assert b"tab.20" in whole
    beginning.write_bytes(b"")
    with pytest.raises(StoreUnusable, match=r"2\.base\.aof is empty.*\./run repair"):
        await opened(short_folder)
    beginning.write_bytes(whole)
    store = await opened(short_folder)
    assert (await kept(store)).version == 20
    await store.stop()


async def test_p12_a_folder_put_back_from_a_backup_begins_a_new_epoch(short_folder: Path) -> None:
    await a_store(short_folder / "data")
    shutil.copytree(short_folder / "data", short_folder / "backup")
    store = await opened(short_folder / "backup")
    assert store.suspicion == "the store's file was put back from a copy"
    assert "offer again" in store.sentences[-1]
    await store.stop()
    for _ in range(2):  # as long as no new epoch has begun, every start knows
        again = await opened(short_folder / "backup")
        assert again.suspicion == "the store's file was put back from a copy"
        await again.stop()
    again = await opened(short_folder / "backup")
    again.believe()
    await again.stop()
    again = await opened(short_folder / "backup")
    assert again.suspicion == ""
    await again.stop()


async def test_p12_a_file_that_became_shorter_begins_a_new_epoch(short_folder: Path) -> None:
    file = await a_store(short_folder)
    content = file.read_bytes()
    file.write_bytes(content[: content.rindex(b"*1\r\n$5\r\nMULTI")])
    store = await opened(short_folder)
    assert store.suspicion == "the store's file has become shorter"
    assert await kept(store) == Position(1, 18)
    await store.stop()


async def test_a_store_that_was_killed_is_no_reason_for_suspicion(short_folder: Path) -> None:
    store = await opened(short_folder)
    await keep(store, 5)
    store._valkey.end()
    again = LastSeen(short_folder / "store" / "last-seen")
    again.judge(short_folder / "store" / "appendonlydir")
    assert again.suspicion == ""
    await store.stop()


async def test_an_older_program_leaves_newer_data_alone(short_folder: Path) -> None:
    file = await a_store(short_folder)
    store = await opened(short_folder)
    log = RedisLog(store.url)
    tail = (await log.read(OTHER))[-1]
    newer = Entry(SCHEMA + 1, "tab.2", 2, b"body", msgspec.Raw(b"\x90"))
    payload = msgspec.msgpack.encode(newer)
    entry = [(payload, seal_of(tail.seal, payload))]
    assert await log.append(OTHER, tail.position, 1, entry)
    await log.close()
    await store.stop()
    before = file.read_bytes()
    with pytest.raises(StoreUnusable, match="written by a newer Dialogtisch"):
        await opened(short_folder)
    with pytest.raises(StoreUnusable, match="written by a newer Dialogtisch"):
        await repair(short_folder)
    assert file.read_bytes() == before


async def test_a_repair_that_was_cut_off_is_taken_up_again(short_folder: Path) -> None:
    file = await a_store(short_folder)
    damage(file, b"tab.10", b"tab.20")
    file.parent.rename(short_folder / "store" / "kept-2026-11-22-190000")
    with pytest.raises(StoreUnusable, match="a repair was cut off"):
        await opened(short_folder)
    assert "9 entries kept" in await repair(short_folder)


async def test_an_erased_dialogue_stays_erased_and_nothing_is_added_to_it(
    short_folder: Path,
) -> None:
    file = await a_store(short_folder)
    store = await opened(short_folder)
    log = RedisLog(store.url)
    await write_off(log, OTHER, "asked for", 1)
    erased = await log.read(OTHER)
    await log.close()
    await store.stop()
    damage(file, b"tab.10", b"tab.20")
    assert "HGFE-DCBA: 1 entries kept." in await repair(short_folder)
    store = await opened(short_folder)
    log = RedisLog(store.url)
    assert await log.read(OTHER) == erased
    await log.close()
    await store.stop()


async def test_a_repair_beside_a_running_server_is_refused(
    own_valkey: EmbeddedStore, short_folder: Path
) -> None:
    with pytest.raises(StoreUnusable, match="in use by another"):
        await repair(short_folder)
    await keep(own_valkey, 1)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["ABCD-EFG"], "cannot be the code of a dialogue"),
        (["ABCD-EFGH", "--data", "nowhere"], "there is no store in"),
    ],
)
async def test_a_repair_that_cannot_be_says_why(words: list[str], said: str) -> None:
    with pytest.raises(SystemExit, match=said):
        main(["repair", *words])


async def test_what_is_kept_beside_the_dialogues_is_no_damage_and_outlives_a_repair(
    short_folder: Path,
) -> None:
    file = await a_store(short_folder)
    store = await opened(short_folder)
    log, ended = RedisLog(store.url), RedisEnded(store.url)
    await log.set_rehearsal(CODE, OTHER)
    await log.owe(Debt(OTHER, "c0ffee"))
    await ended.end("session-1", 3_600)
    await ended.end_organiser()
    await log.close()
    await ended.close()
    await store.stop()
    for is_damaged in (False, True):
        if is_damaged:
            damage(file, b"body", b"bode")
            await repair(short_folder)
        store = await opened(short_folder)
        assert not store.findings
        log, ended = RedisLog(store.url), RedisEnded(store.url)
        assert await log.rehearsal_of(CODE) == OTHER
        assert await log.owed() == [Debt(OTHER, "c0ffee")]
        assert await ended.has("session-1")
        assert await ended.organisers() == 1
        await log.close()
        await ended.close()
        await store.stop()

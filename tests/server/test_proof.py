"""Vote truth: one seal noted at a close vouches for everything before it, and one byte betrays."""

import asyncio
import hashlib
import random
import re
import shutil
from pathlib import Path

import pytest
from played_evening import Evening, open_hall
from store_entries import CODE, keep

from rooms.ballot_plans import PlanBallot
from rooms.entries import seal_of, write_entry
from rooms.log import EMPTY
from rooms.messages import ORGANISER, BallotId
from rooms.redis_log import RedisLog
from rooms.voting import PlaceDots
from server.__main__ import main
from server.append_file import command, commands
from server.codes import shown_code, spaced
from server.embedded import EmbeddedStore
from server.making import begin
from server.proof import FILES, prove
from server.valkey_process import StoreUnusable

pytestmark = pytest.mark.asyncio(loop_scope="session")
TITLE = {"de": "Geld"}
PLAN = PlanBallot(title=TITLE, method="dots", statements=({"de": "Bäume"}, {"de": "Bänke"}))


async def an_evening(folder: Path) -> tuple[str, str]:
    """A stopped store in which somebody voted; the dialogue's code, and the seal at the close."""
    store = EmbeddedStore(folder)
    await store.start()
    log = RedisLog(store.url)
    async with open_hall(log) as hall:
        evening = Evening(hall, await begin(hall, TITLE, ("de",), rehearsal=False))
        await evening.act(ORGANISER, PLAN)
        ballot = BallotId(await evening.open_ballot())
        person = await evening.arrive_without_table(1)
        await evening.act(person, PlaceDots(ballot=ballot, option="1", dots=1))
        await evening.close_ballot()
        seal, code = evening.dialogue.ballots[ballot].seal or "", evening.live.code
    await log.close()
    await keep(store, 3)  # another dialogue, of entries without a meaning
    await store.stop()
    return code, seal


async def proven(folder: Path, code: str | None = None, seal: str = "") -> tuple[bool, str]:
    return await asyncio.to_thread(prove, folder, code, seal)


def growing(folder: Path) -> Path:
    [file] = (folder / FILES).glob("*.incr.aof")
    return file


async def test_a_backup_that_nobody_touched_holds_and_names_the_seals(short_folder: Path) -> None:
    code, seal = await an_evening(short_folder)
    before = growing(short_folder).read_bytes()
    holds, said = await proven(short_folder)
    assert holds, said
    assert f"{shown_code(code)}: " in said
    assert f"{shown_code(CODE)}: 6 entries hold" in said
    assert f"vote 'Geld', closed at version 6: {spaced(seal)}" in said
    holds, said = await proven(short_folder, code, seal)
    assert holds
    assert f"The seal {spaced(seal)} is that of version 6" in said
    assert growing(short_folder).read_bytes() == before


async def test_one_byte_of_a_backup_changed_anywhere_is_noticed(short_folder: Path) -> None:
    code, seal = await an_evening(short_folder)
    whole = growing(short_folder).read_bytes()
    start = whole.index(b"XADD")
    seed = 7
    print(f"seed {seed}")
    chance = random.Random(seed)
    places = [chance.randrange(start, len(whole)) for _ in range(150)]
    unnoticed = []
    for place in places:
        flipped = whole[place] ^ (1 << chance.randrange(8))
        growing(short_folder).write_bytes(whole[:place] + bytes([flipped]) + whole[place + 1 :])
        holds, _ = await proven(short_folder)
        if holds and chr(flipped).lower() != chr(whole[place]).lower():
            unnoticed.append(place)
    assert unnoticed == []
    growing(short_folder).write_bytes(whole)
    assert (await proven(short_folder, code, seal))[0]


async def test_whoever_seals_everything_anew_gets_another_seal(short_folder: Path) -> None:
    """Somebody with the files and the program moves the one dot from trees to benches."""
    code, seal = await an_evening(short_folder)
    key = f"dialogue:{{{code}}}:log".encode()
    forged, before = [], b""
    for found in commands(growing(short_folder).read_bytes()):
        words = list(found.words)
        if words[0] == b"XADD" and words[1] == key:
            words[4] = words[4].replace(b"\xa6option\xa11", b"\xa6option\xa12")
            words[6] = before = seal_of(before, words[4])
        forged.append(command(*words))
    assert b"".join(forged) != growing(short_folder).read_bytes()
    growing(short_folder).write_bytes(b"".join(forged))
    holds, said = await proven(short_folder, code)
    assert holds, said
    holds, said = await proven(short_folder, code, seal)
    assert not holds
    assert "does NOT occur" in said


async def test_the_command_answers_with_its_exit_code(
    short_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, seal = await an_evening(short_folder)

    def verify(*words: str) -> object:
        with pytest.raises(SystemExit) as ended:
            main(["verify", *words, "--data", str(short_folder)])
        return ended.value.code

    def all_answers() -> list[object]:
        right, wrong = ("--seal", spaced(seal)), ("--seal", "0" * 32)
        return [verify(), verify(code, *right), verify(code, *wrong), verify("BBBBBBBB")]

    assert await asyncio.to_thread(all_answers) == [0, 0, 1, 1]
    assert "Every seal fits." in capsys.readouterr().out
    for words in (("not a code",), ("--seal", seal)):
        assert "cannot verify" in str(await asyncio.to_thread(verify, *words))
    shutil.rmtree(short_folder / "store")
    with pytest.raises(StoreUnusable):
        prove(short_folder)


@pytest.mark.parametrize(("verb", "explained"), [("verify", "--seal"), ("repair", "[code]")])
async def test_the_commands_explain_every_word_they_take(
    verb: str, explained: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main([verb, "--help"])
    assert ended.value.code == 0
    told = capsys.readouterr().out
    assert explained in told
    _, about, *_ = told.split("\n\n")
    assert len(about) > 100, "what it does, and what it leaves alone"
    assert re.search(r"--data DATA +the \S+", told)


async def test_data_from_before_the_first_release_is_refused_by_that_name(
    short_folder: Path,
) -> None:
    store = EmbeddedStore(short_folder)
    await store.start()
    log = RedisLog(store.url)
    payload = write_entry("tab.1", 1, b"body", [])
    short_seal = hashlib.blake2b(payload, digest_size=8).digest()
    assert await log.claim(CODE)
    assert await log.append(CODE, EMPTY, 1, [(payload, short_seal)])
    await log.close()
    await store.stop()
    before = growing(short_folder).read_bytes()
    with pytest.raises(StoreUnusable, match="from before the first release"):
        await proven(short_folder)
    with pytest.raises(StoreUnusable, match="from before the first release"):
        await EmbeddedStore(short_folder).start()
    assert growing(short_folder).read_bytes() == before

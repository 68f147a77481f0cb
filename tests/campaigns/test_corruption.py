"""The campaign over damaged files, short and with pinned seeds: `./run campaign corruption`."""

import asyncio
import random
from pathlib import Path

import pytest

from campaigns.corruption.damage import KINDS, grown
from campaigns.corruption.evening import Evenings, play
from campaigns.corruption.outcome import Wrong, one_case
from server.append_file import commands, sound_length

SEED = "20261122"
SHORT = (
    "torn transaction",
    "zeros",
    "a bit of the list of files",
    "a bit of the secret",
    "sectors swapped",
    "all files from an older copy",
)
# Once a register with a byte that is no letter ended the start with a traceback.
PINNED = (("a bit of the register", "1.25"), ("a bit of the last commands", "1.6"))


@pytest.fixture(scope="module")
def evenings(tmp_path_factory: pytest.TempPathFactory) -> Evenings:
    return asyncio.run(play(tmp_path_factory.mktemp("e"), rewritten=True))


@pytest.mark.parametrize(("kind", "seed"), [*((kind, SEED) for kind in SHORT), *PINNED])
def test_damage_is_told_and_repaired(
    kind: str, seed: str, evenings: Evenings, short_folder: Path
) -> None:
    print(f"seed {seed}")
    asyncio.run(one_case(evenings, kind, seed, short_folder / "case"))


def test_a_start_does_not_take_a_store_that_was_emptied_for_a_new_one(
    tmp_path_factory: pytest.TempPathFactory, short_folder: Path
) -> None:
    """The file that grows is all there is yet; a new secret would make every link worthless."""
    grew = asyncio.run(play(tmp_path_factory.mktemp("g"), rewritten=False))
    outcome = asyncio.run(one_case(grew, "emptied", "x.2", short_folder / "case"))
    assert "incr.aof is empty" in outcome.what
    assert outcome.end == "refused and repaired"


def lost_in_silence(files: Path, _: Path, __: random.Random) -> str:
    """Nothing inside the files can tell that a last append is missing; the note beside does."""
    content = grown(files).read_bytes()
    last = [found for found in commands(content) if b"XADD" in found.words][-1]
    grown(files).write_bytes(content[: sound_length(content[: last.at])])
    (files.parent / "last-seen").unlink()
    return "the last append and the note of how long the file was"


def test_the_campaign_would_see_a_loss_that_nobody_was_told(
    evenings: Evenings, short_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(KINDS, "in silence", lost_in_silence)
    with pytest.raises(Wrong, match="what is missing is told"):
        asyncio.run(one_case(evenings, "in silence", SEED, short_folder / "case"))

"""The note beside the store: what it remembers, and what of it is worth nothing."""

import json
from pathlib import Path

import pytest

from server.last_seen import LastSeen, _mark
from server.store_files import MANIFEST

GROWING = "appendonly.aof.1.incr.aof"
SHORTER = "the store's file has become shorter"


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A store's folder whose growing file has grown to a thousand bytes."""
    folder = tmp_path / "appendonlydir"
    folder.mkdir()
    (folder / MANIFEST).write_text(f"file {GROWING} seq 1 type i\n")
    (folder / GROWING).write_bytes(b"x" * 1_000)
    return folder


@pytest.fixture
def note(files: Path) -> Path:
    """What an earlier run noted of it; meanwhile the file was cut."""
    note = files.with_name("last-seen")
    LastSeen(note).settle(files, at_rest=True)
    (files / GROWING).write_bytes(b"x" * 900)
    return note


def judged(note: Path, files: Path) -> LastSeen:
    seen = LastSeen(note)
    seen.judge(files)
    return seen


def rewrite(note: Path, **changed: object) -> None:
    """The note as another version of the program would leave it, with its own mark."""
    said = json.loads(note.read_text().rpartition("}")[0] + "}")
    line = json.dumps({name: of for name, of in {**said, **changed}.items() if of is not None})
    note.write_text(f"{line} {_mark(line)}\n")


def test_what_was_noted_tells_the_next_start_that_the_file_was_cut(note: Path, files: Path) -> None:
    seen = judged(note, files)
    assert (seen.suspicion, seen.settled) == (SHORTER, 1_000)
    rewrite(note)
    assert judged(note, files).suspicion == SHORTER, "rewriting alone changes nothing"


def test_a_beginning_that_became_shorter_is_noticed_too_but_not_one_that_was_replaced(
    files: Path,
) -> None:
    """Valkey starts with it if it was cut between two commands; a rewrite makes a shorter one."""
    begin(files, 1, 300)
    note = files.with_name("last-seen")
    LastSeen(note).settle(files, at_rest=True)
    assert judged(note, files).suspicion == ""
    begin(files, 1, 200)
    assert judged(note, files).suspicion == SHORTER
    begin(files, 2, 200)
    assert judged(note, files).suspicion == ""


def begin(files: Path, number: int, length: int) -> None:
    """The growing file has this beginning now."""
    beginning = f"appendonly.aof.{number}.base.aof"
    (files / beginning).write_bytes(b"x" * length)
    lines = (f"file {beginning} seq {number} type b\n", f"file {GROWING} seq 1 type i\n")
    (files / MANIFEST).write_text("".join(lines))


@pytest.mark.parametrize("changed", [{"colour": "red"}, {"settled": None}], ids=["more", "fewer"])
def test_a_note_of_another_version_counts_as_none(
    note: Path, files: Path, changed: dict[str, object]
) -> None:
    rewrite(note, **changed)
    seen = judged(note, files)
    assert (seen.suspicion, seen.settled) == ("", 0)


@pytest.mark.parametrize("said", [b"", b"\xff" * 40, b"[] 0", b"{"])
def test_a_note_that_was_torn_counts_as_none(note: Path, files: Path, said: bytes) -> None:
    for torn in (said, note.read_bytes()[:-400] + said):
        note.write_bytes(torn)
        assert judged(note, files).suspicion == ""


def test_a_note_that_says_nothing_of_a_note_counts_as_none(note: Path, files: Path) -> None:
    for line in ("[]", "7", "null", "{", '{"name": 1}'):
        note.write_text(f"{line} {_mark(line)}\n")
        assert judged(note, files).suspicion == ""


def test_without_a_note_nothing_is_suspected(files: Path) -> None:
    assert judged(files.with_name("last-seen"), files).suspicion == ""

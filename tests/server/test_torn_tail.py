"""A torn file is cut after its last whole command, and not one byte is thrown away."""

import io
import random
from pathlib import Path

import pytest

from server.append_file import command, sound_length
from server.store_files import MANIFEST, newest
from server.torn_tail import cut, torn_at

ADD = command(b"XADD", b"dialogue:{ABCDEFGH}:log", b"1-1", b"p", b"\r\n*1\r\n$4\r\nEXEC\r\n")
TRANSACTION = command(b"MULTI") + ADD + ADD + command(b"exec")
TIME = b"#TS:1700000000\r\n"


@pytest.mark.parametrize("content", [b"", ADD, ADD * 3, TRANSACTION, TIME + ADD, ADD + TIME])
def test_a_sound_file_is_sound_to_its_end(content: bytes) -> None:
    assert sound_length(content) == len(content)


@pytest.mark.parametrize(
    "tail",
    [
        b"\0" * 4096,
        random.Random(1).randbytes(200),
        b"*",
        b"*3",
        b"*3\r\n",
        b"*0\r\n",
        b"*-1\r\n",
        b"*1\r\n$99999999999\r\n",
        b"*1\r\n$4\r\nPINGxx",
        b"#TS:17",
        b"x" * 5000,
        command(b"EXEC"),
        command(b"MULTI"),
        command(b"MULTI") + ADD,
        command(b"MULTI") + ADD + command(b"MULTI"),
        TRANSACTION[:-1],
    ],
)
def test_a_bad_tail_ends_the_sound_part(tail: bytes) -> None:
    for before in (b"", ADD, ADD + TRANSACTION):
        assert sound_length(before + tail) == len(before)


def test_a_file_torn_anywhere_is_sound_up_to_the_command_before() -> None:
    ends = [0]
    content = io.BytesIO()
    for part in (ADD, TIME, TRANSACTION, ADD, TRANSACTION, TRANSACTION, ADD):
        content.write(part)
        ends.append(content.tell())
    whole = content.getvalue()
    for length in range(len(whole) + 1):
        assert sound_length(whole[:length]) == max(end for end in ends if end <= length)


def test_what_is_cut_off_lies_beside_the_file(tmp_path: Path) -> None:
    file = a_store(tmp_path, ADD + TRANSACTION + b"\0" * 100)
    at = torn_at(tmp_path)
    assert at == len(ADD + TRANSACTION)
    assert cut(file, at) == 100
    assert file.read_bytes() == ADD + TRANSACTION
    [beside] = tmp_path.glob("*.dropped-*")
    assert file.read_bytes() + beside.read_bytes() == ADD + TRANSACTION + b"\0" * 100


def test_a_second_cut_at_the_same_place_keeps_what_the_first_one_kept(tmp_path: Path) -> None:
    file = a_store(tmp_path, ADD + b"one")
    cut(file, len(ADD))
    file.write_bytes(ADD + b"two")
    cut(file, len(ADD))
    assert {path.read_bytes() for path in tmp_path.glob("*.dropped-*")} == {b"one", b"two"}


def test_a_sound_store_is_left_alone(tmp_path: Path) -> None:
    a_store(tmp_path, ADD)
    assert torn_at(tmp_path) is None


def test_only_the_newest_file_is_ever_cut(tmp_path: Path) -> None:
    a_store(tmp_path, ADD)
    (tmp_path / MANIFEST).write_text(
        "file appendonly.aof.1.base.rdb seq 1 type b\n"
        "file appendonly.aof.1.incr.aof seq 1 type i\n"
        "file appendonly.aof.2.incr.aof seq 2 type i\n"
    )
    assert newest(tmp_path) == tmp_path / "appendonly.aof.2.incr.aof"


def test_an_empty_folder_has_nothing_to_mend(tmp_path: Path) -> None:
    assert torn_at(tmp_path) is None


def a_store(folder: Path, content: bytes) -> Path:
    (folder / MANIFEST).write_text(
        "file appendonly.aof.1.base.rdb seq 1 type b\nfile appendonly.aof.1.incr.aof seq 1 type i\n"
    )
    file = folder / "appendonly.aof.1.incr.aof"
    file.write_bytes(content)
    return file

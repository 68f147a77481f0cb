"""The disk that fails does fail, and only as it was told."""

import errno
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from campaigns.shim import Disk, Torn, why_no_shim

pytestmark = pytest.mark.skipif(why_no_shim() is not None, reason=why_no_shim() or "")

WRITER = """
import os, sys
file = os.open(sys.argv[1], os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
os.write(file, b"promised" * 1000)
os.fsync(file)
os.write(file, b"not yet." * 1000)
"""
DAY = 86_400


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    disk = Disk(tmp_path / "data")
    yield disk
    disk.close()


def run(disk: Disk, program: str, *words: object) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **disk.environment}
    command = [sys.executable, "-I", "-c", program, *map(str, words)]
    return subprocess.run(command, env=environment, capture_output=True, text=True)


def written(disk: Disk) -> Path:
    file = disk.folder / "file"
    assert run(disk, WRITER, file).returncode == 0
    return file


def test_what_was_synced_outlasts_every_power_cut_and_the_rest_mostly_does_not(disk: Disk) -> None:
    lengths = set()
    for seed in range(30):
        file = written(disk)
        [torn] = disk.cut_power(random.Random(seed))
        assert (torn.file, torn.safe, torn.written) == (file, 8000, 16000)
        assert file.read_bytes()[:8000] == b"promised" * 1000
        lengths.add(torn.left)
        file.unlink()
    assert len(lengths) > 10
    assert max(lengths) == 16000


def test_what_a_power_cut_left_is_safe_from_the_next_one(disk: Disk) -> None:
    file = written(disk)
    disk.cut_power(random.Random(1))
    left = file.read_bytes()
    assert disk.cut_power(random.Random(2)) == []
    assert file.read_bytes() == left


def test_a_disk_that_lies_keeps_nothing(disk: Disk) -> None:
    disk.lie()
    file = written(disk)
    assert disk.cut_power(random.Random(3)) == [Torn(file, 0, 16000, file.stat().st_size)]
    assert disk.syncs == 1


def test_a_new_file_is_not_taken_for_an_old_one(disk: Disk) -> None:
    program = WRITER + "os.unlink(sys.argv[1])\nos.open(sys.argv[1], os.O_CREAT | os.O_WRONLY)\n"
    program += "open(sys.argv[1], 'wb').write(b'new')"
    assert run(disk, program, disk.folder / "file").returncode == 0
    assert [torn.safe for torn in disk.cut_power(random.Random(4))] == [0]


def test_the_right_sync_fails(disk: Disk) -> None:
    program = """
import os, sys
file = os.open(sys.argv[1], os.O_CREAT | os.O_WRONLY)
for nth in range(5):
    try:
        os.fdatasync(file)
    except OSError as error:
        print(nth, error.errno)
"""
    disk.fail_syncs(after=2, times=1)
    assert run(disk, program, disk.folder / "file").stdout == f"2 {errno.EIO}\n"
    disk.fail_syncs(times=0)
    assert run(disk, program, disk.folder / "file").stdout == ""


def test_a_full_disk_takes_what_still_fits(disk: Disk) -> None:
    disk.space(12_000)
    done = run(disk, WRITER + "os.write(file, b'more')", disk.folder / "file")
    assert f"[Errno {errno.ENOSPC}]" in done.stderr
    assert (disk.folder / "file").stat().st_size == 12_000
    outside = disk.folder.parent / "elsewhere"
    assert run(disk, WRITER, outside).returncode == 0
    disk.space(None)
    assert run(disk, WRITER, disk.folder / "file").returncode == 0


def test_the_clock_jumps_and_timers_do_not(disk: Disk) -> None:
    program = "import time; print(time.time(), time.monotonic())"
    for days in (0, 1, -1):
        disk.shift_clock(days * DAY)
        shown, timer = map(float, run(disk, program).stdout.split())
        assert round((shown - time.time()) / DAY) == days
        assert abs(timer - time.monotonic()) < DAY / 2


def test_a_machine_that_lost_power_has_started_anew(disk: Disk) -> None:
    program = "print(open('/proc/sys/kernel/random/boot_id').read())"
    before = [run(disk, program).stdout for _ in range(2)]
    disk.cut_power(random.Random(5))
    assert before[0] == before[1] != run(disk, program).stdout


def test_a_slow_disk_is_slow(disk: Disk) -> None:
    disk.slow(0.2)
    before = time.monotonic()
    written(disk)
    assert time.monotonic() - before > 0.2

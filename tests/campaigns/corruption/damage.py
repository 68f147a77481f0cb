"""One kind of damage to the store's files, somewhere, from a random number."""

import random
import shutil
from collections.abc import Callable
from pathlib import Path

SECTOR = 512
Damage = Callable[[Path, Path, random.Random], str]


def grown(files: Path) -> Path:
    return max(files.glob("*.incr.aof"))


def any_file(files: Path, chance: random.Random) -> Path:
    """Large files are hit more often, as on a disk."""
    found = [file for file in sorted(files.iterdir()) if file.stat().st_size]
    return chance.choices(found, [file.stat().st_size for file in found])[0]


def shortened(files: Path, _: Path, chance: random.Random) -> str:
    file = any_file(files, chance)
    size = chance.randrange(file.stat().st_size)
    with file.open("r+b") as store:
        store.truncate(size)
    return f"{file.name} ends at {size}"


def emptied(files: Path, _: Path, chance: random.Random) -> str:
    """There is nothing in it any more; a compacted file is hit as often as the one that grows."""
    file = chance.choice([file for file in sorted(files.iterdir()) if file.stat().st_size])
    file.write_bytes(b"")
    return f"{file.name} is empty"


def torn_transaction(files: Path, _: Path, chance: random.Random) -> str:
    file = grown(files)
    content = file.read_bytes()
    ends = [at for at in range(len(content)) if content.startswith(b"$4\r\nEXEC", at)]
    size = chance.choice(ends) - 4 - chance.randrange(200)
    file.write_bytes(content[:size])
    return f"{file.name} ends within a transaction at {size}"


def overwritten(with_zeros: bool) -> Damage:
    def overwrite(files: Path, _: Path, chance: random.Random) -> str:
        file = any_file(files, chance)
        content = bytearray(file.read_bytes())
        length = min(len(content), chance.choice([1, 16, SECTOR, 4096, 20_000]))
        at = chance.randint(0, len(content) - length)
        content[at : at + length] = bytes(length) if with_zeros else chance.randbytes(length)
        file.write_bytes(content)
        return f"{length} bytes of {file.name} from {at} overwritten"

    return overwrite


def flipped(most: int) -> Damage:
    def flip(files: Path, _: Path, chance: random.Random) -> str:
        file = any_file(files, chance)
        return flip_in(file, 0, file.stat().st_size, chance, chance.randint(1, most))

    return flip


def flip_in(file: Path, start: int, end: int, chance: random.Random, bits: int = 1) -> str:
    content = bytearray(file.read_bytes())
    places = [(chance.randrange(start, end), chance.randrange(8)) for _ in range(bits)]
    for at, bit in places:
        content[at] ^= 1 << bit
    file.write_bytes(content)
    return f"bits of {file.name} flipped at {places}"


def flipped_in_the_list(files: Path, _: Path, chance: random.Random) -> str:
    file = files / "appendonly.aof.manifest"
    return flip_in(file, 0, file.stat().st_size, chance)


def flipped_near(word: bytes, reach: int) -> Damage:
    """A bit of what stands shortly after this word, wherever that is written."""

    def flip(files: Path, _: Path, chance: random.Random) -> str:
        places = [
            (file, at)
            for file in sorted(files.glob("*.aof"))
            for at in _all(file.read_bytes(), word)
        ]
        file, at = chance.choice(places)
        end = min(at + len(word) + reach, file.stat().st_size)
        return flip_in(file, at, end, chance)

    return flip


def flipped_at_the_end(files: Path, _: Path, chance: random.Random) -> str:
    """Among the last commands, which nothing after them bears out."""
    file = grown(files)
    size = file.stat().st_size
    return flip_in(file, size - 600, size, chance)


def swapped(files: Path, _: Path, chance: random.Random) -> str:
    file = any_file(files, chance)
    content = bytearray(file.read_bytes())
    sectors = len(content) // SECTOR
    if sectors < 2:
        return flip_in(file, 0, len(content), chance)
    one, other = (at * SECTOR for at in chance.sample(range(sectors), 2))
    here, there = content[one : one + SECTOR], content[other : other + SECTOR]
    content[one : one + SECTOR], content[other : other + SECTOR] = there, here
    file.write_bytes(content)
    return f"sectors of {file.name} at {one} and {other} swapped"


def one_older_file(files: Path, older: Path, chance: random.Random) -> str:
    old = chance.choice(sorted((older / "store" / "appendonlydir").glob("*")))
    shutil.copy(old, files / old.name)
    return f"{old.name} taken from an older copy"


def all_older_files(files: Path, older: Path, _: random.Random) -> str:
    shutil.rmtree(files)
    shutil.copytree(older / "store" / "appendonlydir", files)
    return "all files taken from an older copy"


def gone(files: Path, _: Path, chance: random.Random) -> str:
    file = chance.choice(sorted(files.iterdir()))
    file.unlink()
    return f"{file.name} is gone"


def _all(content: bytes, word: bytes) -> list[int]:
    return [at for at in range(len(content)) if content.startswith(word, at)]


KINDS: dict[str, Damage] = {
    "shortened": shortened,
    "emptied": emptied,
    "torn transaction": torn_transaction,
    "zeros": overwritten(with_zeros=True),
    "garbage": overwritten(with_zeros=False),
    "one bit": flipped(1),
    "up to 8 bits": flipped(8),
    "a bit of the last commands": flipped_at_the_end,
    "a bit of the list of files": flipped_in_the_list,
    "a bit of the secret": flipped_near(b"dialogtisch:secret", 40),
    "a bit of the register": flipped_near(b"dialogtisch:codes", 14),
    "a bit of a place or name": flipped_near(b"dialogue:{", 44),
    "a bit of SELECT": flipped_near(b"SELECT", 6),
    "sectors swapped": swapped,
    "one file from an older copy": one_older_file,
    "all files from an older copy": all_older_files,
    "a file is gone": gone,
}

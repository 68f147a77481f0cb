"""`./run verify [CODE]`: reads a data folder or a backup, changes nothing, says what is proven.

Every entry is sealed to the one before it, so one seal noted at the close of a vote vouches for
everything up to that close: whoever changes, drops or adds an entry before it gets other seals.
"""

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from rooms.dialogue import Dialogue
from rooms.entries import apply_stored
from rooms.errors import Corrupted, Newer
from server.codes import shown_code, typed_code
from server.opening import NEWER
from server.repair import is_damaged, read_files
from server.salvage import Chain, Salvage
from server.settings import variable
from server.valkey_process import StoreUnusable

FILES = Path("store") / "appendonlydir"


def verify_folder(arguments: Sequence[str]) -> None:
    """check every seal of a data folder or backup: `verify [CODE] [--seal SEAL] [--data FOLDER]`"""
    parser = argparse.ArgumentParser(prog="dialogtisch verify", allow_abbrev=False)
    parser.add_argument("code", nargs="?", help="only this dialogue, such as ABCD-EFGH")
    parser.add_argument("--seal", default="", help="must occur in it, as noted at a close")
    parser.add_argument("--data", default=os.environ.get(variable("data"), "./data"))
    given = parser.parse_args(arguments)
    typed = typed_code(given.code) if given.code else None
    if given.code and typed is None:
        raise StoreUnusable(f"{given.code!r} cannot be the code of a dialogue")
    if given.seal and typed is None:
        raise StoreUnusable("name the dialogue in which the seal must occur")
    seal = given.seal.replace(" ", "").lower()
    holds, said = prove(Path(given.data).expanduser().resolve(), typed and typed.code, seal)
    print(said)
    sys.exit(not holds)


def prove(data: Path, code: str | None = None, seal: str = "") -> tuple[bool, str]:
    """Whether everything holds, and what there is to say. Raises StoreUnusable."""
    if not (data / FILES).is_dir():
        raise StoreUnusable(f"there is no store in {data}; name the folder with --data")
    with tempfile.TemporaryDirectory(prefix="dt-") as folder:
        files = Path(folder) / FILES
        shutil.copytree(data / FILES, files)
        try:
            salvage = read_files(files)
        except Newer:
            raise StoreUnusable(NEWER) from None
        return _verdict(salvage, code, seal, whole=not is_damaged(files, salvage))


def _verdict(salvage: Salvage, code: str | None, seal: str, whole: bool) -> tuple[bool, str]:
    chains = [chain for chain in salvage.chains.values() if code in (None, chain.code)]
    if code and not chains:
        return False, f"There is nothing of a dialogue {shown_code(code)}."
    told = [_Told(chain) for chain in sorted(chains, key=lambda chain: chain.code)]
    lines = [line for one in told for line in one.lines()]
    holds = whole and all(one.holds for one in told)
    if seal:
        found = told[0].seals.get(seal)
        holds = holds and found is not None
        lines.append(f"The seal {spaced(seal)} {_where(found)}")
    lines.append("Every seal fits." if holds else "NOT everything is as it was written.")
    return holds, "\n".join(lines)


def _where(version: int | None) -> str:
    if version is None:
        return "does NOT occur: what stands here is not what it was noted for."
    return f"is that of version {version}: nothing up to there was changed."


class _Told:
    """What one dialogue's log tells, as far as its seals fit."""

    def __init__(self, chain: Chain) -> None:
        self.seals = {stored.seal.hex(): stored.position.version for stored in chain.entries}
        self.holds = not chain.refused
        self._chain = chain
        self._dialogue = Dialogue(chain.code)
        try:
            for stored in chain.entries:
                apply_stored(self._dialogue, stored)
        except Corrupted:
            self.holds = False

    def lines(self) -> Iterator[str]:
        now, code = self._dialogue, shown_code(self._chain.code)
        yield f"{code}: {now.version} entries hold, seal {spaced(now.seal.hex())}"
        if not self.holds:
            lost = len(self._chain.entries) + len(self._chain.refused) - now.version
            yield f"  {lost} after them do NOT."
        for ballot in now.ballots.values():
            if ballot.seal:
                title = ballot.title[now.main_language]
                at = f"version {ballot.sealed_version}"
                yield f"  vote {title!r}, closed at {at}: {spaced(ballot.seal)}"


def spaced(seal: str) -> str:
    """A seal in fours, as the moderator's page shows it."""
    return " ".join(seal[start : start + 4] for start in range(0, len(seal), 4))

"""`./run verify [CODE]`: reads a data folder or a backup, changes nothing, says what is proven.

Every entry is sealed to the one before it, so one seal noted at the close of a vote vouches for
everything up to that close: whoever changes, drops or adds an entry before it gets other seals.
"""

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from rooms.dialogue import Dialogue
from rooms.entries import apply_stored
from rooms.errors import Corrupted, OtherProgram
from rooms.rewriting import Resealed, resealed
from server.codes import shown_code, spaced, typed_code
from server.opening import START_INSTEAD
from server.repair import is_damaged, read_files
from server.salvage import Chain, Salvage
from server.typed_settings import variable
from server.valkey_process import StoreUnusable

FILES = Path("store") / "appendonlydir"


def verify_folder(arguments: Sequence[str]) -> None:
    """check every seal of a data folder or backup: `verify [CODE] [--seal SEAL] [--data FOLDER]`"""
    parser = argparse.ArgumentParser(
        prog="dialogtisch verify",
        allow_abbrev=False,
        description="Reads a data folder or a backup, changes nothing, and says whether every "
        "entry is as it was written. Ends with 0 if so, with 1 if not.",
    )
    parser.add_argument("code", nargs="?", help="only this dialogue, such as ABCD-EFGH")
    parser.add_argument(
        "--seal",
        default="",
        help="what was noted when a vote closed, such as '144f d67f 7631 2b66 ...', with or "
        "without spaces: it must occur in this dialogue",
    )
    parser.add_argument(
        "--data",
        default=os.environ.get(variable("data"), "./data"),
        help="the folder: that of a stopped server, or a copy (%(default)s)",
    )
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
        except OtherProgram as other:
            raise StoreUnusable(START_INSTEAD[type(other)]) from None
        return _verdict(salvage, code, seal, whole=not is_damaged(files, salvage))


def _verdict(salvage: Salvage, code: str | None, seal: str, whole: bool) -> tuple[bool, str]:
    chains = [chain for chain in salvage.chains.values() if code in (None, chain.code)]
    if code and not chains:
        return False, f"There is nothing of a dialogue {shown_code(code)}."
    told = [_Told(chain) for chain in sorted(chains, key=lambda chain: chain.code)]
    lines = [line for one in told for line in one.lines()]
    holds = whole and all(one.holds for one in told)
    occurs = not seal or seal in told[0].seals
    if seal:
        lines.append(f"The seal {spaced(seal)} {told[0].where(seal)}")
    if holds and not occurs and told[0].has_erased:
        lines.append("Every seal fits, but the one that was noted proves nothing.")
    else:
        fits = holds and occurs
        lines.append("Every seal fits." if fits else "NOT everything is as it was written.")
    return holds and occurs, "\n".join(lines)


class _Told:
    """What one dialogue's log tells, as far as its seals fit."""

    def __init__(self, chain: Chain) -> None:
        self.seals = {stored.seal.hex(): stored.position.version for stored in chain.entries}
        self.holds = not chain.refused
        self.resealed: Resealed | None = None
        self._chain = chain
        self._dialogue = Dialogue(chain.code)
        try:
            for stored in chain.entries:
                apply_stored(self._dialogue, stored)
            self.resealed = resealed(chain.entries)
        except Corrupted:
            self.holds = False

    @property
    def has_erased(self) -> bool:
        """Whether there were seals that can no longer occur."""
        return bool(self.resealed or self._dialogue.ending)

    def lines(self) -> Iterator[str]:
        now, code = self._dialogue, shown_code(self._chain.code)
        yield f"{code}: {now.version} entries hold, seal {spaced(now.seal.hex())}"
        if not self.holds:
            lost = len(self._chain.entries) + len(self._chain.refused) - now.version
            yield f"  {lost} after them do NOT."
        for ending in now.ending.values():
            yield f"  the whole dialogue was erased on {_day(ending.at)}: {ending.because}"
        if self.resealed:
            yield f"  words were erased on {_day(self.resealed.at)}: before that {self._others}"
        for ballot in now.ballots.values():
            if ballot.seal:
                title = ballot.title[now.main_language]
                at = f"version {ballot.sealed_version}"
                yield f"  vote {title!r}, closed at {at}: {spaced(ballot.seal)}"

    def where(self, seal: str) -> str:
        """What it proves that somebody noted this seal."""
        if seal in self.seals:
            return f"is that of version {self.seals[seal]}: nothing up to there was changed."
        if self._dialogue.ending:
            return "does not occur: nothing of the dialogue is left that could be compared."
        if self.resealed is None:
            return "does NOT occur: what stands here is not what it was noted for."
        return (
            f"does not occur. Before {_day(self.resealed.at)} {self._others} If it was noted "
            "then, it can no longer be compared: that is no sign that anything else was changed, "
            "and none that nothing was. A backup from before can still be compared with it."
        )

    @property
    def _others(self) -> str:
        assert self.resealed is not None
        first, last, _ = self.resealed
        return f"the versions {first} to {last} had other seals."


def _day(at: int) -> str:
    return time.strftime("%d %B %Y, %H:%M", time.localtime(at / 1000))

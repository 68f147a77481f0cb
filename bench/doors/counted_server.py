"""The product's server, which besides tells what its memory is made of.

On SIGUSR1 it counts every object that Python knows of, by type, and writes that as JSON into the
file that BENCH_ACCOUNT names. Counting holds it up for a second: never use it for anything else.
"""

import gc
import json
import os
import runpy
import signal
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any


def account() -> dict[str, tuple[int, int]]:
    """How many objects of each type there are, and how many bytes they have."""
    gc.collect()
    gc.unfreeze()  # what was put aside at the start is not listed otherwise
    found: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    waiting: list[Any] = gc.get_objects()
    seen = {id(found), id(waiting)}
    while waiting:
        one = waiting.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        row = found[f"{type(one).__module__}.{type(one).__qualname__}"]
        row[0] += 1
        row[1] += sys.getsizeof(one)
        # Much of what there is holds nothing that could be garbage, so no list knows of it.
        waiting.extend(inner for inner in gc.get_referents(one) if id(inner) not in seen)
    return {kind: (count, size) for kind, (count, size) in found.items()}


def tell(*_: object) -> None:
    told = Path(os.environ["BENCH_ACCOUNT"])
    draft = told.with_suffix(".draft")
    draft.write_text(json.dumps(account()), "utf-8")
    draft.rename(told)


if __name__ == "__main__":
    signal.signal(signal.SIGUSR1, tell)
    runpy.run_module("server", run_name="__main__", alter_sys=True)

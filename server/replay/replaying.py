"""The command line of a replay, and its steps in order."""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path

from server.phones import Desk, NotAnswered, NotLetIn
from server.replay import account
from server.replay.counting import count, differences
from server.replay.evening import WORDS, Evening, NotReplayed, open_evening
from server.replay.in_files import check_files
from server.replay.on_screens import check_screens
from server.replay.outcome import Check
from server.replay.recording import NotARecording, Recording, read_recording
from server.serving import allow_many_connections, serve_config
from server.trial_server import NotOpened, trial_server


def replay(arguments: Sequence[str]) -> None:
    """play a recorded conversation through the product and check every number"""
    given = argument_parser().parse_args(arguments)
    allow_many_connections()
    loop_factory = serve_config(None, host="127.0.0.1", port=0).get_loop_factory()
    try:
        recording = read_recording(given.folder)
        with asyncio.Runner(loop_factory=loop_factory) as runner:
            right = runner.run(_replay(recording, given))
    except (NotARecording, NotReplayed, NotAnswered, NotLetIn, NotOpened, OSError) as trouble:
        sys.exit(f"The replay stopped: {trouble}")
    if not right:
        sys.exit("Something does not agree with the count; see WRONG above.")


def argument_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="dialogtisch replay",
        allow_abbrev=False,
        description="Holds a recorded conversation again: everybody joins with a simulated phone, "
        "posts their statements and casts their votes. Then compares what every screen and file "
        "says with a count of the recording. Without further options a server of its own is "
        "started, which keeps nothing.",
    )
    folder = "a folder with comments.csv, votes.csv and summary.csv, as Polis exports them"
    parser.add_argument("folder", type=Path, help=folder)
    language = "what the statements are written in; default: %(default)s"
    parser.add_argument("--language", choices=sorted(WORDS), default="de", help=language)
    where = parser.add_mutually_exclusive_group()
    data = "keep the evening in this data folder; no other server may be using it"
    where.add_argument("--data", type=Path, help=data)
    organiser = "the organiser's link of a server that runs already, to replay it there"
    where.add_argument("--organiser", metavar="LINK", help=organiser)
    return parser


async def _replay(recording: Recording, given: argparse.Namespace) -> bool:
    """Whether everything agreed."""
    async with AsyncExitStack() as stack:
        link = given.organiser
        if link is None:
            link, _ = await stack.enter_async_context(trial_server(given.data))
        desk = await Desk.of_organiser(link)
        print(f"Replaying “{recording.topic}”", flush=True)
        opening = open_evening(recording, desk, given.language, account.Progress())
        evening = await stack.enter_async_context(opening)
        await hold(evening, desk)
        return await compare(evening, desk)


async def hold(evening: Evening, desk: Desk) -> None:
    """Everything that happens in the evening."""
    await evening.seat_everybody(desk.url)
    cards = await evening.post_statements()
    await evening.open_ballot(cards)
    await evening.cast_votes()
    await evening.hide_rejected(cards)


async def compare(evening: Evening, desk: Desk) -> bool:
    """Print what agrees and what does not; whether all of ours did."""
    counted = count(evening.recording)
    found: list[Check] = await check_screens(evening, desk, counted)
    found += await check_files(evening, desk, counted)
    odd = differences(evening.recording, counted.tallies)
    lines = [
        f"  {account.pace(evening)}",
        "",
        *account.checks(found, evening.recording),
        "",
        *account.source_columns(odd, evening.recording),
        "",
        evening.recording.credit,
    ]
    print("\n".join(lines), flush=True)
    return not any(check.wrong for check in found)

"""The product's own server in a child process on a free port of this machine, for a while.

For what tries the server from outside: replays and benchmarks. Nobody in the network can reach it.
"""

import asyncio
import contextlib
import os
import re
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
RULE = "────"
OPENING_SECONDS = 30.0
CLOSING_SECONDS = 15.0
LINK = re.compile(r"http://\S+/enter#organiser\.\S+")


class NotOpened(Exception):
    """The server ended before it had opened; the text is what it said."""


@contextlib.asynccontextmanager
async def trial_server(
    data: Path | None = None, options: Sequence[str] = (), module: str = "server"
) -> AsyncIterator[tuple[str, int]]:
    """The organiser's link and the process id; without `data`, nothing is kept afterwards.

    `options` are more of those of the command line, such as `--fanout stock`; `module` is what
    takes them, for those who want the server and something besides.
    """
    async with contextlib.AsyncExitStack() as stack:
        if data is None:
            data = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="dt-")))
        process = await _started(data.absolute(), options, module)
        stack.push_async_callback(_end, process)
        assert process.stdout is not None
        link = await _link(process.stdout)
        rest = asyncio.create_task(_pass_on(process.stdout))
        stack.callback(rest.cancel)
        yield link, process.pid


async def _started(data: Path, more: Sequence[str], module: str) -> asyncio.subprocess.Process:
    """Settings of another server in the environment must not lead this one to that one's store."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith("DIALOGTISCH_")}
    options = ("--host", "127.0.0.1", "--port", "0", "--data", str(data), *more)
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", module, "serve", *options),
        cwd=ROOT,
        env=clean,
        stdout=asyncio.subprocess.PIPE,
    )


async def _link(told: asyncio.StreamReader) -> str:
    """The organiser's link from the welcome, which stands between two ruled lines."""
    heard: list[str] = []
    async with asyncio.timeout(OPENING_SECONDS):
        while line := (await told.readline()).decode():
            heard.append(line)
            if sum(one.startswith(RULE) for one in heard) == 2:
                break
    found = LINK.search("".join(heard))
    if not found:
        raise NotOpened("".join(heard).strip() or "it said nothing")
    return found[0]


async def _pass_on(told: asyncio.StreamReader) -> None:
    """What it logs goes to our standard error, as it would on its own."""
    while line := await told.readline():
        sys.stderr.write(line.decode())


async def _end(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    try:
        async with asyncio.timeout(CLOSING_SECONDS):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()

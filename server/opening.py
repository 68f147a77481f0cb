"""Opens the store that the server brings along: starts Valkey, mends a torn end, checks the rest.

Whatever cannot be mended without losing something that was certainly on disk is left as it is, and
the refusal names the one command that repairs it.
"""

import asyncio
import shlex
import signal
from pathlib import Path

import structlog

from rooms.errors import Newer, Older, OtherProgram, Unavailable
from rooms.redis_line import Line, storage_away
from server.append_file import sound_length
from server.codes import shown_code
from server.last_seen import LastSeen
from server.salvage import Salvage
from server.store_files import EMPTY_BASE_BYTES, Damaged, check_files, listed, newest
from server.torn_tail import cut, something_follows, torn_at
from server.valkey_process import StoreUnusable, ValkeyProcess
from server.verification import Findings, verify

PATIENCE_SECONDS = 10.0  # with a Valkey that does not answer, or was asked to end

log = structlog.get_logger(__name__)


class Opening:
    """`dropped_bytes` counts what was cut off a torn end; `repair` is the command to be named."""

    def __init__(self, valkey: ValkeyProcess, url: str, seen: LastSeen, repair: str) -> None:
        self.dropped_bytes = 0
        self._valkey = valkey
        self._url = url
        self._seen = seen
        self._repair = repair

    async def open(self) -> Findings:
        """Bring the store up for the first time; what it holds is checked. Raises StoreUnusable."""
        try:
            self._check_files()
            self._seen.judge(self._valkey.files)
            if not await self.come_up():
                raise StoreUnusable(self.why())
            findings = await verify(self._url, self._seen.held_something)
            if findings and await self._mend_what_fits_nowhere():
                findings = await verify(self._url, self._seen.held_something)
        except OtherProgram as other:
            raise StoreUnusable(START_INSTEAD[type(other)]) from None
        except Unavailable as away:
            raise StoreUnusable(f"{self.why()}\nIts last answer: {away}") from None
        if findings.odd:
            raise StoreUnusable(f"{'; '.join(findings.odd)}. {self._advice()}")
        self._seen.settle(self._valkey.files)
        return findings

    async def come_up(self) -> bool:
        """Start Valkey; if it will not, mend the end of its file and start it once more."""
        if await self._answers_after_launch():
            return True
        at = torn_at(self._valkey.files)
        if at is None or (at < self._seen.settled and something_follows(self._valkey.files, at)):
            return False
        self._cut(at)
        return await self._answers_after_launch()

    def why(self) -> str:
        """Why it does not start, for the organiser."""
        return f"Valkey does not start. {self._advice()}\nIt said:\n{self._valkey.last_words()}"

    def _check_files(self) -> None:
        files = self._valkey.files
        try:
            if not files.exists() and any(files.parent.glob("kept-*")):
                raise Damaged("a repair was cut off in the middle")
            check_files(files)
        except Damaged as damaged:
            raise StoreUnusable(f"{damaged}. {self._advice()}") from None

    async def _mend_what_fits_nowhere(self) -> bool:
        """A torn end may be readable and still be nonsense, such as a sector that is missing."""
        at = self._first_misfit()
        if at is None:
            return False
        await end_left_over(self._valkey, PATIENCE_SECONDS)
        self._cut(at)
        return await self._answers_after_launch()

    def _first_misfit(self) -> int | None:
        """Where in the unsettled end of the newest file something does not fit."""
        salvage, files = Salvage(), listed(self._valkey.files)
        for file in files:
            if file.suffix == ".aof":
                salvage.read(file, file.read_bytes())
            elif file.stat().st_size > EMPTY_BASE_BYTES:
                return None
        at = [misfit.at for misfit in salvage.misfits if misfit.file == files[-1]]
        first = next((place for place in at if place >= self._seen.settled), None)
        return first if first is None else sound_length(files[-1].read_bytes()[:first])

    def _cut(self, at: int) -> None:
        file = newest(self._valkey.files)
        assert file is not None
        self._seen.suspect("the end of the store's file was torn", self._valkey.files)
        dropped = cut(file, at)
        self.dropped_bytes += dropped
        log.error("store_mended", dropped_bytes=dropped, kept_beside=True)

    def _advice(self) -> str:
        return f"Nothing was deleted. To repair it: {self._repair}"

    async def _answers_after_launch(self) -> bool:
        self._valkey.launch()
        line = Line(self._url, timeout_seconds=1.0, lost=storage_away)
        clock = asyncio.get_running_loop().time
        deadline = clock() + PATIENCE_SECONDS
        try:
            while self._valkey.runs() and clock() < deadline:
                try:
                    await line.ask("PING")
                    return True
                except Unavailable as unavailable:
                    if unavailable.reason == "storage_starting":  # reading a long file
                        deadline = clock() + PATIENCE_SECONDS
                await asyncio.sleep(0.02)
            await end_left_over(self._valkey, 0)
            return False
        finally:
            await line.close()


START_INSTEAD: dict[type[OtherProgram], str] = {
    Newer: "this data was written by a newer Dialogtisch. Nothing was changed: start that version "
    "again, or a later one",
    Older: "this data was written by a Dialogtisch from before the first release, with shorter "
    "seals and pseudonyms. Nothing was changed: read it with that version, or name another folder "
    "with --data",
}


async def end_left_over(valkey: ValkeyProcess, patience_seconds: float) -> None:
    """End what still holds the store, such as the Valkey of a server that was killed."""
    clock = asyncio.get_running_loop().time
    deadline = clock() + patience_seconds
    asked = False
    while not valkey.is_free():
        if clock() >= deadline:
            valkey.send_signal(signal.SIGKILL)
        else:
            asked = asked or valkey.send_signal(signal.SIGTERM)
        await asyncio.sleep(0.02)


def repair_command(data: Path, code: str = "") -> str:
    """What to type when something is damaged."""
    words = ["./run", "repair", *([code] if code else []), "--data", str(data.resolve())]
    return shlex.join(words)


def opening_sentences(
    dropped_bytes: int, suspicion: str, findings: Findings, data: Path
) -> tuple[str, ...]:
    """What the organiser must know about what was found at start."""
    said = []
    if suspicion:
        said.append(
            f"It seems that {suspicion}. Phones that come back offer again what they had been "
            "promised."
        )
    if dropped_bytes:
        said.append(f"{dropped_bytes} bytes were cut off and are kept beside the file.")
    for code, held in findings.broken.items():
        said.append(
            f"The dialogue {shown_code(code)} is damaged after entry {held} and stays closed; the "
            f"others are open. To repair it, stop the server and type: {repair_command(data, code)}"
        )
    return tuple(said)

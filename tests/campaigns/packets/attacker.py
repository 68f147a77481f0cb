"""Lives the planned lives, several at once, and counts what the server answers."""

import asyncio
import contextlib
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import msgpack

from campaigns.packets.lives import Life, Planner

PATIENCE_SECONDS = 20.0
LIVES_AT_ONCE = 24
TRICKLE_BYTES = 9
STATUS = re.compile(rb"HTTP/1\.1 (\d{3}) ")


@dataclass(slots=True)
class Tally:
    """`answers` by what they said; `unanswered` events whose connection lived on; `stuck` ones.

    `layers`: packets sent by layer; `statuses`: answers to HTTP requests by their number.
    """

    lives: int = 0
    layers: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    answers: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    unanswered: list[str] = field(default_factory=list)
    stuck: list[str] = field(default_factory=list)
    internal: list[int] = field(default_factory=list)

    @property
    def packets(self) -> int:
        return self.layers.total()


async def attack(planner: Planner, address: tuple[str, int], packets: int, tally: Tally) -> None:
    """Live one life after another until that many more packets were sent."""
    enough = tally.packets + packets
    await asyncio.gather(*(_go_on(planner, address, enough, tally) for _ in range(LIVES_AT_ONCE)))


async def _go_on(planner: Planner, address: tuple[str, int], enough: int, tally: Tally) -> None:
    while tally.packets < enough:
        number = tally.lives
        tally.lives += 1
        life = planner.plan(number)
        tally.layers += life.layers
        tally.kinds[life.kind] += 1
        await One(number, life, tally).live(address)


class One:
    """One life on one connection."""

    def __init__(self, number: int, life: Life, tally: Tally) -> None:
        self._number = number
        self._life = life
        self._tally = tally
        self._open = set(life.numbers)
        self._heard = bytearray()

    async def live(self, address: tuple[str, int]) -> None:
        self._reader, self._writer = await asyncio.open_connection(*address)
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self._speak()
        except TimeoutError:
            self._tally.stuck.append(f"{self._number} ({self._life.kind})")
        except OSError:
            pass  # cut off in the middle of a word
        finally:
            self._writer.transport.abort()
            with contextlib.suppress(OSError):
                await self._writer.wait_closed()

    async def _speak(self) -> None:
        life = self._life
        if life.opening:
            self._writer.write(life.opening)
            await self._until(b"\r\n\r\n")
        if life.connect is not None:
            self._writer.write(life.connect)
            if not await self._let_in():
                return
        await self._say(b"".join(life.pieces))
        if life.aborts:
            return
        await self._wait_for_answers()
        if life.kind != "visitor":  # whose last request asks the server to hang up
            self._writer.write_eof()
        await self._listen_to_the_end()

    async def _listen_to_the_end(self) -> None:
        asked = not self._life.opening
        while more := await self._reader.read(65_536):
            if asked:
                self._tally.statuses.update(int(found) for found in STATUS.findall(more))

    async def _say(self, said: bytes) -> None:
        if not self._life.trickles:
            self._writer.write(said)
            return
        for at in range(0, len(said), TRICKLE_BYTES):
            if self._writer.transport.is_closing():
                return
            self._writer.write(said[at : at + TRICKLE_BYTES])
            await asyncio.sleep(0)

    async def _until(self, mark: bytes) -> None:
        while mark not in self._heard:
            await self._more()
        del self._heard[: self._heard.index(mark) + len(mark)]

    async def _let_in(self) -> bool:
        while True:
            for packet in self._packets():
                return bool(packet["type"] == 0)
            await self._more()

    async def _wait_for_answers(self) -> None:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS / 2):
                while self._open:
                    for packet in self._packets():
                        self._hear(packet)
                    if self._open:
                        await self._more()
        except ConnectionError:
            pass  # it was cut, as it should be after five malformed packets
        except TimeoutError:
            self._tally.unanswered.append(f"{self._number}: {sorted(self._open)}")

    def _hear(self, packet: dict[str, object]) -> None:
        if packet["type"] != 3:
            return
        self._open.discard(packet["id"])  # type: ignore[arg-type]
        (answer,) = packet["data"]  # type: ignore[misc]
        said = "ok" if answer["ok"] else f"{answer['error']}"
        self._tally.answers[said] += 1
        if said == "internal":
            self._tally.internal.append(self._number)

    def _packets(self) -> Iterator[dict[str, object]]:
        """The Socket.IO packets among what was heard so far."""
        while payload := self._frame():
            if payload[0] >= 0x80:  # a map of MessagePack; texts are Engine.IO's
                yield msgpack.unpackb(payload)

    def _frame(self) -> bytes | None:
        heard = self._heard
        if len(heard) < 2:
            return None
        length, start = heard[1], 2
        if length == 126:
            length, start = int.from_bytes(heard[2:4], "big"), 4
        elif length == 127:
            length, start = int.from_bytes(heard[2:10], "big"), 10
        if len(heard) < start + length:
            return None
        payload = bytes(heard[start : start + length])
        del heard[: start + length]
        return payload or b"\x00"

    async def _more(self) -> None:
        more = await self._reader.read(65_536)
        if not more:
            raise ConnectionResetError
        self._heard += more

"""The load generator: many phones that vote, in a process of its own.

Arguments: the server's url, the dialogue's code, the ballot and its options. Reads orders from
standard input: `vote <a second> <seconds>` lets phones vote in turn at random moments and answers
`voted <count> <p50 ms> <p99 ms>` when all of them are acknowledged.
"""

import asyncio
import os
import random
import secrets
import sys
import time
from typing import Any

import uvloop

from bench.ingest import plan
from server.phones.line import Ack, Line
from server.replay.account import percentile
from server.serving import allow_many_connections, collect_rarely

SEED = 7
COMING_AT_ONCE = 50
ANSWER_SECONDS = 20


class Voter:
    """One phone: says hello, takes part, sits down, then votes and waits for no answer."""

    def __init__(self, code: str, ballot: str, options: list[str], nth: int) -> None:
        self._auth = {"code": code, "token": secrets.token_hex(16)}
        self._fields = {"name": "PlaceDots", "ballot": ballot}
        self._options = options
        self._table = nth % 50 + 1
        self._tab = f"{nth:08x}"
        self._counter = 0
        self._votes = 0
        self._line = Line(lambda _: None, lambda _: None)

    async def come(self, url: str) -> None:
        await self._line.open(url, self._auth, "")
        await self._said(self._line.answer("hello", {}))
        await self._said(self._order({"name": "Join", "language": "de"}))
        await self._said(self._order({"name": "TakeTable", "table": self._table}))

    def vote(self, hear: Any) -> None:
        option, dots = plan.mark(self._votes)
        self._votes += 1
        body = {**self._fields, "option": self._options[option], "dots": dots}
        self._line.ask("command", {"id": self._next(), **body}, hear)

    async def _order(self, body: dict[str, Any]) -> Ack:
        return await self._line.answer("command", {"id": self._next(), **body})

    def _next(self) -> str:
        self._counter += 1
        return f"{self._tab}.{self._counter}"

    async def _said(self, answer: Any) -> None:
        ack = await answer
        if not ack["ok"]:
            raise RuntimeError(str(ack))


class Crowd:
    """Votes go round, so nobody goes faster than the server lets one person go."""

    def __init__(self, voters: list[Voter]) -> None:
        self._voters = voters
        self._random = random.Random(SEED)
        self._next = 0
        self._given = 0
        self._seconds: list[float] = []
        self._all_heard = asyncio.Event()

    async def vote(self, per_second: float, seconds: float) -> str:
        """Independent people: the pauses between two votes are exponential."""
        self._given, self._seconds = round(per_second * seconds), []
        self._all_heard.clear()
        at = time.monotonic()
        for _ in range(self._given):
            at += self._random.expovariate(per_second)
            if at > time.monotonic():
                await asyncio.sleep(at - time.monotonic())
            self._vote()
        async with asyncio.timeout(ANSWER_SECONDS):
            await self._all_heard.wait()
        taken = sorted(self._seconds)
        return f"{len(taken)} {percentile(taken, 50) * 1e3:.2f} {percentile(taken, 99) * 1e3:.2f}"

    def _vote(self) -> None:
        begun = time.monotonic()

        def heard(ack: Ack) -> None:
            if not ack["ok"]:
                raise SystemExit(f"a vote was not accepted: {ack}")
            self._seconds.append(time.monotonic() - begun)
            if len(self._seconds) == self._given:
                self._all_heard.set()

        self._voters[self._next].vote(heard)
        self._next = (self._next + 1) % len(self._voters)


async def obey(url: str, code: str, ballot: str, options: list[str]) -> None:
    voters = [Voter(code, ballot, options, nth) for nth in range(plan.PHONES)]
    for start in range(0, len(voters), COMING_AT_ONCE):
        await asyncio.gather(*(one.come(url) for one in voters[start : start + COMING_AT_ONCE]))
    crowd = Crowd(voters)
    collect_rarely()
    print("ready", flush=True)
    loop = asyncio.get_running_loop()
    orders = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)
    while order := (await orders.readline()).split():
        print("voted", await crowd.vote(float(order[1]), float(order[2])), flush=True)


if __name__ == "__main__":
    allow_many_connections()
    uvloop.run(obey(*sys.argv[1:4], sys.argv[4:]))
    sys.stdout.flush()
    os._exit(0)  # a thousand sockets need no ceremony

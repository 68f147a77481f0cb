"""What happens to the evening, a fault a minute, chosen by the seed."""

import asyncio
import random
import signal
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from campaigns.soak.evening import Evening

FROZEN_SECONDS = (2.0, 8.0)
RELOADING_SECONDS = 5.0
UNREAD_SECONDS = 14.0
STRANGERS = 200
STRANGE_SECONDS = 20.0


async def server_killed(evening: Evening, _: random.Random) -> None:
    """SIGKILL of the server; its store goes down with it or is adopted."""
    await evening.program.kill()
    await evening.start_again()


async def server_restarted(evening: Evening, _: random.Random) -> None:
    """SIGTERM, as for an update."""
    await evening.program.end(signal.SIGTERM)
    await evening.start_again()


async def store_killed(evening: Evening, _: random.Random) -> None:
    """SIGKILL of Valkey; the server starts it again."""
    evening.program.kill_store()


async def store_frozen(evening: Evening, rng: random.Random) -> None:
    """Valkey is there and answers nothing for some seconds."""
    with evening.program.frozen_store():
        await asyncio.sleep(rng.uniform(*FROZEN_SECONDS))


async def all_dropped(evening: Evening, _: random.Random) -> None:
    """The wifi fails for everybody at once."""
    for screen in evening.screens:
        screen.drop()


async def half_reloaded(evening: Evening, rng: random.Random) -> None:
    """Every second phone loads its page again, in a few seconds."""

    async def later(seconds: float, reload: Callable[[], Awaitable[None]]) -> None:
        await asyncio.sleep(seconds)
        await reload()

    chosen = rng.sample(evening.people, len(evening.people) // 2)
    await asyncio.gather(
        *(later(rng.uniform(0, RELOADING_SECONDS), person.reload) for person in chosen)
    )


async def some_do_not_read(evening: Evening, rng: random.Random) -> None:
    """A tenth of the phones stop reading for a while, as in a tunnel."""
    chosen = rng.sample(evening.people, max(1, len(evening.people) // 10))
    wires = [one.phone._line._wire for one in chosen if one.phone._line]
    asleep = [wire._transport for wire in wires if wire and not wire._transport.is_closing()]
    for transport in asleep:
        transport.pause_reading()
    await asyncio.sleep(UNREAD_SECONDS)
    for transport in asleep:
        if not transport.is_closing():
            transport.resume_reading()


async def strangers_come(evening: Evening, _: random.Random) -> None:
    """Sockets that begin a request, or open a websocket, and then say nothing."""
    where = urlsplit(evening.program.own_url)
    opened = [await asyncio.open_connection(where.hostname, where.port) for _ in range(STRANGERS)]
    for nth, (_reader, writer) in enumerate(opened):
        whole = b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: a\r\n" + _UPGRADE
        writer.write(whole[: nth % 40] if nth % 2 else whole)
    await asyncio.sleep(STRANGE_SECONDS)
    for _reader, writer in opened:
        writer.transport.abort()


_UPGRADE = (
    b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)

Fault = Callable[[Evening, random.Random], Awaitable[None]]
TO_THE_SERVER: tuple[Fault, ...] = (server_killed, server_restarted)
OTHERS: tuple[Fault, ...] = (
    store_killed,
    store_frozen,
    all_dropped,
    half_reloaded,
    some_do_not_read,
    strangers_come,
)


def planned(count: int, rng: random.Random) -> list[Fault]:
    """So many faults; the server's own end comes in the first half, so that one life is long."""
    plan = [rng.choice(OTHERS) for _ in range(count)]
    early = range(1, max(2, count // 2))
    for nth, place in enumerate(rng.sample(early, min(len(early), max(2, count // 12)))):
        plan[place] = TO_THE_SERVER[nth % 2]
    return plan

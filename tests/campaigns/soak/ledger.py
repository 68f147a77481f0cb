"""What people were answered against what the log holds: every saved command there, exactly once."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import msgspec

from campaigns.soak.people import Order
from rooms.entries import Entry, replay
from rooms.log import Stored
from rooms.redis_log import RedisLog
from server.embedded import EmbeddedStore

_entry = msgspec.msgpack.Decoder(Entry)
MOST_NAMED = 5


async def read_log(folder: Path, code: str) -> list[Stored]:
    """The whole log, from a store of its own after the server has ended."""
    store = EmbeddedStore(folder)
    await store.start()
    log = RedisLog(store.url)
    try:
        return await log.read(code)
    finally:
        await log.close()
        await store.stop()


def compare(code: str, stored: list[Stored], orders: Iterable[Order]) -> list[str]:
    """What is wrong, in sentences. Replaying also follows the chain of seals to its end."""
    dialogue = replay(code, stored)
    ids = [_entry.decode(one.payload).id for one in stored]
    at = {one.position.version: name for one, name in zip(stored, ids, strict=True)}
    wrong = [f"{name} is in the log {n} times" for name, n in Counter(ids).items() if n > 1]
    if dialogue.version != len(stored):
        wrong.append(f"the log has {len(stored)} entries and ends at {dialogue.version}")
    saved = [order for order in orders if order.ack and order.ack["ok"]]
    for order in saved:
        assert order.ack is not None
        found = at.get(order.ack["version"], "nothing")
        if not found.startswith(f"{order.person}:"):
            wrong.append(f"{order.name} was saved at {order.ack['version']}, where {found} stands")
    twice = Counter(order.ack["version"] for order in saved if order.ack)
    wrong += [f"version {n} was promised to {c} commands" for n, c in twice.items() if c > 1]
    return wrong

"""A process that has the whole server in memory and forks it: a killed process is back at once.

Reads one JSON line per process wanted and writes its id. The child becomes a server as
`python -m server` would, but in a small house: shorter patience and shorter queues, so that an
evening of seconds meets what a real one meets in minutes; and with the seeded bug, if any.
"""

import asyncio
import ctypes
import gc
import importlib
import json
import os
import signal
import sys
import traceback
from pathlib import Path
from typing import Any

from campaigns.faults import bugs
from rooms import cards
from server.__main__ import main as _everything_is_loaded
from server.running import serve
from server.settings import read_settings
from server.valkey_process import StoreUnusable

PR_SET_PDEATHSIG = 1
SMALL_HOUSE: dict[str, Any] = {
    "rooms.views.MOST_FRAMES_KEPT": 12,
    "rooms.erasure.AGAIN_SECONDS": 1.0,
    "rooms.hall.IDLE_S": 20.0,
    "rooms.hall.PRESENCE_PAUSE_S": 0.3,
    "rooms.hall.RENEW_SECONDS": 1.0,
    "rooms.presence.LEASE_MS": 3000,
    "rooms.presence.NO_LEASE_MS": 6000,
    "rooms.writer.PATIENCE_S": 2.0,
    "server.storage.REFUSED_S": 2.0,
    "server.frames.WAITING_HIGH_BYTES": 8 * 1024,
    "server.frames.WAITING_LOW_BYTES": 2 * 1024,
}
STORAGE_PATIENCE_SECONDS = 0.5


class NoSuchName(Exception):
    """What the campaign wants to change is not there any more: somebody must look."""


def change(name: str, value: Any) -> None:
    """Set `module.NAME`; raises NoSuchName rather than make a name nobody reads."""
    module, _, attribute = name.rpartition(".")
    found = importlib.import_module(module)
    if not hasattr(found, attribute):
        raise NoSuchName(name)
    setattr(found, attribute, value)


def furnish() -> None:
    from rooms.redis_log import RedisLog

    for name, value in SMALL_HOUSE.items():
        change(name, value)
    patience, *others = RedisLog.__init__.__defaults__ or (None,)
    if patience != 5.0:
        raise NoSuchName("the patience of RedisLog")
    RedisLog.__init__.__defaults__ = (STORAGE_PATIENCE_SECONDS, *others)


def become_server(asked: dict[str, Any]) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    os.setsid()
    log = os.open(asked["log"], os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for descriptor, place in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(descriptor, place)
    if asked["bug"]:
        bugs.seed(asked["bug"], asked["number"], Path(asked["log"]).parent)

    async def announce(link: str) -> None:
        """Tells the house that it is open; the end of this line tells that it is gone."""
        reader, writer = await asyncio.open_unix_connection(asked["bell"])
        said = {"number": asked["number"], "link": link, "pid": os.getpid()}
        writer.write(json.dumps(said).encode() + b"\n")
        await reader.read()

    serve(read_settings(asked["options"]), announce)


def main() -> None:
    assert _everything_is_loaded
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    furnish()
    gc.freeze()
    print("ready", flush=True)
    for line in sys.stdin.buffer:
        child = os.fork()
        if child == 0:
            try:
                become_server(json.loads(line))
            except StoreUnusable as away:  # told in one line, as on the command line
                print(away, file=sys.stderr)
            except BaseException:
                traceback.print_exc()
            finally:
                sys.stderr.flush()
                os._exit(1)
        print(child, flush=True)


if __name__ == "__main__":
    cards.MINUTE_MS = 0  # the independent rules of tests/campaigns/faults/rules.py know no cap
    main()

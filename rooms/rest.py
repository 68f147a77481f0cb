"""A full hall is read in gulps: between two appends the whole process rests, and what people send
meanwhile waits in the sockets, to be taken in with one waking up instead of many.

Most of what a single vote costs is the waking up (`bench/ingest/RESULTS.md`).
"""

import time

BUSY = 0.2
"""From this share of the processor's time on the next words come soon enough by themselves."""


class Rest:
    """Of one dialogue; it blocks the process, for some milliseconds."""

    def __init__(self) -> None:
        self._looked_at, self._worked = time.monotonic(), time.thread_time()

    def until(self, due: float) -> None:
        """Sleeps until `due`, by the monotonic clock, unless this process has much to do."""
        now, worked = time.monotonic(), time.thread_time()
        busy = worked - self._worked > BUSY * (now - self._looked_at)
        self._looked_at, self._worked = now, worked
        if not busy and now < due:
            time.sleep(due - now)

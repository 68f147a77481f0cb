"""A process that is killed takes its own pages with it and nobody else's."""

from collections.abc import Collection, Iterator

from campaigns.faults.history import History

WITHIN_SECONDS = 2.0


def ended_elsewhere(history: History, shaking: Collection[str]) -> Iterator[str]:
    """Connections to other processes that ended soon after one was killed, for no other reason.

    Nothing is said of evenings in which something else shook the house (`shaking`).
    """
    if any(name in shaking for _, name in history.faults):
        return
    cut = {tab.name for tab in history.tabs if tab.cut}
    lost = {process for _, process in history.kills}
    for at, killed in history.kills:
        for one in history.connections:
            alone = one.process not in lost and one.tab not in history.touched | cut
            if alone and 0 < one.ended_s - at < WITHIN_SECONDS:
                yield (
                    f"I18 {one.tab} was cut off process {one.process} "
                    f"{one.ended_s - at:.1f} s after process {killed} was killed"
                )

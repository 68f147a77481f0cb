"""Judges what staff are shown of who is connected: soon after all is quiet it is true (I19).

In the small house leases last a fifteenth of what they do in life, and so does the deadline.
"""

from collections import Counter
from collections.abc import Iterator

from campaigns.faults.fold import Fields, State
from campaigns.faults.stage import Stage

HERE_WITHIN_SECONDS = 4.0
PRESENCE = "presence"
STORAGE = "storage"
PASSING = (PRESENCE, STORAGE)  # shown to staff, and not in the log


def expected(stage: Stage, state: State) -> Fields:
    """Who is really there: people, not sockets; staff by their sockets."""
    there = [tab for tab in stage.tabs if not tab.is_gone]
    people = {tab.who.id for tab in there if tab.who.role == "participant"}
    seats = (state.people.get(person, {"table": None})["table"] for person in people)
    tables = Counter(str(table) for table in seats if table is not None)
    staff = sum(tab.who.role != "participant" for tab in there)
    return {"connected": len(people), "tables": dict(tables), "staff": staff}


def wrongly_shown(stage: Stage, state: State) -> Iterator[str]:
    """I19: somebody of the staff is shown others than those who are there, or trouble long past."""
    wanted = expected(stage, state)
    for tab in stage.tabs:
        found = tab.shared.entries.get(PRESENCE)
        if tab.who.role != "participant" and not tab.is_gone and found != wanted:
            yield f"I19 {tab.name} is shown {found}, connected are {wanted}"
        if (trouble := tab.shared.entries.get(STORAGE)) and not tab.is_gone:
            yield f"I19 {tab.name} is still shown {trouble}"

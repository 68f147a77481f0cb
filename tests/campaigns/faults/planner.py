"""What moderators want changed in the middle of an evening: tables, run sheet, languages."""

import random
from collections.abc import Callable
from typing import Any

from campaigns.faults.tab import Tab

Wish = tuple[str, dict[str, Any]]
Texts = dict[str, str]
KINDS = ("idea", "worry", "question", "going_well")
MOST_TABLES = 5
"""More are not put up by wish: each is one audience more."""
OFFERS = (("de", "ar"), ("de", "ar", "en"), ("de", "ar", "en"), ("de",), ("ar", "de"), ())
TWICE = ("de", "de")


class Planner:
    """`wish` is allowed or not; `one` and `text` are the crowd's."""

    def __init__(
        self, chance: random.Random, one: Callable[..., Any], text: Callable[[], str]
    ) -> None:
        self._chance = chance
        self._one = one
        self._text = text

    def wish(self, tab: Tab) -> Wish:
        wishes: list[tuple[int, Callable[[Tab], Wish]]] = [
            (4, self._add_table),
            (2, self._change_table),
            (5, self._remove_table),
            (2, self._add_topic),
            (4, self._change_topic),
            (2, self._remove_topic),
            (4, self._plan_round),
            (3, self._change_round),
            (3, self._remove_round),
            (6, self._change_ballot),
            (3, self._remove_ballot),
            (2, self._offer),
            (2, self._issue),
            (1, self._revoke),
            (1, self._create),
        ]
        [(_, make)] = self._chance.choices(wishes, [often for often, _ in wishes])
        return make(tab)

    def ballot(self, tab: Tab) -> dict[str, Any]:
        """A plan, now and then of a round that is struck meanwhile or with more than there are."""
        chance = self._chance
        return {
            "title": self._texts(),
            "method": chance.choice(("dots", "dots", "agreement")),
            "dots": 3,
            "most_per_option": chance.choice((1, 2, 3, 3, 4)),
            "own_table": chance.random() < 0.3,
            "tickets": chance.random() < 0.3,
            "rounds": [self._one(tab, "round")] if chance.random() < 0.25 else [],
            "kinds": chance.choice(([], ["idea"], list(KINDS))),
            "statements": [self._texts() for _ in range(chance.randrange(3))],
            "minutes": chance.randint(1, 20),
        }

    def round(self) -> dict[str, Any]:
        kinds = self._chance.choice((["idea"], list(KINDS[:3]), ["worry", "idea", "worry"]))
        if self._chance.random() < 0.1:
            kinds = []
        minutes = self._chance.randint(1, 20)
        return {"title": self._texts(), "question": self._maybe(), "kinds": kinds} | {
            "minutes": minutes
        }

    def about(self) -> dict[str, Any]:
        return {"title": self._texts(), "goal": self._maybe(), "afterwards": self._maybe()}

    def topic(self) -> dict[str, Any]:
        return {"title": self._texts(), "question": self._maybe()}

    def _texts(self) -> Texts:
        """In the main language, mostly; others are kept as far as they are offered."""
        others = {one: self._text() for one in ("ar", "en") if self._chance.random() < 0.3}
        return others if self._chance.random() < 0.04 else {"de": self._text(), **others}

    def _maybe(self) -> Texts:
        return self._texts() if self._chance.random() < 0.5 else {}

    # Tables and topics

    def _add_table(self, tab: Tab) -> Wish:
        if len(_numbers(tab)) >= MOST_TABLES:
            return self._remove_table(tab)
        return "AddTable", {"topic": self._one(tab, "topic")}

    def _change_table(self, tab: Tab) -> Wish:
        return "ChangeTable", {"table": self._number(tab), "topic": self._one(tab, "topic")}

    def _remove_table(self, tab: Tab) -> Wish:
        """One that was put up last, mostly: the others are taken."""
        numbers = _numbers(tab)
        last = max(numbers, default=1)
        return "RemoveTable", {"table": last if self._chance.random() < 0.7 else self._number(tab)}

    def _number(self, tab: Tab) -> int:
        return self._chance.choice((*_numbers(tab), MOST_TABLES + 1))

    def _add_topic(self, tab: Tab) -> Wish:
        return "AddTopic", self.topic()

    def _change_topic(self, tab: Tab) -> Wish:
        return "ChangeTopic", {"topic": self._one(tab, "topic"), **self.topic()}

    def _remove_topic(self, tab: Tab) -> Wish:
        return "RemoveTopic", {"topic": self._one(tab, "topic")}

    # The run sheet

    def _plan_round(self, tab: Tab) -> Wish:
        return "PlanRound", self.round()

    def _change_round(self, tab: Tab) -> Wish:
        return "ChangeRound", {"round": self._one(tab, "round"), **self.round()}

    def _remove_round(self, tab: Tab) -> Wish:
        state = "planned" if self._chance.random() < 0.7 else ""
        return "RemoveRound", {"round": self._one(tab, "round", state)}

    def _change_ballot(self, tab: Tab) -> Wish:
        return "ChangeBallot", {"ballot": self._some_ballot(tab), **self.ballot(tab)}

    def _remove_ballot(self, tab: Tab) -> Wish:
        return "RemoveBallot", {"ballot": self._some_ballot(tab)}

    def _some_ballot(self, tab: Tab) -> Any:
        """Often one that is open or closed: nothing of it may be changed any more."""
        return self._one(tab, "ballot", "planned" if self._chance.random() < 0.6 else "")

    # The frame

    def _offer(self, tab: Tab) -> Wish:
        return "OfferLanguages", {"languages": list(self._chance.choice((*OFFERS, TWICE)))}

    def _issue(self, tab: Tab) -> Wish:
        role = self._chance.choice(("host", "host", "board", "moderator"))
        label = self._text() if self._chance.random() < 0.7 else ""
        return "IssueLink", {"role": role, "table": self._number(tab), "label": label}

    def _revoke(self, tab: Tab) -> Wish:
        """One that was issued in the middle of the evening, or none."""
        links = [one for key, one in tab.shared.entries.items() if key[:5] == "link:"]
        later = [one["id"] for one in links if "#" in one["label"] and not one["revoked"]]
        return "RevokeLink", {"link": self._chance.choice(later) if later else "0" * 16}

    def _create(self, tab: Tab) -> Wish:
        return "CreateDialogue", {"title": self._texts(), "languages": ["de"], "rehearsal": False}


def _numbers(tab: Tab) -> list[int]:
    """The tables that this page shows."""
    return [one["number"] for key, one in tab.shared.entries.items() if key[:6] == "table:"]

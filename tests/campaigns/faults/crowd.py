"""What people in a hall want next, from what their page shows, whether it is allowed or not."""

import random
from collections.abc import Callable
from typing import Any

from campaigns.faults.tab import Tab

Wish = tuple[str, dict[str, Any]]
KINDS = ("idea", "worry", "question", "going_well")
NOWHERE = "0" * 16
WORDS = ("Bänke", "Bäume", "zu laut", "مقاعد", "warum?", "mehr Licht", "Brunnen")


class Crowd:
    """`wish` chooses by the seed what somebody does next."""

    def __init__(self, chance: random.Random, tables: int) -> None:
        self._chance = chance
        self._tables = tables
        self._texts = 0

    def wish(self, tab: Tab) -> Wish:
        wishes = {
            "participant": self._phone_wishes,
            "host": self._host_wishes,
            "moderator": self._moderator_wishes,
        }[tab.who.role](tab)
        [(_, make)] = self._chance.choices(wishes, [often for often, _ in wishes])
        return make()

    def _phone_wishes(self, tab: Tab) -> list[tuple[int, Callable[[], Wish]]]:
        me = tab.mine.entries.get("me", {})
        if not me.get("joined"):
            return [(9, lambda: ("Join", {"language": "de"})), (1, self._card)]
        return [
            (12 if me["table"] is None else 1, self._table),
            (7, self._card),
            (2, lambda: self._edit(tab)),
            (1, lambda: ("WithdrawCard", {"card": self._own_card(tab)})),
            (12, lambda: self._dots(tab)),
            (5, lambda: self._answer(tab)),
            (1, lambda: ("ChooseLanguage", {"language": self._chance.choice(("de", "ar", "en"))})),
            (1, lambda: ("Join", {"language": "ar"})),
        ]

    def _host_wishes(self, tab: Tab) -> list[tuple[int, Callable[[], Wish]]]:
        return [(4, self._card), (3, lambda: self._hide(tab)), (2, lambda: self._unhide(tab))]

    def _moderator_wishes(self, tab: Tab) -> list[tuple[int, Callable[[], Wish]]]:
        return [
            (5, lambda: self._hide(tab)),
            (4, lambda: self._unhide(tab)),
            (2, lambda: ("OpenRound", {"round": self._one(tab, "round")})),
            (1, lambda: ("CloseRound", {"round": self._one(tab, "round")})),
            (1, lambda: ("ExtendRound", {"round": self._one(tab, "round"), "minutes": 3})),
            (2, self._plan),
            (5, lambda: ("OpenBallot", {"ballot": self._one(tab, "ballot", "planned")})),
            (2, lambda: ("CloseBallot", {"ballot": self._one(tab, "ballot", "open")})),
            (1, lambda: ("ExtendBallot", {"ballot": self._one(tab, "ballot"), "minutes": 3})),
            (1, lambda: ("DescribeDialogue", self._about())),
        ]

    def _card(self) -> Wish:
        return "PostCard", {"text": self._text(), "kind": self._chance.choice(KINDS[:3])}

    def _edit(self, tab: Tab) -> Wish:
        fields = {"text": self._text(), "kind": self._chance.choice(KINDS)}
        return "EditCard", {"card": self._own_card(tab), **fields}

    def _hide(self, tab: Tab) -> Wish:
        return "HideCard", {"card": self._one(tab, "card"), "reason": f"Grund {self._text()}"}

    def _unhide(self, tab: Tab) -> Wish:
        cards = tab.shared.entries.items()
        hidden = [one["id"] for key, one in cards if key[:5] == "card:" and one["hidden"]]
        return "UnhideCard", {"card": self._choice(hidden) or self._one(tab, "card")}

    def _plan(self) -> Wish:
        chance = self._chance
        plan = {
            "title": {"de": self._text()},
            "method": chance.choice(("dots", "dots", "agreement")),
            "dots": 3,
            "most_per_option": chance.choice((1, 2, 3)),
            "own_table": chance.random() < 0.3,
            "rounds": [],
            "kinds": chance.choice(([], ["idea"], list(KINDS))),
            "statements": [{"de": self._text()} for _ in range(chance.randrange(3))],
        }
        return "PlanBallot", plan

    def _dots(self, tab: Tab) -> Wish:
        where = self._option(tab, "dots")
        return "PlaceDots", {**where, "dots": self._chance.choice((0, 1, 1, 2, 3))}

    def _answer(self, tab: Tab) -> Wish:
        where = self._option(tab, "agreement")
        return "AnswerStatement", {
            **where,
            "answer": self._chance.choice(("agree", "disagree", "pass")),
        }

    def _table(self) -> Wish:
        return "TakeTable", {"table": self._chance.randint(1, self._tables)}

    def _about(self) -> dict[str, Any]:
        return {"title": {"de": self._text()}, "goal": {}, "afterwards": {}}

    def _option(self, tab: Tab, method: str) -> dict[str, str]:
        """Mostly of an open ballot of that method, now and then of any."""
        entries = tab.shared.entries
        options = [one for key, one in entries.items() if key[:7] == "option:"]
        fitting = [one for one in options if self._is_open(entries, one["ballot"], method)]
        one = self._choice(fitting if fitting and self._chance.random() < 0.95 else options)
        return {"ballot": one["ballot"], "option": one["id"]} if one else self._no_option(tab)

    def _no_option(self, tab: Tab) -> dict[str, str]:
        return {"ballot": self._one(tab, "ballot"), "option": "1"}

    def _is_open(self, entries: dict[str, Any], ballot: str, method: str) -> bool:
        known = entries.get(f"ballot:{ballot}", {"state": "", "method": ""})
        return known["state"] == "open" and known["method"] == method

    def _own_card(self, tab: Tab) -> str:
        own = [one["id"] for key, one in tab.mine.entries.items() if key[:7] == "mycard:"]
        return self._choice(own) or self._one(tab, "card")

    def _one(self, tab: Tab, kind: str, state: str = "") -> Any:
        """One that the page shows, mostly; sometimes one that is not there."""
        entries = tab.shared.entries.items()
        found = [one for key, one in entries if key.partition(":")[0] == kind]
        wanted = [one for one in found if not state or one["state"] == state] or found
        if not wanted or self._chance.random() < 0.02:
            return NOWHERE
        return self._chance.choice(wanted)["id"]

    def _choice(self, found: list[Any]) -> Any:
        return self._chance.choice(found) if found else None

    def _text(self) -> str:
        """Never the same twice, so that a text can be told from every other."""
        self._texts += 1
        return f"{self._chance.choice(WORDS)} #{self._texts}#"

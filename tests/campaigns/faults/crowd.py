"""What people in a hall want next, from what their page shows, whether it is allowed or not."""

import random
from collections.abc import Callable
from typing import Any

from campaigns.faults.paper import SYMBOLS
from campaigns.faults.planner import KINDS, Planner
from campaigns.faults.tab import Tab

Wish = tuple[str, dict[str, Any]]
NOWHERE = "0" * 16
NO_TICKET = "ZZZZ2222"
WORDS = ("Bänke", "Bäume", "zu laut", "مقاعد", "warum?", "mehr Licht", "Brunnen")


class Crowd:
    """`wish` chooses by the seed what somebody does next."""

    def __init__(self, chance: random.Random, tables: int, seed: int) -> None:
        self._chance = chance
        self._tables = tables
        self._seed = seed
        self._texts = 0
        self.papers: list[str] = []
        self._own: dict[str, str] = {}
        self.planner = Planner(chance, self._one, self._text)

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
            (12 if me["table"] is None else 1, lambda: self._table(tab)),
            (7, self._card),
            (2, lambda: self._edit(tab)),
            (1, lambda: ("WithdrawCard", {"card": self._own_card(tab)})),
            (12, lambda: self._dots(tab)),
            (5, lambda: self._answer(tab)),
            (1, lambda: ("ChooseLanguage", {"language": self._chance.choice(("de", "ar", "en"))})),
            (1, lambda: ("Join", {"language": "ar"})),
            (4, lambda: ("RedeemTicket", {"secret": self._typed(tab)})),
        ]

    def _host_wishes(self, tab: Tab) -> list[tuple[int, Callable[[], Wish]]]:
        return [
            (4, self._card),
            (3, lambda: self._hide(tab)),
            (2, lambda: self._unhide(tab)),
            (2, lambda: self._heads(tab)),
            (1, lambda: ("ChangeTopic", {"topic": NOWHERE, **self.planner.topic()})),
        ]

    def _moderator_wishes(self, tab: Tab) -> list[tuple[int, Callable[[], Wish]]]:
        return [
            (5, lambda: self._hide(tab)),
            (4, lambda: self._unhide(tab)),
            (2, lambda: ("OpenRound", {"round": self._one(tab, "round")})),
            (1, lambda: ("CloseRound", {"round": self._one(tab, "round")})),
            (1, lambda: ("ExtendRound", {"round": self._one(tab, "round"), "minutes": 3})),
            (2, lambda: ("PlanBallot", self.planner.ballot(tab))),
            (30, lambda: self.planner.wish(tab)),
            (5, lambda: ("OpenBallot", {"ballot": self._one(tab, "ballot", "planned")})),
            (2, lambda: ("CloseBallot", {"ballot": self._one(tab, "ballot", "open")})),
            (1, lambda: ("ExtendBallot", {"ballot": self._one(tab, "ballot"), "minutes": 3})),
            (1, lambda: ("DescribeDialogue", self.planner.about())),
            (2, lambda: self._heads(tab)),
            (1, lambda: self._overshoot(tab)),
            (3, lambda: self._tickets(tab)),
            (1, lambda: ("EraseCard", {"card": self._one(tab, "card"), "reason": "Name"})),
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

    def _dots(self, tab: Tab) -> Wish:
        where = self._option(tab, "dots")
        return "PlaceDots", {**where, "dots": self._chance.choice((0, 1, 1, 2, 3))}

    def _answer(self, tab: Tab) -> Wish:
        where = self._option(tab, "agreement")
        return "AnswerStatement", {
            **where,
            "answer": self._chance.choice(("agree", "disagree", "pass")),
        }

    def _table(self, tab: Tab) -> Wish:
        """One that the page shows, or one that is not there any more."""
        shown = [one["number"] for key, one in tab.shared.entries.items() if key[:6] == "table:"]
        return "TakeTable", {"table": self._chance.choice((*shown, *shown, self._tables + 1))}

    def _heads(self, tab: Tab) -> Wish:
        table = self._chance.randint(0, self._tables + 2)
        if tab.who.table and self._chance.random() < 0.8:
            table = tab.who.table
        return "CountHeads", {"table": table, "people": self._chance.choice((None, 0, 1, 2, 5))}

    def _overshoot(self, tab: Tab) -> Wish:
        shown = self._chance.random() < 0.7
        return "ShowOvershoot", {"ballot": self._one(tab, "ballot", "closed"), "shown": shown}

    def _tickets(self, tab: Tab) -> Wish:
        """What moderators do with printed tickets."""
        what = self._chance.choice(("FreeTicket", "FreeTicket", "VoidTicket", "more", "rule"))
        if what == "more":
            return "IssueTickets", {"secrets": self.print_tickets(self._chance.randrange(4))}
        if what == "rule":
            if self._chance.random() < 0.3:
                return "VoidUnusedTickets", {"batch": self._one(tab, "batch")}
            return "AskForTickets", {"always": self._chance.random() < 0.5}
        return what, {"secret": self._any_ticket()}

    def print_tickets(self, count: int) -> list[str]:
        """Secrets that were on no paper before; now and then one that was."""
        fresh = ["".join(self._chance.choices(SYMBOLS, k=8)) for _ in range(count)]
        if self.papers and self._chance.random() < 0.2:
            fresh.append(self._chance.choice(self.papers))
        self.papers += [one for one in fresh if one not in self.papers]
        return fresh

    def own_ticket(self, tab: Tab) -> str:
        """The paper that lies on this person's chair."""
        if tab.who.id not in self._own and len(self._own) < len(self.papers):
            self._own[tab.who.id] = self.papers[len(self._own)]
        return self._own.get(tab.who.id, NO_TICKET)

    def _typed(self, tab: Tab) -> str:
        """Mostly one's own, as people type: small, in two halves; at times another or none."""
        secret = self.own_ticket(tab) if self._chance.random() < 0.6 else self._any_ticket()
        if self._chance.random() < 0.3:
            return f" {secret[:4].lower()}-{secret[4:]}"
        return secret

    def _any_ticket(self) -> str:
        return self._chance.choice((*self.papers, NO_TICKET, "kein"))

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
        """Never the same twice in a house, so that a text can be told from every other."""
        self._texts += 1
        return f"{self._chance.choice(WORDS)} #{self._seed}.{self._texts}#"

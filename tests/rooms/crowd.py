"""People who do what people in a hall do, in any order, whether it is allowed just now or not."""

import random
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from rooms.admittance import SECRET_ALPHABET
from rooms.agenda import ChangeRound, CloseRound, ExtendRound, OpenRound, PlanRound, RemoveRound
from rooms.ballot_plans import ChangeBallot, PlanBallot, RemoveBallot
from rooms.ballots import CloseBallot, ExtendBallot, OpenBallot
from rooms.cards import EditCard, PostCard, WithdrawCard
from rooms.dialogue import Command, Dialogue
from rooms.erasing import EraseCard
from rooms.heads import CountHeads, ShowOvershoot
from rooms.hiding import HideCard, UnhideCard
from rooms.links import IssueLink, RevokeLink
from rooms.messages import KINDS, Actor, Participant, Staff
from rooms.people import ChooseLanguage, Join, TakeTable
from rooms.redeeming import FreeTicket, RedeemTicket
from rooms.setting import DescribeDialogue, OfferLanguages
from rooms.tables import AddTable, AddTopic, ChangeTable, ChangeTopic, RemoveTable, RemoveTopic
from rooms.tickets import AskForTickets, IssueTickets, VoidTicket, VoidUnusedTickets
from rooms.voting import AnswerStatement, PlaceDots

T = TypeVar("T")
WORDS = ("Bänke", "Bäume", "zu laut", "مقاعد", "warum?", "ላምባ", "mehr Licht", "Brunnen")
NOWHERE = "nowhere"


class Crowd:
    """`wish` says what somebody might want to do in the dialogue as it stands."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._texts = 0
        self.papers: list[str] = []

    def wish(self, dialogue: Dialogue, by: Actor) -> Command:
        if isinstance(by, Participant):
            wishes = self._phone_wishes(dialogue, by)
        elif by.role == "host":
            wishes = self._host_wishes(dialogue, by)
        else:
            wishes = self._moderator_wishes(dialogue)
        weights = [weight for weight, _ in wishes]
        [(_, make)] = self._chance.choices(wishes, weights)
        return make()

    def _phone_wishes(
        self, dialogue: Dialogue, by: Participant
    ) -> list[tuple[int, Callable[[], Command]]]:
        person = dialogue.people.get(by.person)
        if person is None:
            return [(9, lambda: Join(language="de")), (1, lambda: self._card())]
        own = person.cards
        return [
            (8 if person.table is None else 1, lambda: TakeTable(table=self._table(dialogue))),
            (6, self._card),
            (2, lambda: self._edit(self._one(own))),
            (1, lambda: WithdrawCard(card=self._one(own))),
            (10, lambda: self._dots(dialogue)),
            (4, lambda: self._answer(dialogue)),
            (1, lambda: ChooseLanguage(language=self._chance.choice(("de", "ar", "en")))),
            (1, lambda: Join(language="ar")),
            (3, lambda: RedeemTicket(secret=self._paper())),
        ]

    def _host_wishes(
        self, dialogue: Dialogue, by: Staff
    ) -> list[tuple[int, Callable[[], Command]]]:
        own = [card.id for card in dialogue.cards.values() if card.author == by.id]
        return [
            (4, self._card),
            (1, lambda: self._edit(self._one(own))),
            (1, lambda: WithdrawCard(card=self._one(own))),
            (2, lambda: self._hide(dialogue)),
            (2, lambda: self._unhide(dialogue)),
            (1, lambda: self._heads(dialogue)),
        ]

    def _moderator_wishes(self, dialogue: Dialogue) -> list[tuple[int, Callable[[], Command]]]:
        rounds, ballots = dialogue.rounds, dialogue.ballots
        planned = [one.id for one in ballots.values() if one.state == "planned"]
        opened = [one.id for one in ballots.values() if one.state == "open"]
        hosts = [one.id for one in dialogue.links.values() if one.role == "host"]
        return [
            (1 if dialogue.tables else 9, self._add_topic),
            (3, lambda: AddTable(topic=self._one(dialogue.topics))),
            (1, lambda: ChangeTable(table=self._table(dialogue), topic=self._one(dialogue.topics))),
            (1, lambda: self._change_topic(dialogue)),
            (1, lambda: RemoveTopic(topic=self._one(dialogue.topics))),
            (1, lambda: RemoveTable(table=self._table(dialogue))),
            (2, lambda: self._plan_round()),
            (4, lambda: OpenRound(round=self._one(rounds))),
            (1, lambda: CloseRound(round=self._one(rounds))),
            (1, lambda: ExtendRound(round=self._one(rounds), minutes=3)),
            (1, lambda: RemoveRound(round=self._one(rounds))),
            (1, lambda: self._change_round(dialogue)),
            (4, lambda: self._plan_ballot(dialogue)),
            (1, lambda: self._change_ballot(dialogue, self._one(planned))),
            (4, lambda: OpenBallot(ballot=self._one(planned))),
            (1, lambda: CloseBallot(ballot=self._one(opened))),
            (1, lambda: ExtendBallot(ballot=self._one(opened), minutes=3)),
            (1, lambda: RemoveBallot(ballot=self._one(ballots))),
            (4, lambda: self._hide(dialogue)),
            (3, lambda: self._unhide(dialogue)),
            (1, lambda: EraseCard(card=self._one(dialogue.cards), reason="Name")),
            (3, lambda: self._about_tickets(dialogue)),
            (1, lambda: self._about_heads(dialogue)),
            (1, lambda: IssueLink(role="host", table=self._table(dialogue))),
            (1, lambda: RevokeLink(link=self._one(hosts))),
            (1, lambda: DescribeDialogue(title={"de": self._text()}, goal={}, afterwards={})),
            (1, lambda: OfferLanguages(languages=("de", self._chance.choice(("ar", "en"))))),
        ]

    def _card(self) -> PostCard:
        return PostCard(text=self._text(), kind=self._chance.choice(KINDS))

    def _edit(self, card: Any) -> EditCard:
        return EditCard(card=card, text=self._text(), kind=self._chance.choice(KINDS))

    def _hide(self, dialogue: Dialogue) -> HideCard:
        return HideCard(card=self._one(dialogue.cards), reason=f"Grund {self._text()}")

    def _unhide(self, dialogue: Dialogue) -> UnhideCard:
        hidden = [card.id for card in dialogue.cards.values() if card.hidden is not None]
        return UnhideCard(card=self._one(hidden))

    def _dots(self, dialogue: Dialogue) -> PlaceDots:
        ballot, option = self._option(dialogue, "dots")
        return PlaceDots(ballot=ballot, option=option, dots=self._chance.randrange(4))

    def _answer(self, dialogue: Dialogue) -> AnswerStatement:
        ballot, option = self._option(dialogue, "agreement")
        answer = self._chance.choice(("agree", "disagree", "pass"))
        return AnswerStatement(ballot=ballot, option=option, answer=answer)

    def _option(self, dialogue: Dialogue, method: str) -> tuple[Any, Any]:
        """Mostly of an open ballot of that method, now and then of any."""
        open_ones = [
            key
            for key in dialogue.options
            if dialogue.ballots[key[0]].state == "open"
            and dialogue.ballots[key[0]].method == method
        ]
        keys = open_ones if open_ones and self._chance.random() < 0.9 else [*dialogue.options]
        return self._chance.choice(keys) if keys else (NOWHERE, NOWHERE)

    def _add_topic(self) -> AddTopic:
        return AddTopic(title={"de": self._text()}, question={})

    def _change_topic(self, dialogue: Dialogue) -> ChangeTopic:
        topic = self._one(dialogue.topics)
        return ChangeTopic(topic=topic, title={"de": self._text()}, question={})

    def _plan_round(self) -> PlanRound:
        return PlanRound(title={"de": self._text()}, question={}, kinds=self._kinds(), minutes=5)

    def _change_round(self, dialogue: Dialogue) -> ChangeRound:
        return ChangeRound(
            round=self._one(dialogue.rounds),
            title={"de": self._text()},
            question={},
            kinds=self._kinds(),
            minutes=8,
        )

    def _plan_ballot(self, dialogue: Dialogue) -> PlanBallot:
        return PlanBallot(**self._plan(dialogue))

    def _change_ballot(self, dialogue: Dialogue, ballot: Any) -> ChangeBallot:
        return ChangeBallot(ballot=ballot, **self._plan(dialogue))

    def _plan(self, dialogue: Dialogue) -> dict[str, Any]:
        chance = self._chance
        typed = [{"de": self._text()} for _ in range(chance.randrange(3))]
        return {
            "title": {"de": self._text()},
            "method": chance.choice(("dots", "dots", "agreement")),
            "dots": 3,
            "most_per_option": chance.choice((1, 2, 3)),
            "own_table": chance.random() < 0.3,
            "tickets": chance.random() < 0.2,
            "rounds": tuple(chance.sample(sorted(dialogue.rounds), min(1, len(dialogue.rounds)))),
            "kinds": chance.choice(((), ("idea",), KINDS)),
            "statements": tuple(typed),
        }

    def _kinds(self) -> tuple[Any, ...]:
        return tuple(self._chance.sample(KINDS, self._chance.randrange(2, 5)))

    def _about_tickets(self, dialogue: Dialogue) -> Command:
        wishes: list[Callable[[], Command]] = [
            self._issue_tickets,
            lambda: FreeTicket(secret=self._paper()),
            lambda: FreeTicket(secret=self._paper()),
            lambda: VoidTicket(secret=self._paper()),
            lambda: VoidUnusedTickets(batch=self._one(dialogue.batches)),
            lambda: AskForTickets(always=self._chance.random() < 0.2),
        ]
        return self._chance.choice(wishes)()

    def _about_heads(self, dialogue: Dialogue) -> Command:
        closed = [one.id for one in dialogue.ballots.values() if one.state == "closed"]
        if self._chance.random() < 0.3:
            return ShowOvershoot(ballot=self._one(closed), shown=True)
        return self._heads(dialogue)

    def _issue_tickets(self) -> IssueTickets:
        fresh = ["".join(self._chance.choices(SECRET_ALPHABET, k=8)) for _ in range(2)]
        self.papers += fresh
        return IssueTickets(secrets=tuple(fresh))

    def _paper(self) -> str:
        """Often one that several people hold in their hands."""
        return str(self._one(self.papers[-4:], otherwise="ZZZZZZZZ"))

    def _heads(self, dialogue: Dialogue) -> CountHeads:
        table = self._chance.choice((0, self._table(dialogue)))
        return CountHeads(table=table, people=self._chance.choice((None, 0, 1, 2)))

    def _table(self, dialogue: Dialogue) -> int:
        return self._one(dialogue.tables, otherwise=99)

    def _text(self) -> str:
        """Never the same twice, so that a text can be searched for wherever it must not be."""
        self._texts += 1
        return f"{self._chance.choice(WORDS)} #{self._texts}#"

    def _one(self, keys: Iterable[T], otherwise: Any = NOWHERE) -> Any:
        """One of them, mostly; sometimes one that is not there."""
        known: Sequence[T] = [*keys]
        if not known or self._chance.random() < 0.03:
            return otherwise
        return self._chance.choice(known)

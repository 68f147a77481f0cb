"""A hall whose phones all reach for the same thing in the same moment, round after round.

Every phone has three sockets, as many as the server lets one have, each with its own outbox: three
tabs of one person, or three people who copied one token. All of them send before anybody is
answered; how the tries meet is up to the network and the server.
"""

import asyncio
import random
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from moderating import new_dialogue
from program import Installation, free_port

from campaigns.races.outcome import Outcome
from rooms.admittance import SECRET_ALPHABET
from server.phones import Ack, Desk, Phone, Screen

SOCKETS_OF_A_PHONE = 3
BUDGET = 2
OPTIONS = [{"de": text} for text in ("Bäume", "Bänke", "Brunnen")]
BALLOT: dict[str, Any] = {
    "title": {"de": "Das Letzte"},
    "method": "dots",
    "dots": BUDGET,
    "most_per_option": 1,
    "statements": OPTIONS,
}


@dataclass(frozen=True)
class Plan:
    """How many sockets race, how often, and the seed of who begins."""

    sockets: int = 64
    rounds: int = 40
    seed: int = 1


class Hall:
    """The server's guests: `phones` are lists of the sockets of one token."""

    def __init__(self, moderator: Screen, phones: list[list[Phone]], seed: int) -> None:
        self.moderator = moderator
        self.phones = phones
        self.outcome = Outcome(sum(map(len, phones)), len(phones))
        self._chance = random.Random(seed)

    async def play(self, rounds: int) -> None:
        await self._issue()
        ballot = await self._open()
        for _ in range(rounds):
            await self._race_for_the_last_dot(ballot)
            await self._race_for_the_last_ticket()
        await self._finish(ballot)

    async def _order(self, name: str, **fields: Any) -> None:
        ack = await self.moderator.command(name, **fields)
        assert ack["ok"], ack

    async def _issue(self) -> str:
        """One ticket, so that there is exactly one to be had."""
        secret = "".join(secrets.choice(SECRET_ALPHABET) for _ in range(8))
        await self._order("IssueTickets", secrets=[secret])
        return secret

    async def _open(self) -> str:
        await self._order("PlanBallot", **BALLOT)
        [ballot] = await self.moderator.until(
            lambda: [one["id"] for one in self.moderator.shared.all("ballot")]
        )
        await self._order("OpenBallot", ballot=ballot)
        return str(ballot)

    async def _race_for_the_last_dot(self, ballot: str) -> None:
        """Each phone has two dots and three tabs, which all place one on another option."""
        tries = [
            (tab, {"ballot": ballot, "option": str(place + 1), "dots": 1})
            for phone in self.phones
            for place, tab in enumerate(phone)
        ]
        answers = await self._all_at_once("PlaceDots", tries)
        for phone in self.phones:
            placed = [tab for tab in phone if answers[tab]["ok"]]
            self.outcome.dots(len(placed), [answers[tab] for tab in phone])
        back = [(tab, {**fields, "dots": 0}) for tab, fields in tries if answers[tab]["ok"]]
        for ack in (await self._all_at_once("PlaceDots", back)).values():
            assert ack["ok"], ack

    async def _race_for_the_last_ticket(self) -> None:
        secret = await self._issue()
        tries = [(tab, {"secret": secret}) for phone in self.phones for tab in phone]
        answers = await self._all_at_once("RedeemTicket", tries)
        winners = [phone for phone in self.phones if any(answers[tab]["ok"] for tab in phone)]
        self.outcome.ticket(len(winners), list(answers.values()))
        await self._order("VoidTicket", secret=secret)

    async def _all_at_once(
        self, name: str, tries: list[tuple[Phone, dict[str, Any]]]
    ) -> dict[Phone, Ack]:
        self._chance.shuffle(tries)
        given = [(tab, tab.give(name, **fields)) for tab, fields in tries]
        return {tab: await answer for tab, answer in given}

    async def _finish(self, ballot: str) -> None:
        """A last race whose dots stay, so that the tally can be compared with the answers."""
        tries = [
            (tab, {"ballot": ballot, "option": str(place + 1), "dots": 1})
            for phone in self.phones
            for place, tab in enumerate(phone)
        ]
        answers = await self._all_at_once("PlaceDots", tries)
        accepted = sum(ack["ok"] for ack in answers.values())
        await self._order("CloseBallot", ballot=ballot)
        held = self.moderator.shared
        await self.moderator.until(
            lambda: all(one["tally"] for one in held.all("option") if one["ballot"] == ballot)
        )
        counted = sum(one["tally"]["dots"] for one in held.all("option"))
        self.outcome.tally(accepted, counted)


async def run(folder: Path, plan: Plan) -> Outcome:
    """Starts a server of its own and everybody in it."""
    house = Installation(folder, free_port())
    await house.open()
    try:
        return await _in(house, plan)
    finally:
        await house.close()


async def _in(house: Installation, plan: Plan) -> Outcome:
    moderator = await new_dialogue(await Desk.of_organiser(house.organiser_link), "blank", tables=1)
    phones = [
        await _phone(house.own_url, moderator.code)
        for _ in range(max(1, round(plan.sockets / SOCKETS_OF_A_PHONE)))
    ]
    hall = Hall(moderator, phones, plan.seed)
    try:
        async with asyncio.timeout(60 + plan.rounds * 5):
            await hall.play(plan.rounds)
    finally:
        for screen in [moderator, *(tab for phone in phones for tab in phone)]:
            await screen.close()
    return hall.outcome


async def _phone(url: str, code: str) -> list[Phone]:
    token = secrets.token_hex(16)
    tabs = [Phone(url, code, token) for _ in range(SOCKETS_OF_A_PHONE)]
    for tab in tabs:
        await tab.join("de", table=1)
    return tabs

"""Bugs on the way of a command and its answer: order, pairing, who hears what."""

import asyncio
import random
from typing import Any

from msgspec.structs import replace

from campaigns.faults.bugs import bug, swap
from rooms.live import LiveDialogue
from server.conversation import Conversation
from server.fanout import ReadyFanout


@bug("The answers of one group commit are given to each other's commands.", by="I1 I3 I4")
def answers_swapped(number: int) -> None:
    def swapped(answer: Any) -> Any:
        def answered(self: LiveDialogue, batch: Any, answers: Any) -> None:
            answer(self, batch, list(answers)[::-1])

        return answered

    swap(LiveDialogue, "_answer", swapped)


@bug("Now and then an answer goes to the next connection that asks.", by="I1 I3 I4")
def ack_to_the_wrong_connection(number: int) -> None:
    held: list[Any] = []

    def crossing(hear: Any) -> Any:
        def heard(self: Conversation, line: Any, event: Any, reply: Any) -> None:
            if event[0] != "command" or random.random() > 0.2:
                return hear(self, line, event, reply)
            if held and held[0][0] is not line:
                _, other = held.pop()
                hear(self, line, event, other)
                return hear(self, line, event, reply)
            held[:] = [(line, reply)]
            return hear(self, line, event, reply)

        return heard

    swap(Conversation, "hear", crossing)


@bug("An answer names the version before its own.", by="I1")
def answers_name_an_older_version(number: int) -> None:
    def early(answer: Any) -> Any:
        def answered(self: LiveDialogue, batch: Any, answers: Any) -> None:
            told = [replace(a, version=a.version - 1) if a.ok else a for a in answers]
            answer(self, batch, told)

        return answered

    swap(LiveDialogue, "_answer", early)


@bug(
    "Commands of one connection overtake each other, as python-socketio lets them by default.",
    by="I9",
)
def own_order_broken(number: int) -> None:
    def overtaking(hear: Any) -> Any:
        def heard(self: Conversation, line: Any, event: Any, reply: Any) -> None:
            wait = random.choice((0.0, 0.0, 0.03)) if event[0] == "command" else 0.0
            asyncio.get_running_loop().call_later(wait, hear, self, line, event, reply)

        return heard

    swap(Conversation, "hear", overtaking)


@bug("Now and then an answer is forgotten.", by="I18")
def answers_forgotten(number: int) -> None:
    def forgetful(hear: Any) -> Any:
        def heard(self: Conversation, line: Any, event: Any, reply: Any) -> None:
            hear(self, line, event, (lambda body: None) if random.random() < 0.03 else reply)

        return heard

    swap(Conversation, "hear", forgetful)


@bug(
    "A command that arrives while the storage is away is called refused.",
    by="I4",
    faults=("storage killed",),
)
def away_is_called_refused(number: int) -> None:
    def refusing(answer: Any) -> Any:
        def answered(self: LiveDialogue, batch: Any, answers: Any) -> None:
            told = [
                replace(a, error="refused", reason="no_open_round")
                if a.error == "unavailable"
                else a
                for a in answers
            ]
            answer(self, batch, told)

        return answered

    swap(LiveDialogue, "_answer", refusing)


@bug("Every answer carries the pseudonym of who asked.", by="I13")
def answers_name_the_person(number: int) -> None:
    def naming(hear: Any) -> Any:
        def heard(self: Conversation, line: Any, event: Any, reply: Any) -> None:
            if event[0] != "hello":
                return hear(self, line, event, reply)
            return hear(self, line, event, lambda body: reply(_signed(body, line.by.id)))

        return heard

    swap(Conversation, "hear", naming)


def _signed(body: Any, who: str) -> Any:
    return {**body, "you": who} if isinstance(body, dict) else body


@bug("A frame for one audience reaches everybody who is connected.", by="I10 I11 I13")
def frames_reach_everybody(number: int) -> None:
    def loud(publish: Any) -> Any:
        def published(self: ReadyFanout, room: str, view: Any) -> None:
            code = room.partition("/")[0]
            for other in [name for name in self._rooms if name.startswith(code)]:
                publish(self, other, view)

        return published

    assert "_rooms" in ReadyFanout.publish.__code__.co_names
    swap(ReadyFanout, "publish", loud)

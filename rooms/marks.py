"""Counting marks: which of them count, how many dots are spent, how many people took part.

Also what becomes of the marks on a card that is hidden, withdrawn or shown again.
"""

from collections import Counter
from collections.abc import Iterator

from msgspec.structs import replace

from rooms.dialogue import Dialogue
from rooms.messages import BallotId, CardId, OptionId, PersonId
from rooms.records import Ballot, Card, Option, Voice

ANSWERS = {"agree": 1, "pass": 0, "disagree": -1}
ANSWER_NAMES = {value: name for name, value in ANSWERS.items()}


def counted(dialogue: Dialogue, ballot: BallotId, voice: Voice) -> Iterator[tuple[Option, int]]:
    """The options a voice marks and the marks' values, without those that were given back."""
    for key, mark in voice.marks.items():
        option = dialogue.options[(ballot, key)]
        if not option.gone and mark.version > option.since:
            yield option, mark.value


def counts(dialogue: Dialogue, ballot: BallotId, person: PersonId, option: OptionId) -> bool:
    voice = dialogue.voices.get((ballot, person))
    known = dialogue.options.get((ballot, option))
    if voice is None or known is None or option not in voice.marks:
        return False
    return not known.gone and voice.marks[option].version > known.since


def spent(dialogue: Dialogue, ballot: BallotId, person: PersonId) -> int:
    """How many dots the person has on options at the moment."""
    voice = dialogue.voices.get((ballot, person))
    if voice is None:
        return 0
    dots = 0
    for key, mark in voice.marks.items():  # for every vote, so without a generator
        option = dialogue.options[(ballot, key)]
        if not option.gone and mark.version > option.since:
            dots += mark.value
    return dots


def takes_part(dialogue: Dialogue, ballot: BallotId, voice: Voice | None) -> bool:
    if voice is None:
        return False
    for key, mark in voice.marks.items():
        option = dialogue.options[(ballot, key)]
        if not option.gone and mark.version > option.since:
            return True
    return False


def take_off(dialogue: Dialogue, card: CardId) -> None:
    """Open ballots lose the card's options; dots on them return to those who gave them."""
    for key, option in _made_from(dialogue, card):
        ballot = dialogue.ballots[option.ballot]
        if ballot.state == "open":
            since = dialogue.version if ballot.method == "dots" else option.since
            dialogue.put(dialogue.options, key, replace(option, gone=True, since=since))
            recount(dialogue, option)
        _touch(dialogue, option)


def take_away(dialogue: Dialogue, card: Card) -> None:
    """The card is gone: from its table, from its author's own, and from every open ballot."""
    dialogue.drop(dialogue.cards, card.id)
    take_off(dialogue, card.id)
    author = dialogue.people.get(PersonId(card.author))
    if author:
        left = tuple(other for other in author.cards if other != card.id)
        dialogue.put(dialogue.people, author.id, replace(author, cards=left))
    dialogue.touch("my_cards", (card.author, card.id))


def put_back(dialogue: Dialogue, card: CardId) -> None:
    """Open ballots offer the card again; answers on it count again, dots were given back."""
    for key, option in _made_from(dialogue, card):
        if dialogue.ballots[option.ballot].state == "open":
            dialogue.put(dialogue.options, key, replace(option, gone=False))
            recount(dialogue, option)
        _touch(dialogue, option)


def _touch(dialogue: Dialogue, option: Option) -> None:
    """The option is shown anew, also to those who marked it at a table they have left."""
    dialogue.touch("options", (option.ballot, option.id))
    for where, person in dialogue.voices if dialogue.ballots[option.ballot].own_table else ():
        if where == option.ballot and option.id in dialogue.voices[(where, person)].marks:
            dialogue.touch("my_votes", (person, (where, option.id)))


def _made_from(dialogue: Dialogue, card: CardId) -> list[tuple[tuple[BallotId, OptionId], Option]]:
    return [(key, option) for key, option in dialogue.options.items() if option.card == card]


def recount(dialogue: Dialogue, option: Option) -> None:
    """Counts anew who takes part, after an option of the ballot went or came back."""
    voters: Counter[int] = Counter()
    for (where, person), voice in dialogue.voices.items():
        if where != option.ballot:
            continue
        voters[voice.table] += takes_part(dialogue, where, voice)
        if option.id in voice.marks:
            dialogue.touch("my_votes", (person, (where, option.id)))
    for table, number in voters.items():
        dialogue.put(dialogue.voters_at, (option.ballot, table), number)
    dialogue.put(dialogue.turnout, option.ballot, voters.total())


def change_voice(
    dialogue: Dialogue, ballot: BallotId, person: PersonId, after: Voice | None
) -> None:
    """Puts a voice in place of what the person said before; None takes it away altogether."""
    before = dialogue.voices.get((ballot, person))
    if after is None:
        dialogue.drop(dialogue.voices, (ballot, person))
    else:
        dialogue.put(dialogue.voices, (ballot, person), after)
    counted_at = before.table if before and takes_part(dialogue, ballot, before) else None
    counts_at = after.table if after and takes_part(dialogue, ballot, after) else None
    if counted_at == counts_at:  # nearly every vote: the voters stay, and no screen is told
        return
    if counted_at is not None:
        _count_voter(dialogue, ballot, counted_at, -1)
    if counts_at is not None:
        _count_voter(dialogue, ballot, counts_at, +1)


def _count_voter(dialogue: Dialogue, ballot: BallotId, table: int, more: int) -> None:
    at_table = dialogue.voters_at.get((ballot, table), 0)
    dialogue.put(dialogue.voters_at, (ballot, table), at_table + more)
    dialogue.put(dialogue.turnout, ballot, dialogue.turnout.get(ballot, 0) + more)


def voices_of(dialogue: Dialogue, ballot: BallotId) -> Iterator[Voice]:
    return (voice for (where, _), voice in dialogue.voices.items() if where == ballot)


def tally(dialogue: Dialogue, ballot: Ballot) -> dict[OptionId, dict[str, int]]:
    """What every option of the ballot got: dots and voters, or agree, disagree and pass."""
    names = ("dots", "voters") if ballot.method == "dots" else ("agree", "disagree", "pass")
    result = {option: dict.fromkeys(names, 0) for option in ballot.options}
    for voice in voices_of(dialogue, ballot.id):
        for option, value in counted(dialogue, ballot.id, voice):
            counter = result[option.id]
            if ballot.method == "dots":
                counter["dots"] += value
                counter["voters"] += 1
            else:
                counter[ANSWER_NAMES[value]] += 1
    return result

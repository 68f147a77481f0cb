"""Making dialogues: the commands this server gives itself, as the organiser."""

import asyncio
import secrets
from collections.abc import Iterable

from rooms.errors import Refused
from rooms.hall import Hall
from rooms.live import LiveDialogue
from rooms.messages import ORGANISER, Actor, Call, Language, Texts
from rooms.setting import CreateDialogue
from server.codes import CODE_ALPHABET, CODE_LENGTH
from server.templates import Step, first_links

FRESH_BYTES = 8
FRESH_AT_ONCE = 256
_fresh: list[str] = []


async def begin(
    hall: Hall, title: Texts, languages: tuple[Language, ...], *, rehearsal: bool
) -> LiveDialogue:
    """An empty dialogue under a code of its own. Raises Refused, Unavailable."""
    command = CreateDialogue(title=title, languages=languages, rehearsal=rehearsal)
    while True:
        code = "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))
        try:
            return await hall.create(code, new_call(hall, ORGANISER, fresh_id()), command)
        except Refused as refused:
            if refused.reason != "code_taken":
                raise


async def carry_out_or_remove(hall: Hall, live: LiveDialogue, steps: Iterable[Step]) -> None:
    """Set a new dialogue up with its first links; one that stays half done is not kept."""
    try:
        await carry_out(hall, live, steps)
        links = await live.read(lambda now: first_links(now, fresh_id))
        await carry_out(hall, live, links)
    except BaseException:
        await hall.remove(live.code)
        raise


async def carry_out(hall: Hall, live: LiveDialogue, steps: Iterable[Step]) -> None:
    """Perform the steps in order, as the organiser; raises what the first failed one says."""
    # Handed in at once, so that they share their way to the disk; they keep their order.
    answers = await asyncio.gather(
        *(live.perform(new_call(hall, ORGANISER, step.fresh), step.command) for step in steps)
    )
    for answer in answers:
        if not answer.ok:
            raise answer.failure


def new_call(hall: Hall, by: Actor, fresh: str) -> Call:
    """The circumstances of a command that this server gives itself."""
    return Call(by=by, id=f"{by.id}:{fresh_id()}.1", at=hall.clock(), fresh=fresh)


def fresh_id() -> str:
    """16 random hexadecimal digits; the machine is asked for many at once."""
    if not _fresh:
        many = secrets.token_hex(FRESH_BYTES * FRESH_AT_ONCE)
        _fresh.extend(
            many[at : at + 2 * FRESH_BYTES] for at in range(0, len(many), 2 * FRESH_BYTES)
        )
    return _fresh.pop()

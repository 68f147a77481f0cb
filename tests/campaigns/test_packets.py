"""The packets campaign in short, and that it would notice what it looks for."""

import asyncio
from collections import Counter
from pathlib import Path

import pytest

from campaigns.packets.attacker import Tally
from campaigns.packets.lives import LAYERS, Door, Planner
from campaigns.packets.orders import GUESTS
from campaigns.packets.outcome import Outcome, run
from rooms.abilities import COMMANDS
from rooms.errors import Malformed
from server.packets import read_packet

KNOWN = {"card": ["c1"], "table": [1, 2]}
GUEST = Door({"code": "ABCDEFGH"}, "", KNOWN, GUESTS)
MODERATOR = Door({"code": "ABCDEFGH", "link": "l"}, "dt_x=y", KNOWN, tuple(COMMANDS))


@pytest.mark.parametrize("seed", [7])
def test_fuzzed_packets_of_every_layer_harm_nobody(short_folder: Path, seed: int) -> None:
    outcome = asyncio.run(run(short_folder, 8_000, seed))
    print(outcome.table())
    assert outcome.wrong() == []
    assert set(outcome.tally.kinds) == {"http", "visitor", "stranger", "welcome"}
    assert {200, 400, 403, 404, 405} <= set(outcome.tally.statuses)
    assert {"ok", "malformed", "refused"} <= set(outcome.tally.answers)
    assert outcome.waits


def planner(seed: int) -> Planner:
    return Planner(seed, "127.0.0.1:1", "ABCDEFGH", GUEST, [MODERATOR])


def test_a_seed_tells_the_same_lives_again() -> None:
    assert [planner(3).plan(n) for n in range(50)] == [planner(3).plan(n) for n in range(50)]
    assert planner(3).plan(1) != planner(4).plan(1)


def test_the_packets_reach_every_layer() -> None:
    """A guard: most are taken for packets and some are not; all opcodes and commands come up."""
    pieces = [piece for n in range(800) for piece in planner(1).plan(n).pieces]
    opcodes = {piece[0] & 15 for piece in pieces if piece[:1] > b"\x7f"}
    assert len(opcodes) > 10
    whole = b"".join(pieces)
    assert [name for name in COMMANDS if name.__name__.encode() not in whole] == []
    readable = sum(is_read(piece) for piece in pieces)
    assert len(pieces) / 2 < readable < len(pieces)


def test_a_twentieth_of_the_packets_at_least_is_of_each_layer() -> None:
    sent = sum((planner(1).plan(n).layers for n in range(800)), Counter[str]())
    assert [layer for layer in LAYERS if sent[layer] < sent.total() / 20] == []


def is_read(piece: bytes) -> bool:
    """Whether the payload of one frame, with its mask of four zeros, is a packet."""
    start = {126: 8, 127: 14}.get(piece[1] & 127, 6) if piece[1:] else 0
    try:
        read_packet(piece[start:])
    except Malformed:
        return False
    return True


def test_what_goes_wrong_is_in_the_verdict() -> None:
    well = Outcome(1, 1, waits=[0.1])
    assert well.wrong() == []
    bad = Outcome(1, 1, Tally(internal=[4], unanswered=["5"], stuck=["6"]), waits=[0.5])
    bad.memory_after, bad.log_bytes, bad.bugs = 60_000_000, 2_000_000, ["one"]
    bad.tally.statuses[500] = 1
    assert len(bad.wrong()) == 7
    assert bad.late()
    assert not well.late()

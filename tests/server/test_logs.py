"""What is written down: useful, one line each, never somebody's words, and never without end."""

import asyncio
import io
import json
import logging
import socket
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from program import bugs_told

from rooms.errors import Unavailable
from server.logs import set_up_logs, tell_loop, wording
from server.quiet import ALL_AT_ONCE, AT_ONCE, Patience

TOKEN = "0123456789abcdef0123456789abcdef"
SECRET = "abcdefghijklmnopqrstuvwxyz"[:24] + "23"
TYPED = "Mehr Bänke am Marktplatz"
ADDRESSES = ("192.0.2.77", "2001:db8::7", "fe80:0:0:0:1:2:3:4")


@pytest.fixture
def paper() -> Iterator[io.StringIO]:
    """What was written, at debug level; other tests get back what they had."""
    before = (logging.root.handlers, logging.root.level)
    written = io.StringIO()
    set_up_logs("debug", "json", written)
    yield written
    structlog.reset_defaults()
    logging.root.handlers, logging.root.level = before


def lines(paper: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in paper.getvalue().splitlines()]


def test_a_line_is_json_with_its_time_its_level_and_its_facts(paper: io.StringIO) -> None:
    structlog.get_logger().warning("disk_low", free=3, because=None, quick=True)
    (line,) = lines(paper)
    assert list(line)[:2] == ["timestamp", "level"]
    assert line["timestamp"].endswith("Z")
    assert (line["level"], line["event"], line["free"]) == ("warning", "disk_low", 3)
    assert (line["because"], line["quick"]) == (None, True)


def test_an_exception_is_told_by_kind_and_place_and_not_by_its_words(paper: io.StringIO) -> None:
    try:
        try:
            raise KeyError(TYPED)
        except KeyError as first:
            raise ValueError(TYPED) from first
    except ValueError:
        structlog.get_logger().exception("failed")
    (line,) = lines(paper)
    assert line["exception"] == "ValueError < KeyError"
    assert line["at"][0].startswith("tests/server/test_logs.py:")
    assert TYPED not in paper.getvalue()


def test_what_is_known_to_be_harmless_is_told_in_full(paper: io.StringIO) -> None:
    for known in (Unavailable("storage_away"), OSError(28, "No space left on device", TYPED)):
        try:
            raise known
        except Exception:
            structlog.get_logger().exception("failed")
    first, second = lines(paper)
    assert first["exception"] == "Unavailable(storage_away)"
    assert second["exception"] == "OSError(No space left on device)"
    assert TYPED not in paper.getvalue()


def test_libraries_say_their_wording_without_what_they_fill_in(paper: io.StringIO) -> None:
    library = logging.getLogger("some.library")
    library.error("packet from %s: %r", ADDRESSES[0], TYPED)
    library.error(f"Exception in callback hear('{TYPED}') of {ADDRESSES[0]}")
    library.info("too little to be written down")
    assert [line["said"] for line in lines(paper)] == ["packet from", "Exception in callback hear"]
    assert TYPED not in paper.getvalue()


def test_what_was_left_over_in_the_loop_is_told_without_its_words(paper: io.StringIO) -> None:
    context = {
        "message": f"Task exception was never retrieved: {TYPED}",
        "exception": ValueError(TYPED),
        "task": TYPED,
    }
    tell_loop(None, context)  # type: ignore[arg-type]
    (line,) = lines(paper)
    assert line["said"] == "Task exception was never retrieved"
    assert line["exception"] == "ValueError"
    assert TYPED not in paper.getvalue()


@pytest.mark.parametrize("secret", [TOKEN, SECRET, *ADDRESSES])
def test_a_net_holds_what_should_not_have_got_there(paper: io.StringIO, secret: str) -> None:
    structlog.get_logger().error("odd", why=f"it was {secret}", all=[f"see {secret} there"])
    assert secret not in paper.getvalue()
    assert lines(paper)[0]["all"] == ["see … there"]


def test_the_password_of_a_storage_is_not_written(paper: io.StringIO) -> None:
    structlog.get_logger().error("away", why="redis://app:hunter2@store:6379/0 is away")
    assert lines(paper)[0]["why"] == "redis://…store:6379/0 is away"


def test_what_is_written_stays_readable(paper: io.StringIO) -> None:
    because = "Valkey 9.1.2 ended at 19:04:50, see server/embedded.py"
    structlog.get_logger().error("store_ended", last_words=because, odd=object(), half="\ud800")
    (line,) = lines(paper)
    assert (line["last_words"], line["odd"], line["half"]) == (because, "object", "?")


def test_a_hundred_thousand_failures_are_less_than_a_megabyte(paper: io.StringIO) -> None:
    log = structlog.get_logger()
    for nth in range(100_000):
        try:
            raise ValueError(nth)
        except ValueError:
            log.exception("event_failed", code="ABCD2345", heard="x" * 10_000)
    assert 0 < len(paper.getvalue()) < 100_000
    assert len(lines(paper)) <= AT_ONCE + 10


def test_a_hundred_thousand_kinds_of_failures_are_no_more(paper: io.StringIO) -> None:
    for nth in range(100_000):
        structlog.get_logger().error(f"failed_{nth}", heard="x" * 10_000)
    assert 0 < len(paper.getvalue()) < 1_000_000
    assert len(lines(paper)) <= ALL_AT_ONCE + 100


def test_the_next_line_says_how_many_were_left_out() -> None:
    now = 0.0
    patience = Patience(lambda: now)
    assert [patience.asked("a") for _ in range(AT_ONCE + 3)] == [0] * AT_ONCE + [None] * 3
    assert patience.asked("b") == 0
    now = 10.0
    assert patience.asked("a") == 3
    assert patience.asked("a") == 0


def test_a_full_disk_for_the_logs_ends_nothing() -> None:
    class Full(io.StringIO):
        def write(self, _: str) -> int:
            raise OSError(28, "No space left on device")

    set_up_logs("debug", "json", Full())
    structlog.get_logger().error("nobody_reads_this")
    structlog.reset_defaults()


def test_on_a_terminal_the_lines_are_for_people() -> None:
    paper = io.StringIO()
    set_up_logs("info", "readable", paper)
    structlog.get_logger().info("opened", storage="durable")
    structlog.reset_defaults()
    assert "opened" in paper.getvalue()
    assert not paper.getvalue().startswith("{")


def test_the_wording_of_a_message_ends_where_something_was_filled_in() -> None:
    assert wording("Invalid HTTP request received.") == "Invalid HTTP request received."
    assert wording("  Exception in ASGI application\n trace") == "Exception in ASGI application"
    assert wording("%s connected") == ""


def test_the_names_of_this_machine_are_not_written(paper: io.StringIO) -> None:
    try:
        raise ConnectionRefusedError(111, "Connection refused", ADDRESSES[0])
    except OSError:
        structlog.get_logger().exception("failed", host=socket.inet_ntoa(b"\xc0\x00\x02\x4d"))
    assert ADDRESSES[0] not in paper.getvalue()


@pytest.mark.parametrize("form", ["json", "readable"])
def test_nobody_writes_a_line_of_their_own_into_the_log(form: str) -> None:
    paper = io.StringIO()
    set_up_logs("info", form, paper)
    odd = 'x\n{"event": "opened"}\r\n\x1b[2Jy\u2028z'
    structlog.get_logger().warning("refused", reason=odd)
    structlog.reset_defaults()
    assert len(paper.getvalue().splitlines()) == 1
    assert "\x1b" not in paper.getvalue()


def test_campaigns_take_an_exception_for_a_bug_and_a_failing_store_for_none(
    paper: io.StringIO,
) -> None:
    log = structlog.get_logger()
    log.error("store_ended")
    log.warning("slow")
    assert bugs_told(paper.getvalue() + "Open: Ctrl-C ends it\n{torn li") == []
    loop = asyncio.new_event_loop()
    tell_loop(loop, {"message": "Lost", "exception": KeyError(TYPED)})
    loop.close()
    logging.getLogger("uvicorn.error").error("Exception in ASGI application")
    log.info("odd", exc_info=ValueError())
    said = paper.getvalue() + "Traceback (most recent call last):\n"
    assert len(bugs_told(said)) == 4

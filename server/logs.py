"""What the server writes down: one line of JSON each, or for reading on a terminal.

Never in it: what anybody typed, a token or the secret of a link, a network address. So exceptions
are told by their kind and place and not by their message, libraries by their wording and not by
what they put into it, and a net under all of that masks what looks like one of these.
"""

import asyncio
import contextlib
import logging
import re
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

import msgspec
import structlog
from structlog.typing import EventDict, WrappedLogger

from rooms.errors import DialogtischError
from server.quiet import Patience

LONGEST_TEXT = 300
MOST_PLACES = 12
ROOT = Path(__file__).parents[1]

_MASKED = re.compile(
    r"""
      \b[0-9a-f]{32}\b                                    # a phone's token
    | \b(?:[a-z2-7]{26}|[a-z2-7]{52})\b                   # the secret of a link
    | (?<=://)[^/@\s]+@                                   # name and password in a web address
    | (?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.])          # IPv4
    | (?<![\w:])(?:[0-9a-fA-F]{1,4}:){4,7}[0-9a-fA-F]{1,4}(?![\w:])     # IPv6
    | (?<!\w)[0-9a-fA-F:]*::[0-9a-fA-F:.]*                # IPv6, shortened
    """,
    re.VERBOSE,
)
# Ends of lines that JSON does not mind, and some readers of logs do.
_BREAKS = re.compile("[\x7f-\x9f\u2028\u2029]")
# Of a library's message only what comes before the first thing that could have been filled in.
_WORDING = re.compile(r"[A-Za-z][A-Za-z ,.-]{0,100}")


def set_up_logs(level: str = "info", form: str = "auto", to: TextIO = sys.stderr) -> None:
    """Everything that is logged in this process goes to `to`, ours and that of libraries."""
    readable = form == "readable" or (form == "auto" and to.isatty())
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            Sparing(Patience()),
            tell_exception,
            without_secrets,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _readable(to) if readable else _json,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=lambda *_: Paper(to),
        cache_logger_on_first_use=False,
    )
    logging.root.handlers = [FromLibraries()]
    logging.root.setLevel(logging.WARNING)
    logging.raiseExceptions = False


def tell_loop(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """What went wrong where nobody waits for it; asyncio itself would print what was passed."""
    log = structlog.get_logger(__name__)
    log.error("left_over", said=wording(context["message"]), exc_info=context.get("exception"))


class Paper:
    """Where lines end up; a full disk for the logs is no reason to end the evening."""

    def __init__(self, to: TextIO) -> None:
        self._to = to

    def write(self, line: str) -> None:
        with contextlib.suppress(OSError, ValueError):
            self._to.write(f"{line}\n")
            self._to.flush()

    debug = info = warning = error = critical = write


class Sparing:
    """Drops lines of which there were too many; the next that is written says how many."""

    def __init__(self, patience: Patience) -> None:
        self._patience = patience

    def __call__(self, _: WrappedLogger, __: str, line: EventDict) -> EventDict:
        left_out = self._patience.asked(f"{line['event']} {line.get('said', '')}")
        if left_out is None:
            raise structlog.DropEvent
        return {**line, "left_out": left_out} if left_out else line


class FromLibraries(logging.Handler):
    """Hands on what libraries log: who, with which wording, and the exception if there is one."""

    def emit(self, record: logging.LogRecord) -> None:
        log = structlog.get_logger(__name__)
        said = wording(str(record.msg))
        exception = record.exc_info[1] if record.exc_info else None
        log.log(record.levelno, "library", by=record.name, said=said, exc_info=exception)


def wording(message: str) -> str:
    found = _WORDING.match(message.strip())
    return found[0].strip() if found else ""


def tell_exception(_: WrappedLogger, __: str, line: EventDict) -> EventDict:
    """Kind and place of the exception under way, or of the one given, and of what caused it."""
    given = line.pop("exc_info", None)
    exception = given if isinstance(given, BaseException) else sys.exc_info()[1] if given else None
    if exception is not None:
        line["exception"] = " < ".join(_kind(one) for one in _chain(exception))
        line["at"] = places(traceback.extract_tb(exception.__traceback__))
    return line


def _chain(exception: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while exception is not None and id(exception) not in seen:
        seen.add(id(exception))
        yield exception
        hidden = exception.__suppress_context__
        exception = exception.__cause__ or (None if hidden else exception.__context__)


def _kind(exception: BaseException) -> str:
    """Our own and the operating system's words are known; anything else may quote somebody."""
    name = type(exception).__name__
    if isinstance(exception, DialogtischError):
        return f"{name}({exception.reason})"
    if isinstance(exception, OSError) and exception.strerror:
        return f"{name}({exception.strerror})"
    return name


def places(stack: traceback.StackSummary) -> list[str]:
    """The innermost places, as far as they fit on a line."""
    frames = stack[-MOST_PLACES:]
    return [f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames]


def _short(filename: str) -> str:
    path = Path(filename)
    return path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else path.name


def without_secrets(_: WrappedLogger, __: str, line: EventDict) -> EventDict:
    return {name: _masked(what) for name, what in line.items()}


def _masked(what: Any) -> Any:
    if isinstance(what, str):
        whole = _BREAKS.sub(" ", what.encode("utf-8", "replace").decode())
        return _MASKED.sub("…", whole)[:LONGEST_TEXT]
    if isinstance(what, list | tuple):
        return [_masked(one) for one in what[:MOST_PLACES]]
    return what if isinstance(what, int | float | None) else type(what).__name__


def _json(_: WrappedLogger, __: str, line: EventDict) -> str:
    first = {name: line.pop(name) for name in ("timestamp", "level", "event")}
    return msgspec.json.encode({**first, **line}).decode()


def _readable(to: TextIO) -> structlog.dev.ConsoleRenderer:
    return structlog.dev.ConsoleRenderer(colors=to.isatty(), pad_event_to=24)

"""The command line: `python -m server [verb] [options]`; without a verb the server starts."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from rooms.protocol_page import protocol_page
from server.demo import demo
from server.organiser_link import tell_link
from server.proof import verify_folder
from server.repair import repair
from server.replay.replaying import replay
from server.running import serve
from server.settings import BadSetting, read_settings
from server.shells import ClientNotBuilt
from server.typed_settings import settings_page
from server.valkey_process import StoreUnusable

DOCS = Path(__file__).parents[1] / "docs"


def start_server(arguments: Sequence[str]) -> None:
    """start the server; `serve --help` lists its options"""
    serve(read_settings(arguments))


def write_docs(arguments: Sequence[str]) -> None:
    """write the pages in docs/ that are made from the code"""
    for name, page in {"settings.md": settings_page, "protocol.md": protocol_page}.items():
        (DOCS / name).write_text(page(), "utf-8")
        print(f"docs/{name}")


def start_demo(arguments: Sequence[str]) -> None:
    """play a whole evening with 72 simulated phones, kept nowhere"""
    demo(arguments)


VERBS: dict[str, Callable[[Sequence[str]], None]] = {
    "serve": start_server,
    "repair": repair,
    "verify": verify_folder,
    "replay": replay,
    "demo": start_demo,
    "link": tell_link,
    "docs": write_docs,
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Does what the first word says."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    verb = words.pop(0) if words and not words[0].startswith("-") else "serve"
    if verb not in VERBS:
        sys.exit(f"There is no {verb!r}. Choose one of:\n{_verbs()}")
    try:
        VERBS[verb](words)
    except (BadSetting, StoreUnusable, ClientNotBuilt) as trouble:
        beginning = f"cannot {verb}" if verb in ("repair", "verify") else "cannot start"
        sys.exit(f"Dialogtisch {beginning}: {trouble}")


def _verbs() -> str:
    return "\n".join(f"  {name:10} {act.__doc__}" for name, act in VERBS.items())


if __name__ == "__main__":
    main()

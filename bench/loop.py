"""Runs a benchmark in the event loop that the server runs in, with as many connections."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from server.serving import allow_many_connections, serve_config


def run_as_the_server(measuring: Coroutine[Any, Any, None]) -> None:
    allow_many_connections()
    loop_factory = serve_config(None, host="127.0.0.1", port=0).get_loop_factory()
    with asyncio.Runner(loop_factory=loop_factory) as runner:
        runner.run(measuring)

"""Runs the server until Ctrl-C: takes the port, opens the storage, says where to go."""

import asyncio
import contextlib
import dataclasses
import secrets
import signal
import socket
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

import structlog
import uvicorn

from server.addresses import is_loopback
from server.app import create_app
from server.conversation import window
from server.installation import keys_of
from server.logs import set_up_logs, tell_loop
from server.ports import take_port
from server.serving import allow_many_connections, collect_rarely, serve_config
from server.settings import Settings
from server.storage import Storage, needed_for_the_start, open_storage
from server.tls import Certificate
from server.watchdog import watched

log = structlog.get_logger(__name__)

LINE = "─" * 72
LONGEST_FAREWELL_S = 5.0
Meanwhile = Callable[[str], Coroutine[Any, Any, None]]


class Evening(uvicorn.Server):
    """uvicorn that calls `opened` once phones can connect, and ends a signal where it arrives.

    uvicorn raises a caught signal again after serving; that would cut short closing the storage.
    """

    def __init__(
        self,
        config: uvicorn.Config,
        opened: Callable[[], None],
        leaving: asyncio.Event,
        leave_seconds: int,
    ) -> None:
        super().__init__(config)
        self._opened = opened
        self._leaving = leaving
        self._leave_seconds = leave_seconds
        self._exit: asyncio.TimerHandle | None = None

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._leave, number)
        yield

    def _leave(self, number: int) -> None:
        """At the first signal only tells the proxy, if there is one that asks."""
        log.info("leaving")
        if self._leave_seconds and not self._leaving.is_set():
            loop = asyncio.get_running_loop()
            self._exit = loop.call_later(self._leave_seconds, self.handle_exit, number, None)
        else:
            if self._exit:  # or it would come a second time, which means: without a farewell
                self._exit.cancel()
            self.handle_exit(number, None)
        self._leaving.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Lets nobody new in, then sends everybody elsewhere one by one, not all at once.

        They come back within the window they were told, at another process if there is one; what
        was not answered by then they offer again with its old id.
        """
        for server in self.servers:
            server.close()
        for port in sockets or []:
            port.close()
        here = list(self.server_state.connections)
        secrets.SystemRandom().shuffle(here)
        pause = min(window(len(here)) / 1000, LONGEST_FAREWELL_S) / max(1, len(here))
        for connection in here:
            if self.force_exit:
                break
            if connection in self.server_state.connections:  # it may have left meanwhile
                if connection.transport is not None and not connection.transport.is_closing():
                    connection.shutdown()
                await asyncio.sleep(pause)
        await super().shutdown(sockets)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._opened()


def serve(settings: Settings, meanwhile: Meanwhile | None = None) -> None:
    """Serve until Ctrl-C or SIGTERM. Raises BadSetting, StoreUnusable, ClientNotBuilt.

    `meanwhile` runs beside the open server and says the welcome instead; it gets the organiser's
    link as this machine itself uses it.
    """
    set_up_logs(settings.log_level, settings.log_format)
    port = take_port(settings.host, settings.port)
    settings = with_port(settings, port.getsockname()[1])
    allow_many_connections()
    certificate = Certificate(settings.tls) if settings.tls else None
    tls = certificate.context if certificate else None
    config = serve_config(
        None, host=settings.host, port=settings.port, fanout=settings.fanout, tls=tls, lifespan="on"
    )
    with contextlib.closing(port), asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
        runner.run(_serve(settings, config, port, certificate, meanwhile))


async def _serve(
    settings: Settings,
    config: uvicorn.Config,
    port: socket.socket,
    certificate: Certificate | None,
    meanwhile: Meanwhile | None,
) -> None:
    asyncio.get_running_loop().set_exception_handler(tell_loop)
    async with contextlib.AsyncExitStack() as stack:
        if certificate is not None:
            await stack.enter_async_context(certificate.kept_fresh())
        storage = await stack.enter_async_context(open_storage(settings))
        leaving = asyncio.Event()
        tls = certificate.context if certificate else None
        with needed_for_the_start():
            config.app = await create_app(settings, storage, leaving=leaving, tls=tls)
            keys, ended = await keys_of(settings, storage.log), await storage.ended.organisers()
        organiser = keys.organiser_fragment(ended)
        beside: list[asyncio.Task[None]] = []

        def opened() -> None:
            log.info(
                "opened", fanout=settings.fanout, storage=storage.state(), https=settings.secure
            )
            for way in settings.plain_ways:
                log.warning("not_encrypted", way=way)
            if meanwhile is None:
                say(welcome(settings, storage, organiser))
            else:
                own_link = f"{settings.own_url}/enter#{organiser}"
                beside.append(asyncio.ensure_future(meanwhile(own_link)))

        collect_rarely()
        async with watched():
            await Evening(config, opened, leaving, settings.leave_seconds).serve([port])
        for task in beside:
            task.cancel()
        await asyncio.gather(*beside, return_exceptions=True)
    log.info("closed")
    say("Saved and closed." if meanwhile is None else "Closed.")


def with_port(settings: Settings, port: int) -> Settings:
    """The settings with the port that port 0 became."""
    if settings.port == port:
        return settings
    public_url = settings.public_url.removesuffix(f":{settings.port}") + f":{port}"
    return dataclasses.replace(settings, port=port, public_url=public_url)


def say(text: str) -> None:
    """To whoever started us; a full disk where that ends up is no reason to stop."""
    with contextlib.suppress(OSError):
        print(text, flush=True)


def welcome(settings: Settings, storage: Storage, organiser: str) -> str:
    """What the organiser reads when everything is up."""
    return "\n".join(
        (
            LINE,
            "  Dialogtisch is open.",
            "",
            f"  People join at     {settings.public_url}",
            *_organising(settings, organiser),
            "",
            *(f"  {sentence}" for sentence in (*storage.sentences, *_in_the_open(settings))),
            "  Ctrl-C ends the evening; everything is kept.",
            LINE,
        )
    )


def _in_the_open(settings: Settings) -> tuple[str, ...]:
    if settings.secure or is_loopback(settings.host):
        return ()
    return (
        "Plain http: whoever shares the network can read along. For a hall's own wifi only; on",
        "the internet use --tls-certificate, or a proxy with TLS and its --public-url https://...",
    )


def _organising(settings: Settings, organiser: str) -> tuple[str, ...]:
    if not settings.show_link:
        return ("  You organise at    the link that `./run link` tells, with the same settings",)
    return (
        "  You organise at    (personal: whoever has this link may do everything)",
        f"  {settings.public_url}/enter#{organiser}",
    )

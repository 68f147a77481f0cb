"""The settings of the server, from the command line and the environment, checked and understood.

An option on the command line wins over its environment variable, which wins over the default.
"""

import dataclasses
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from server.addresses import EVERY_INTERFACE, in_url, is_loopback, reachable_address
from server.algorithms import GENERATIONS, Generation
from server.setting_checks import BadSetting as BadSetting
from server.setting_checks import (
    CertificateFiles,
    certificate_files,
    count,
    generations,
    goes_in_the_open,
    listed,
    one_of,
    page_address,
    port_number,
    scheme,
    secret_in,
    store_address,
    watching_place,
    web_address,
    words_in,
)
from server.typed_settings import Typed, argument_parser, variable

FANOUTS = ("ready", "stock")
LOG_LEVELS = ("debug", "info", "warning", "error")
LOG_FORMATS = ("auto", "json", "readable")
FROM_FILES = ("redis_url", "metrics_token")
MOST_REPLICAS = 5
LONGEST_LEAVE_S = 600


@dataclasses.dataclass(frozen=True, slots=True)
class Settings:
    """The settings, checked and with every gap filled; `public_url` never ends in a slash."""

    host: str
    port: int
    data: Path
    redis_url: str | None
    tls: CertificateFiles | None
    secret: bytes | None = dataclasses.field(repr=False)
    algorithms: tuple[Generation, ...]
    replicas_wait: int
    public_url: str
    fanout: str
    allowed_origins: frozenset[str]
    allowed_hosts: frozenset[str]
    metrics: tuple[str, int] | None
    metrics_token: str = dataclasses.field(repr=False)
    leave_seconds: int
    show_link: bool
    log_level: str
    log_format: str
    source_url: str

    @property
    def own_url(self) -> str:
        """Where this machine itself reaches the server."""
        host = "127.0.0.1" if self.host in EVERY_INTERFACE else in_url(self.host)
        return f"{scheme(self.tls)}://{host}:{self.port}"

    @property
    def plain_ways(self) -> tuple[str, ...]:
        """Which ways to and from other machines this server leaves without TLS."""
        metrics = self.metrics[0] if self.metrics else "localhost"
        ways = {
            "people": self.tls is None and not is_loopback(self.host),
            "metrics": self.tls is None and not is_loopback(metrics),
            "storage": goes_in_the_open(self.redis_url or ""),
        }
        return tuple(way for way, is_plain in ways.items() if is_plain)

    @property
    def secure(self) -> bool:
        """Whether people reach the server by https, so that cookies can insist on it."""
        return self.public_url.startswith("https://")


def read_settings(
    arguments: Sequence[str] = (), environment: Mapping[str, str] = os.environ
) -> Settings:
    """The settings from command line and environment; raises BadSetting."""
    given = vars(argument_parser().parse_args(arguments))
    typed = {
        name: given[name] if given[name] is not None else _of(environment, name, default)
        for name, default in _defaults().items()
    }
    return understood(Typed(**typed))


def understood(typed: Typed) -> Settings:
    """The typed settings checked; raises BadSetting."""
    tls = certificate_files(typed.tls_certificate, typed.tls_key, typed.public_url)
    here = f"{scheme(tls)}://{reachable_address(typed.host)}:{typed.port}"
    public = typed.public_url.rstrip("/") or here
    return Settings(
        host=typed.host,
        port=port_number("port", typed.port),
        data=Path(typed.data).expanduser().resolve(),
        redis_url=store_address(typed.redis_url),
        tls=tls,
        secret=secret_in(typed.secret_file),
        algorithms=tuple(GENERATIONS[one] for one in generations(typed.algorithms)),
        replicas_wait=count("replicas_wait", typed.replicas_wait, MOST_REPLICAS),
        public_url=web_address("public_url", public),
        fanout=one_of("fanout", typed.fanout, FANOUTS),
        allowed_origins=frozenset(
            web_address("allowed_origins", origin) for origin in listed(typed.allowed_origins)
        ),
        allowed_hosts=frozenset(host.lower() for host in listed(typed.allowed_hosts)),
        metrics=watching_place(typed.metrics, typed.metrics_token),
        metrics_token=typed.metrics_token,
        leave_seconds=count("leave_seconds", typed.leave_seconds, LONGEST_LEAVE_S),
        show_link=one_of("show_link", typed.show_link, ("yes", "no")) == "yes",
        log_level=one_of("log_level", typed.log_level, LOG_LEVELS),
        log_format=one_of("log_format", typed.log_format, LOG_FORMATS),
        source_url=page_address("source_url", typed.source_url) if typed.source_url else "",
    )


def _of(environment: Mapping[str, str], name: str, default: str) -> str:
    """What is secret may also lie in a file, which no other process gets to see."""
    file = environment.get(f"{variable(name)}_FILE", "") if name in FROM_FILES else ""
    return words_in(name, file) if file else environment.get(variable(name), default)


def _defaults() -> dict[str, str]:
    return {field.name: str(field.default) for field in dataclasses.fields(Typed)}

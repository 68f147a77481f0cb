"""Every setting of the server, each with its sentence.

The command line, the environment variables and docs/settings.md are made from one dataclass.
An option on the command line wins over its environment variable, which wins over the default.
"""

import argparse
import dataclasses
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

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

FANOUTS = ("ready", "stock")
LOG_LEVELS = ("debug", "info", "warning", "error")
LOG_FORMATS = ("auto", "json", "readable")
FROM_FILES = ("redis_url", "metrics_token")
MOST_REPLICAS = 5
LONGEST_LEAVE_S = 600


def setting(default: str, about: str) -> Any:
    """A field of `Settings` with its default as it would be typed and its sentence for the page."""
    return dataclasses.field(default=default, metadata={"about": about})


@dataclasses.dataclass(frozen=True, slots=True)
class Typed:
    """The settings as they are typed, before they are understood."""

    host: str = setting(
        "0.0.0.0",
        "Address to listen on. The default lets every phone in the local network in; "
        "`127.0.0.1` keeps the server to this machine, for example behind a proxy.",
    )
    port: str = setting("8000", "Port to listen on.")
    data: str = setting(
        "./data",
        "Folder for the embedded store. It holds the evenings themselves and the secret that all "
        "links are made from: back it up, and show it to nobody.",
    )
    redis_url: str = setting(
        "",
        "Redis 7.2+ or Valkey 8.1+ to keep the dialogues in, such as `redis://10.0.0.5:6379/0`. "
        "A cluster is named by some of its nodes: `redis+cluster://10.0.0.5:6379,10.0.0.6:6379`. "
        "With TLS: `rediss://` and `rediss+cluster://`, see docs/running.md. "
        "Empty: the server starts the Valkey it brings along, in the data folder. Where it holds a "
        "password: `DIALOGTISCH_REDIS_URL_FILE` names a file with it.",
    )
    tls_certificate: str = setting(
        "",
        "File with the server's certificate and its chain (PEM). With it and `tls_key` the server "
        "speaks https and wss itself, TLS 1.2 or newer, and no plain http; a renewed file is taken "
        "up within a minute. Empty: plain http, for a hall's own wifi or behind a proxy with TLS.",
    )
    tls_key: str = setting("", "File with the key of `tls_certificate` (PEM, without a password).")
    secret_file: str = setting(
        "",
        "File with the installation's secret, 64 or more hexadecimal digits (`openssl rand -hex "
        "32`), as systemd (`LoadCredential`), docker (`secrets`) or a vault lays it down. Empty: "
        "the store keeps one that was made at the first start.",
    )
    algorithms: str = setting(
        "1",
        "Which generations of algorithms links and cookies may be made with, the newest first: `1` "
        "is HMAC-SHA-256, `2` HMAC-SHA3-256 with longer links. The first one makes new ones, all "
        "of them are believed: `2,1` for the change, `2` when everybody has entered again.",
    )
    replicas_wait: str = setting(
        "0",
        "How many replicas of the store must have what is saved before it is acknowledged. With 1 "
        "a store that fails for good loses nothing that was acknowledged; each answer takes one "
        "more way to a replica and back, and without any replica nothing can be saved.",
    )
    public_url: str = setting(
        "",
        "Address that QR codes and links lead to, such as `https://dialog.example.org`. "
        "Empty: this machine's address in the local network, with the port.",
    )
    fanout: str = setting(
        "ready",
        "How views reach the phones: `ready` encodes a frame once and writes it to every "
        "connection, `stock` uses python-socketio as it comes (slower; for comparison).",
    )
    allowed_origins: str = setting(
        "",
        "Further web addresses, separated by commas, whose pages may talk to this server, such as "
        "`https://www.example.org`. Its own pages always may.",
    )
    allowed_hosts: str = setting(
        "",
        "Further names, separated by commas, this server answers to. The host of the public "
        "address, localhost and plain IP addresses always work; any other name is refused.",
    )
    metrics: str = setting(
        "",
        "Where `/metrics` can be read for Prometheus: a port of this machine such as `9108`, or an "
        "address with a port such as `10.0.0.5:9108`. It is never on the port that people reach, "
        "so no proxy passes it on by mistake. Empty: nowhere.",
    )
    metrics_token: str = setting(
        "",
        "What a reader of `/metrics` must show as bearer token, at least 20 characters. Needed "
        "when `metrics` is not an address of this machine itself. Give it by the environment or, "
        "with `DIALOGTISCH_METRICS_TOKEN_FILE`, in a file: a command line can be read by everybody "
        "on the machine.",
    )
    leave_seconds: str = setting(
        "0",
        "How long the server goes on after it was told to end, while `/healthz/ready` says no, so "
        "that a proxy stops sending people here before the port closes. HAProxy needs none of it "
        "(`option redispatch`). A second signal ends it at once.",
    )
    show_link: str = setting(
        "yes",
        "Whether the organiser's link is printed at start: `yes` or `no`. Say `no` where what is "
        "printed ends up in a log that others read, as in a container; the verb `link` tells it.",
    )
    log_level: str = setting(
        "info",
        "What is written down: `debug`, `info`, `warning` or `error`. No level shows what people "
        "typed, a token, the secret of a link or a network address.",
    )
    log_format: str = setting(
        "auto",
        "`json`: one line of JSON each; `readable`: for people; `auto`: readable on a terminal and "
        "JSON elsewhere.",
    )
    source_url: str = setting(
        "",
        "Where the source of this very version can be had, such as "
        "`https://git.example.org/dialogtisch`; the page `/source` leads there. Empty: it says "
        "that the source came with the server. Whoever changes Dialogtisch has to offer the "
        "source to everybody who uses its pages.",
    )


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


def argument_parser() -> argparse.ArgumentParser:
    """The command line: one option per setting, `--public-url` for `public_url`."""
    parser = argparse.ArgumentParser(prog="dialogtisch serve", allow_abbrev=False)
    for field in dataclasses.fields(Typed):
        parser.add_argument(
            f"--{field.name.replace('_', '-')}",
            metavar=field.name.upper(),
            help=field.metadata["about"].replace("%", "%%"),
        )
    return parser


def variable(name: str) -> str:
    """The environment variable of a setting."""
    return f"DIALOGTISCH_{name.upper()}"


def settings_page() -> str:
    """docs/settings.md, made from the fields above."""
    lines = [
        "# Settings",
        "",
        "Made from `server/settings.py` by `python -m server docs`; do not edit by hand.",
        "An option on the command line wins over its environment variable.",
    ]
    for field in dataclasses.fields(Typed):
        default = f"`{field.default}`" if field.default else "empty"
        lines += ["", f"## `--{field.name.replace('_', '-')}`", ""]
        lines += [f"Environment: `{variable(field.name)}`. Default: {default}.", ""]
        lines += [field.metadata["about"]]
    return "\n".join(lines) + "\n"


def _of(environment: Mapping[str, str], name: str, default: str) -> str:
    """What is secret may also lie in a file, which no other process gets to see."""
    file = environment.get(f"{variable(name)}_FILE", "") if name in FROM_FILES else ""
    return words_in(name, file) if file else environment.get(variable(name), default)


def _defaults() -> dict[str, str]:
    return {field.name: str(field.default) for field in dataclasses.fields(Typed)}

"""Every setting of the server as it is typed, each with its sentence.

The command line, the environment variables and docs/settings.md are made from one dataclass.
"""

import argparse
import dataclasses
from typing import Any


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
        "Made from `server/typed_settings.py` by `python -m server docs`; do not edit by hand.",
        "An option on the command line wins over its environment variable.",
    ]
    for field in dataclasses.fields(Typed):
        default = f"`{field.default}`" if field.default else "empty"
        lines += ["", f"## `--{field.name.replace('_', '-')}`", ""]
        lines += [f"Environment: `{variable(field.name)}`. Default: {default}.", ""]
        lines += [field.metadata["about"]]
    return "\n".join(lines) + "\n"

"""What may stand in a setting; everything here raises BadSetting with a plain sentence."""

import ssl
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qsl, urlsplit

from rooms.log import SECRET_BYTES
from server.addresses import is_loopback
from server.algorithms import GENERATIONS

LARGEST_PORT = 65_535
SHORTEST_TOKEN = 20


class BadSetting(Exception):
    """A setting has a value the server cannot start with; the text says which and why."""


class CertificateFiles(NamedTuple):
    """Where the certificate with its chain and its key lie, both as PEM."""

    certificate: Path
    key: Path

    def stamp(self) -> tuple[tuple[int, int], ...]:
        """Changes when somebody writes one of them anew. Raises OSError."""
        found = [file.stat() for file in self]
        return tuple((file.st_mtime_ns, file.st_ino) for file in found)

    def fill(self, context: ssl.SSLContext) -> None:
        """Raises OSError, of which ssl.SSLError is one. A key with a password is none."""
        context.load_cert_chain(self.certificate, self.key, password="")


def certificate_files(certificate: str, key: str, public_url: str) -> CertificateFiles | None:
    """Both or neither; with them nobody is led to plain http."""
    if not (certificate or key):
        return None
    if not (certificate and key):
        raise BadSetting("tls_certificate, tls_key: one of them alone is not enough")
    if public_url.startswith("http://"):
        raise BadSetting("public_url: begins with http://, but with a certificate it is https://")
    return CertificateFiles(*(Path(file).expanduser().resolve() for file in (certificate, key)))


def scheme(tls: CertificateFiles | None) -> str:
    return "https" if tls else "http"


def secret_in(file: str) -> bytes | None:
    if not file:
        return None
    try:
        secret = bytes.fromhex(words_in("secret_file", file))
    except ValueError:
        raise BadSetting(f"secret_file: what {file} holds is not hexadecimal") from None
    if len(secret) < SECRET_BYTES:
        raise BadSetting(f"secret_file: {file} holds fewer than {2 * SECRET_BYTES} digits")
    return secret


def words_in(name: str, file: str) -> str:
    try:
        return Path(file).expanduser().read_text("utf-8").strip()
    except OSError as error:
        raise BadSetting(f"{name}: {file}: {error.strerror}") from None


def generations(text: str) -> list[str]:
    wanted = listed(text)
    if not wanted or len(set(wanted)) < len(wanted) or not set(wanted) <= set(GENERATIONS):
        raise BadSetting(f"algorithms: {text!r} is not a list of {', '.join(GENERATIONS)}")
    return wanted


def store_address(text: str) -> str | None:
    """By TLS we speak only to whom the certificate names; no option may switch that off."""
    asked = dict(parse_qsl(urlsplit(text).query))
    checked = asked.get("ssl_cert_reqs", "required") == "required"
    if not checked or asked.get("ssl_check_hostname", "true").lower() not in ("true", "1", "yes"):
        raise BadSetting("redis_url: the certificate of the store is always checked, its name too")
    return text or None


def goes_in_the_open(store: str) -> bool:
    """Whether what is said to this store could be read on the way."""
    address = urlsplit(store)
    if address.scheme not in ("redis", "redis+cluster"):
        return False
    nodes = address.netloc.rpartition("@")[2].split(",")
    return not all(is_loopback(urlsplit(f"//{node}").hostname or "") for node in nodes)


def one_of(name: str, text: str, choices: Sequence[str]) -> str:
    if text not in choices:
        raise BadSetting(f"{name}: {text!r} is neither of {', '.join(choices)}")
    return text


def listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def count(name: str, text: str, most: int) -> int:
    if not text.isdecimal() or int(text) > most:
        raise BadSetting(f"{name}: {text!r} is not a number from 0 to {most}")
    return int(text)


def port_number(name: str, text: str) -> int:
    return count(name, text, LARGEST_PORT)


def web_address(name: str, text: str) -> str:
    if urlsplit(page_address(name, text)).path.strip("/"):
        raise BadSetting(f"{name}: {text!r} is not a web address like http://192.168.1.20:8000")
    return text.rstrip("/").lower()


def watching_place(text: str, token: str) -> tuple[str, int] | None:
    """Host and port of /metrics; raises BadSetting, also when it would lie open to others."""
    if not text:
        return None
    host, _, port = text.rpartition(":")
    host = host.strip("[]") or "127.0.0.1"
    if not port.isdecimal() or int(port) > LARGEST_PORT:
        raise BadSetting(f"metrics: {text!r} is neither a port nor an address with a port")
    if token and len(token) < SHORTEST_TOKEN:
        raise BadSetting(f"metrics_token: shorter than {SHORTEST_TOKEN} characters")
    if not (token or is_loopback(host)):
        raise BadSetting(f"metrics: {text!r} can be reached by others; set a metrics_token too")
    return host, int(port)


def page_address(name: str, text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise BadSetting(f"{name}: {text!r} is not a web address; it begins with https://")
    return text

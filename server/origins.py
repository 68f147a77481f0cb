"""Whom we answer to: under which names a request may call us, and which pages may talk to us.

Never trusts a forwarded header.
"""

import ipaddress
from urllib.parse import urlsplit

from server.addresses import in_url
from server.settings import Settings


def answers_to(settings: Settings, host: str | None) -> bool:
    """Whether a request may name us `host` (a Host header).

    Any plain IP address is fine: it cannot be rebound to us by somebody else's name server, and the
    machine does not know all of its addresses when a router translates them.
    """
    name = _hostname(host)
    if name is None:
        return False
    known = {"localhost", urlsplit(settings.public_url).hostname, *settings.allowed_hosts}
    return name in known or _is_ip_address(name)


def may_talk(settings: Settings, origin: str | None, host: str | None) -> bool:
    """Whether a page from `origin` (an Origin header) may use us under the name `host`.

    A browser always sends the origin with a websocket or a changing request; a request without one
    comes from a program, which has no cookies to be misused.
    """
    if origin is None:
        return True
    own = {f"{scheme}://{(host or '').lower()}" for scheme in ("http", "https")}
    return origin.lower() in {*own, settings.public_url, *settings.allowed_origins}


def _hostname(host: str | None) -> str | None:
    if not host:
        return None
    try:
        parts = urlsplit(f"//{host}")
        name, port = parts.hostname, parts.port  # raises on a port that is no number
    except ValueError:
        return None
    if name is None or set(host) & set("@/?#\\ \t"):
        return None
    # Put together again it must be what was sent: "[::1]evil.example" is read as ::1 otherwise.
    return name if host.lower() in (in_url(name), f"{in_url(name)}:{port}") else None


def _is_ip_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True

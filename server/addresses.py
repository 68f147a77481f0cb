"""Which addresses lead here: the machine's own in the local network, and whom we answer to.

Never trusts a forwarded header: links and QR codes are made from the public address alone.
"""

import ipaddress
import socket
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from server.settings import Settings

# Pairs of family and far address. Connecting a UDP socket sends nothing: it only asks the routing
# table which of our addresses would be used. The first needs a default route, the others serve a
# hall network that leads nowhere.
FAR_ADDRESSES = (
    (socket.AF_INET, "192.0.2.1"),
    (socket.AF_INET, "192.168.255.254"),
    (socket.AF_INET, "10.255.255.254"),
    (socket.AF_INET, "172.31.255.254"),
    (socket.AF_INET6, "2001:db8::1"),
)
EVERY_INTERFACE = ("0.0.0.0", "::", "")


def reachable_address(host: str) -> str:
    """The address to print for a server listening on `host`, ready to stand in a web address."""
    if host not in EVERY_INTERFACE:
        return in_url(host)
    for family, far in FAR_ADDRESSES:
        if (own := _own_address_towards(family, far)) is not None:
            return in_url(own)
    return "localhost"


def answers_to(settings: "Settings", host: str | None) -> bool:
    """Whether a request may name us `host` (a Host header).

    Any plain IP address is fine: it cannot be rebound to us by somebody else's name server, and the
    machine does not know all of its addresses when a router translates them.
    """
    name = _hostname(host)
    if name is None:
        return False
    known = {"localhost", urlsplit(settings.public_url).hostname, *settings.allowed_hosts}
    return name in known or _is_ip_address(name)


def may_talk(settings: "Settings", origin: str | None, host: str | None) -> bool:
    """Whether a page from `origin` (an Origin header) may use us under the name `host`.

    A browser always sends the origin with a websocket or a changing request; a request without one
    comes from a program, which has no cookies to be misused.
    """
    if origin is None:
        return True
    own = {f"{scheme}://{(host or '').lower()}" for scheme in ("http", "https")}
    return origin.lower() in {*own, settings.public_url, *settings.allowed_origins}


def in_url(address: str) -> str:
    """A plain address as it stands in a web address: IPv6 goes into brackets."""
    return f"[{address}]" if ":" in address else address


def is_loopback(host: str) -> bool:
    """Whether only this machine itself can reach what listens there."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _own_address_towards(family: socket.AddressFamily, far: str) -> str | None:
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((far, 9))
            own = str(probe.getsockname()[0])
    except OSError:
        return None
    return None if ipaddress.ip_address(own).is_loopback else own


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

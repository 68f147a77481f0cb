"""Which addresses lead here: the machine's own in the local network.

Links and QR codes are made from the public address alone, never from a header.
"""

import ipaddress
import socket

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

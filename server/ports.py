"""Taking a port to listen on, before anything else is started."""

import socket

from server.settings import BadSetting


def take_port(host: str, port: int, setting: str = "--port") -> socket.socket:
    """The listening socket; raises BadSetting, which names the setting to change."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    taken = socket.socket(family, socket.SOCK_STREAM)
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        taken.bind((host, port))
    except OSError as error:
        taken.close()
        raise BadSetting(
            f"port {port} on {host} cannot be used: {error.strerror}. "
            f"Does another server run already? Choose another one with {setting}."
        ) from None
    return taken

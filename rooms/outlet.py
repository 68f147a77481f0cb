"""Where frames go out. What knows sockets implements it; nobody here waits for any of them."""

from typing import Protocol

from rooms.messages import Audience, Frame


class Outlet(Protocol):
    """None of its methods waits."""

    def publish(self, code: str, audience: Audience, frame: Frame) -> None:
        """Give the frame to every connection of the audience, encoded once."""

    def hold(self) -> None:
        """From now on, what goes to somebody who is answered goes together with the answer."""

    def let_go(self) -> None:
        """Send what was held; follows `hold` before anything is waited for."""

    def move(self, connection: str, code: str, old: Audience | None, new: Audience | None) -> None:
        """From now on the connection belongs to `new` instead of `old`."""

    def cut(self, connection: str, reason: str) -> None:
        """End a connection whose link was revoked."""

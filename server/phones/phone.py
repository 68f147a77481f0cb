"""A participant's phone."""

import secrets

from server.phones.line import Ack
from server.phones.outbox import Told
from server.phones.screen import Screen


class Phone(Screen):
    """Known to the server by its random `token` only."""

    def __init__(
        self, url: str, code: str, token: str | None = None, told: Told | None = None
    ) -> None:
        super().__init__(url, {"code": code, "token": token or secrets.token_hex(16)}, told=told)

    async def join(self, language: str, table: int | None = None) -> None:
        """Connect if need be, take part, perhaps sit down. Raises NotLetIn, OSError."""
        if self.shared.epoch is None:
            await self.connect()
        _expect(await self.command("Join", language=language))
        if table is not None:
            _expect(await self.command("TakeTable", table=table))

    def cards(self) -> dict[str, str]:
        """The own cards: from the id of the command that posted it to the card's id."""
        return {card["command"]: card["id"] for card in self.mine.all("mycard")}


def _expect(ack: Ack) -> None:
    if not ack["ok"]:
        raise ConnectionRefusedError(f"{ack['error']}: {ack['reason']}")

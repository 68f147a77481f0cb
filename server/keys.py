"""Everything that is derived from the installation's secret: links, cookies, an order of voices."""

import base64
import hashlib
import hmac
import time
from typing import NamedTuple

from itsdangerous import BadData, URLSafeTimedSerializer

from rooms.messages import LinkId

SECRET_BYTES = 16
COOKIE_SECONDS = 30 * 24 * 3600
# Long enough for a wall that stays dark between two evenings of a week.
IDLE_SECONDS = 8 * 24 * 3600
PROLONGED_AFTER_SECONDS = 3600


def organiser_name(ended: int) -> str:
    """The organiser's link among those before and after it."""
    return f"organiser:{ended}" if ended else "organiser"


class Signed(NamedTuple):
    """What a cookie says; `begun` and `used` are seconds since 1970."""

    code: str
    link: str
    session: str
    begun: int
    used: float


class Keys:
    """Everything that is derived from the installation's secret."""

    def __init__(self, installation: bytes) -> None:
        self._installation = installation
        self._signer = URLSafeTimedSerializer(
            installation,
            salt="staff-cookie",
            signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256},
        )

    def organiser_fragment(self, ended: int = 0) -> str:
        """What stands behind the # of the organiser's link, after so many were ended."""
        return f"organiser.{self._derived(organiser_name(ended))}"

    def link_fragment(self, code: str, link: LinkId) -> str:
        """What stands behind the # of a staff link."""
        return f"{code}.{link}.{self._derived(f'link:{code}:{link}')}"

    def signed(self, code: str, link: str, session: str, begun: int | None = None) -> str:
        """The content of a cookie; `begun`, in seconds since 1970, is now unless it goes on."""
        began = int(time.time()) if begun is None else begun
        return str(self._signer.dumps([code, link, session, began]))

    def session_of(self, cookie: str, code: str, link: str) -> str | None:
        """The session of a cookie that was made here for this link and is not too old."""
        found = self._read(cookie)
        return found.session if found and (found.code, found.link) == (code, link) else None

    def session_in(self, cookie: str) -> str | None:
        """The same, whatever link it was made for."""
        found = self._read(cookie)
        return found.session if found else None

    def prolonged(self, cookie: str) -> str | None:
        """The same session with a new time, if it is good and was used some time ago."""
        found = self._read(cookie)
        if found is None or time.time() - found.used < PROLONGED_AFTER_SECONDS:
            return None
        return self.signed(found.code, found.link, found.session, found.begun)

    def _read(self, cookie: str) -> "Signed | None":
        try:
            fields, used = self._signer.loads(cookie, IDLE_SECONDS, return_timestamp=True)
            code, link, session, begun = fields
        except (BadData, ValueError):
            return None
        found = Signed(code, link, session, begun, used.timestamp())
        return found if time.time() - found.begun < COOKIE_SECONDS else None

    def shuffle_key(self, code: str) -> bytes:
        """Decides in which order the voices of a dialogue stand in its results."""
        return hmac.digest(self._installation, f"shuffle:{code}".encode(), "sha256")

    def _derived(self, purpose: str) -> str:
        digest = hmac.digest(self._installation, purpose.encode(), "sha256")[:SECRET_BYTES]
        return base64.b32encode(digest).decode().rstrip("=").lower()

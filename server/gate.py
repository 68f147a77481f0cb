"""What every request passes before a page or the API sees it, and what every answer carries.

A wrong Host is turned away, a changing request from another site too; answers get the security
headers. Written as plain ASGI so that nothing is buffered on the way.
"""

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.answers import refusal
from server.origins import answers_to, may_talk
from server.settings import Settings

log = structlog.get_logger(__name__)

READING = ("GET", "HEAD", "OPTIONS")
METHODS = (*READING, "POST", "DELETE")
TWO_YEARS_S = 2 * 365 * 24 * 3600
# Everything of the browser that no page of ours needs.
NOT_NEEDED = ("camera", "geolocation", "microphone", "payment", "usb", "display-capture")


class Gate:
    """The outermost layer of the app."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        refused = self.turned_away(scope["method"], headers)
        host = "" if refused else headers["host"]

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                self.add_headers(MutableHeaders(scope=message), host)
            await send(message)

        await (refused or self.app)(scope, receive, send_with_headers)

    def turned_away(self, method: str, headers: Headers) -> Response | None:
        """The refusal this request gets, if any."""
        host = headers.get("host")
        if not answers_to(self.settings, host):
            return _turn_away("wrong_host")
        if method not in METHODS:
            return refusal("malformed", "wrong_method", 405)
        if method not in READING and not may_talk(self.settings, headers.get("origin"), host):
            return _turn_away("wrong_origin")
        return None

    def add_headers(self, headers: MutableHeaders, host: str) -> None:
        """Everything stricter that the connection allows; caching off unless said otherwise."""
        headers["content-security-policy"] = content_security_policy(host)
        headers["referrer-policy"] = "no-referrer"
        headers["x-content-type-options"] = "nosniff"
        headers["cross-origin-resource-policy"] = "same-origin"
        headers["permissions-policy"] = ", ".join(f"{feature}=()" for feature in NOT_NEEDED)
        headers.setdefault("cache-control", "no-store")
        if self.settings.secure:  # browsers ignore these, one with a complaint, on plain http
            headers["cross-origin-opener-policy"] = "same-origin"
            headers["strict-transport-security"] = f"max-age={TWO_YEARS_S}; includeSubDomains"


def _turn_away(reason: str) -> Response:
    log.warning("request_refused", reason=reason)
    return refusal("refused", reason)


def content_security_policy(host: str) -> str:
    """Only what comes from here. Older Safari does not count a websocket as 'self'."""
    sockets = f" ws://{host} wss://{host}" if host else ""
    return "; ".join(
        (
            "default-src 'self'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data:",
            f"connect-src 'self'{sockets}",
            "object-src 'none'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        )
    )

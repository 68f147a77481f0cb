"""Staff who use their pages stay signed in; who rests for long is asked for the link again."""

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.entry import Entry, read_cookies


class Renewal:
    """Gives a browser its cookies anew with whatever it asks for, once an hour at most."""

    def __init__(self, app: ASGIApp, entry: Entry, secure: bool) -> None:
        self._app = app
        self._entry = entry
        self._secure = secure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        cookies = read_cookies(Headers(scope=scope).get("cookie")) if _is_asked(scope) else {}
        again = self._entry.prolonged(cookies, self._secure) if cookies else []

        async def send_with_cookies(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if "set-cookie" not in headers:  # who enters or signs out gets others
                    for cookie in again:
                        headers.append("set-cookie", cookie)
            await send(message)

        await self._app(scope, receive, send_with_cookies if again else send)


def _is_asked(scope: Scope) -> bool:
    """Files of the pages are kept for ever by browsers, and cookies must not be kept with them."""
    return scope["type"] == "http" and not str(scope["path"]).startswith("/static/")

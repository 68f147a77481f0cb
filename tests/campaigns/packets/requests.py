"""HTTP as an attacker speaks it: good requests over every route, odd ones, bytes that are none."""

import json
from random import Random
from typing import Any

from campaigns.packets.values import bent, bent_bytes, odd, text

MOST_IN_A_ROW = 30


def talk(rng: Random, host: str, code: str, cookie: str) -> list[bytes]:
    """Requests on one connection that is kept open, each whole; the last one hangs up."""
    count = rng.randrange(5, MOST_IN_A_ROW + 1)
    return [_request(rng, host, code, cookie, last=nth == count - 1) for nth in range(count)]


def odd_request(rng: Random, host: str) -> bytes:
    """One that is not quite HTTP, or asks for what there is not."""
    method = rng.choice(("GET", "GET", "POST", "PUT", "DELETE", "OPTIONS", "HEAD", "BREW", ""))
    headers = {"Host": host, "Connection": "close"}
    for _ in range(rng.randrange(3)):
        headers[rng.choice(_HEADERS)] = rng.choice(
            (text(rng).replace("\n", " "), "x" * 9_000, "-1", "chunked", "websocket", host)
        )
    body = rng.choice(("", "{}", '{"secret":"' + "[" * 3_000, "5\r\nabc", "\x00" * 50))
    lines = [f"{method} {rng.choice(_ODD_PATHS)} HTTP/{rng.choice(('1.1', '1.1', '1.0', '2.0'))}"]
    lines += [f"{name}: {is_}" for name, is_ in headers.items()]
    raw = ("\r\n".join(lines) + "\r\n\r\n" + body).encode("utf-8", "replace")
    return bent_bytes(rng, raw) if rng.random() < 0.5 else raw


def _request(rng: Random, host: str, code: str, cookie: str, *, last: bool) -> bytes:
    method, path = rng.choice(_ROUTES)
    path = path.format(code=code) if rng.random() < 0.9 else path.format(code=rng.choice(_CODES))
    if rng.random() < 0.2:
        path += rng.choice(("/", "?table=-1", "?table=x&x=%00", "?kind=ticket&language=xx", "/1"))
    body = b""
    if method == "POST":
        said: Any = {**rng.choice(_BODIES), "code": code} if rng.random() < 0.9 else odd(rng)
        body = _json(bent(rng, said))
        body = bent_bytes(rng, body) if rng.random() < 0.2 else body
    headers = {
        "Host": host,
        "Content-Length": str(len(body)),
        **({"Content-Type": rng.choice(_TYPES)} if body else {}),
        **({"Cookie": cookie} if cookie and rng.random() < 0.8 else {}),
        **({"Origin": f"http://{host}"} if rng.random() < 0.7 else {}),
        **({rng.choice(_HARMLESS): rng.choice(_ODD_WORDS)} if rng.random() < 0.3 else {}),
        **({"Connection": "close"} if last else {}),
    }
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {is_}" for name, is_ in headers.items())]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def _json(said: object) -> bytes:
    try:
        return json.dumps(said, default=str, skipkeys=True).encode("utf-8", "surrogatepass")
    except (ValueError, TypeError):
        return b"null"


_OF_ONE = "/api/dialogues/{code}"
_ROUTES = (
    *(("GET", path) for path in ("/", "/host", "/source", "/organise", "/healthz", "/nowhere")),
    *(("GET", path) for path in ("/healthz/ready", "/healthz/live", "/{code}", "/{code}/1")),
    *(("GET", f"/{page}/{{code}}") for page in ("board", "moderate", "host", "results")),
    *(("GET", f"{_OF_ONE}/{name}") for name in ("links", "qr.svg", "qr.svg?table=1", "erasures")),
    *(("GET", f"{_OF_ONE}/{name}") for name in ("results.json", "cards.csv", "votes.csv")),
    *(("POST", f"{_OF_ONE}/{name}") for name in ("tickets", "erasures", "erase", "rehearsal")),
    *(("GET", "/api/dialogues"), ("POST", "/api/dialogues"), ("POST", "/api/enter")),
    *(("GET", f"{_OF_ONE}/rehearsal"), ("DELETE", f"{_OF_ONE}/rehearsal"), ("POST", "/api/leave")),
    *(("HEAD", "/"), ("PUT", _OF_ONE), ("OPTIONS", "/api/enter"), ("GET", "/socket.io/?EIO=4")),
)
_BODIES: tuple[dict[str, Any], ...] = (
    {"secret": "organiser.aaaaaaaaaaaaaaaaaaaaaaaaaa"},
    {"template": "zukunftswerkstatt", "languages": ["de", "ar"], "tables": 4},
    {"ballot": "b1", "count": 12},
    {"card": "c1", "confirmed": "ABCDEFGH"},
    {"link": "l1"},
    {},
)
_CODES = ("ABCDEFGH", "abcdefgh", "..", "%00", "A" * 300, "%ff%fe", "{code}")
_TYPES = ("application/json", "application/json", "text/plain", "application/xml", "x")
_HARMLESS = ("Range", "Accept-Encoding", "Accept-Language", "If-None-Match", "X-Forwarded-For", "X")
_ODD_WORDS = ("bytes=0-,1-,2-", "bytes=-1", "gzip;q=x", "*", "x" * 900, "ar,de;q=nan", '"', "::1")
_ODD_PATHS = (
    *("/", "/healthz", "/api/enter", "/api/dialogues", "/static/../server/app.py", "/%00", "/ü"),
    *("/socket.io/?EIO=3&transport=polling", "/socket.io/?EIO=4&transport=websocket&sid=x"),
    *("/socket.io/", "/api/dialogues/%2e%2e/links", "/api/dialogues/ABCDEFGH/qr.svg?table=-1"),
    *("/board/ABCDEFGH?link=x", "/" + "a" * 5_000, "//evil.example/", "*", "http://evil.example/"),
)
_HEADERS = (
    *("Upgrade", "Content-Length", "Transfer-Encoding", "Cookie", "Origin", "Expect", "Range"),
    *("Sec-WebSocket-Key", "Sec-WebSocket-Version", "Sec-WebSocket-Extensions", "X-Forwarded-Host"),
    *("Host", "Content-Type", "X y"),
)

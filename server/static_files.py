"""The built client's files, read into memory once: no thread for a file, no path to escape by.

Precompressed neighbours (`.br`, `.gz`) go out in place of a file when the browser takes them; names
that carry a hash are kept for ever.
"""

import hashlib
import mimetypes
import re
from dataclasses import dataclass
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

# The build puts a hash of the content into a name: phone-4KQZ7M2A.js
HASHED_NAME = re.compile(r"[-.][0-9A-Za-z_]{8,}\.[a-z0-9]+$")
FOR_EVER = "public, max-age=31536000, immutable"
ASK_EVERY_TIME = "no-cache"
ENCODINGS = (("br", ".br"), ("gzip", ".gz"))
COMPRESSED = tuple(ending for _, ending in ENCODINGS)

# Named here because what Python answers otherwise depends on the machine.
MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".map": "application/json",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".woff2": "font/woff2",
}


@dataclass(frozen=True, slots=True)
class ClientFile:
    """One file with its encodings; the plain one is under ""."""

    media_type: str
    caching: str
    encodings: dict[str, bytes]
    etag: str

    def smallest_accepted(self, accept_encoding: str) -> str:
        """The encoding to send: brotli before gzip before none."""
        accepted = {part.strip().split(";")[0] for part in accept_encoding.lower().split(",")}
        return next((name for name, _ in ENCODINGS if name in accepted & set(self.encodings)), "")


class ClientFiles:
    """An ASGI app for everything below /static/."""

    def __init__(self, folder: Path) -> None:
        self.files = {
            path.relative_to(folder).as_posix(): _read(path)
            for path in folder.rglob("*")
            if path.is_file() and path.suffix not in COMPRESSED
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.answer(Request(scope))(scope, receive, send)

    def answer(self, request: Request) -> Response:
        if request.method not in ("GET", "HEAD"):
            raise HTTPException(405, headers={"Allow": "GET, HEAD"})
        file = self.files.get(request.scope["path"].removeprefix(request.scope["root_path"] + "/"))
        if file is None:
            raise HTTPException(404)
        encoding = file.smallest_accepted(request.headers.get("accept-encoding", ""))
        headers = {"cache-control": file.caching, "vary": "accept-encoding", "etag": file.etag}
        if request.headers.get("if-none-match") == file.etag:
            return Response(status_code=304, headers=headers)
        if encoding:
            headers["content-encoding"] = encoding
        return Response(file.encodings[encoding], media_type=file.media_type, headers=headers)


def _read(path: Path) -> ClientFile:
    plain = path.read_bytes()
    packed = {name: path.with_name(path.name + ending) for name, ending in ENCODINGS}
    guessed = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return ClientFile(
        media_type=MEDIA_TYPES.get(path.suffix, guessed),
        caching=FOR_EVER if HASHED_NAME.search(path.name) else ASK_EVERY_TIME,
        encodings={"": plain}
        | {name: file.read_bytes() for name, file in packed.items() if file.exists()},
        # Weak: the same for every encoding of the same content.
        etag=f'W/"{hashlib.sha256(plain).hexdigest()[:20]}"',
    )

"""QR codes that lead a phone to its table."""

import io
from collections.abc import Iterator
from itertools import pairwise

import msgspec
import segno

QUIET_ZONE_MODULES = 4


def join_url(public_url: str, code: str, table: str | None) -> str:
    """The address behind a QR code: the dialogue, or one of its tables."""
    return f"{public_url}/{code}" if table is None else f"{public_url}/{code}/{table}"


class QrPath(msgspec.Struct, frozen=True):
    """A QR code as a page draws it itself: modules on a side, and a path of the dark ones."""

    side: int
    path: str


def ticket_qrs(public_url: str, code: str, secrets: list[str]) -> list[QrPath]:
    """The codes on printed tickets; the secret stands behind the #, which no server is sent."""
    return [_qr_path(f"{join_url(public_url, code, None)}#t={secret}") for secret in secrets]


def _qr_path(text: str) -> QrPath:
    rows = [list(row) for row in segno.make_qr(text, error="m").matrix]
    runs = [
        f"M{start + QUIET_ZONE_MODULES} {y + QUIET_ZONE_MODULES}h{end - start}v1h{start - end}z"
        for y, row in enumerate(rows)
        for start, end in _runs(row)
    ]
    return QrPath(len(rows) + 2 * QUIET_ZONE_MODULES, "".join(runs))


def _runs(row: list[int]) -> Iterator[tuple[int, int]]:
    """Where dark modules begin and end in a row."""
    edges = [x for x, (left, here) in enumerate(pairwise([0, *row, 0])) if left != here]
    return zip(edges[::2], edges[1::2], strict=True)


def qr_svg(text: str) -> bytes:
    """A QR code as SVG that takes the size of its place; a quarter may be covered or torn."""
    svg = io.BytesIO()
    segno.make_qr(text, error="q").save(
        svg, kind="svg", border=QUIET_ZONE_MODULES, omitsize=True, dark="#000", light="#fff"
    )
    return svg.getvalue()

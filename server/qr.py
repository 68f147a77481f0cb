"""QR codes that lead a phone to its table."""

import io

import segno

QUIET_ZONE_MODULES = 4


def join_url(public_url: str, code: str, table: str | None) -> str:
    """The address behind a QR code: the dialogue, or one of its tables."""
    return f"{public_url}/{code}" if table is None else f"{public_url}/{code}/{table}"


def qr_svg(text: str) -> bytes:
    """A QR code as SVG that takes the size of its place; a quarter may be covered or torn."""
    svg = io.BytesIO()
    segno.make_qr(text, error="q").save(
        svg, kind="svg", border=QUIET_ZONE_MODULES, omitsize=True, dark="#000", light="#fff"
    )
    return svg.getvalue()

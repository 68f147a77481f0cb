"""What a repair did, in plain words."""

import time
from pathlib import Path

import msgspec

from rooms.entries import Entry
from server.codes import shown_code
from server.salvage import Chain, Salvage

_entry = msgspec.msgpack.Decoder(Entry)


def report(salvage: Salvage, code: str | None, kept: Path) -> str:
    """For the organiser; `code`: only this dialogue was repaired."""
    chains = [chain for chain in salvage.chains.values() if code in (None, chain.code)]
    lines = ["Repaired.", ""]
    lines += [f"  {_about(chain)}" for chain in sorted(chains, key=lambda chain: chain.code)]
    if salvage.unreadable:
        names = ", ".join(file.name for file in salvage.unreadable)
        lines.append(f"  Nothing could be read from {names}.")
    if salvage.secret is None:
        lines += [
            "  The secret that personal links are made from could not be saved: at the next start",
            "  the organiser's link and all personal links are new. Table cards stay valid.",
        ]
    elif not salvage.secret_is_sound:
        lines.append("  The secret that links are made from was damaged, its copy was not.")
    return "\n".join(
        [
            *lines,
            "",
            "Phones that come back offer again what they had been promised.",
            f"The files as they were: {kept}",
        ]
    )


def _about(chain: Chain) -> str:
    held, lost = len(chain.entries), len(chain.refused)
    if not held:
        return f"{shown_code(chain.code)}: nothing of it could be verified ({lost} entries)."
    whole = f"{shown_code(chain.code)}: {held} entries kept"
    if not lost:
        return f"{whole}."
    at = _entry.decode(chain.entries[-1].payload).at / 1000
    until = time.strftime("%H:%M on %d %B %Y", time.localtime(at))
    return f"{whole}, until {until}; {lost} after them could not be verified and are left out."

"""The secret of an installation is kept twice, once with a digest: damage to either shows."""

import hashlib

from rooms.log import SECRET_BYTES


def sound_secret(kept: bytes | None, copy: bytes | None) -> bytes | None:
    """The secret as it was made, when at most one of the two places is damaged; None if neither."""
    if copy is None:
        return kept
    secret, digest = copy[:SECRET_BYTES], copy[SECRET_BYTES:]
    if _digest(secret) == digest:
        return secret
    return kept if kept is not None and (kept == secret or _digest(kept) == digest) else None


def sealed_secret(secret: bytes) -> bytes:
    """The copy: the secret with its digest."""
    return secret + _digest(secret)


def _digest(secret: bytes) -> bytes:
    return hashlib.blake2b(secret, digest_size=8).digest()

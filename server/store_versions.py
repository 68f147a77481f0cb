"""Which versions of a store have no weakness we know of. docs/least-versions.toml says which ones.

A version that is older is used all the same, with a warning: distributions mend old versions
without changing the number, and only who runs the store can know.
"""

Numbers = tuple[int, ...]

# By the first two numbers, from old to new. What is newer than all of them is fine.
ALONE: dict[str, tuple[Numbers, ...]] = {
    "valkey": ((8, 1, 9), (9, 0, 7), (9, 1, 2)),
    "redis": ((8, 6, 3),),
}
# GHSA-f4q9-j22m-xqq9: messages between the nodes of a cluster can overflow the heap.
IN_CLUSTER: dict[str, tuple[Numbers, ...]] = {
    "valkey": ((9, 0, 7), (9, 1, 3)),
    "redis": ((8, 6, 3),),
}


def weakness(kind: str, version: Numbers, in_cluster: bool) -> str | None:
    """A sentence for whoever runs the store, or None."""
    safe = (IN_CLUSTER if in_cluster else ALONE)[kind]
    if any(_is_at_least(version, least) for least in safe) or version[:2] > safe[-1][:2]:
        return None
    wanted = " or ".join(_shown(least) for least in reversed(safe))
    where = "in a cluster " if in_cluster else ""
    return (
        f"{kind} {_shown(version)} {where}has known security holes, unless whoever packed it has "
        f"mended them: use {wanted}, or newer (docs/security.md)."
    )


def _is_at_least(version: Numbers, least: Numbers) -> bool:
    return version[:2] == least[:2] and version >= least


def _shown(version: Numbers) -> str:
    return ".".join(map(str, version))

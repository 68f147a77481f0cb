"""Which files are the project's own: what git knows or would take, or, without git, nearly that."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent


def our_files() -> list[Path]:
    """Relative to ROOT, in order."""
    listed = _listed_by_git() if (ROOT / ".git").exists() else _found_in_the_folder()
    return sorted(path for path in listed if (ROOT / path).is_file())


def our_texts() -> Iterator[tuple[str, str]]:
    """(path, text) of every file of ours that is text."""
    for path in our_files():
        try:
            yield path.as_posix(), (ROOT / path).read_text("utf-8")
        except UnicodeDecodeError:
            continue


def _listed_by_git() -> list[Path]:
    # A test machine may run as somebody else than the owner of the files; git minds otherwise.
    command = ["git", "-c", "safe.directory=*", "ls-files", "--cached", "--others"]
    done = subprocess.run(
        [*command, "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [Path(line) for line in done.stdout.splitlines()]


def _found_in_the_folder() -> list[Path]:
    ignored = (ROOT / ".gitignore").read_text("utf-8").split()
    left_out = {line.strip("/").split("/")[-1] for line in ignored}
    found: list[Path] = []
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [name for name in folders if name not in left_out]
        found += [Path(folder, name).relative_to(ROOT) for name in names]
    return found

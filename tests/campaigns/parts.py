"""Long campaigns in parts: each part adds its run to a file, and the page tells of all of them."""

import json
from pathlib import Path
from typing import Any

Run = dict[str, Any]


def with_earlier(file: Path | None, runs: list[Run]) -> list[Run]:
    """These runs after those that the file already holds; from then on it holds them all."""
    if file is None:
        return runs
    before: list[Run] = json.loads(file.read_text("utf-8")) if file.exists() else []
    file.write_text(json.dumps([*before, *runs]), "utf-8")
    return [*before, *runs]

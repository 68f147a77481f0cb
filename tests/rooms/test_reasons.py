"""Every reason a refusal can have is provoked by some test here."""

import ast
from collections.abc import Iterator
from pathlib import Path

import rooms

RULES = Path(rooms.__file__).parent
TESTS = Path(__file__).parent


def test_every_reason_in_the_rules_is_provoked_by_a_test() -> None:
    asked = {text for file in TESTS.glob("test_*.py") for text in texts_of(file)}
    assert reasons() - asked == set()


def test_the_reasons_are_really_found() -> None:
    assert {"no_dots_left", "voting_closed", "link_revoked", "code_taken"} <= reasons()
    assert len(reasons()) > 40


def reasons() -> set[str]:
    """The literals of all `Refused("...")` in rooms/, also within `... if ... else ...`."""
    return {
        text.value
        for file in RULES.glob("*.py")
        for call in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "Refused"
        for text in ast.walk(call.args[0])
        if isinstance(text, ast.Constant) and isinstance(text.value, str)
    }


def texts_of(file: Path) -> Iterator[str]:
    """The string literals of a test file, but not of this one."""
    if file == Path(__file__):
        return
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value

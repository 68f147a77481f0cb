"""Whole kinds of holes that cannot be there, because what they need is nowhere used.

Read from the source of the server and the pages; docs/security.md and docs/asvs.md build on it.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from our_files import ROOT, our_texts

PYTHON = sorted(path for folder in ("rooms", "server") for path in (ROOT / folder).rglob("*.py"))
# Only these start another program, each a fixed one without a shell: the store, or this server.
STARTERS = {"server/valkey_process.py", "server/launch_valkey.py", "server/trial_server.py"}
# Simulated people and recordings: command-line tools that play against a server, never in it.
TOOLS = ("server/phones/", "server/replay/", "server/rehearsal.py")
RUNS_TEXT = {"eval", "exec", "compile", "__import__"}
UNSAFE_FORMATS = {"pickle", "marshal", "shelve", "dill", "yaml", "xml", "lxml", "plistlib"}
SPEAK_ELSEWHERE = {"http", "urllib3", "requests", "aiohttp", "httpx", "smtplib", "ftplib", "ldap3"}
PREDICTABLE = {"random", "uuid"}
WEAK_HASHES = {"md5", "sha1", "md4", "new"}
SINKS = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|dangerouslySetInnerHTML|srcdoc"
    r"|\beval\(|new Function|postMessage|document\.domain|createPolicy|\bimportScripts"
)


def calls(path: Path) -> Iterator[ast.Call]:
    yield from (
        node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)
    )


def imported(path: Path) -> set[str]:
    """The packages a file uses, without what stands behind the first dot."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.partition(".")[0])
    return found


def using(packages: set[str]) -> set[str]:
    return {name_of(path) for path in PYTHON if imported(path) & packages}


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def without_tools(files: set[str]) -> set[str]:
    return {file for file in files if not file.startswith(TOOLS)}


def called(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else ""


def test_no_text_is_ever_run_as_a_program() -> None:
    running = {
        name_of(path) for path in PYTHON for call in calls(path) if called(call) in RUNS_TEXT
    }
    assert running == set()


def test_other_programs_are_started_by_fixed_words_and_never_by_a_shell() -> None:
    assert using({"subprocess"}) <= STARTERS
    for path in PYTHON:
        text = path.read_text("utf-8")
        assert not re.search(r"shell\s*=\s*True|os\.system|os\.popen|subprocess_shell", text), path


def test_nothing_is_read_in_a_format_that_can_carry_code_or_entities() -> None:
    assert without_tools(using(UNSAFE_FORMATS)) == set()


def test_the_server_asks_no_other_host() -> None:
    """But its store; and the tools that play evenings ask this server."""
    asking = without_tools(using(SPEAK_ELSEWHERE))
    assert asking == set()


def test_what_must_not_be_guessed_comes_from_the_system_s_secrets() -> None:
    assert without_tools(using(PREDICTABLE)) == set()
    assert "server/making.py" in using({"secrets"})


def test_no_weak_hash_protects_anything() -> None:
    """One SHA-1 is the name by which the store knows a script, which is the store's choice."""
    weak = [
        (name_of(path), ast.unparse(call))
        for path in PYTHON
        for call in calls(path)
        if isinstance(call.func, ast.Attribute)
        and isinstance(call.func.value, ast.Name)
        and (call.func.value.id, call.func.attr) in {("hashlib", name) for name in WEAK_HASHES}
    ]
    assert [file for file, _ in weak] == ["rooms/redis_line.py"]
    assert "usedforsecurity=False" in weak[0][1]


def test_no_page_hands_text_to_a_sink_that_reads_it_as_code() -> None:
    pages = {
        path: text
        for path, text in our_texts()
        if re.match(r"client/(?!tests/).*\.(ts|tsx)$", path)
    }
    assert len(pages) > 50
    assert {path for path, text in pages.items() if SINKS.search(text)} == set()


def test_nothing_of_version_control_or_data_gets_into_the_image() -> None:
    left_out = (ROOT / ".dockerignore").read_text("utf-8").split()
    assert {".git", "data", ".venv"} <= set(left_out)


@pytest.mark.parametrize(
    "text", ["e.innerHTML = x", "eval(x)", "window.postMessage(x)", "new Function(x)"]
)
def test_such_a_sink_would_be_seen(text: str) -> None:
    assert SINKS.search(text)


def test_such_a_call_would_be_seen(tmp_path: Path) -> None:
    bad = tmp_path / "bad.py"
    bad.write_text("import pickle, random\nfrom urllib3 import x\neval('1')\n")
    assert imported(bad) == {"pickle", "random", "urllib3"}
    assert [called(call) for call in calls(bad)] == ["eval"]

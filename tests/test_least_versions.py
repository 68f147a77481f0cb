"""No part is older than docs/least-versions.toml allows, wherever its version stands."""

import importlib.metadata
import json
import re
import subprocess
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest
from our_files import ROOT
from packaging.requirements import Requirement
from packaging.version import Version

from server.store_versions import ALONE
from server.valkey_process import carried_binary

TABLE = ROOT / "docs" / "least-versions.toml"
NPM_LOCKS = (ROOT / "client" / "package-lock.json", ROOT / "bench" / "node" / "package-lock.json")
ADVISORY = re.compile(r"(CVE-\d{4}-\d{4,}|GHSA(-[0-9a-z]{4}){3}|PYSEC-\d{4}-\d+)")


@dataclass(frozen=True)
class Part:
    of: str
    name: str
    least: str
    because: tuple[str, ...]
    why: str


PARTS = [
    Part(**{**part, "because": tuple(part["because"])})
    for part in tomllib.loads(TABLE.read_text("utf-8"))["part"]
]


def parts(of: str) -> list[Part]:
    return [part for part in PARTS if part.of == of]


def too_old(found: dict[str, list[str]], of: str) -> list[str]:
    """Each part of which a version older than allowed was found."""
    return [
        f"{part.name} {version} < {part.least}"
        for part in parts(of)
        for version in found.get(part.name, [])
        if Version(version) < Version(part.least)
    ]


def python_lock(text: str) -> dict[str, list[str]]:
    return {name: [v] for name, v in re.findall(r"^([a-z0-9-]+)==([^ ;\\]+)", text, re.MULTILINE)}


def npm_lock(text: str) -> dict[str, list[str]]:
    """Every version of a package: npm keeps several where they are wanted."""
    found: dict[str, list[str]] = {}
    for path, package in json.loads(text)["packages"].items():
        if path:
            found.setdefault(path.rpartition("node_modules/")[2], []).append(package["version"])
    return found


def lower_bounds(text: str) -> dict[str, list[str]]:
    """What pyproject.toml allows at least; a part without a bound could be of any age."""
    wants = map(Requirement, tomllib.loads(text)["project"]["dependencies"])
    bounds = {
        want.name: [s.version for s in want.specifier if s.operator == ">="] for want in wants
    }
    return {name: bound or ["0"] for name, bound in bounds.items()}


PYTHON_LOCK = (ROOT / "requirements.lock").read_text("utf-8")
PROJECT = (ROOT / "pyproject.toml").read_text("utf-8")


def test_the_table_tells_for_every_part_which_weakness_it_had() -> None:
    assert len(PARTS) >= 11
    for part in PARTS:
        assert part.because, part
        assert all(ADVISORY.fullmatch(one) for one in part.because), part
        assert part.why.endswith("."), part


def test_the_python_lock_holds_nothing_too_old() -> None:
    found = python_lock(PYTHON_LOCK)
    assert {part.name for part in parts("python")} <= set(found)
    assert too_old(found, "python") == []


def test_nobody_can_install_something_too_old() -> None:
    assert too_old(lower_bounds(PROJECT), "python") == []


def test_what_is_installed_is_not_too_old() -> None:
    names = [part.name for part in parts("python")]
    installed = {name: [importlib.metadata.version(name)] for name in names}
    assert too_old(installed, "python") == []


@pytest.mark.parametrize("path", NPM_LOCKS, ids=lambda path: path.parent.name)
def test_the_locks_of_npm_hold_nothing_too_old(path: Path) -> None:
    found = npm_lock(path.read_text("utf-8"))
    assert "socket.io-parser" in found
    assert too_old(found, "npm") == []


@pytest.mark.parametrize("path", NPM_LOCKS, ids=lambda path: path.parent.name)
def test_every_package_of_npm_is_pinned_by_its_hash(path: Path) -> None:
    packages = json.loads(path.read_text("utf-8"))["packages"]
    loose = [name for name, one in packages.items() if name and not one.get("integrity")]
    assert loose == []


def test_the_valkey_we_bring_along_is_not_too_old() -> None:
    told = subprocess.run(
        [carried_binary(), "--version"], capture_output=True, text=True, check=True
    )
    version = re.search(r"\bv=([\d.]+)", told.stdout)
    assert version, told.stdout
    assert too_old({"valkey": [version[1]]}, "valkey") == []


def test_a_store_of_ones_own_is_held_to_the_same() -> None:
    (ours,) = parts("valkey")
    assert tuple(map(int, ours.least.split("."))) in ALONE["valkey"]


# That the checks above can fail at all.


@pytest.mark.parametrize("part", parts("python"), ids=lambda part: part.name)
def test_an_older_python_lock_turns_the_tests_red(part: Part) -> None:
    older = re.sub(rf"^{part.name}==[^ ;\\]+", f"{part.name}==0.0.1", PYTHON_LOCK, flags=re.M)
    assert older != PYTHON_LOCK
    assert too_old(python_lock(older), "python") == [f"{part.name} 0.0.1 < {part.least}"]


@pytest.mark.parametrize("bound", ["msgpack>=1.2.2", "msgpack"])
def test_an_older_lower_bound_turns_the_tests_red(bound: str) -> None:
    older = PROJECT.replace("msgpack>=1.2.3", bound)
    assert older != PROJECT
    assert len(too_old(lower_bounds(older), "python")) == 1


def test_an_older_npm_lock_turns_the_tests_red() -> None:
    lock = json.loads(NPM_LOCKS[0].read_text("utf-8"))
    lock["packages"]["node_modules/a/node_modules/socket.io-parser"] = {"version": "4.2.6"}
    assert too_old(npm_lock(json.dumps(lock)), "npm") == ["socket.io-parser 4.2.6 < 4.2.7"]


def test_an_older_valkey_turns_the_tests_red() -> None:
    assert too_old({"valkey": ["9.1.1"]}, "valkey") == ["valkey 9.1.1 < 9.1.2"]

"""The repository checks itself: style, types, the direction of imports, the lock."""

import ast
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path

import pytest
from our_files import ROOT, our_texts
from packaging.requirements import Requirement

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
LOCK = (ROOT / "requirements.lock").read_text("utf-8")

# Each floor of rooms/ may use only the floors above its own line. A file that is not named here is
# an ability, so abilities never use each other.
ABILITIES = "the abilities"
FLOORS = (
    ("errors", "protocol_words", "counts", "redis_wire"),
    ("messages", "log", "redis_line"),
    ("records", "texts", "timers", "cluster_map", "secret_copies"),
    ("redis_cluster",),
    ("copies", "redis_facts"),
    ("dialogue", "redis_file", "presence", "ended"),
    ("marks", "options", "redis_log"),
    ("admittance",),
    (ABILITIES,),
    ("abilities",),
    ("views", "entries", "outlet"),
    ("own_views", "shared_views", "mending", "rewriting"),
    ("writer",),
    ("audiences",),
    ("trust",),
    ("guests", "waiting"),
    ("live",),
    ("hall", "protocol_page"),
    ("erasure",),
)
FLOOR_OF = {name: number for number, floor in enumerate(FLOORS) for name in floor}

# In two parts, because this file is one of those that are searched.
ADDRESSES_OF_INDEXES = [
    name + ending
    for name, ending in (
        ("pypi.", "org"),
        ("python", "hosted.org"),
        ("npmjs.", "org"),
        ("npmjs.", "com"),
        ("yarnpkg.", "com"),
    )
]
PATHS_OF_ONE_MACHINE = re.compile(r"(?<![\w.~*-])/(?:home|root|Users|work|tmp)/\w")


def tool(*command: str | Path, **environment: str) -> None:
    """Run a checker over the repository; fails with what it says when it finds something."""
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True
    )
    if done.returncode:
        pytest.fail(f"{done.stdout}{done.stderr}", pytrace=False)


def imports(path: Path) -> set[str]:
    """Modules a file imports, in full: rooms.cards for `from rooms import cards` as well."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            members = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= members if node.module in ("rooms", "server") else {node.module}
    return found


def files_importing(package: str) -> set[str]:
    return {
        path.relative_to(ROOT).as_posix()
        for folder in ("rooms", "server")
        for path in (ROOT / folder).rglob("*.py")
        if any(name.split(".")[0] == package for name in imports(path))
    }


def floor(module: str) -> int:
    return FLOOR_OF.get(module, FLOOR_OF[ABILITIES])


def locked_versions() -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9-]+)==([^ ;]+)", LOCK, re.MULTILINE))


def wanted_packages() -> list[Requirement]:
    groups = PROJECT["dependency-groups"].values()
    texts = [*PROJECT["project"]["dependencies"], *(text for group in groups for text in group)]
    return [Requirement(text) for text in texts]


def test_ruff_finds_nothing() -> None:
    tool(sys.executable, "-m", "ruff", "check", "--quiet")


def test_every_python_file_is_formatted() -> None:
    tool(sys.executable, "-m", "ruff", "format", "--check", "--quiet")


def test_the_types_of_rooms_and_server_hold() -> None:
    tool(sys.executable, "-m", "mypy", "--strict", "rooms", "server")


def test_the_types_of_run_hold() -> None:
    mypy = [sys.executable, "-m", "mypy", "--strict", "--scripts-are-modules"]
    tool(*mypy, "run", "hatch_build.py")


@pytest.mark.parametrize("path", sorted((ROOT / "rooms").glob("*.py")), ids=lambda path: path.stem)
def test_imports_in_rooms_run_one_way(path: Path) -> None:
    used = {name.split(".")[1] for name in imports(path) if name.startswith("rooms.")}
    assert {name for name in used if floor(name) >= floor(path.stem)} == set()


def test_every_floor_is_still_there() -> None:
    named = set(FLOOR_OF) - {ABILITIES}
    assert named <= {path.stem for path in (ROOT / "rooms").glob("*.py")}


def test_rooms_know_nothing_of_sockets_and_pages() -> None:
    outside = ("server", "socketio", "engineio", "starlette", "uvicorn", "websockets")
    using = {path for package in outside for path in files_importing(package)}
    assert {path for path in using if path.startswith("rooms/")} == set()


def test_redis_is_spoken_in_one_file() -> None:
    assert files_importing("redis") == {"rooms/redis_line.py"}


def test_socketio_is_used_in_the_server_only() -> None:
    assert all(path.startswith("server/") for path in files_importing("socketio"))


def test_no_two_files_of_tests_have_one_name() -> None:
    """Outside of packages pytest takes the second one for the first."""
    names = Counter(
        path.name
        for path in (ROOT / "tests").rglob("test_*.py")
        if not (path.parent / "__init__.py").exists()
    )
    assert [name for name, count in names.items() if count > 1] == []


def test_no_file_names_an_index_to_fetch_packages_from() -> None:
    naming = {path for path, text in our_texts() for name in ADDRESSES_OF_INDEXES if name in text}
    assert naming == set()


def test_no_file_names_a_path_of_one_machine() -> None:
    found = {path: PATHS_OF_ONE_MACHINE.findall(text) for path, text in our_texts()}
    assert {path: matches for path, matches in found.items() if matches} == {}


def test_the_lock_has_hashes_for_every_package_and_no_address() -> None:
    packages = re.split(r"\n(?=\S)", LOCK.strip())
    assert [package for package in packages if "--hash=sha256:" not in package] == []
    assert "//" not in LOCK
    assert "index" not in LOCK


def test_the_lock_names_everything_the_project_wants() -> None:
    locked = locked_versions()
    missing = [want.name for want in wanted_packages() if want.name not in locked]
    assert missing == [], "run: ./run lock"


def test_the_locked_versions_are_those_the_project_allows() -> None:
    locked = locked_versions()
    refused = [str(want) for want in wanted_packages() if locked[want.name] not in want.specifier]
    assert refused == [], "run: ./run lock"


def test_uv_sees_every_folder_the_pages_are_made_from() -> None:
    folders = {path.name for path in (ROOT / "client").iterdir() if path.is_dir()}
    assert {name for name in folders if name.startswith("n")} <= {"node_modules"}


@pytest.mark.parametrize("name", ["run", ".ci/run"])
def test_what_people_start_can_be_started(name: str) -> None:
    assert os.access(ROOT / name, os.X_OK)


def test_the_proxy_knows_every_process_of_the_compose_file() -> None:
    compose = (ROOT / "docker-compose.yml").read_text("utf-8")
    proxy = (ROOT / "proxy" / "haproxy.cfg").read_text("utf-8")
    processes = re.findall(r"^  (\w+): \*process$", compose, re.MULTILINE)
    assert len(processes) > 1
    assert re.findall(r"^ +server (\w+) \1:8000$", proxy, re.MULTILINE) == processes


def test_the_compose_file_is_understood() -> None:
    compose = next(filter(works, (["docker", "compose"], ["docker-compose"])), None)
    if compose is None:
        pytest.skip("docker compose is not installed")
    address = "https://dialog.example.org"
    tool(*compose, "config", "--quiet", DIALOGTISCH_PUBLIC_URL=address)


def works(command: list[str]) -> bool:
    if not shutil.which(command[0]):
        return False
    return subprocess.run([*command, "version"], capture_output=True).returncode == 0

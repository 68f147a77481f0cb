"""`./run` on a machine that has nothing but Python: a real copy, really set up, more than once."""

import importlib.machinery
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest
from our_files import ROOT, our_files

# Not the one of .venv: a bare Python, as on a new machine.
PYTHON = Path(sys.base_prefix) / "bin" / f"python3.{sys.version_info.minor}"
NOBODY_LISTENS = "http://127.0.0.1:9/simple"
NO_INDEX = re.compile(r"Could not find a version|[Ff]ailed to fetch|ENOTFOUND|EAI_AGAIN|Connection")


@dataclass(frozen=True)
class Place:
    """A copy of the project on a machine without uv and Node."""

    folder: Path

    def command(self, *arguments: str) -> list[str]:
        return [str(PYTHON), str(self.folder / "run"), *arguments]

    def environment(self, **more: str) -> dict[str, str]:
        kept = {
            name: text for name, text in os.environ.items() if name not in ("VIRTUAL_ENV", "CI")
        }
        return {**kept, "PATH": "", **more}

    def run(
        self, *arguments: str, cwd: Path | None = None, **more: str
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*arguments),
            cwd=cwd or self.folder,
            env=self.environment(**more),
            capture_output=True,
            text=True,
        )

    def manifest(self) -> str:
        return (self.folder / "server" / "static" / "manifest.json").read_text("utf-8")


def copy_of_the_project(folder: Path) -> Place:
    for path in our_files():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / path, folder / path)
    return Place(folder)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A copy that is set up, with a server that only says how it was called."""
    made = copy_of_the_project(tmp_path_factory.mktemp("place"))
    done = made.run("setup")
    if done.returncode and NO_INDEX.search(done.stderr) and not os.environ.get("CI"):
        pytest.skip("no package index can be reached from here")
    assert done.returncode == 0, done.stderr
    (made.folder / "server" / "__main__.py").write_text(
        "import os, sys\nprint(sys.argv[1:], os.getcwd(), os.environ['DIALOGTISCH_DATA'])\n"
    )
    return made


@pytest.fixture
def bare(tmp_path: Path) -> Place:
    """Only what the first steps need."""
    for name in ("run", "requirements.lock", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path / name)
    return Place(tmp_path)


@pytest.fixture
def run() -> ModuleType:
    """The script as a module."""
    loader = importlib.machinery.SourceFileLoader("run", str(ROOT / "run"))
    spec = importlib.util.spec_from_loader("run", loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


def test_a_machine_with_only_python_gets_everything(place: Place) -> None:
    assert '"phone"' in place.manifest()
    assert (place.folder / ".venv" / "bin" / "pytest").exists()
    assert list((place.folder / ".tools").glob("uv-*/bin/uv"))


def test_a_second_set_up_does_nothing(place: Place) -> None:
    assert place.run("setup").stderr == "Everything is in place. Start with ./run\n"


def test_everything_but_our_own_verbs_goes_to_the_server(place: Place, tmp_path: Path) -> None:
    told = place.run("replay", "evening", "--port", "9000", cwd=tmp_path).stdout
    words = ["replay", "evening", "--port", "9000"]
    assert told == f"{words} {tmp_path} {place.folder / 'data'}\n"
    assert place.run().stdout.startswith("[] ")
    assert place.run("--port", "9000").stdout.startswith("['--port', '9000'] ")


def test_the_server_is_ours_even_where_another_one_lies(place: Place, tmp_path: Path) -> None:
    (tmp_path / "server").mkdir()
    (tmp_path / "server" / "__main__.py").write_text("print('a stranger')\n")
    assert "stranger" not in place.run(cwd=tmp_path).stdout


def test_run_test_hands_its_words_to_pytest(place: Place, tmp_path: Path) -> None:
    told = place.run(
        "test", "-q", "tests/test_design.py", "-k", "nothing_is_called_so", cwd=tmp_path
    )
    assert told.returncode == 5, told.stdout + told.stderr  # pytest's "no tests were chosen"
    assert "deselected" in told.stdout


def test_a_changed_page_is_built_at_the_next_start(place: Place) -> None:
    before = place.manifest()
    with (place.folder / "client" / "pages" / "phone" / "index.tsx").open("a") as page:
        page.write('\nconsole.log("changed");\n')
    told = place.run("setup").stderr
    assert "Building the pages" in told
    assert "Installing the Python packages" not in told
    assert place.manifest() != before


def test_pages_that_were_deleted_come_back(place: Place) -> None:
    shutil.rmtree(place.folder / "server" / "static")
    place.run("setup")
    assert '"phone"' in place.manifest()


def test_without_the_tests_packages_the_server_still_starts(place: Place) -> None:
    pytest_program = place.folder / ".venv" / "bin" / "pytest"
    assert place.run("setup", "--no-dev").returncode == 0
    assert not pytest_program.exists()
    assert place.run("demo").stdout.startswith("['demo']")
    assert not pytest_program.exists()
    place.run("setup")
    assert pytest_program.exists()


def test_two_at_once_set_up_one_after_the_other(place: Place) -> None:
    (place.folder / ".venv" / "packages.stamp").unlink()
    both = [
        subprocess.Popen(
            place.command("setup"), env=place.environment(), stderr=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    told = [process.communicate()[1] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert sum(text.count("Installing the Python packages") for text in told) == 1


def test_a_package_that_is_not_the_locked_one_is_refused(place: Place) -> None:
    lock = place.folder / "requirements.lock"
    good = lock.read_text()
    start = good.index("iniconfig==")
    end = good.index("itsdangerous==")
    lock.write_text(
        good[:start] + re.sub(r"sha256:\w{8}", "sha256:00000000", good[start:end]) + good[end:]
    )
    shutil.rmtree(place.folder / ".venv")
    refused = place.run("setup")
    lock.write_text(good)
    assert refused.returncode == 1
    assert "iniconfig" in refused.stderr
    assert "Hash" in refused.stderr or "hash" in refused.stderr
    assert place.run("setup").returncode == 0


def test_a_python_with_neither_pip_nor_venv_is_told_the_package(bare: Place) -> None:
    for missing in ("pip", "venv"):
        (bare.folder / f"{missing}.py").write_text("raise SystemExit(1)\n")
    told = bare.run("setup", PYTHONPATH=str(bare.folder))
    assert told.returncode == 1
    assert "sudo apt-get install python3-venv" in told.stderr


def test_a_failed_download_says_what_to_look_at(bare: Place) -> None:
    told = bare.run(
        "setup",
        PIP_CONFIG_FILE=os.devnull,
        PIP_INDEX_URL=NOBODY_LISTENS,
        PIP_RETRIES="0",
        PIP_NO_CACHE_DIR="1",
    )
    assert told.returncode == 1
    assert "Fetching the installer uv: this did not work" in told.stderr
    assert "check the internet connection, or the mirrors" in told.stderr
    assert "Traceback" not in told.stderr


def test_a_lock_without_uv_says_how_to_get_it_back(bare: Place) -> None:
    (bare.folder / "requirements.lock").write_text("")
    assert "git checkout requirements.lock" in bare.run("setup").stderr


def test_an_old_python_is_told_what_is_needed(
    run: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "OLDEST_PYTHON", (99, 0))
    with pytest.raises(run.Trouble, match=r"needs Python 3\.11 or newer"):
        run.main(["setup"])


def test_uv_looks_where_pip_is_told_to_look(
    run: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = mirrors_of_pip(run, monkeypatch, PIP_INDEX_URL="https://mirror.example.org/simple")
    assert told == {"UV_DEFAULT_INDEX": "https://mirror.example.org/simple"}


def test_further_indexes_of_pip_are_all_searched(
    run: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = mirrors_of_pip(
        run, monkeypatch, PIP_EXTRA_INDEX_URL="https://a.example https://b.example"
    )
    assert told["UV_INDEX"] == "https://a.example https://b.example"
    assert told["UV_INDEX_STRATEGY"] == "unsafe-best-match"


def test_what_uv_is_told_itself_goes_first(
    run: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://ours.example.org/simple")
    assert mirrors_of_pip(run, monkeypatch, PIP_INDEX_URL="https://mirror.example.org/simple") == {}


def mirrors_of_pip(run: ModuleType, monkeypatch: pytest.MonkeyPatch, **told: str) -> dict[str, str]:
    """What `run` makes of pip's settings, with nothing else told to pip or uv."""
    if subprocess.run([PYTHON, "-m", "pip", "--version"], capture_output=True).returncode:
        pytest.skip("this Python has no pip that could be told anything")
    for name in list(os.environ):
        if name.startswith("PIP_"):
            monkeypatch.delenv(name)
    for name, value in {"PIP_CONFIG_FILE": os.devnull, **told}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(run.sys, "executable", str(PYTHON))
    mirrors: dict[str, str] = run.mirrors()
    return mirrors

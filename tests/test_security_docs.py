"""docs/security.md and docs/asvs.md: complete, and every test they lean on is there."""

import importlib
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from our_files import ROOT

SECURITY = (ROOT / "docs" / "security.md").read_text("utf-8")
ASVS = (ROOT / "docs" / "asvs.md").read_text("utf-8")
LEVELS = Path(__file__).parent / "data" / "asvs-5.0.0-levels.txt"
# How many requirements ASVS 5.0.0 has in each level.
COUNTS = {1: 70, 2: 183, 3: 92}
RESULTS = {"passed", "n.a.", "not met"}
TEST = re.compile(r"`(tests/[\w/.-]+\.py)::(test_\w+)`")
LEAST_THREATS = 22


def requirements() -> dict[str, int]:
    """Every requirement and its level."""
    lines = LEVELS.read_text("utf-8").splitlines()
    sections = (line.split() for line in lines if not line.startswith("#"))
    return {
        f"{section}.{number}": int(level)
        for section, levels in sections
        for number, level in enumerate(levels, 1)
    }


def rows(page: str, first: str) -> list[list[str]]:
    """The cells of each row of a table whose first cell looks like this."""
    lines = [line for line in page.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [row for row in cells if re.fullmatch(first, row[0])]


def threats(page: str) -> list[list[str]]:
    table = page.split("## Threats and controls")[1].split("\n## ")[0]
    return [row for row in rows(table, ".+") if row[0] not in ("what", "---")]


@cache
def names_in(file: str) -> set[str]:
    path = ROOT / file
    text = path.read_text("utf-8") if path.is_file() else ""
    return set(re.findall(r"^(?:async )?def (test_\w+)", text, re.MULTILINE))


def faults(page: str) -> list[str]:
    """What is wrong with a table of results."""
    found = rows(page, r"\d+\.\d+\.\d+")
    wanted = {number: level for number, level in requirements().items() if level < 3}
    counted = Counter(row[0] for row in found)
    wrong = [
        f"{number} stands {counted[number]} times" for number in wanted if counted[number] != 1
    ]
    wrong += [f"{number} is not wanted" for number in counted if number not in wanted]
    for number, level, about, result, proof in found:
        if level != str(wanted.get(number)) or not about or result not in RESULTS:
            wrong.append(f"{number} has no such level or result")
        elif result == "passed" and not TEST.search(proof):
            wrong.append(f"{number} passed by no test")
        elif result != "passed" and len(proof.split()) < 3:
            wrong.append(f"{number} gives no reason")
    return wrong


def unknown_tests(page: str) -> list[str]:
    return [f"{file}::{name}" for file, name in TEST.findall(page) if name not in names_in(file)]


def test_the_list_of_requirements_is_whole() -> None:
    assert Counter(requirements().values()) == COUNTS


def test_every_requirement_of_level_1_and_2_has_one_result() -> None:
    assert faults(ASVS) == []


@pytest.mark.parametrize("page", [SECURITY, ASVS], ids=["security", "asvs"])
def test_every_test_the_security_pages_name_is_there(page: str) -> None:
    assert unknown_tests(page) == []
    named = page.count("::test_")
    assert named == len(TEST.findall(page)) > 30


def test_the_sums_are_those_of_the_table() -> None:
    found = rows(ASVS, r"\d+\.\d+\.\d+")
    for level in (1, 2):
        sums = Counter(row[3] for row in found if row[1] == str(level))
        told = f"| level {level} | {sums['passed']} | {sums['n.a.']} | {sums['not met']} |"
        assert f"{told} {COUNTS[level]} |" in ASVS


def test_every_threat_has_a_control_and_a_test() -> None:
    found = threats(SECURITY)
    assert len(found) >= LEAST_THREATS
    for what, by, control, tests in found:
        assert by, what
        assert len(control.split()) > 3, what
        assert TEST.search(tests), what


def test_every_limit_in_the_docs_is_the_one_in_the_code() -> None:
    table = SECURITY.split("## Limits")[1].split("\n## ")[0]
    limits = [row for row in rows(table, ".*") if row[2].startswith("`")]
    assert len(limits) > 20
    for what, told, where in limits:
        module, _, name = where.strip("`").rpartition(".")
        limit = getattr(importlib.import_module(module), name)
        assert float(told.replace(",", "")) == limit, what


# That the checks above can fail at all.


def test_a_missing_doubled_or_unfounded_row_is_seen() -> None:
    row = next(line for line in ASVS.splitlines() if line.startswith("| 1.2.4 |"))
    assert faults(ASVS.replace(row, "")) == ["1.2.4 stands 0 times"]
    assert faults(f"{ASVS}{row}\n") == ["1.2.4 stands 2 times"]
    assert faults(ASVS.replace(row, "| 1.2.4 | 1 | x | passed | surely |")) == [
        "1.2.4 passed by no test"
    ]
    assert faults(ASVS.replace(row, "| 1.2.4 | 1 | x | n.a. | no |")) == ["1.2.4 gives no reason"]
    assert faults(ASVS.replace(row, "| 1.2.4 | 1 | x | maybe | not so sure |")) == [
        "1.2.4 has no such level or result"
    ]


def test_a_test_that_was_renamed_is_seen() -> None:
    assert unknown_tests("`tests/test_house.py::test_nothing_at_all`") == [
        "tests/test_house.py::test_nothing_at_all"
    ]

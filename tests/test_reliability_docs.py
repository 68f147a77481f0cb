"""docs/reliability.md: every fault has a promise, and every test it leans on is there."""

from our_files import ROOT
from test_security_docs import TEST, rows, unknown_tests

PAGE = (ROOT / "docs" / "reliability.md").read_text("utf-8")
LEAST_FAULTS = 37


def faults() -> list[list[str]]:
    return [row for row in rows(PAGE, ".+") if row[0] not in ("fault", "---")]


def test_every_fault_has_a_promise_and_a_test_that_is_there() -> None:
    assert len(faults()) >= LEAST_FAULTS
    for fault, promise, tests in faults():
        assert len(promise.split()) > 1, fault
        assert TEST.search(tests), fault
    assert unknown_tests(PAGE) == []
    assert PAGE.count("::test_") == len(TEST.findall(PAGE))


def test_a_test_that_is_not_there_would_be_seen() -> None:
    assert unknown_tests(PAGE.replace("::test_a_killed_server_", "::test_a_lost_server_")) == [
        "tests/faults/test_kills.py::test_a_lost_server_loses_and_doubles_nothing"
    ]

"""The docs say what is true: what they name is there, what they promise is tested."""

import re
from pathlib import Path

import pytest
from our_files import ROOT, our_texts

ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text("utf-8")
PROMISES = set(re.findall(r"^- \*\*P(\d+)\*\* ", ARCHITECTURE, re.MULTILINE))
TESTS = {path: text for path, text in our_texts() if re.search(r"\btests/.*\.(py|ts)$", path)}
# server/static is there only once the pages are built.
PATH = re.compile(r"`((?:rooms|server(?!/static)|client|tests|bench|proxy|docs)/[\w./-]+)`")
NAME_OF_A_TEST = re.compile(r"(?:^ *(?:async )?def test_p|^test\(\"P)(\d+)[_:]", re.MULTILINE)


def test_every_promise_has_a_test_with_its_number() -> None:
    named = {number for text in TESTS.values() for number in NAME_OF_A_TEST.findall(text)}
    assert len(PROMISES) >= 16
    assert PROMISES - named == set()


def test_no_test_cites_a_promise_nobody_made() -> None:
    cited = {
        (path, number)
        for path, text in TESTS.items()
        for number in re.findall(r"\b(?:P|test_p)(\d+)(?=[_\W])", text)
    }
    assert {(path, number) for path, number in cited if number not in PROMISES} == set()


@pytest.mark.parametrize("where", ["rooms/__init__.py", "docs/architecture.md"])
def test_every_file_of_rooms_is_explained(where: str) -> None:
    text = (ROOT / where).read_text("utf-8")
    names = {path.stem for path in (ROOT / "rooms").glob("*.py")} - {"__init__"}
    assert {name for name in names if not re.search(rf"\b{name}(\.py|  )", text)} == set()


def test_every_page_of_the_docs_is_cited_somewhere() -> None:
    texts = dict(our_texts())
    docs = [path for path in texts if path.startswith("docs/")]
    assert docs
    cited = {
        path
        for path in docs
        if any(Path(path).name in text for name, text in texts.items() if name != path)
    }
    assert set(docs) - cited == set()


def test_every_file_the_docs_name_is_there() -> None:
    named = {
        (page, path)
        for page, text in our_texts()
        if page.endswith(".md")
        for path in PATH.findall(text)
    }
    assert named
    assert {(page, path) for page, path in named if not (ROOT / path).exists()} == set()


def test_every_link_in_the_docs_leads_somewhere() -> None:
    dead = []
    for name, text in our_texts():
        if name.endswith(".md"):
            links = re.findall(r"\]\(([^)#\s]+)", text)
            near = [link for link in links if not re.match(r"[a-z]+:", link)]
            dead += [
                f"{name}: {link}"
                for link in near
                if not (ROOT / name).parent.joinpath(link).exists()
            ]
    assert dead == []

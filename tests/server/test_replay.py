"""A recorded room is replayed through the whole product; and the replay itself can fail."""

import dataclasses
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from open_server import OpenServer

from server.phones import Desk
from server.replay.counting import (
    Tally,
    count,
    differences,
    last_votes,
    people_counted_otherwise,
)
from server.replay.evening import Evening, open_evening
from server.replay.in_files import check_files
from server.replay.on_screens import check_screens
from server.replay.outcome import Check, check_same, check_voices
from server.replay.recording import NotARecording, Recording, Statement, Vote, read_recording
from server.replay.replaying import hold
from server.replay.spreadsheets import read_csv, read_xlsx
from server.spreadsheets import csv_file, xlsx_file

ROOT = Path(__file__).parents[2]
ROOM = "london-youth-policing"
FOLDER = ROOT / "tests" / "data" / ROOM
WHOLE = ROOT.parent / "shared" / "data" / ROOM


@pytest.fixture(scope="module")
def recording() -> Recording:
    return read_recording(FOLDER)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def held(
    shared_server: OpenServer, recording: Recording
) -> AsyncIterator[tuple[Evening, Desk]]:
    """The evening after it was replayed, with everybody still there."""
    link = f"{shared_server.url}/enter#{(await shared_server.keys()).organiser_fragment()}"
    desk = await Desk.of_organiser(link)
    async with open_evening(recording, desk, "en", lambda what, done, of: None) as evening:
        await hold(evening, desk)
        yield evening, desk


async def everything(evening: Evening, desk: Desk, recording: Recording) -> dict[str, Check]:
    counted = count(recording)
    checks = await check_screens(evening, desk, counted) + await check_files(evening, desk, counted)
    return {check.place: check for check in checks}


def made(*votes: Vote, agrees: int = 0, disagrees: int = 0) -> Recording:
    statement = Statement("7", "ann", 1, "Later buses", False, agrees, disagrees)
    return Recording("Buses", "", "", [statement], list(votes), {})


def test_a_recorded_room_comes_out_of_the_whole_product_as_it_was_counted() -> None:
    command = [sys.executable, "-m", "server", "replay", str(FOLDER), "--language", "en"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "638 votes of 26 people" in done.stdout
    assert "WRONG" not in done.stdout
    assert "NOT EXPLAINED" not in done.stdout
    assert "CC BY 4.0 with Attribution to The Computational Democracy Project" in done.stdout


@pytest.mark.asyncio(loop_scope="session")
async def test_every_screen_and_file_agrees_with_the_count(
    held: tuple[Evening, Desk], recording: Recording
) -> None:
    checks = await everything(*held, recording)
    assert {place: check.wrong for place, check in checks.items() if check.wrong} == {}
    assert all(check.compared for check in checks.values())


@pytest.mark.asyncio(loop_scope="session")
async def test_one_vote_counted_otherwise_is_noticed_on_every_screen_and_in_every_file(
    held: tuple[Evening, Desk], recording: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, *others = recording.votes
    turned = first._replace(answer=-first.answer)
    assert first.answer, "a pass cannot be turned"
    otherwise = dataclasses.replace(recording, votes=[turned, *others])
    monkeypatch.setattr(held[0], "recording", otherwise)
    checks = await everything(*held, otherwise)
    silent = {place for place, check in checks.items() if not check.wrong}
    assert silent == {
        "both boards, entry by entry",
        "rejected statements are not on the board",
        *("results.json, words", "results.json, hidden", "cards.csv", "results.xlsx, cards"),
    }


@pytest.mark.asyncio(loop_scope="session")
async def test_whoever_looks_at_the_results_reads_whose_data_they_are(
    held: tuple[Evening, Desk],
) -> None:
    evening, _ = held
    shown = evening.board.shared.entries["dialogue"]["afterwards"]["en"]
    assert "The Computational Democracy Project" in shown


@pytest.mark.skipif(not WHOLE.exists(), reason="the whole data set is not beside this checkout")
def test_the_excerpt_in_the_repository_says_what_the_whole_data_set_says(
    recording: Recording,
) -> None:
    assert recording == read_recording(WHOLE)


def test_the_last_vote_of_a_person_counts_and_of_two_at_once_the_later_line(
    tmp_path: Path,
) -> None:
    (tmp_path / "summary.csv").write_text("topic,Buses\n")
    (tmp_path / "comments.csv").write_text(
        "timestamp,comment-id,author-id,agrees,disagrees,moderated,comment-body\n"
        '1,7,ann,0,0,1,"Later buses, too"\n'
    )
    (tmp_path / "votes.csv").write_text(
        "timestamp,comment-id,voter-id,vote\n"
        "9,7,ben,-1\n"  # said later, though it stands first
        "5,7,ben,1\n"
        "5,7,ann,1\n"
        "5,7,ann,0\n"  # said at the same moment, and stands later
    )
    assert count(read_recording(tmp_path)).tallies == {"7": Tally(0, 1, 1)}


def test_columns_of_the_source_are_explained_by_the_rows_that_were_replaced() -> None:
    votes = [Vote("7", "ben", 1, 1), Vote("7", "ben", 2, 1), Vote("7", "ben", 3, -1)]
    recording = made(*votes, agrees=2, disagrees=1)
    (difference,) = differences(recording, count(recording).tallies)
    assert difference.is_explained
    assert difference.repeats == (2, 0, 2)


def test_a_column_that_replaced_rows_do_not_explain_stays_unexplained() -> None:
    recording = made(Vote("7", "ben", 1, 1), agrees=2)
    (difference,) = differences(recording, count(recording).tallies)
    assert not difference.is_explained


def test_the_source_counts_each_person_as_we_do(recording: Recording) -> None:
    assert len(recording.own_counts) == 26
    assert people_counted_otherwise(recording) == []
    fewer = dataclasses.replace(recording, votes=recording.votes[1:])
    assert people_counted_otherwise(fewer) == [recording.votes[0].voter]


def test_only_one_vote_of_a_person_on_a_statement_is_kept(recording: Recording) -> None:
    assert (len(recording.votes), len(last_votes(recording.votes))) == (640, 638)


def test_a_folder_without_votes_is_not_a_recording(tmp_path: Path) -> None:
    (tmp_path / "summary.csv").write_text("topic,Buses\n")
    (tmp_path / "comments.csv").write_text("timestamp\n")
    with pytest.raises(NotARecording, match=r"votes\.csv"):
        read_recording(tmp_path)


def test_missing_and_surplus_keys_are_both_wrong() -> None:
    assert len(check_same("here", {"a": 1, "b": 2}, {"b": 2, "c": 3}).wrong) == 2


def test_two_people_with_each_others_votes_would_go_unnoticed_but_a_third_voice_does_not() -> None:
    expected, found = Counter({"yes": 2, "no": 1}), Counter({"yes": 1, "no": 2})
    assert check_voices("here", expected, Counter(expected)).wrong == []
    assert check_voices("here", expected, found).wrong


def test_files_are_read_back_as_they_were_written() -> None:
    rows = [("card", "text"), (1, "=1+1"), (2, "'quoted', \nand more")]
    expected = [{"card": "1", "text": "=1+1"}, {"card": "2", "text": "'quoted', \nand more"}]
    assert read_csv(csv_file(rows)) == expected
    assert read_xlsx(xlsx_file({"a": [], "b": rows}, at=0, right_to_left=False), "b") == expected

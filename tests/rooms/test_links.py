"""Personal links: which role they give, at which table, and that a revoked one is worth nothing."""

import pytest
from paper_evening import Evening

from rooms.cards import PostCard
from rooms.links import IssueLink, RevokeLink
from rooms.messages import ORGANISER, LinkId, Staff
from rooms.tables import AddTopic

TOPIC = AddTopic(title={"de": "Wohnen"}, question={})


@pytest.fixture
def evening() -> Evening:
    """With table 1."""
    evening = Evening()
    evening.table()
    return evening


def test_moderators_see_every_link_and_nobody_else_any(evening: Evening) -> None:
    link = evening.do(evening.moderator, IssueLink(role="host", table=1, label="Tisch am Fenster"))
    shown = evening.view(evening.moderator)[f"link:{link}"]
    assert (shown.role, shown.table, shown.label) == ("host", 1, "Tisch am Fenster")
    assert not shown.revoked
    host = Staff("host", LinkId(link), 1)
    for by in (host, evening.staff("board"), evening.person(table=1)):
        assert not any(key.startswith("link:") for key in evening.view(by))


def test_a_host_link_is_for_one_table_that_is_there(evening: Evening) -> None:
    nowhere = IssueLink(role="host", table=9)
    evening.refuses(evening.moderator, nowhere, "unknown_table")
    evening.refuses(evening.moderator, IssueLink(role="host"), "unknown_table")


@pytest.mark.parametrize("role", ["moderator", "board"])
def test_only_host_links_have_a_table(evening: Evening, role: str) -> None:
    link = evening.do(evening.moderator, IssueLink(role=role, table=1))
    assert evening.dialogue.links[LinkId(link)].table is None


def test_a_label_may_be_empty_but_not_longer_than_200_letters(evening: Evening) -> None:
    link = evening.do(evening.moderator, IssueLink(role="board", label="   "))
    assert evening.dialogue.links[LinkId(link)].label == ""
    longer = IssueLink(role="board", label="ä" * 201)
    evening.refuses(evening.moderator, longer, "too_long")


def test_p15_a_revoked_link_is_worth_nothing_at_once(evening: Evening) -> None:
    host, other = evening.staff("host", table=1), evening.staff("moderator")
    evening.open_round()
    for by in (host, other):
        evening.do(evening.moderator, RevokeLink(link=by.link))
        assert evening.view(evening.moderator)[f"link:{by.link}"].revoked
    evening.refuses(host, PostCard(text="Bänke", kind="idea"), "link_revoked")
    evening.refuses(other, TOPIC, "link_revoked")


def test_a_link_that_was_never_issued_is_worth_nothing(evening: Evening) -> None:
    stranger = Staff("moderator", LinkId("guessed"))
    evening.refuses(stranger, TOPIC, "link_revoked")


def test_revoking_twice_is_no_mishap(evening: Evening) -> None:
    board = evening.staff("board")
    for _ in range(2):
        evening.do(evening.moderator, RevokeLink(link=board.link))
    assert evening.view(evening.moderator)[f"link:{board.link}"].revoked


def test_an_unknown_link_cannot_be_revoked(evening: Evening) -> None:
    evening.refuses(evening.moderator, RevokeLink(link="nowhere"), "unknown_link")


def test_the_organiser_helps_when_every_moderator_link_is_revoked(evening: Evening) -> None:
    evening.do(evening.moderator, RevokeLink(link=evening.moderator.link))
    evening.refuses(evening.moderator, IssueLink(role="moderator"), "link_revoked")
    link = evening.do(ORGANISER, IssueLink(role="moderator"))
    evening.do(Staff("moderator", LinkId(link)), TOPIC)


def test_there_are_at_most_five_hundred_links(evening: Evening) -> None:
    while len(evening.dialogue.links) < 500:
        evening.staff("board")
    evening.refuses(evening.moderator, IssueLink(role="board"), "too_many_links")


def test_only_moderators_issue_and_revoke(evening: Evening) -> None:
    board = evening.staff("board")
    for by in (evening.person(table=1), evening.staff("host", table=1), board):
        evening.refuses(by, IssueLink(role="moderator"), "not_allowed")
        evening.refuses(by, RevokeLink(link=board.link), "not_allowed")


def test_the_board_can_write_nothing(evening: Evening) -> None:
    from rooms.abilities import COMMANDS

    assert not [command for command in COMMANDS if "board" in command.who]

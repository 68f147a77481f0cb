"""Limits, on a clock of their own."""

from rooms.messages import LinkId, Participant, PersonId, Staff
from server.conversation import reconnect_within
from server.limits import Bucket, FailedJoins

PHONE = Participant(PersonId("p"))


def test_a_bucket_fills_again_with_time() -> None:
    now = [0.0]
    bucket = Bucket(2, 1, lambda: now[0])
    assert [bucket.take(), bucket.take(), bucket.take()] == [True, True, False]
    now[0] = 1.0
    assert [bucket.take(), bucket.take()] == [True, False]
    now[0] = 100.0
    assert [bucket.take(2), bucket.take()] == [True, False]


def test_only_many_wrong_codes_make_the_next_one_wait() -> None:
    now = [0.0]
    failed = FailedJoins(lambda: now[0])
    pauses = [failed.pause() for _ in range(61)]
    assert pauses[:60] == [0.0] * 60
    assert pauses[60] > 0
    now[0] = 60.0
    assert failed.pause() == 0.0


def test_people_come_back_spread_over_a_window_that_grows_with_the_hall() -> None:
    windows = [reconnect_within(connections, PHONE) for connections in (1, 500, 2_000, 100_000)]
    assert windows == sorted(windows)
    assert windows[0] >= 500
    assert windows[2] <= 4_000
    assert windows[-1] <= 10_000


def test_staff_come_back_before_the_phones() -> None:
    moderator = Staff("moderator", LinkId("m"))
    assert reconnect_within(2_000, moderator) < reconnect_within(1, PHONE)

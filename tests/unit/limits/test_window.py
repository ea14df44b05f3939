"""A sliding window, request by request."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hunter_core.limits.limit import SECOND, Bucket, Decision, Limit, LimitName, micros
from hunter_core.limits.window import Window

THREE_A_MINUTE = Limit(3, 60)
NOON = micros(datetime(2026, 11, 22, 12, tzinfo=UTC))


def taken(window: Window, *seconds: float, limit: Limit = THREE_A_MINUTE) -> list[bool]:
    return [window.take(limit, NOON + int(second * SECOND)).allowed for second in seconds]


def test_as_many_pass_as_the_limit_says_and_no_more() -> None:
    assert taken(Window(), 0, 0, 0, 0, 0) == [True, True, True, False, False]


def test_each_makes_room_again_when_it_is_a_whole_window_old() -> None:
    window = Window()
    assert taken(window, 0, 20, 40) == [True, True, True]
    assert taken(window, 59.999999) == [False]
    assert taken(window, 60, 60) == [True, False]
    assert taken(window, 79.999999, 80, 80) == [False, True, False]


def test_there_is_no_boundary_at_which_twice_as_many_pass() -> None:
    window = Window()
    assert taken(window, 59, 59, 59) == [True, True, True]
    assert taken(window, 60, 61, 118.9) == [False, False, False]


def test_what_is_refused_prolongs_nothing() -> None:
    window = Window()
    taken(window, 0, 0, 0, *range(1, 60))
    assert taken(window, 60) == [True]


def test_it_says_how_many_are_left_and_when_one_more_will_be() -> None:
    window = Window()
    said = [window.take(THREE_A_MINUTE, NOON + second * SECOND) for second in (0, 10, 20, 21)]
    assert [each.remaining for each in said] == [2, 1, 0, 0]
    assert [each.wait for each in said] == [60 * SECOND, 50 * SECOND, 40 * SECOND, 39 * SECOND]


def test_a_limit_that_was_lowered_holds_at_once() -> None:
    window = Window()
    taken(window, 0, 10, 20)
    said = window.take(Limit(1, 60), NOON + 30 * SECOND)
    assert (said.allowed, said.wait) == (False, 50 * SECOND)
    assert taken(window, 79.999999, 80, limit=Limit(1, 60)) == [False, True]


def test_a_clock_that_lies_a_little_behind_lets_nobody_through_twice() -> None:
    window = Window()
    assert taken(window, 10, 9, 10.5, 9.9) == [True, True, True, False]
    # The second counts as of the first, so it is over with it.
    assert taken(window, 69.9, 70, 70, 70.4) == [False, True, True, False]


def test_a_clock_that_was_set_back_shuts_nobody_out() -> None:
    window = Window()
    taken(window, 0, 0, 0)
    assert taken(window, -60) == [False]
    assert taken(window, -60.1, -60.1, -60.1, -60.1) == [True, True, True, False]


def test_whole_seconds_are_rounded_up_so_that_who_waits_them_passes() -> None:
    now = datetime(2026, 11, 22, 12, 0, 0, 250_000, tzinfo=UTC)
    said = Decision(limit=THREE_A_MINUTE, allowed=False, remaining=0, wait=1_500_000)
    assert said.seconds == 2
    assert said.reset(now) == int((now + timedelta(seconds=1.75)).timestamp())
    assert Decision(limit=THREE_A_MINUTE, allowed=False, remaining=0, wait=1).seconds == 1


def test_what_nobody_counted_passed() -> None:
    said = Decision.uncounted(THREE_A_MINUTE)
    assert (said.allowed, said.remaining, said.seconds) == (True, 3, 0)


def test_a_bucket_is_a_limit_and_somebody() -> None:
    here = Bucket.of_address(LimitName.AUTH, "192.0.2.1")
    assert str(here) == "auth:address:192.0.2.1"
    assert here != Bucket.of_address(LimitName.OTHER, "192.0.2.1")

"""The laws of a sliding window, for any limit and any sequence of requests."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from hunter_core.limits.limit import SECOND, Limit, micros
from hunter_core.limits.window import Window

START = micros(datetime(2026, 11, 22, 12, tzinfo=UTC))

limits = st.builds(Limit, st.integers(1, 8), st.integers(1, 5))
# Steps of every size that matters: none, a microsecond, less and more than a window.
steps = st.one_of(st.just(0), st.just(1), st.integers(0, 2 * SECOND), st.integers(0, 12 * SECOND))
moments = st.lists(steps, max_size=60).map(
    lambda gaps: [START + sum(gaps[: place + 1]) for place in range(len(gaps))]
)


@given(limits, moments)
def test_in_any_window_at_most_the_limit_passes_and_nobody_is_refused_for_less(
    limit: Limit, asked: list[int]
) -> None:
    window, passed = Window(), list[int]()
    for now in asked:
        said = window.take(limit, now)
        counting = [one for one in passed if one > now - limit.span]
        assert said.allowed == (len(counting) < limit.requests)
        if said.allowed:
            passed.append(now)
        assert said.remaining == max(0, limit.requests - len(counting) - 1)
    for first in passed:
        assert sum(first <= one < first + limit.span for one in passed) <= limit.requests


@given(limits, moments)
def test_who_waits_as_long_as_is_said_passes_and_a_moment_earlier_does_not(
    limit: Limit, asked: list[int]
) -> None:
    window = Window()
    for now in asked:
        window.take(limit, now)
    now = (asked or [START])[-1]
    said = window.take(limit, now)
    while said.allowed:
        said = window.take(limit, now)
    assert 0 < said.wait <= limit.span
    assert not window.take(limit, now + said.wait - 1).allowed
    assert window.take(limit, now + said.wait).allowed


@given(limits, st.lists(st.integers(-3 * SECOND, 8 * SECOND), max_size=60))
def test_clocks_that_differ_let_no_more_through_than_the_latest_of_them_would(
    limit: Limit, gaps: list[int]
) -> None:
    # Each request says a moment of its own clock, up to three seconds behind: less than any of these windows.
    limit = limit._replace(seconds=limit.seconds + 3)
    window, latest, passed = Window(), START, list[int]()
    for gap in gaps:
        said = START if gap < 0 else latest + gap
        now = max(latest + gap, START) if gap < 0 else said
        latest = max(latest, now)
        if window.take(limit, now).allowed:
            passed.append(max([now, *passed[-1:]]))
    for first in passed:
        assert sum(first <= one < first + limit.span for one in passed) <= limit.requests

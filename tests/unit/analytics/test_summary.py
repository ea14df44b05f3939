from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

from hunter_core.analytics.ports import DayFigures
from hunter_core.analytics.spans import DayRange
from hunter_core.analytics.summary import Sum, Summary, summary_of
from hunter_core.hunters.hunter import DifficultyCounts, Hunter
from tests.builders import NOW, TODAY, a_hunter, a_rulebook

# TODAY is a Sunday: the week ends with it.
WEDNESDAY = NOW - timedelta(days=4)


def a_day(day: date, **figures: int) -> DayFigures:
    """Return a standing day that paid 100 XP."""
    usual = {"xp": 100, "completed": 1, "created": 0, "time_spent": 0, "streak": 1}
    return DayFigures(day, **(usual | figures))


def of(*rows: DayFigures, hunter: Hunter | None = None, back: int = 0) -> Summary:
    return summary_of(
        hunter or a_hunter(created_at=NOW - timedelta(days=19)),
        sorted(rows),
        [],
        now=NOW - timedelta(days=back),
        rulebook=a_rulebook(),
    )


def ago(number: int) -> date:
    return TODAY - timedelta(days=number)


def test_a_new_hunter_has_an_empty_summary() -> None:
    found = of(hunter=a_hunter())

    assert (found.since, found.days, found.average) == (TODAY, 1, Fraction(0))
    assert (found.best_day, found.best_until, found.streak, found.best_streak) == (None, None, 0, 0)
    assert {found.total, found.this_week, found.last_week, *found.weekdays} == {Sum(0, 0, 0, 0)}


def test_this_week_is_held_against_the_whole_last_week_and_as_much_of_it_as_has_passed() -> None:
    rows = [a_day(ago(back), xp=10 + back, completed=1, time_spent=60) for back in range(14)]

    on_wednesday = of(*(row for row in rows if row.day <= WEDNESDAY.date()), back=4)

    assert on_wednesday.week == DayRange(ago(6), ago(0))
    assert on_wednesday.this_week == Sum(14 + 15 + 16, 3, 180, 3)
    assert on_wednesday.last_week == Sum(sum(range(17, 24)), 7, 420, 7)
    assert on_wednesday.last_week_so_far == Sum(21 + 22 + 23, 3, 180, 3)
    assert on_wednesday.on_today == Sum(14, 1, 60, 1)
    whole = of(*rows)
    assert whole.last_week == whole.last_week_so_far


def test_totals_are_the_hunters_and_the_rest_is_that_of_the_days() -> None:
    hunter = a_hunter(
        total_xp=500, completed=DifficultyCounts(1, 2, 3), created_at=NOW - timedelta(days=19), max_streak=2
    )
    rows = [
        a_day(ago(9), xp=0, completed=0, created=3, streak=0),
        a_day(ago(8), xp=400, time_spent=30, created=1, streak=1),
        a_day(ago(7), xp=100, time_spent=5, streak=2),
        a_day(ago(1), streak=1),
    ]

    found = of(*rows, hunter=hunter)

    assert found.total == Sum(500, 6, 35, 3)
    assert (found.created, found.days, found.average) == (4, 20, Fraction(25))
    assert found.best_day == rows[1]
    assert (found.best_streak, found.best_until) == (2, ago(7))


def test_weekdays_are_monday_to_sunday() -> None:
    found = of(a_day(ago(0), xp=7), a_day(ago(7), xp=3), a_day(ago(6), xp=1))

    assert [each.xp for each in found.weekdays] == [1, 0, 0, 0, 0, 0, 10]
    assert [each.active for each in found.weekdays] == [1, 0, 0, 0, 0, 0, 2]


def test_the_streak_is_the_effective_one() -> None:
    broken = a_hunter(streak=5, max_streak=5, last_day=ago(3))
    held = a_hunter(streak=5, max_streak=5, last_day=ago(1))

    assert (of(hunter=broken).streak, of(hunter=held).streak) == (0, 5)

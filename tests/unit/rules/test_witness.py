"""The plans that earn achievements: how they read, what they contain, and where there is none."""

from __future__ import annotations

from datetime import UTC, datetime

from hunter_core.rules.witness import Plan, Step, history_of
from hunter_core.words import Attribute, Difficulty
from tests.rulebooks import a_rulebook, special

EASY, NORMAL, HARD = Difficulty


def plan_of(condition: str, **tables: str) -> Plan | None:
    rulebook = a_rulebook(special("x", condition), **tables)
    return history_of(rulebook.catalogue.achievements[0], rulebook)


def test_a_plan_yields_its_completions_in_the_order_of_time() -> None:
    steps = (
        Step(0, 2, 23, 3, (EASY, HARD), 10, (Attribute.LUCK,)),
        Step(2, 5, 8, 1, (NORMAL,), 20, ()),
    )
    done = list(Plan(steps=steps, completions=8))
    assert [planned.at for planned in done] == sorted(planned.at for planned in done)
    assert done[0].at == datetime(2026, 1, 5, 23, tzinfo=UTC)
    assert [planned.difficulty for planned in done] == [EASY, HARD, EASY, EASY, HARD, EASY, NORMAL, NORMAL]
    assert [planned.at.day for planned in done] == [5, 5, 5, 6, 6, 6, 9, 10]
    assert {planned.at.hour for planned in done} == {23, 8}
    assert Plan(steps=steps, completions=8).days == 4
    assert len(list(Plan(steps=steps, completions=5))) == 5


def test_a_plan_reads_as_a_sentence() -> None:
    steps = (
        Step(0, 2, 23, 3, (EASY, HARD), 10, (Attribute.LUCK,)),
        Step(1, 5, 8, 1, (NORMAL,), 20, tuple(Attribute)),
        Step(3, 1, 8, 2, tuple(Difficulty), 20, ()),
    )
    assert str(Plan(steps=steps, completions=13)) == (
        "From Monday 2026-01-05 at 23:00 complete a quest of 10 XP (EASY and HARD in turn; luck) "
        "3 times a day for 2 days; "
        "then from Thursday 2026-01-08 at 08:00, after a day of nothing, complete a quest of 20 XP "
        "(NORMAL; all six attributes) once a day for 5 days; "
        "then on Friday 2026-01-16 at 08:00, after 3 days of nothing, complete a quest of 20 XP "
        "(EASY, NORMAL and HARD in turn) 2 times (13 completions)."
    )
    assert str(Plan(steps=steps, completions=1)) == (
        "On Monday 2026-01-05 at 23:00 complete a quest of 10 XP (EASY and HARD in turn; luck) once (1 completion)."
    )


def test_a_plan_is_found_for_conditions_of_the_moment() -> None:
    plan = plan_of(
        '{ all = [{ metric = "weekday", op = "==", value = 2 }, { metric = "localHour", op = "<", value = 1 }] }'
    )
    assert plan is not None
    last = list(plan)[-1]
    assert (last.at.weekday(), last.at.hour) == (2, 0)


def test_a_plan_is_found_for_a_streak_that_was_lost_also_where_freezes_hold_it() -> None:
    lost = '{ all = [{ metric = "maxStreak", op = ">=", value = 10 }, { metric = "streak", op = "==", value = 2 }] }'
    for streaks in (
        "freeze_every = 0\nfreeze_hold = 0\ngrace_days = 0",
        "freeze_every = 2\nfreeze_hold = 3\ngrace_days = 2",
    ):
        plan = plan_of(lost, streaks=streaks)
        assert plan is not None
        assert len(plan.steps) == 2


def test_a_plan_is_found_for_few_xp_over_many_quests() -> None:
    plan = plan_of(
        '{ all = [{ metric = "totalXP", op = "<", value = 50 }, { metric = "questCount", op = ">=", value = 60 }] }'
    )
    assert plan is not None
    assert {planned.difficulty for planned in plan} == {EASY}


def test_a_plan_is_found_for_some_of_each_difficulty() -> None:
    parts = ", ".join(
        f'{{ metric = "difficultyCount.{difficulty}", op = ">=", value = 5 }}' for difficulty in Difficulty
    )
    plan = plan_of(f"{{ all = [{parts}] }}")
    assert plan is not None
    assert {planned.difficulty for planned in plan} == set(Difficulty)


def test_points_are_bounded_by_the_luckiest_roll_too() -> None:
    plan = plan_of(
        '{ all = [{ metric = "luck", op = "<", value = 3 }, { metric = "luck", op = ">=", value = 2 }] }'
    )
    assert plan is None or all(planned.difficulty is not NORMAL for planned in plan)


def test_no_plan_is_made_up_where_there_is_none() -> None:
    assert (
        plan_of(
            '{ all = [{ metric = "streak", op = ">", value = 5 }, { metric = "streak", op = "<", value = 3 }] }'
        )
        is None
    )
    assert plan_of('{ metric = "questCount", op = ">=", value = 1_000_000 }') is None

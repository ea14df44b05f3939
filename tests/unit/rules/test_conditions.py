"""What a condition says, and how much of it is met."""

from __future__ import annotations

from typing import Any

import pytest

from hunter_core.rules.conditions import METRICS, ConditionInvalid, Metrics, compiled, met, read_condition
from hunter_core.words import Attributes, Rank

HUNTER = Metrics(
    level=12,
    total_xp=12_345,
    streak=4,
    max_streak=9,
    quest_count=60,
    rank=Rank.D,
    attributes=Attributes(10, 20, 30, 40, 50, 60),
    easy=10,
    normal=20,
    hard=30,
    completions_today=3,
    local_hour=22,
    weekday=6,
)
VALUES = {
    "level": 12,
    "totalXP": 12_345,
    "streak": 4,
    "maxStreak": 9,
    "questCount": 60,
    "strength": 10,
    "intelligence": 20,
    "constitution": 30,
    "dexterity": 40,
    "charisma": 50,
    "luck": 60,
    "difficultyCount.EASY": 10,
    "difficultyCount.NORMAL": 20,
    "difficultyCount.HARD": 30,
    "completionsToday": 3,
    "localHour": 22,
    "weekday": 6,
}


def is_(metric: str, op: object, value: object) -> dict[str, object]:
    return {"metric": metric, "op": op, "value": value}


def holds(condition: dict[str, Any], metrics: Metrics = HUNTER) -> bool:
    return compiled(read_condition(condition))(metrics)


def test_every_metric_reads_its_own_number() -> None:
    assert set(VALUES) | {"rank"} == set(METRICS)
    for metric, value in VALUES.items():
        assert METRICS[metric].read(HUNTER) == value, metric


@pytest.mark.parametrize("metric", VALUES)
def test_each_operator_compares_below_at_and_above(metric: str) -> None:
    below, at, above = VALUES[metric] - 1, VALUES[metric], VALUES[metric] + 1
    truth = {">=": (True, True, False), ">": (True, False, False), "==": (False, True, False)}
    truth |= {"<=": (False, True, True), "<": (False, False, True), "!=": (True, False, True)}
    for op, expected in truth.items():
        assert tuple(holds(is_(metric, op, value)) for value in (below, at, above)) == expected, op


def test_ranks_are_compared_by_their_place_and_not_by_their_letter() -> None:
    assert holds(is_("rank", ">=", "E"))
    assert holds(is_("rank", "==", "D"))
    assert not holds(is_("rank", ">=", "C"))
    assert holds(is_("rank", "<", "S"))


def test_all_any_and_not_join_as_their_words_say() -> None:
    yes, no = is_("level", ">=", 1), is_("level", ">=", 99)
    assert holds({"all": [yes, yes]})
    assert not holds({"all": [yes, no]})
    assert holds({"any": [no, yes]})
    assert not holds({"any": [no, no]})
    assert holds({"not": no})
    assert not holds({"not": {"any": [no, yes]}})
    assert holds({"not": {"all": [no, yes]}})
    assert holds({"not": {"not": yes}})


def test_neither_a_comparison_of_the_unknown_nor_its_opposite_holds() -> None:
    nowhen = HUNTER._replace(completions_today=None, local_hour=None, weekday=None)
    for metric in ("completionsToday", "localHour", "weekday"):
        for op in (">=", ">", "==", "<=", "<", "!="):
            assert not holds(is_(metric, op, 3), nowhen)
            assert not holds({"not": is_(metric, op, 3)}, nowhen)
    # What is known decides where it can.
    assert holds({"any": [is_("localHour", ">=", 22), is_("level", ">=", 1)]}, nowhen)
    assert holds({"not": {"all": [is_("localHour", ">=", 22), is_("level", ">=", 99)]}}, nowhen)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (is_("level", ">=", 10), (1, 1)),
        (is_("level", ">=", 13), (0, 1)),
        ({"all": [is_("level", ">=", 10), is_("streak", ">=", 9), is_("luck", ">=", 60)]}, (2, 3)),
        ({"any": [is_("level", ">=", 99), is_("streak", ">=", 99)]}, (0, 1)),
        # the part of `any` that is nearest
        (
            {
                "any": [
                    {"all": [is_("level", ">=", 99), is_("streak", ">=", 99)]},
                    {"all": [is_("level", ">=", 1), is_("streak", ">=", 1), is_("luck", ">=", 99)]},
                ]
            },
            (2, 3),
        ),
        # of equally near ones the shortest
        (
            {"any": [{"all": [is_("level", ">=", 99), is_("streak", ">=", 99)]}, is_("luck", ">=", 99)]},
            (0, 1),
        ),
        ({"not": {"any": [is_("level", ">=", 99), is_("streak", ">=", 1)]}}, (1, 2)),
    ],
)
def test_progress_counts_comparisons_met_of_comparisons_needed(
    condition: dict[str, Any], expected: tuple[int, int]
) -> None:
    assert met(read_condition(condition), HUNTER) == expected


@pytest.mark.parametrize(
    ("condition", "says"),
    [
        ("level >= 3", "condition is a table"),
        ({}, "condition has nothing"),
        ({"all": []}, r"condition\.all is a list of at least one"),
        ({"any": {}}, r"condition\.any is a list"),
        ({"not": [is_("level", ">=", 1)]}, r"condition\.not is a table"),
        ({"all": [is_("level", ">=", 1)], "any": [is_("level", ">=", 1)]}, "has all, any"),
        ({"metric": "level", "op": ">="}, "metric, op"),
        (is_("levle", ">=", 1), r"condition\.metric is one of level, .*'levle'"),
        (is_("totalXp", ">=", 1), "'totalXp'"),
        (is_("level", "=>", 1), r"condition\.op is one of"),
        (is_("level", ">=", "1"), "a whole number"),
        (is_("level", ">=", 1.0), "a whole number"),
        (is_("level", ">=", True), "a whole number"),
        (is_("level", [], 1), "op is one of"),
        (is_("rank", ">=", 3), "a rank"),
        (is_("rank", ">=", "Z"), "a rank"),
        (
            {"all": [is_("level", ">=", 1), {"any": [is_("x", ">=", 1)]}]},
            r"condition\.all\[1\]\.any\[0\]\.metric",
        ),
        (
            {"not": {"not": {"not": {"not": {"not": {"not": {"not": {"not": {"not": {}}}}}}}}}},
            "more than 8 deep",
        ),
    ],
)
def test_what_is_no_condition_is_refused_with_its_place(condition: object, says: str) -> None:
    with pytest.raises(ConditionInvalid, match=says):
        read_condition(condition)

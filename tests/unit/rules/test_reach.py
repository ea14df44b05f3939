"""What comparisons leave possible: as much as there can be, and no more."""

from __future__ import annotations

import pytest

from hunter_core.rules.conditions import Comparison
from hunter_core.rules.reach import Impossible, ranges_of
from hunter_core.rules.toml import load_rulebook
from hunter_core.words import Rank

CLASSIC = load_rulebook("classic")
REWARDS = sum(achievement.xp_reward for achievement in CLASSIC.catalogue.achievements)
EASY, NORMAL, HARD = (f"difficultyCount.{difficulty}" for difficulty in ("EASY", "NORMAL", "HARD"))

Clause = list[tuple[str, str, int]]


@pytest.mark.parametrize(
    ("clause", "metric", "least", "most"),
    [
        ([], "questCount", 1, None),
        ([], "rank", 0, Rank.S.order),
        ([], "weekday", 0, 6),
        ([("weekday", "!=", 0), ("weekday", "!=", 6), ("weekday", "!=", 1)], "weekday", 2, 5),
        # level and rank follow from XP
        ([("totalXP", "==", 1600)], "level", 5, 5),
        ([("totalXP", "==", 1600)], "rank", 1, 1),
        ([("totalXP", "<", 1600)], "level", 1, 4),
        ([("totalXP", "<", 1600)], "rank", 0, 0),
        ([("level", "==", 5)], "totalXP", 1600, 2499),
        ([("level", "==", 10)], "rank", 2, 2),
        ([("rank", "==", 1)], "totalXP", 1600, 8099),
        ([("rank", "==", 1)], "level", 5, 9),
        # days and counts
        ([("streak", ">", 6)], "maxStreak", 7, None),
        ([("streak", ">", 6)], "questCount", 7, None),
        ([("questCount", "<=", 4)], "streak", 0, 4),
        ([("completionsToday", ">=", 9)], "questCount", 9, None),
        ([(EASY, ">=", 3), (NORMAL, ">=", 3), (HARD, ">=", 4)], "questCount", 10, None),
        ([(EASY, "<", 3), (NORMAL, "<", 3), (HARD, "<", 3)], "questCount", 1, 6),
        ([("questCount", "==", 10), (EASY, ">=", 3), (NORMAL, ">=", 3)], HARD, 0, 4),
        ([("questCount", "==", 10), (EASY, "<=", 3), (NORMAL, "<=", 3)], HARD, 4, 10),
        # pay
        ([("questCount", "==", 2)], "totalXP", 0, 2 * 1025 + REWARDS),
        ([("totalXP", ">=", REWARDS + 1025)], "questCount", 1, None),
        ([("totalXP", ">=", REWARDS + 1026)], "questCount", 2, None),
        ([("luck", ">=", 11)], "questCount", 3, None),
        ([("questCount", "==", 3)], "luck", 0, 15),
    ],
)
def test_a_metric_is_left_exactly_this_range(
    clause: Clause, metric: str, least: int, most: int | None
) -> None:
    ranges = ranges_of([Comparison(*part) for part in clause], CLASSIC)
    assert (ranges.least[metric], ranges.most[metric]) == (least, most)


@pytest.mark.parametrize(
    ("clause", "says"),
    [
        ([("rank", ">", 6)], "ranks begin at F and end at S"),
        ([("rank", "<", 0)], "ranks begin at F and end at S"),
        ([("level", "==", 4), ("rank", "==", 1)], "totalXP would have to be at least 1600 and at most 1599"),
        ([("questCount", "==", 9), (EASY, ">=", 3), (NORMAL, ">=", 3), (HARD, ">=", 4)], "would have to be"),
    ],
)
def test_what_is_left_nothing_is_named(clause: Clause, says: str) -> None:
    with pytest.raises(Impossible, match=says):
        ranges_of([Comparison(*part) for part in clause], CLASSIC)

"""What a completion pays."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from hunter_core.rules.rewards import GainRange, Rewards, StreakStep, price
from hunter_core.rules.toml import load_rulebook
from hunter_core.words import Difficulty

CLASSIC = load_rulebook("classic").rewards
EASY, NORMAL, HARD = Difficulty


@pytest.mark.parametrize(
    ("base_xp", "difficulty", "streak", "spent", "estimated", "paid"),
    [
        # base, multiplier
        (100, EASY, 0, None, None, (0, 0, 70)),
        (90, EASY, 0, None, None, (0, 0, 63)),  # a float would pay 62
        (1, EASY, 0, None, None, (0, 0, 0)),
        (101, HARD, 0, None, None, (0, 0, 151)),
        (500, HARD, 0, None, None, (0, 0, 750)),
        # the streak bonus, at each end of each step
        (100, NORMAL, 2, None, None, (0, 0, 100)),
        (100, NORMAL, 3, None, None, (10, 0, 110)),
        (100, NORMAL, 6, None, None, (10, 0, 110)),
        (100, NORMAL, 7, None, None, (15, 0, 115)),
        (100, NORMAL, 13, None, None, (15, 0, 115)),
        (100, NORMAL, 14, None, None, (25, 0, 125)),
        (100, NORMAL, 29, None, None, (25, 0, 125)),
        (100, NORMAL, 30, None, None, (40, 0, 140)),
        (100, NORMAL, 10**6, None, None, (40, 0, 140)),
        (19, NORMAL, 3, None, None, (1, 0, 20)),
        # the time bonus: faster than 6/5, and exactly that is not faster
        (100, NORMAL, 0, 500, 600, (0, 0, 100)),
        (100, NORMAL, 0, 499, 600, (0, 15, 115)),
        (100, NORMAL, 0, 600, 600, (0, 0, 100)),
        (100, NORMAL, 0, None, 600, (0, 0, 100)),
        (100, NORMAL, 0, 1, None, (0, 0, 100)),
        # bonuses are shares of the base XP, whatever the difficulty
        (100, HARD, 30, 1, 600, (40, 15, 205)),
        (100, EASY, 30, 1, 600, (40, 15, 125)),
    ],
)
def test_a_completion_pays(
    base_xp: int,
    difficulty: Difficulty,
    streak: int,
    spent: int | None,
    estimated: int | None,
    paid: tuple[int, int, int],
) -> None:
    found = price(base_xp, difficulty, streak, spent, estimated, CLASSIC)
    assert (found.streak_bonus, found.time_bonus, found.total_xp) == paid
    assert found.base_xp == base_xp
    assert found.difficulty_multiplier == CLASSIC.multiplier[difficulty]


def test_attributes_gain_more_from_harder_quests() -> None:
    assert dict(CLASSIC.gains) == {EASY: (1, 2), NORMAL: (1, 3), HARD: (2, 5)}


def test_the_most_that_can_be_paid_is_the_hardest_quest_done_fast_on_a_long_streak() -> None:
    assert CLASSIC.most_xp(500) == 750 + 200 + 75


def test_rules_without_a_streak_bonus_pay_none() -> None:
    assert replace(CLASSIC, streak_bonus=()).price(100, NORMAL, 400).streak_bonus == 0


@pytest.mark.parametrize(
    "change",
    [
        {"multiplier": {EASY: Fraction(1)}},
        {"multiplier": {EASY: Fraction(-1), NORMAL: Fraction(1), HARD: Fraction(1)}},
        {"time_bonus": Fraction(-1, 2)},
        {"streak_bonus": (StreakStep(0, Fraction(1)),)},
        {"streak_bonus": (StreakStep(7, Fraction(1)), StreakStep(7, Fraction(2)))},
        {"streak_bonus": (StreakStep(7, Fraction(1)), StreakStep(3, Fraction(2)))},
        {"gains": dict.fromkeys(Difficulty, GainRange(3, 2))},
        {"gains": dict.fromkeys(Difficulty, GainRange(-1, 2))},
    ],
    ids=str,
)
def test_numbers_that_make_no_sense_are_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"needs|negative|range|longer"):
        replace(CLASSIC, **change)  # type: ignore[arg-type]


def test_the_tables_of_a_reward_cannot_be_changed_in_place() -> None:
    with pytest.raises(TypeError):
        CLASSIC.multiplier[EASY] = Fraction(9)  # type: ignore[index]
    assert isinstance(hash(CLASSIC), int)
    assert (
        Rewards(
            multiplier=dict(CLASSIC.multiplier),
            streak_bonus=CLASSIC.streak_bonus,
            faster_than=CLASSIC.faster_than,
            time_bonus=CLASSIC.time_bonus,
            gains=dict(CLASSIC.gains),
        )
        == CLASSIC
    )

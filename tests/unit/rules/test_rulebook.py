"""The two rulebooks that ship, and what a rulebook's hash follows."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from fractions import Fraction

import pytest

from hunter_core.rules.achievements import Catalogue, TriggerType
from hunter_core.rules.conditions import Metrics, comparisons
from hunter_core.rules.curves import Quadratic, Table
from hunter_core.rules.rulebook import Limits, Rulebook
from hunter_core.rules.streaks import StreakRules
from hunter_core.rules.toml import load_rulebook
from hunter_core.words import Attribute, Rank, Rarity

CLASSIC, MODERN = load_rulebook("classic"), load_rulebook("modern")


def test_classic_has_the_limits_of_the_contract() -> None:
    assert CLASSIC.limits == Limits(
        least_base_xp=1,
        most_base_xp=500,
        completions_per_day=50,
        void_days=7,
        late_hours=48,
        ahead_seconds=60,
        active_quests=500,
        pause_days=90,
        rest_days=2,
        day_start_minutes=12 * 60,
        zone_change_hours=24,
        most_seconds=86_400,
    )
    assert CLASSIC.curve == Quadratic(scale=100)


def test_classic_has_no_freezes_and_modern_one_every_seven_days_and_two_at_most() -> None:
    assert CLASSIC.streaks == StreakRules(freeze_every=0, freeze_hold=0, grace_days=0)
    assert MODERN.streaks == StreakRules(freeze_every=7, freeze_hold=2, grace_days=0)


def test_modern_is_classic_but_for_freezes_and_a_few_achievements_more() -> None:
    assert replace(MODERN, name="classic", streaks=CLASSIC.streaks, catalogue=CLASSIC.catalogue) == CLASSIC
    count = len(CLASSIC.catalogue)
    assert MODERN.catalogue.achievements[:count] == CLASSIC.catalogue.achievements
    assert len(MODERN.catalogue) > count


@pytest.mark.parametrize("rulebook", [CLASSIC, MODERN], ids=["classic", "modern"])
def test_the_catalogue_has_forty_and_more_of_every_trigger_and_rarity(rulebook: Rulebook) -> None:
    achievements = rulebook.catalogue.achievements
    assert len(achievements) >= 40
    assert set(Counter(a.trigger_type for a in achievements)) == set(TriggerType)
    assert set(Counter(a.rarity for a in achievements)) == set(Rarity)
    assert all(a.name and a.description and a.icon and a.xp_reward > 0 for a in achievements)
    trained = {
        a.trigger_condition["attribute"]
        for a in achievements
        if a.trigger_type is TriggerType.ATTRIBUTE and a.trigger_condition
    }
    assert trained == set(Attribute)
    special = {
        c.metric
        for a in achievements
        if a.trigger_type is TriggerType.SPECIAL
        for c in comparisons(a.condition)
    }
    assert {"localHour", "weekday", "completionsToday", "difficultyCount.HARD", "rank"} <= special


def test_a_hunter_who_begins_holds_no_achievement() -> None:
    assert MODERN.catalogue.judge(Metrics(completions_today=1, local_hour=12, weekday=1), frozenset()) == []


def test_the_hash_is_the_same_each_time_it_is_loaded() -> None:
    assert load_rulebook("classic").hash == CLASSIC.hash
    assert len(CLASSIC.hash) == 16
    assert CLASSIC.hash != MODERN.hash


@pytest.mark.parametrize(
    "change",
    [
        {"curve": Quadratic(scale=101)},
        {"curve": Table(thresholds=(0, 100), then=100)},
        {"streaks": StreakRules(grace_days=1)},
        {"limits": replace(CLASSIC.limits, late_hours=49)},
        {"rewards": replace(CLASSIC.rewards, time_bonus=Fraction(1, 7))},
        {"catalogue": Catalogue(CLASSIC.catalogue.achievements[1:])},
    ],
    ids=lambda change: next(iter(change)),
)
def test_the_hash_follows_every_number(change: dict[str, object]) -> None:
    assert replace(CLASSIC, **change).hash != CLASSIC.hash  # type: ignore[arg-type]


def test_the_hash_does_not_follow_name_version_and_wording() -> None:
    first = CLASSIC.catalogue.achievements[0]
    reworded = Catalogue((replace(first, description="Other words."), *CLASSIC.catalogue.achievements[1:]))
    assert replace(CLASSIC, name="mine", version=9, catalogue=reworded).hash == CLASSIC.hash


def test_a_rulebook_tells_level_rank_and_what_is_missing() -> None:
    assert CLASSIC.level(1600) == 5
    assert CLASSIC.rank(1600) is Rank.E
    assert CLASSIC.rank(1600, 4) is Rank.F
    assert CLASSIC.xp_to_next_level(1600) == 900
    assert CLASSIC.xp_to_next_level(2499) == 1
    capped = replace(CLASSIC, curve=Table(thresholds=(0, 100)))
    assert capped.xp_to_next_level(99) == 1
    assert capped.xp_to_next_level(100) is None


def test_a_limit_that_is_no_range_is_refused() -> None:
    with pytest.raises(ValueError, match="no range"):
        replace(CLASSIC.limits, least_base_xp=501)

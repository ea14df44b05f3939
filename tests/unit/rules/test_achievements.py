"""When an achievement unlocks, how far it is, and what one round of judging finds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from hunter_core.rules.achievements import Achievement, Catalogue, TriggerType, achievement_id
from hunter_core.rules.conditions import ConditionInvalid, Metrics
from hunter_core.words import Attributes, Rank, Rarity


def an_achievement(
    key: str,
    kind: TriggerType,
    value: int | None = None,
    condition: Mapping[str, object] | None = None,
    reward: int = 10,
) -> Achievement:
    return Achievement(
        key=key,
        name=f"The {key}",
        description="A test.",
        rarity=Rarity.COMMON,
        trigger_type=kind,
        trigger_value=value,
        trigger_condition=condition,
        xp_reward=reward,
    )


STREAK_3 = an_achievement("streak-3", TriggerType.STREAK, 3)
STREAK_7 = an_achievement("streak-7", TriggerType.STREAK, 7)
NIGHT = an_achievement(
    "night", TriggerType.SPECIAL, condition={"metric": "localHour", "op": ">=", "value": 22}
)
CATALOGUE = Catalogue((STREAK_7, NIGHT, STREAK_3))


@pytest.mark.parametrize(
    ("kind", "value", "condition", "short", "there"),
    [
        (TriggerType.STREAK, 7, None, Metrics(streak=6, max_streak=99), Metrics(streak=7)),
        (TriggerType.LEVEL, 5, None, Metrics(level=4), Metrics(level=5)),
        (TriggerType.TOTAL_XP, 1000, None, Metrics(total_xp=999), Metrics(total_xp=1000)),
        (TriggerType.QUEST_COUNT, 10, None, Metrics(quest_count=9), Metrics(quest_count=10)),
        (TriggerType.RANK, None, {"rank": "C"}, Metrics(rank=Rank.D), Metrics(rank=Rank.B)),
        (
            TriggerType.ATTRIBUTE,
            50,
            {"attribute": "dexterity"},
            Metrics(attributes=Attributes(99, 99, 99, 49, 99, 99)),
            Metrics(attributes=Attributes(dexterity=50)),
        ),
        (
            TriggerType.SPECIAL,
            None,
            {"metric": "weekday", "op": "==", "value": 0},
            Metrics(weekday=1),
            Metrics(weekday=0),
        ),
    ],
    ids=lambda value: value.value if isinstance(value, TriggerType) else "",
)
def test_an_achievement_holds_from_its_threshold_on(
    kind: TriggerType,
    value: int | None,
    condition: Mapping[str, object] | None,
    short: Metrics,
    there: Metrics,
) -> None:
    achievement = an_achievement("x", kind, value, condition)
    assert not achievement.holds(short)
    assert achievement.holds(there)
    assert achievement.progress(short).percent < 100
    assert achievement.progress(there).percent == 100
    assert Catalogue((achievement,)).judge(short, frozenset()) == []
    assert Catalogue((achievement,)).judge(there, frozenset()) == [achievement]
    assert Catalogue((achievement,)).judge(there, {achievement.id}) == []


def test_progress_tells_the_number_the_goal_and_the_share() -> None:
    assert STREAK_7.progress(Metrics(streak=2)) == (2, 7, 28)
    assert STREAK_7.progress(Metrics(streak=30)) == (30, 7, 100)
    hundred = an_achievement("x", TriggerType.TOTAL_XP, 1_000_000)
    assert hundred.progress(Metrics(total_xp=999_999)) == (999_999, 1_000_000, 99)
    rank_s = an_achievement("s", TriggerType.RANK, condition={"rank": "S"})
    assert rank_s.progress(Metrics(rank=Rank.C)) == (3, 6, 50)


def test_progress_of_a_condition_of_the_moment_is_none_without_a_moment() -> None:
    assert NIGHT.progress(Metrics()) == (0, 1, 0)


def test_an_id_follows_from_the_key_alone_and_for_ever() -> None:
    assert STREAK_3.id == achievement_id("streak-3")
    assert str(achievement_id("awakening")) == "b5592058-b3ec-50cc-bc6e-f59a849f6940"
    assert replace(STREAK_3, name="Other", xp_reward=99).id == STREAK_3.id


def test_one_round_finds_all_that_hold_in_the_order_of_the_catalogue() -> None:
    night = Metrics(streak=7, local_hour=23)
    assert CATALOGUE.judge(night, frozenset()) == [STREAK_7, NIGHT, STREAK_3]
    assert CATALOGUE.judge(night, {NIGHT.id}) == [STREAK_7, STREAK_3]
    assert CATALOGUE.judge(Metrics(streak=6), frozenset()) == [STREAK_3]
    assert CATALOGUE.judge(Metrics(), frozenset()) == []


def test_a_lower_rung_that_was_taken_back_is_found_below_a_higher_one_that_stands() -> None:
    assert CATALOGUE.judge(Metrics(streak=8), {STREAK_7.id}) == [STREAK_3]


def test_ids_that_the_catalogue_does_not_know_do_no_harm() -> None:
    assert CATALOGUE.judge(Metrics(streak=8), {achievement_id("gone"), STREAK_3.id}) == [STREAK_7]
    assert CATALOGUE.get(achievement_id("gone")) is None
    assert CATALOGUE.get(STREAK_3.id) is STREAK_3


def test_the_hash_follows_what_is_judged_and_paid_and_not_what_is_shown() -> None:
    shown = replace(
        STREAK_3,
        name="Other",
        description="Other.",
        icon="y",
        rarity=Rarity.EPIC,
        badge_url="https://x.example",
    )
    assert Catalogue((shown,)).hash == Catalogue((STREAK_3,)).hash
    for other in (
        replace(STREAK_3, xp_reward=11),
        replace(STREAK_3, trigger_value=4),
        replace(STREAK_3, key="streak-three"),
        replace(STREAK_3, trigger_type=TriggerType.LEVEL),
    ):
        assert Catalogue((other,)).hash != Catalogue((STREAK_3,)).hash
    assert len(CATALOGUE) == 3


def test_a_key_and_a_name_are_there_once() -> None:
    with pytest.raises(ValueError, match="the key 'streak-3'"):
        Catalogue((STREAK_3, replace(STREAK_3, name="Other")))
    with pytest.raises(ValueError, match="the name 'The streak-3'"):
        Catalogue((STREAK_3, replace(STREAK_3, key="other")))


@pytest.mark.parametrize(
    ("kind", "value", "condition"),
    [
        (TriggerType.STREAK, None, None),
        (TriggerType.STREAK, True, None),
        (TriggerType.LEVEL, 3, {"rank": "C"}),
        (TriggerType.RANK, None, None),
        (TriggerType.RANK, 3, {"rank": "C"}),
        (TriggerType.RANK, None, {"rank": "Z"}),
        (TriggerType.RANK, None, {"rank": "C", "more": 1}),
        (TriggerType.ATTRIBUTE, 3, None),
        (TriggerType.ATTRIBUTE, None, {"attribute": "luck"}),
        (TriggerType.ATTRIBUTE, 3, {"attribute": "speed"}),
        (TriggerType.ATTRIBUTE, 3, {"attribute": ["luck"]}),
        (TriggerType.SPECIAL, 3, {"metric": "level", "op": ">=", "value": 1}),
        (TriggerType.SPECIAL, None, None),
    ],
)
def test_value_and_condition_must_fit_the_trigger(
    kind: TriggerType, value: int | None, condition: Mapping[str, object] | None
) -> None:
    with pytest.raises(ConditionInvalid):
        an_achievement("x", kind, value, condition)

"""Completing a quest, load to save, on the store in memory: what it pays, when it is refused, and retries."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from hunter_adapters.memory import MemoryStore
from hunter_adapters.testing.play import Do, Habit, Player, Story, TakeBack, Wait
from hunter_core import events
from hunter_core.completions.outcome import Outcome
from hunter_core.errors import (
    CompletionLimitReached,
    HunterError,
    IdempotencyKeyReused,
    InvalidInput,
    NotFound,
    QuestAlreadyCompleted,
    QuestExpired,
    QuestInactive,
)
from hunter_core.keys import StoredAnswer
from hunter_core.rules.achievements import Achievement, Catalogue, TriggerType
from hunter_core.rules.rulebook import Rulebook
from hunter_core.words import Attribute, Difficulty, QuestType, Rarity
from tests.builders import a_quest, a_rulebook

# A Tuesday at noon: no achievement of the hour or the weekday.
NOON = datetime(2026, 6, 2, 12, tzinfo=UTC)


def a_player(
    *habits: Habit, zone: str = "UTC", rulebook: Rulebook | None = None, begins: datetime = NOON
) -> Player:
    story = Story(begins=begins, zone=zone, habits=habits or (Habit(completions_per_day=50),), actions=())
    return Player(MemoryStore(), rulebook or a_rulebook(), story)


def done(player: Player, act: Do | None = None) -> Outcome:
    result = player.perform(act or Do(0))
    assert isinstance(result, Outcome), result
    return result


def refused(player: Player, act: Do) -> HunterError:
    before = player.history()
    result = player.perform(act)
    assert isinstance(result, HunterError), result
    assert player.history() == before
    return result


def told(player: Player, outcome: Outcome) -> list[str]:
    assert outcome.events == sorted(outcome.events, key=lambda event: event.seq)
    return [event.type for event in outcome.events]


# --- what it pays -------------------------------------------------------------------------------------------------


def test_a_first_completion_pays_its_xp_and_the_reward_of_the_awakening() -> None:
    player = a_player(Habit(base_xp=100, attributes=(Attribute.STRENGTH, Attribute.LUCK)))

    outcome = done(player)

    assert outcome.completion.xp.total_xp == 100
    assert [achievement.key for achievement in outcome.achievements] == ["awakening"]
    assert outcome.achievement_xp == 25
    assert (outcome.hunter.total_xp, outcome.hunter.level, outcome.hunter.streak) == (125, 2, 1)
    assert outcome.hunter.attributes.strength in (1, 2, 3)
    assert outcome.hunter.attributes.intelligence == 0
    assert player.hunter() == outcome.hunter
    assert told(player, outcome) == [
        events.QUEST_COMPLETED,
        events.STREAK_EXTENDED,
        events.ACHIEVEMENT_UNLOCKED,
        events.LEVEL_UP,
    ]


def test_a_second_completion_on_the_same_day_leaves_the_streak() -> None:
    player = a_player()
    done(player)

    outcome = done(player)

    assert (outcome.hunter.streak, outcome.hunter.max_streak) == (1, 1)
    assert events.STREAK_EXTENDED not in told(player, outcome)


def test_the_streak_bonus_is_that_of_the_streak_before() -> None:
    player = a_player()
    bonuses = []
    for _ in range(5):
        bonuses.append(done(player).completion.xp.streak_bonus)
        player.perform(Wait(timedelta(days=1)))

    assert bonuses == [0, 0, 0, 10, 10]


def test_the_override_prices_rolls_and_counts() -> None:
    player = a_player(Habit(base_xp=90, difficulty=Difficulty.HARD, attributes=tuple(Attribute)))

    outcome = done(player, Do(0, difficulty=Difficulty.EASY))

    assert outcome.completion.xp.total_xp == 63
    assert set(outcome.attribute_gains) <= {1, 2}
    assert outcome.hunter.completed == (1, 0, 0)


def test_the_time_bonus_needs_both_times_and_to_be_faster_by_more_than_a_fifth() -> None:
    player = a_player(Habit(estimated_time=1200, completions_per_day=9), Habit(completions_per_day=9))

    bonuses = [
        done(player, act).completion.xp.time_bonus
        for act in (
            Do(0, time_spent=999),
            Do(0, time_spent=1000),
            Do(0),
            Do(1, time_spent=1),
        )
    ]

    assert bonuses == [15, 0, 0, 0]


def test_a_retry_of_a_completion_that_was_undone_rolls_the_same() -> None:
    habit = Habit(attributes=tuple(Attribute), difficulty=Difficulty.HARD)

    first, second = done(a_player(habit)), done(a_player(habit))

    assert first.attribute_gains == second.attribute_gains


def an_achievement(key: str, kind: TriggerType, value: int, xp_reward: int) -> Achievement:
    return Achievement(
        key=key,
        name=key.title(),
        description=key,
        rarity=Rarity.COMMON,
        trigger_type=kind,
        trigger_value=value,
        xp_reward=xp_reward,
    )


def test_rewards_unlock_more_in_rounds_each_judged_by_the_state_at_its_start() -> None:
    # The catalogue's order would let "rich" see the reward of "first" at once; the rounds do not.
    catalogue = Catalogue(
        (
            an_achievement("first", TriggerType.QUEST_COUNT, 1, 900),
            an_achievement("richer", TriggerType.TOTAL_XP, 1500, 0),
            an_achievement("rich", TriggerType.TOTAL_XP, 1000, 500),
            an_achievement("one", TriggerType.STREAK, 1, 10),
        )
    )
    player = a_player(rulebook=replace(a_rulebook(), catalogue=catalogue))

    outcome = done(player)

    assert [achievement.key for achievement in outcome.achievements] == ["first", "one", "rich", "richer"]
    assert outcome.hunter.total_xp == 100 + 900 + 10 + 500
    assert [entry.balance_after for entry in outcome.entries] == [100, 1000, 1010, 1510, 1510]


# --- late ---------------------------------------------------------------------------------------------------------


def test_a_late_completion_counts_for_its_own_day_and_repairs_the_streak() -> None:
    player = a_player()
    done(player)
    player.perform(Wait(timedelta(days=2)))
    assert done(player).streak == 1

    outcome = done(player, Do(0, back=timedelta(days=1)))

    assert outcome.completion.local_day == player.today() - timedelta(days=1)
    assert (outcome.streak_before, outcome.streak, outcome.hunter.max_streak) == (1, 3, 3)
    assert [row.streak for row in player.history().days if row.stands] == [1, 2, 3]


def test_a_late_completion_has_the_bonus_of_the_moment_it_is_recorded() -> None:
    player = a_player()
    for _ in range(4):
        done(player)
        player.perform(Wait(timedelta(days=1)))

    outcome = done(player, Do(0, back=timedelta(days=2)))

    assert outcome.completion.xp.streak_bonus == 10


def test_a_late_completion_is_dated_by_the_hunters_own_clock() -> None:
    # 23:30 in New York is the next day in UTC.
    player = a_player(zone="America/New_York", begins=datetime(2026, 6, 3, 12, tzinfo=UTC))

    outcome = done(player, Do(0, back=timedelta(hours=8, minutes=30)))

    assert outcome.completion.local_day.isoformat() == "2026-06-02"
    assert [achievement.key for achievement in outcome.achievements] == ["awakening", "night-owl"]


def test_forty_eight_hours_back_is_the_furthest_and_a_minute_ahead_is_now() -> None:
    player = a_player()
    done(player, Do(0, back=timedelta(hours=48)))
    ahead = done(player, Do(0, back=-timedelta(seconds=60)))

    assert ahead.completion.completed_at == player.now
    for back in (timedelta(hours=48, seconds=1), -timedelta(seconds=61)):
        refusal = refused(player, Do(0, back=back))
        assert isinstance(refusal, InvalidInput)
        assert [field for field, _ in refusal.problems] == ["completedAt"]


def test_nothing_was_done_before_the_quest_was_there() -> None:
    player = a_player()
    young = replace(player.quests[0], id=a_quest(player.hunter(), "young").id, created_day=player.today())
    with player.store.write() as uow:
        uow.hunters.lock(player.hunter_id)
        uow.quests.add(young)
        uow.commit()
    player.quests.append(young)

    assert isinstance(refused(player, Do(1, back=timedelta(hours=13))), InvalidInput)
    assert done(player, Do(1, back=timedelta(hours=11))).completion.local_day == player.today()


# --- refusals -----------------------------------------------------------------------------------------------------


def test_a_day_allows_what_the_quest_says_and_the_next_day_allows_it_again() -> None:
    player = a_player(Habit(completions_per_day=2))
    done(player)
    done(player)

    refusal = refused(player, Do(0))
    assert isinstance(refusal, CompletionLimitReached)
    assert (refusal.day, refusal.limit) == (player.today(), 2)
    done(player, Do(0, back=timedelta(days=1)))
    player.perform(Wait(timedelta(days=1)))
    done(player)


def test_done_is_done() -> None:
    player = a_player(Habit(type=QuestType.ONE_TIME))
    done(player)
    player.perform(Wait(timedelta(days=3)))

    assert isinstance(refused(player, Do(0)), QuestAlreadyCompleted)


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"is_active": False}, QuestInactive),
        ({"archived_at": NOON}, QuestInactive),
        ({"deadline": NOON - timedelta(seconds=1)}, QuestExpired),
        # The first of several: inactive, done, expired, too often.
        ({"is_active": False, "deadline": NOON - timedelta(days=1)}, QuestInactive),
        ({"type": QuestType.ONE_TIME, "deadline": NOON - timedelta(days=1)}, QuestAlreadyCompleted),
        ({"deadline": NOON - timedelta(days=1), "completions_per_day": 1}, QuestExpired),
    ],
)
def test_a_quest_that_may_not_be_completed_is_refused(
    changes: dict[str, object], refusal: type[HunterError]
) -> None:
    player = a_player(Habit(completions_per_day=1))
    done(player)
    with player.store.write() as uow:
        uow.hunters.lock(player.hunter_id)
        uow.quests.save(replace(player.quests[0], **changes))  # type: ignore[arg-type]
        uow.commit()

    assert type(refused(player, Do(0))) is refusal


def test_what_was_done_before_the_deadline_can_be_told_after_it() -> None:
    player = a_player()
    with player.store.write() as uow:
        uow.hunters.lock(player.hunter_id)
        uow.quests.save(replace(player.quests[0], deadline=NOON - timedelta(hours=1)))
        uow.commit()

    assert isinstance(refused(player, Do(0)), QuestExpired)
    done(player, Do(0, back=timedelta(hours=1)))


def test_someone_elses_quest_is_not_found() -> None:
    player = a_player()
    other = Player(
        player.store,
        player.rulebook,
        Story(begins=NOON, zone="UTC", habits=(Habit(),), actions=()),
        name="Jinah",
    )
    player.quests = other.quests

    assert isinstance(refused(player, Do(0)), NotFound)


# --- retries ------------------------------------------------------------------------------------------------------


def test_a_retry_gets_the_first_answer_and_pays_nothing() -> None:
    player = a_player()
    first = done(player, Do(0, key="k"))
    before = player.history()

    again = player.perform(Do(0, key="k"))

    assert isinstance(again, StoredAnswer)
    assert (again.status, again.body) == (200, str(first.completion.id).encode())
    assert player.history() == before


def test_a_retry_gets_the_first_answer_even_where_the_completion_would_be_refused_now() -> None:
    player = a_player(Habit(completions_per_day=1))
    done(player, Do(0, key="k", back=timedelta(hours=47)))
    with player.store.write() as uow:
        uow.hunters.lock(player.hunter_id)
        uow.quests.save(replace(player.quests[0], archived_at=NOON))
        uow.commit()
    player.perform(Wait(timedelta(hours=20)))

    # 67 hours after what it tells of: too late for a new completion, and not for its answer.
    assert isinstance(player.perform(Do(0, key="k", back=timedelta(hours=67))), StoredAnswer)


def test_a_key_of_another_request_is_refused_before_anything_else() -> None:
    player = a_player(Habit(completions_per_day=1), Habit())
    done(player, Do(0, key="k"))

    assert isinstance(refused(player, Do(1, key="k")), IdempotencyKeyReused)
    assert isinstance(refused(player, Do(0, key="k", time_spent=5)), IdempotencyKeyReused)
    assert isinstance(
        refused(player, Do(0, key="k", time_spent=5, back=timedelta(days=9))), IdempotencyKeyReused
    )


def test_a_refusal_leaves_the_key_free() -> None:
    player = a_player(Habit(completions_per_day=1))
    done(player)
    refused(player, Do(0, key="k"))
    player.perform(Wait(timedelta(days=1)))

    done(player, Do(0, key="k"))


def test_after_twenty_four_hours_a_key_is_new() -> None:
    player = a_player()
    done(player, Do(0, key="k"))
    player.perform(Wait(timedelta(hours=24) - timedelta(seconds=1)))
    assert isinstance(player.perform(Do(0, key="k")), StoredAnswer)
    player.perform(Wait(timedelta(seconds=1)))

    done(player, Do(0, key="k"))

    assert len(player.history().completions) == 2


# --- achievements that came later ---------------------------------------------------------------------------------


def with_one_more(rulebook: Rulebook) -> Rulebook:
    later = an_achievement("latecomer", TriggerType.QUEST_COUNT, 1, 1000)
    return replace(rulebook, catalogue=Catalogue((*rulebook.catalogue.achievements, later)))


def test_an_achievement_added_later_is_awarded_before_the_next_completion_and_is_not_its_doing() -> None:
    player = a_player()
    first = done(player)
    player.rulebook = with_one_more(player.rulebook)
    player.perform(Wait(timedelta(days=1)))

    outcome = done(player)

    keys = [achievement.key for achievement in outcome.achievements]
    assert "latecomer" not in keys
    assert outcome.before.total_xp == first.hunter.total_xp + 1000 + sum(
        unlock.xp_reward
        for unlock in outcome.unlocks
        if unlock.completion_id == first.completion.id and unlock.xp_reward != 1000
    )
    overdue = [unlock for unlock in outcome.unlocks if unlock.completion_id == first.completion.id]
    assert 1000 in [unlock.xp_reward for unlock in overdue]
    assert told(player, outcome).count(events.ACHIEVEMENT_UNLOCKED) == len(outcome.achievements)
    assert events.LEVEL_UP not in told(player, outcome)
    assert player.hunter().catalogue == player.rulebook.catalogue.hash


def test_a_void_leaves_what_was_only_awarded_on_its_occasion() -> None:
    player = a_player()
    done(player)
    player.rulebook = with_one_more(player.rulebook)
    player.perform(Wait(timedelta(days=1)))
    done(player)

    player.perform(TakeBack(0))

    assert 1000 in [unlock.xp_reward for unlock in player.history().unlocks if unlock.taken_back_at is None]
    player.perform(TakeBack(0))
    assert player.hunter().total_xp == 0


def test_a_hunter_who_has_done_nothing_yet_is_awarded_nothing_overdue() -> None:
    player = a_player()
    player.rulebook = with_one_more(player.rulebook)

    outcome = done(player)

    assert {"awakening", "latecomer"} < {achievement.key for achievement in outcome.achievements}
    assert {unlock.completion_id for unlock in outcome.unlocks} == {outcome.completion.id}

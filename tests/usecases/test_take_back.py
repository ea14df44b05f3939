"""Taking a completion back, load to save: what it gave, what hung on it, and what is earned anew (SPEC 2, Void)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hunter_adapters.testing import laws
from hunter_adapters.testing.play import Habit, Made, Player, TakeBack, Wait
from hunter_core import events
from hunter_core.completions.outcome import Outcome
from hunter_core.errors import HunterError, NotFound, VoidWindowPassed
from hunter_core.rules.achievements import Catalogue, TriggerType
from hunter_core.words import Attribute, EntryKind, QuestType, Rank
from tests.builders import a_rulebook
from tests.usecases.test_complete import NOON, a_player, an_achievement, done


def voided(player: Player, nth: int = 0) -> Outcome:
    result = player.perform(TakeBack(nth))
    assert isinstance(result, Outcome), result
    laws.every_law_of_one_hunter(player.history(), player.rulebook, player.today())
    return result


def standing(player: Player) -> set[str]:
    catalogue = player.rulebook.catalogue
    found = (catalogue.get(u.achievement_id) for u in player.history().unlocks if u.taken_back_at is None)
    return {achievement.key for achievement in found if achievement is not None}


def test_it_takes_back_exactly_what_was_given() -> None:
    player = a_player(Habit(base_xp=100, attributes=(Attribute.LUCK,)))
    before = laws.Standing.of(player.history())
    given = done(player)

    outcome = voided(player)

    assert laws.Standing.of(player.history()) == before
    assert [entry.kind for entry in player.history().entries] == [
        EntryKind.COMPLETION,
        EntryKind.ACHIEVEMENT,
        EntryKind.REVERSAL,
        EntryKind.REVERSAL,
    ]
    assert outcome.attribute_gains.luck == -given.attribute_gains.luck
    assert outcome.achievement_xp == -25
    assert (outcome.streak_before, outcome.streak) == (1, 0)
    assert [event.type for event in outcome.events] == [
        events.COMPLETION_VOIDED,
        events.ACHIEVEMENT_REVOKED,
    ]


def test_nothing_is_deleted() -> None:
    player = a_player()
    done(player)
    before = player.history()

    voided(player)

    after = player.history()
    assert list(after.entries)[: len(before.entries)] == list(before.entries)
    assert [completion.voided_at for completion in after.completions] == [NOON]
    assert [unlock.taken_back_at for unlock in after.unlocks] == [NOON]


def test_a_one_time_quest_is_open_again() -> None:
    player = a_player(Habit(type=QuestType.ONE_TIME))
    done(player)
    voided(player)

    done(player)


def test_a_completion_that_was_voided_makes_room_for_another() -> None:
    player = a_player(Habit(completions_per_day=1))
    done(player)
    voided(player)

    done(player)


def test_it_goes_on_for_an_archived_quest() -> None:
    player = a_player()
    done(player)
    with player.store.write() as uow:
        uow.hunters.lock(player.hunter_id)
        uow.quests.save(replace(player.quests[0], archived_at=NOON))
        uow.commit()

    voided(player)


def test_it_is_found_once() -> None:
    player = a_player()
    done(player)
    made = player.made[0]
    voided(player)
    player.made.append(made)

    assert isinstance(player.perform(TakeBack(0)), NotFound)


def test_a_completion_of_another_quest_is_not_found() -> None:
    player = a_player(Habit(), Habit())
    done(player)
    made = player.made[0]
    player.made[0] = Made(player.quests[1].id, made.completion_id, made.at)

    assert isinstance(player.perform(TakeBack(0)), NotFound)


def test_the_window_is_today_and_the_six_days_before() -> None:
    player = a_player()
    done(player)
    player.perform(Wait(timedelta(days=6)))
    done(player)
    before = player.history()
    player.perform(Wait(timedelta(days=1)))

    refusal = player.perform(TakeBack(1))
    assert isinstance(refusal, VoidWindowPassed)
    assert player.history() == before
    voided(player, 0)


def test_the_window_goes_by_local_days_not_by_hours() -> None:
    player = a_player()
    done(player)
    player.perform(Wait(timedelta(days=6, hours=11, minutes=59)))

    voided(player)


def test_what_is_still_earned_is_a_new_unlock_of_the_latest_completion_that_stands() -> None:
    player = a_player(Habit(completions_per_day=9))
    done(player)
    second = done(player)

    outcome = voided(player, 1)

    assert standing(player) == {"awakening"}
    assert [unlock.completion_id for unlock in outcome.unlocks] == [second.completion.id]
    assert outcome.achievement_xp == 0
    assert player.hunter().total_xp == 125
    # Lost and earned again in one breath is no news.
    assert [event.type for event in outcome.events] == [events.COMPLETION_VOIDED]


def test_a_reward_that_was_earned_anew_on_a_day_without_a_completion_can_be_taken_back() -> None:
    # The reward counts for the day of the void, which does not stand: its row goes with the reward.
    player = a_player(Habit(completions_per_day=9))
    done(player)
    done(player)
    player.perform(Wait(timedelta(days=2)))
    voided(player, 1)
    rewarded = player.today()
    player.perform(Wait(timedelta(days=1)))

    voided(player)

    assert rewarded not in [row.local_day for row in player.history().days]
    assert player.hunter().total_xp == 0


def test_achievements_of_a_moment_are_not_earned_anew() -> None:
    player = a_player(Habit(completions_per_day=20))
    for _ in range(10):
        done(player)
    assert "dungeon-rush" in standing(player)
    done(player)

    voided(player, 1)

    # Ten still stand on that day, but the check after a void knows no moment.
    assert "dungeon-rush" not in standing(player)
    assert "ten-gates" in standing(player)


def test_a_reward_does_not_hold_up_its_own_condition() -> None:
    generous = an_achievement("generous", TriggerType.TOTAL_XP, 100, 5000)
    rulebook = replace(a_rulebook(), catalogue=Catalogue((generous,)))
    player = a_player(Habit(base_xp=60, completions_per_day=9), rulebook=rulebook)
    done(player)
    done(player)
    assert player.hunter().total_xp == 5120

    voided(player)

    assert player.hunter().total_xp == 60
    assert standing(player) == set()


def test_level_and_rank_fall_and_the_fall_is_told() -> None:
    player = a_player(Habit(base_xp=500, completions_per_day=50))
    while player.hunter().rank is Rank.F:
        done(player)

    outcome = voided(player)

    assert (outcome.before.rank, outcome.hunter.rank) == (Rank.E, Rank.F)
    assert outcome.hunter.level < outcome.before.level
    assert events.RANK_DOWN in [event.type for event in outcome.events]


def test_the_longest_streak_falls_when_its_day_is_taken_out() -> None:
    player = a_player()
    for _ in range(3):
        done(player)
        player.perform(Wait(timedelta(days=1)))
    assert player.hunter().max_streak == 3

    voided(player, 1)

    assert (player.hunter().streak, player.hunter().max_streak) == (1, 1)


def test_a_freeze_that_the_day_granted_is_taken_back_with_the_day_that_it_saved() -> None:
    player = a_player(rulebook=a_rulebook("modern"))
    for _ in range(7):
        done(player)
        player.perform(Wait(timedelta(days=1)))
    player.perform(Wait(timedelta(days=1)))
    assert done(player).streak == 8

    outcome = voided(player, 1)

    assert (outcome.hunter.streak, outcome.hunter.max_streak, outcome.hunter.freezes) == (1, 6, 0)


def test_no_other_completion_is_priced_again() -> None:
    player = a_player()
    for _ in range(5):
        done(player)
        player.perform(Wait(timedelta(days=1)))
    paid = [completion.xp for completion in player.history().completions]

    voided(player, 3)

    assert [completion.xp for completion in player.history().completions] == paid


def test_a_refused_void_changes_nothing() -> None:
    player = a_player()
    done(player)
    player.perform(Wait(timedelta(days=7)))
    before = player.history()

    assert isinstance(player.perform(TakeBack(0)), HunterError)
    assert player.history() == before

"""Analytics say what the ledger says, and judge a quest's days as its calendar does."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeAlias

from hypothesis import assume, given
from hypothesis import strategies as st

from hunter_adapters.memory import MemoryStore
from hunter_adapters.testing import stories
from hunter_adapters.testing.play import Player, Story
from hunter_core.analytics.attribute_history import attribute_history
from hunter_core.analytics.heat_map import heat_map
from hunter_core.analytics.occasions import Occasion, occasions, success_of
from hunter_core.analytics.quests import quests_in_figures
from hunter_core.analytics.spans import DayRange, Span
from hunter_core.analytics.strength import strength_of
from hunter_core.analytics.summary import summary
from hunter_core.analytics.xp_history import xp_history
from hunter_core.quests.calendar import DayState, quest_calendar
from hunter_core.quests.judge import Timeline
from hunter_core.quests.quest import Quest
from hunter_core.quests.record import HunterDays, QuestRecord
from hunter_core.rules.rulebook import Rulebook
from hunter_core.rules.schedules import Once, Times
from tests.builders import a_rulebook
from tests.property.test_schedules_laws import day_schedules, looks

Look: TypeAlias = tuple[Quest, QuestRecord, HunterDays]

rulebooks = st.sampled_from(("classic", "modern")).map(a_rulebook)


def played(story: Story, rulebook: Rulebook) -> Player:
    player = Player(MemoryStore(), rulebook, story)
    player.play(story.actions)
    return player


@given(stories.stories(), rulebooks)
def test_every_view_of_a_history_adds_up_to_the_hunter(story: Story, rulebook: Rulebook) -> None:
    player = played(story, rulebook)
    hunter, history, today = player.hunter(), player.history(), player.today()
    with player.store.read() as uow:
        who, now = hunter.id, player.now
        ever = xp_history(uow=uow, hunter_id=who, span=Span.ALL, now=now)
        attributes = attribute_history(uow=uow, hunter_id=who, span=Span.ALL, now=now)
        found = summary(uow=uow, hunter_id=who, now=now, rulebook=rulebook)
        years = range(ever.days[0].day.year, today.year + 1)
        maps = [heat_map(uow=uow, hunter_id=who, year=year, now=now) for year in years]
        figures = quests_in_figures(uow=uow, hunter_id=who, now=now, rulebook=rulebook, page=1, limit=100)

    assert ever.total_xp == hunter.total_xp == sum(each.amount for each in history.entries)
    assert [each.day for each in ever.days] == DayRange(ever.days[0].day, today).days()
    assert sum(each.completed for each in ever.days) == hunter.completed.total
    assert attributes.days[-1].attributes == attributes.gained == hunter.attributes
    for days in maps:
        assert all((day.level > 0) == (day.completed > 0) for day in days.days)
    assert sum(day.xp for days in maps for day in days.days) == hunter.total_xp
    assert (found.total.xp, found.total.completed) == (hunter.total_xp, hunter.completed.total)
    assert sum(each.xp for each in found.weekdays) == hunter.total_xp
    assert found.streak == hunter.effective_streak(today, rulebook.streaks) <= found.best_streak
    assert (found.best_until is None) == (found.best_streak == 0)
    for quest in figures.quests:
        assert quest.completions == sum(quest.hours) == sum(each.completions for each in quest.weekdays)
        assert 0 <= quest.success.done <= quest.success.due
        assert sum(each.success.due for each in quest.weekdays) == quest.success.due


def is_rolling(quest: Quest, occasion: Occasion) -> bool:
    schedule = quest.versions[quest.place_of(occasion.day)].schedule
    return isinstance(schedule, Times) and schedule.rolling


@given(looks())
def test_what_is_due_is_what_the_calendar_calls_missed_and_what_was_done(look: Look) -> None:
    quest, record, hunter = look
    shown = DayRange(quest.created_day, hunter.today)
    calendar = quest_calendar(quest, record, hunter, *shown)

    found = occasions(Timeline(quest, record, hunter), shown)
    success, strength = success_of(found), strength_of(quest, found, from_the_beginning=True)

    assert [each.day for each in found] == [each.day for each in calendar]
    for occasion, (_, state, _) in zip(found, calendar, strict=True):
        assert (occasion.share == 1) == (state is DayState.DONE)
        assert occasion.passed or not occasion.due or state is DayState.DONE
        if is_rolling(quest, occasion) and state in (DayState.MISSED, DayState.NOT_DUE):
            continue  # one day lies in many rolling periods: `test_strength_laws` says what is due of them
        if state is DayState.MISSED:
            assert occasion.due
        elif state not in (DayState.DONE, DayState.PARTIAL):
            assert not occasion.due
    assert 0 <= success.done <= success.due
    assert (strength is None) == isinstance(quest.schedule, Once)
    assert strength is None or 0 <= strength <= 1
    assert not strength or any(each.share for each in found)


@given(looks(day_schedules, edits=0), st.integers(0, 70))
def test_one_day_more_done_never_weakens(look: Look, place: int) -> None:
    quest, record, hunter = look
    shown = DayRange(quest.created_day, hunter.today)
    days = shown.days()
    day = days[place % len(days)]
    assume(day not in record.skips and hunter.excuse(day) is None)
    more = replace(record, counts={**record.counts, day: 2}, total=-1)

    before, after = (
        strength_of(quest, occasions(Timeline(quest, each, hunter), shown), from_the_beginning=True)
        for each in (record, more)
    )

    assert before is not None
    assert after is not None
    assert after >= before

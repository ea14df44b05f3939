"""What the store of what analytics are made of promises."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from hunter_adapters.testing.builders import (
    NOW,
    TODAY,
    a_completion,
    a_day,
    a_hunter,
    a_quest,
    registered,
)
from hunter_adapters.testing.contract.under_test import UnderTest
from hunter_core.analytics.ports import DayFigures, DayGain, Done, QuestCount
from hunter_core.completions.completion import Completion
from hunter_core.days import Calendar
from hunter_core.errors import NotFound
from hunter_core.hunters.hunter import Hunter
from hunter_core.ledger.days import DayRow
from hunter_core.words import Attributes

HUNTER = a_hunter(
    calendar=Calendar.starting("Asia/Seoul", 240),
    created_at=NOW - timedelta(days=900, microseconds=7),
    attributes=Attributes(9, 8, 7, 6, 5, 4),
)
OTHER = a_hunter("Jinah")
YESTERDAY = TODAY - timedelta(days=1)


def _keep(under_test: UnderTest, hunter: Hunter, *rows: DayRow) -> None:
    with under_test.store.write() as uow:
        uow.hunters.lock(hunter.id)
        uow.days.save(hunter.id, rows)
        uow.commit()


def _complete(under_test: UnderTest, *completions: Completion) -> None:
    with under_test.store.write() as uow:
        for each in completions:
            uow.hunters.lock(each.hunter_id)
            uow.completions.add(each)
        uow.commit()


class AnalyticsContract:
    """`Analytics`."""

    def test_gains_are_the_days_from_first_to_last_with_what_dates_them(self, under_test: UnderTest) -> None:
        registered(under_test.store, HUNTER)
        registered(under_test.store, OTHER)
        days = [TODAY - timedelta(days=back) for back in (4, 3, 1, 0)]
        _keep(under_test, HUNTER, *(a_day(day, xp=2**40 + n, completed=n) for n, day in enumerate(days)))
        _keep(under_test, OTHER, a_day(days[1], xp=5))

        with under_test.store.read() as uow:
            found = uow.analytics.gains(HUNTER.id, days[1], days[2])
            ever = uow.analytics.gains(HUNTER.id, date.min, date.max)

        assert (found.calendar, found.created_at) == (HUNTER.calendar, HUNTER.created_at)
        assert sorted(found.days) == [DayGain(days[1], 2**40 + 1, 1), DayGain(days[2], 2**40 + 2, 2)]
        assert [gain.day for gain in sorted(ever.days)] == days

    def test_a_day_may_have_given_less_than_nothing(self, under_test: UnderTest) -> None:
        registered(under_test.store, HUNTER)
        _keep(under_test, HUNTER, DayRow(local_day=TODAY, xp=-30))

        with under_test.store.read() as uow:
            assert list(uow.analytics.gains(HUNTER.id, TODAY, TODAY).days) == [DayGain(TODAY, -30, 0)]

    def test_a_new_hunter_has_no_gains(self, under_test: UnderTest) -> None:
        registered(under_test.store, HUNTER)

        with under_test.store.read() as uow:
            assert list(uow.analytics.gains(HUNTER.id, date.min, date.max).days) == []
            assert dict(uow.analytics.points(HUNTER.id, date.min).gained) == {}

    def test_nobody_has_neither_gains_nor_points(self, under_test: UnderTest) -> None:
        with under_test.store.read() as uow, pytest.raises(NotFound):
            uow.analytics.gains(HUNTER.id, YESTERDAY, TODAY)
        with under_test.store.read() as uow, pytest.raises(NotFound):
            uow.analytics.points(HUNTER.id, TODAY)

    def test_points_are_what_the_hunter_has_and_what_days_gave(self, under_test: UnderTest) -> None:
        registered(under_test.store, HUNTER)
        registered(under_test.store, OTHER)
        six, tomorrow = Attributes(1, 2, 3, 4, 5, 6), TODAY + timedelta(days=1)
        _keep(
            under_test,
            HUNTER,
            a_day(YESTERDAY - timedelta(days=1), points=six),
            a_day(YESTERDAY, points=six),
            a_day(TODAY),
            a_day(tomorrow, points=Attributes(luck=-1)),
        )
        _keep(under_test, OTHER, a_day(YESTERDAY, points=six))

        with under_test.store.read() as uow:
            found = uow.analytics.points(HUNTER.id, YESTERDAY)

        assert (found.calendar, found.created_at) == (HUNTER.calendar, HUNTER.created_at)
        assert found.attributes == HUNTER.attributes
        assert dict(found.gained) == {YESTERDAY: six, tomorrow: Attributes(luck=-1)}

    def test_figures_are_every_day_up_to_the_last_ascending(self, under_test: UnderTest) -> None:
        registered(under_test.store, HUNTER)
        registered(under_test.store, OTHER)
        long_ago = TODAY - timedelta(days=5000)
        planned = DayRow(local_day=YESTERDAY, created=2)
        _keep(
            under_test,
            HUNTER,
            a_day(TODAY, xp=2**40, completed=3, time_spent=90, streak=4),
            planned,
            a_day(TODAY + timedelta(days=1)),
            a_day(long_ago),
        )
        _keep(under_test, OTHER, a_day(YESTERDAY))

        with under_test.store.read() as uow:
            found = uow.analytics.figures(HUNTER.id, TODAY)
            nothing = uow.analytics.figures(HUNTER.id, long_ago - timedelta(days=1))

        assert list(found) == [
            DayFigures(day=long_ago, xp=100, completed=1, created=0, time_spent=0, streak=1),
            DayFigures(day=YESTERDAY, xp=0, completed=0, created=2, time_spent=0, streak=0),
            DayFigures(day=TODAY, xp=2**40, completed=3, created=0, time_spent=90, streak=4),
        ]
        assert list(nothing) == []

    def test_done_is_every_standing_completion_from_a_day_on(self, under_test: UnderTest) -> None:
        first, second, third = (a_quest(HUNTER, label) for label in ("first", "second", "third"))
        theirs = a_quest(OTHER)
        registered(under_test.store, HUNTER, first, second, third)
        registered(under_test.store, OTHER, theirs)
        late = datetime(2026, 11, 22, 23, 59, 59, 7, tzinfo=UTC)
        voided = a_completion(first, "voided")
        _complete(
            under_test,
            a_completion(first, "one"),
            a_completion(first, "two", at=late, local_day=TODAY),
            a_completion(first, "before", at=NOW - timedelta(days=2)),
            a_completion(second, "one", at=NOW - timedelta(days=1)),
            a_completion(third, "one"),
            voided,
            a_completion(theirs, "one"),
        )
        with under_test.store.write() as uow:
            uow.hunters.lock(HUNTER.id)
            uow.completions.void(replace(voided, voided_at=NOW))
            uow.commit()

        with under_test.store.read() as uow:
            found = uow.analytics.done(HUNTER.id, [first.id, second.id, theirs.id], since=YESTERDAY)
            nothing = uow.analytics.done(HUNTER.id, [], since=YESTERDAY)

        assert {each: sorted(done) for each, done in found.items()} == {
            first.id: [Done(TODAY, NOW), Done(TODAY, late)],
            second.id: [Done(YESTERDAY, NOW - timedelta(days=1))],
        }
        assert dict(nothing) == {}

    def test_the_most_done_quests_come_first_and_equal_ones_by_id(self, under_test: UnderTest) -> None:
        quests = sorted((a_quest(HUNTER, label) for label in "abcd"), key=lambda quest: quest.id)
        rare, often, equal, never = quests
        archived = replace(often, archived_at=NOW)
        theirs = a_quest(OTHER)
        registered(under_test.store, HUNTER, rare, archived, equal, never)
        registered(under_test.store, OTHER, theirs)
        long_ago = NOW - timedelta(days=9)
        voided = a_completion(rare, "voided")
        _complete(
            under_test,
            *(a_completion(quest, number) for quest in (often, equal) for number in range(2)),
            a_completion(rare, "one"),
            voided,
            *(a_completion(rare, number, at=long_ago) for number in range(5)),
            a_completion(theirs, "one"),
        )
        with under_test.store.write() as uow:
            uow.hunters.lock(HUNTER.id)
            uow.completions.void(replace(voided, voided_at=NOW))
            uow.commit()

        with under_test.store.read() as uow:
            lately = uow.analytics.most_done(HUNTER.id, first=YESTERDAY, last=TODAY, limit=5)
            two = uow.analytics.most_done(HUNTER.id, first=YESTERDAY, last=TODAY, limit=2)
            before = uow.analytics.most_done(HUNTER.id, first=long_ago.date(), last=YESTERDAY, limit=5)

        assert list(lately) == [
            QuestCount(often.id, often.title, 2),
            QuestCount(equal.id, equal.title, 2),
            QuestCount(rare.id, rare.title, 1),
        ]
        assert list(two) == list(lately[:2])
        assert list(before) == [QuestCount(rare.id, rare.title, 5)]

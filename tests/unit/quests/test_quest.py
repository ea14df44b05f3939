"""A quest's versions: what it asks for, by the local day from which it holds."""

from __future__ import annotations

import json
from datetime import timedelta

from hunter_core.quests.quest import QuestVersion, versions_from_json, versions_to_json, with_version
from hunter_core.rules.schedules import EveryDay, EveryNDays, Once, OnWeekdays, Period, Times
from tests.unit.quests.builders import MONDAY, a_quest, asking, day

DAILY = QuestVersion(MONDAY, EveryDay())


def test_a_version_takes_the_place_of_one_that_holds_from_the_same_day() -> None:
    weekly = QuestVersion(day(1), OnWeekdays((0,)))
    assert with_version((DAILY, weekly), QuestVersion(day(1), Once())) == (
        DAILY,
        QuestVersion(day(1), Once()),
    )
    assert with_version((DAILY,), QuestVersion(MONDAY, Once())) == (QuestVersion(MONDAY, Once()),)


def test_a_version_that_changes_nothing_is_not_kept() -> None:
    weekly = QuestVersion(day(1), OnWeekdays((0,)))
    assert with_version((DAILY,), QuestVersion(day(1), EveryDay())) == (DAILY,)
    assert with_version((DAILY, weekly), QuestVersion(day(1), EveryDay())) == (DAILY,)


def test_a_clock_that_runs_behind_changes_no_earlier_version() -> None:
    weekly = QuestVersion(day(3), OnWeekdays((0,)))
    assert with_version((DAILY, weekly), QuestVersion(day(1), Once())) == (
        DAILY,
        QuestVersion(day(3), Once()),
    )


def test_the_version_of_a_day_is_the_last_that_holds_by_then() -> None:
    quest = asking(asking(a_quest(), day(2), Once()), day(4), per_day=2)
    places = [quest.place_of(day(number)) for number in range(-1, 6)]
    assert places == [0, 0, 0, 1, 1, 2, 2]


def test_versions_are_stored_as_one_json_value() -> None:
    versions = (
        DAILY,
        QuestVersion(day(1), OnWeekdays((0, 6)), 3, False),
        QuestVersion(day(2), EveryNDays(3, day(5)), last_day=day(9)),
        QuestVersion(day(3), Times(31, Period.MONTH, rolling=True)),
        QuestVersion(day(3) + timedelta(days=365), Once()),
    )
    text = json.dumps(versions_to_json(versions))
    assert versions_from_json(json.loads(text)) == versions
    assert versions_to_json((QuestVersion(day(1), OnWeekdays((0, 6)), 3, False),)) == [
        {
            "from": "2026-11-03",
            "schedule": {"kind": "WEEKDAYS", "days": ["MON", "SUN"]},
            "completionsPerDay": 3,
            "active": False,
            "lastDay": None,
        }
    ]

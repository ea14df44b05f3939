"""Quests, what was done of them, and their calendars, written as one letter a day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from hunter_core.days import Calendar, Pause, RestDays
from hunter_core.ids import HunterId, QuestId
from hunter_core.quests.calendar import DayState, quest_calendar
from hunter_core.quests.quest import Quest, QuestVersion, with_version
from hunter_core.quests.record import HunterDays, QuestRecord
from hunter_core.quests.streak import QuestStreak, current_streak
from hunter_core.rules.schedules import EveryDay, Once, Schedule
from hunter_core.words import QuestType

MONDAY = date(2026, 11, 2)
HUNTER = HunterId(UUID(int=1))

LETTERS = {
    DayState.DONE: "D",
    DayState.PARTIAL: "p",
    DayState.MISSED: "M",
    DayState.SKIPPED: "s",
    DayState.FROZEN: "F",
    DayState.PAUSED: "Z",
    DayState.NOT_DUE: "-",
    DayState.PENDING: "?",
}


def day(number: int, start: date = MONDAY) -> date:
    """Return the day *number* days after *start*."""
    return start + timedelta(days=number)


def a_quest(
    schedule: Schedule | None = None, *, created: date = MONDAY, per_day: int = 1, **fields: Any
) -> Quest:
    schedule = schedule or EveryDay()
    instant = datetime.combine(created, time(8), UTC)
    deadline: datetime | None = fields.get("deadline")
    version = QuestVersion(
        created,
        schedule,
        per_day,
        fields.get("is_active", True),
        None if deadline is None else deadline.date(),
    )
    given: dict[str, Any] = {
        "id": QuestId(UUID(int=2)),
        "hunter_id": HUNTER,
        "title": "Run",
        "type": QuestType.ONE_TIME if isinstance(schedule, Once) else QuestType.RECURRING,
        "base_xp": 100,
        "created_day": created,
        "created_at": instant,
        "updated_at": instant,
        "completions_per_day": per_day,
        "versions": (version,),
    }
    return Quest(**(given | fields))


def asking(quest: Quest, holds_from: date, schedule: Schedule | None = None, **changes: Any) -> Quest:
    """Return *quest* edited on *holds_from*."""
    latest = quest.versions[-1]
    version = QuestVersion(
        holds_from,
        schedule or latest.schedule,
        changes.get("per_day", latest.completions_per_day),
        changes.get("active", latest.active),
        changes.get("last_day", latest.last_day),
    )
    return replace(
        quest,
        versions=with_version(quest.versions, version),
        completions_per_day=version.completions_per_day,
        is_active=version.active,
    )


def a_record(picture: str = "", start: date = MONDAY, **more: Any) -> QuestRecord:
    """Return what *picture* shows, a letter a day: x once, a digit so often, s skipped, sx both; spaces are air."""
    counts: dict[date, int] = {}
    skips: set[date] = set()
    for number, letter in enumerate(picture.replace(" ", "")):
        if letter == "s":
            skips.add(day(number, start))
        elif letter != ".":
            counts[day(number, start)] = 1 if letter == "x" else int(letter)
    return QuestRecord(counts=counts, skips=skips | more.pop("skips", set()), **more)


def days_at(
    today: date,
    *,
    pauses: Iterable[tuple[date, date]] = (),
    rest: tuple[int, ...] = (),
    frozen: Iterable[date] = (),
    hour: int = 12,
) -> HunterDays:
    """Return the days of a hunter in UTC as seen at *hour* on *today*."""
    calendar = Calendar.starting()._replace(
        rests=(RestDays(date(2000, 1, 1), rest),) if rest else (),
        pauses=tuple(Pause(str(place), *ends) for place, ends in enumerate(pauses)),
    )
    now = datetime.combine(today, time(hour), UTC)
    return HunterDays(calendar=calendar, now=now, frozen=frozenset(frozen))


def picture_of(quest: Quest, record: QuestRecord, days: HunterDays, length: int, start: date = MONDAY) -> str:
    """Return the states of *length* days from *start* on, a letter a day, a space before every Monday."""
    states = quest_calendar(quest, record, days, start, day(length - 1, start))
    letters = [(" " if each.day.weekday() == 0 else "") + LETTERS[each.state] for each in states]
    return "".join(letters).strip()


def streak_of(quest: Quest, record: QuestRecord, days: HunterDays) -> int:
    """Return the current streak, which must be whole."""
    streak = current_streak(quest, record, days)
    assert streak == QuestStreak(streak.length, True)
    return streak.length

"""Reading quests: one, lists, today's, calendars and completions."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from hunter_core.days import Calendar, Pause
from hunter_core.errors import InvalidInput
from hunter_core.ledger.days import DayRow
from hunter_core.ports import UnitOfWork
from hunter_core.quests.calendar import DayState, QuestDay
from hunter_core.quests.listing import QuestFilter, QuestSort, parse_due, parse_sort
from hunter_core.quests.read import (
    quest_completions,
)
from hunter_core.rules.schedules import OnWeekdays, Period, Times
from hunter_core.words import Attribute, Difficulty, QuestType
from tests.builders import NOW, TODAY, a_hunter, a_quest
from tests.usecases.quest_house import House, back, fields_of


def test_a_quest_is_read_with_what_was_done_of_it() -> None:
    house = House()
    quest = a_quest(house.hunter, completions_per_day=2)
    house.keep(quest)
    house.complete(quest, back(2), back(2), back(1), back(1), TODAY)
    view = house.view(quest.id)
    assert (view.completions_today, view.completions_total, view.current_streak) == (1, 5, 2)
    assert (view.due_today, view.is_completed, view.state) == (True, False, DayState.PARTIAL)
    house.complete(quest, TODAY)
    view = house.view(quest.id)
    assert (view.completions_today, view.completions_total, view.current_streak) == (2, 6, 3)
    assert (view.due_today, view.is_completed, view.state) == (True, True, DayState.DONE)


def test_a_one_time_quest_stays_completed() -> None:
    house = House()
    quest = a_quest(house.hunter, type=QuestType.ONE_TIME, created_day=back(100))
    house.keep(quest)
    assert not house.view(quest.id).is_completed
    assert house.today() == ["Push-ups PENDING"]
    house.complete(quest, back(99))
    view = house.view(quest.id)
    assert (view.is_completed, view.due_today, view.current_streak) == (True, False, 1)


@pytest.mark.parametrize("length", [61, 62, 63, 64, 399, 400, 401, 402, 1000])
def test_a_streak_is_counted_to_its_end_however_far_back(length: int) -> None:
    house = House()
    quest = a_quest(house.hunter, created_day=back(1500))
    house.keep(quest)
    house.complete(quest, *(back(number) for number in range(length)))
    assert house.view(quest.id).current_streak == length


def test_a_freeze_of_the_hunter_shows_in_the_quest() -> None:
    house = House()
    quest = a_quest(house.hunter)
    house.keep(quest)
    done = [back(number) for number in range(9, 2, -1)]
    house.complete(quest, *done)
    rows = [
        DayRow(
            local_day=day, completed=1, xp=100, streak=place, max_streak=place, freezes=1 if place == 7 else 0
        )
        for place, day in enumerate(done, 1)
    ]

    def save(uow: UnitOfWork) -> None:
        uow.hunters.lock(house.hunter.id)
        uow.days.save(house.hunter.id, rows)

    house.write(save)
    house.complete(quest, back(1))
    assert house.page(rulebook="modern").quests[0].current_streak == 8
    assert house.page(rulebook="classic").quests[0].current_streak == 1


def many() -> House:
    """Return a house with five quests, made one after the other, and one that is archived."""
    house = House()
    house.create(NOW + timedelta(seconds=1), title="b", base_xp=10, difficulty=Difficulty.HARD)
    house.create(NOW + timedelta(seconds=2), title="a", base_xp=30, attributes=[Attribute.LUCK])
    house.create(
        NOW + timedelta(seconds=3),
        title="d",
        base_xp=20,
        type=QuestType.ONE_TIME,
        deadline=NOW + timedelta(days=2),
    )
    house.create(
        NOW + timedelta(seconds=4),
        title="c",
        base_xp=20,
        type=QuestType.RECURRING,
        schedule=OnWeekdays((0,)),
        deadline=NOW + timedelta(days=1),
    )
    house.create(NOW + timedelta(seconds=5), title="e", base_xp=40, is_active=False)
    gone = house.create(NOW + timedelta(seconds=6), title="f")
    house.archive(gone.id)
    return house


@pytest.mark.parametrize(
    ("wanted", "titles"),
    [
        ({}, "ecdab"),
        ({"sort": parse_sort("createdAt")}, "badce"),
        ({"sort": parse_sort("title")}, "abcde"),
        ({"sort": parse_sort("-title")}, "edcba"),
        ({"sort": parse_sort("baseXP")}, "bdcae"),
        ({"sort": parse_sort("-baseXP")}, "eadcb"),
        ({"sort": parse_sort("deadline")}, "cdbae"),
        ({"sort": parse_sort("-deadline")}, "dcbae"),
        ({"matching": QuestFilter(type=QuestType.DAILY)}, "eab"),
        ({"matching": QuestFilter(is_active=True)}, "cdab"),
        ({"matching": QuestFilter(is_active=False)}, "e"),
        ({"matching": QuestFilter(difficulty=Difficulty.HARD)}, "b"),
        ({"matching": QuestFilter(attribute=Attribute.LUCK)}, "a"),
        ({"matching": QuestFilter(attribute=Attribute.CHARISMA)}, ""),
        ({"due": parse_due("today")}, "dab"),
        ({"due": parse_due("true"), "matching": QuestFilter(type=QuestType.DAILY)}, "ab"),
        ({"due": parse_due("false")}, "ec"),
        ({"due": parse_due("false"), "matching": QuestFilter(is_active=True)}, "c"),
        ({"limit": 2, "page": 2}, "da"),
        ({"limit": 2, "page": 4}, ""),
        ({"due": True, "limit": 2, "page": 2}, "b"),
    ],
)
def test_a_list_shows_what_is_asked_for_in_the_order_asked_for(wanted: dict[str, Any], titles: str) -> None:
    assert "".join(many().titles(**wanted)) == titles


def test_a_page_says_how_many_there_are() -> None:
    page = many().page(limit=2, page=2, due=True)
    assert (page.page, page.limit, page.total, len(page.quests)) == (2, 2, 3, 1)


@pytest.mark.parametrize(
    ("page", "limit", "named"),
    [
        (0, 20, ["page"]),
        (1, 0, ["limit"]),
        (1, 101, ["limit"]),
        (-1, 2**63, ["page", "limit"]),
        (2**63, 1, ["page"]),
    ],
)
def test_a_page_that_cannot_be_is_refused(page: int, limit: int, named: list[str]) -> None:
    with pytest.raises(InvalidInput) as refusal:
        House().page(page=page, limit=limit)
    assert fields_of(refusal) == named


def test_an_order_or_a_due_that_is_not_known_is_refused() -> None:
    assert parse_sort(None) is QuestSort.NEWEST
    assert parse_due(None) is None
    for text in ("", "TITLE", "xp", "--title", "createdAt,title"):
        with pytest.raises(InvalidInput):
            parse_sort(text)
    for text in ("", "yes", "TODAY", "1"):
        with pytest.raises(InvalidInput):
            parse_due(text)


def test_today_shows_what_is_due_oldest_first_done_or_not() -> None:
    house = House()
    run, read = house.create(title="Run"), house.create(NOW + timedelta(seconds=1), title="Read")
    house.create(title="Rest", type=QuestType.RECURRING, schedule=OnWeekdays((0,)))
    assert house.today() == ["Run PENDING", "Read PENDING"]
    house.complete(run, TODAY)
    assert house.today() == ["Run DONE", "Read PENDING"]
    house.archive(read.id)
    assert house.today() == ["Run DONE"]


def test_what_was_done_at_the_beginning_of_the_month_is_known_at_its_end() -> None:
    house = House()
    monthly = a_quest(
        house.hunter,
        type=QuestType.RECURRING,
        schedule=Times(1, Period.MONTH),
        created_day=date(2026, 9, 1),
    )
    house.keep(monthly)
    house.complete(monthly, date(2026, 10, 1))
    end = datetime(2026, 10, 31, 12, tzinfo=UTC)
    assert house.today(end) == []
    assert house.days(monthly.id, end.date(), end.date(), end) == [QuestDay(end.date(), DayState.NOT_DUE, 0)]


def test_nothing_is_due_while_the_hunter_pauses() -> None:
    paused = Calendar.starting()._replace(pauses=(Pause("p", TODAY, TODAY),))
    house = House(a_hunter(calendar=paused))
    house.create()
    assert house.today() == []
    assert house.today(NOW + timedelta(days=1)) == ["Run PENDING"]


def test_a_calendar_shows_thirty_days_up_to_today_unless_asked() -> None:
    house = House()
    quest = a_quest(house.hunter, created_day=back(2))
    house.keep(quest)
    days = house.days(quest.id)
    assert [days[0].day, days[-1].day, len(days)] == [back(29), TODAY, 30]
    assert [each.state.value for each in days[-4:]] == ["NOT_DUE", "MISSED", "MISSED", "PENDING"]
    ahead = TODAY + timedelta(days=3)
    assert [each.day for each in house.days(quest.id, back(1))] == [back(1), TODAY]
    assert [each.day for each in house.days(quest.id, ahead)] == [ahead]
    assert len(house.days(quest.id, back(1000))) == 366
    assert len(house.days(quest.id, None, ahead)) == 30
    assert [each.day for each in house.days(quest.id, date.min, date.min)] == [date.min]
    assert len(house.days(quest.id, None, date(1, 1, 5))) == 5


@pytest.mark.parametrize(
    ("first", "last", "named"),
    [
        (TODAY, back(1), "to"),
        (back(365), TODAY + timedelta(days=1), "to"),
        (None, TODAY + timedelta(days=367), "to"),
        (date.max, None, "from"),
        (date.max, date.max, "from"),
        (None, date.max, "to"),
        (date.min, date.max, "to"),
    ],
)
def test_a_calendar_that_cannot_be_is_refused(first: date | None, last: date | None, named: str) -> None:
    house = House()
    quest = house.create()
    with pytest.raises(InvalidInput) as refusal:
        house.days(quest.id, first, last)
    assert fields_of(refusal) == [named]


def test_the_completions_of_a_quest_are_read_by_the_page() -> None:
    house = House()
    quest = a_quest(house.hunter)
    house.keep(quest)
    house.complete(quest, back(2), back(1), TODAY)

    def read(page: int) -> tuple[list[date], int]:
        found, total = house.read(
            lambda uow: quest_completions(
                uow=uow, hunter_id=house.hunter.id, quest_id=quest.id, page=page, limit=2
            )
        )
        return [each.local_day for each in found], total

    assert read(1) == ([TODAY, back(1)], 3)
    assert read(2) == ([back(2)], 3)

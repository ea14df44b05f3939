"""Creating, skipping and archiving quests, over the store in memory."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from hunter_core.days import Calendar, ZonePeriod
from hunter_core.errors import InvalidInput, NotFound, QuestInactive, QuestLimitReached
from hunter_core.ids import HunterId
from hunter_core.ledger.days import DayRow
from hunter_core.quests.calendar import DayState, QuestDay
from hunter_core.quests.create import create_quest
from hunter_core.quests.fields import QuestFields
from hunter_core.quests.listing import QuestFilter
from hunter_core.quests.quest import Frequency, Quest, QuestVersion
from hunter_core.rules.schedules import EveryDay, EveryNDays, Once, OnWeekdays, Period, Schedule, Times
from hunter_core.words import Attribute, Difficulty, QuestType
from tests.builders import NOW, TODAY, a_hunter, a_quest, an_id
from tests.usecases.quest_house import LIMITS, House, back, fields_of


def test_a_quest_of_three_fields_has_the_usual_rest() -> None:
    house = House()
    quest = house.create()
    assert house.view(quest.id).quest == quest
    assert quest == Quest(
        id=quest.id,
        hunter_id=house.hunter.id,
        title="Run",
        type=QuestType.DAILY,
        base_xp=100,
        created_day=TODAY,
        created_at=NOW,
        updated_at=NOW,
        versions=(QuestVersion(TODAY, EveryDay()),),
    )


def test_every_field_is_kept() -> None:
    house = House()
    deadline = datetime(2026, 12, 24, 18, tzinfo=UTC)
    quest = house.create(
        type=QuestType.RECURRING,
        description="Far",
        difficulty=Difficulty.HARD,
        attributes=[Attribute.LUCK, Attribute.STRENGTH],
        reminder_time="07:30",
        frequency=Frequency.CUSTOM,
        schedule=Times(3, Period.WEEK),
        deadline=deadline,
        completions_per_day=2,
        estimated_time=86_400,
        is_active=False,
    )
    assert house.view(quest.id).quest == quest
    assert quest.attributes == (Attribute.STRENGTH, Attribute.LUCK)
    assert (quest.reminder_time, quest.frequency, quest.deadline) == (time(7, 30), Frequency.CUSTOM, deadline)
    assert (quest.description, quest.difficulty, quest.estimated_time) == ("Far", Difficulty.HARD, 86_400)
    assert quest.versions == (QuestVersion(TODAY, Times(3, Period.WEEK), 2, False, date(2026, 12, 24)),)
    assert (quest.completions_per_day, quest.is_active, quest.schedule) == (2, False, Times(3, Period.WEEK))


def test_null_stands_for_a_field_that_is_left_out() -> None:
    optional = dict.fromkeys(
        (
            "description",
            "difficulty",
            "attributes",
            "reminder_time",
            "frequency",
            "schedule",
            "deadline",
            "completions_per_day",
            "estimated_time",
            "is_active",
        )
    )
    house = House()
    quest, plain = house.create(**optional), house.create()
    assert {name: getattr(quest, name) for name in optional} == {
        name: getattr(plain, name) for name in optional
    }


def test_a_new_quest_counts_on_its_local_day_and_is_announced() -> None:
    house = House(a_hunter(zone="Pacific/Auckland"))
    house.create()
    quest = house.create()
    tomorrow = TODAY + timedelta(days=1)
    assert quest.created_day == tomorrow
    assert house.day_row(tomorrow) == DayRow(local_day=tomorrow, created=2)
    assert house.last_event() == 2


def test_a_quest_of_a_recommendation_says_so() -> None:
    house = House()
    fields = QuestFields(title="Read", type=QuestType.DAILY, base_xp=10)
    quest = house.write(
        lambda uow: create_quest(
            uow=uow, hunter_id=house.hunter.id, fields=fields, now=NOW, limits=LIMITS, ai_confidence=0.9
        )
    )
    assert (quest.is_ai_generated, quest.ai_confidence) == (True, 0.9)


def test_nobody_creates_no_quest() -> None:
    house = House()
    with house.store.write() as uow, pytest.raises(NotFound):
        create_quest(
            uow=uow,
            hunter_id=HunterId(an_id("nobody")),
            fields=QuestFields(title="Run", type=QuestType.DAILY, base_xp=1),
            now=NOW,
            limits=LIMITS,
        )


REFUSED: list[tuple[dict[str, Any], list[str]]] = [
    ({"title": ""}, ["title"]),
    ({"title": "x" * 121}, ["title"]),
    ({"title": "nul\0"}, ["title"]),
    ({"title": "half \ud800"}, ["title"]),
    ({"title": None}, ["title"]),
    ({"title": 7}, ["title"]),
    ({"type": None}, ["type"]),
    ({"base_xp": None}, ["baseXP"]),
    ({"base_xp": 0}, ["baseXP"]),
    ({"base_xp": 501}, ["baseXP"]),
    ({"base_xp": 2**63}, ["baseXP"]),
    ({"base_xp": True}, ["baseXP"]),
    ({"base_xp": 10.0}, ["baseXP"]),
    ({"description": "x" * 2001}, ["description"]),
    ({"description": "\udfff"}, ["description"]),
    ({"attributes": [Attribute.LUCK, Attribute.LUCK]}, ["attributes"]),
    ({"attributes": ["luck and more"]}, ["attributes"]),
    ({"reminder_time": "24:00"}, ["reminderTime"]),
    ({"reminder_time": "7:30"}, ["reminderTime"]),
    ({"reminder_time": "07:30:00"}, ["reminderTime"]),
    ({"reminder_time": "2026-11-22T07:30:00"}, ["reminderTime"]),
    ({"reminder_time": "0001-01-01T00:00:00+14:00"}, ["reminderTime"]),
    ({"reminder_time": "٠٧:٣٠"}, ["reminderTime"]),
    ({"reminder_time": ""}, ["reminderTime"]),
    ({"deadline": datetime(2026, 12, 1)}, ["deadline"]),  # noqa: DTZ001 - that is the point
    ({"deadline": datetime(1969, 12, 31, tzinfo=UTC)}, ["deadline"]),
    ({"completions_per_day": 0}, ["completionsPerDay"]),
    ({"completions_per_day": 51}, ["completionsPerDay"]),
    ({"estimated_time": 0}, ["estimatedTime"]),
    ({"estimated_time": 86_401}, ["estimatedTime"]),
    ({"frequency": Frequency.WEEKLY}, ["frequency"]),
    ({"schedule": Once()}, ["schedule"]),
    ({"schedule": OnWeekdays((0,)), "frequency": Frequency.CUSTOM}, ["frequency", "schedule"]),
    ({"type": QuestType.ONE_TIME, "frequency": Frequency.DAILY}, ["frequency"]),
    ({"type": QuestType.ONE_TIME, "schedule": EveryDay()}, ["schedule"]),
    ({"type": QuestType.RECURRING, "frequency": Frequency.CUSTOM}, ["schedule"]),
    ({"type": QuestType.RECURRING, "schedule": Once()}, ["schedule"]),
    (
        {"type": QuestType.RECURRING, "frequency": Frequency.DAILY, "schedule": OnWeekdays((0,))},
        ["schedule"],
    ),
    (
        {"type": QuestType.RECURRING, "frequency": Frequency.WEEKLY, "schedule": Times(1, Period.WEEK)},
        ["schedule"],
    ),
    ({"title": "", "base_xp": 0, "estimated_time": 0}, ["title", "baseXP", "estimatedTime"]),
]


@pytest.mark.parametrize(("fields", "named"), REFUSED)
def test_a_field_that_breaks_its_rule_is_named_and_nothing_is_kept(
    fields: dict[str, Any], named: list[str]
) -> None:
    house = House()
    with pytest.raises(InvalidInput) as refusal:
        house.create(**fields)
    assert fields_of(refusal) == named
    assert (house.page().total, house.day_row(), house.last_event()) == (0, None, 0)


def test_title_type_and_base_xp_are_needed() -> None:
    house = House()
    with house.store.write() as uow, pytest.raises(InvalidInput) as refusal:
        create_quest(uow=uow, hunter_id=house.hunter.id, fields=QuestFields(), now=NOW, limits=LIMITS)
    assert fields_of(refusal) == ["title", "type", "baseXP"]


# 2026-11-22 is a Sunday.
SETTLED: list[tuple[QuestType, Frequency | None, Schedule | None, Frequency | None, Schedule]] = [
    (QuestType.DAILY, None, None, None, EveryDay()),
    (QuestType.DAILY, Frequency.DAILY, EveryDay(), Frequency.DAILY, EveryDay()),
    (QuestType.ONE_TIME, None, None, None, Once()),
    (QuestType.ONE_TIME, None, Once(), None, Once()),
    (QuestType.RECURRING, None, None, Frequency.WEEKLY, OnWeekdays((6,))),
    (QuestType.RECURRING, Frequency.WEEKLY, None, Frequency.WEEKLY, OnWeekdays((6,))),
    (QuestType.RECURRING, Frequency.WEEKLY, OnWeekdays((0, 3)), Frequency.WEEKLY, OnWeekdays((0, 3))),
    (QuestType.RECURRING, Frequency.DAILY, None, Frequency.DAILY, EveryDay()),
    (QuestType.RECURRING, Frequency.CUSTOM, EveryDay(), Frequency.CUSTOM, EveryDay()),
    (QuestType.RECURRING, None, OnWeekdays((0,)), Frequency.WEEKLY, OnWeekdays((0,))),
    (QuestType.RECURRING, None, EveryDay(), Frequency.DAILY, EveryDay()),
    (QuestType.RECURRING, None, EveryNDays(2, TODAY), Frequency.CUSTOM, EveryNDays(2, TODAY)),
]


@pytest.mark.parametrize(("kind", "frequency", "schedule", "kept", "asked"), SETTLED)
def test_type_frequency_and_schedule_settle_what_is_asked(
    kind: QuestType,
    frequency: Frequency | None,
    schedule: Schedule | None,
    kept: Frequency | None,
    asked: Schedule,
) -> None:
    quest = House().create(type=kind, frequency=frequency, schedule=schedule)
    assert (quest.frequency, quest.schedule) == (kept, asked)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("07:30", time(7, 30)),
        ("00:00", time(0, 0)),
        ("23:59", time(23, 59)),
        ("2026-11-22T12:00:59Z", time(13, 0)),
        ("2026-06-22T12:00:00.5+00:00", time(14, 0)),
        ("2026-11-22T12:00:00-05:00", time(18, 0)),
    ],
)
def test_a_reminder_is_kept_as_the_wall_clock_time_in_the_hunters_zone(text: str, kept: time) -> None:
    house = House(a_hunter(zone="Europe/Berlin"))
    assert house.create(reminder_time=text).reminder_time == kept


def test_a_reminder_goes_by_the_zone_that_the_hunter_has_now() -> None:
    moved = Calendar((ZonePeriod("UTC"), ZonePeriod("Asia/Tokyo", 0, NOW - timedelta(days=1), TODAY)))
    house = House(a_hunter(calendar=moved))
    assert house.create(reminder_time="2020-01-01T00:00:00Z").reminder_time == time(9, 0)


def test_a_deadline_that_means_never_has_no_last_day() -> None:
    never = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
    quest = House(a_hunter(zone="Pacific/Kiritimati")).create(deadline=never)
    assert quest.deadline == never
    assert quest.versions[0].last_day is None


def test_the_last_day_is_the_deadlines_day_in_the_hunters_zone() -> None:
    house = House(a_hunter(zone="Pacific/Auckland"))
    quest = house.create(deadline=datetime(2026, 12, 24, 18, tzinfo=UTC))
    assert quest.versions[0].last_day == date(2026, 12, 25)


def test_there_is_room_for_so_many_active_quests_and_no_more() -> None:
    house = House()
    quests = [a_quest(house.hunter, number) for number in range(LIMITS.active_quests - 1)]
    house.keep(*quests)
    last = house.create()
    with pytest.raises(QuestLimitReached):
        house.create()
    off = house.create(is_active=False)
    with pytest.raises(QuestLimitReached):
        house.edit(off.id, is_active=True)
    house.edit(last.id, title="Walk")
    house.archive(quests[0].id)
    assert house.edit(off.id, is_active=True).is_active
    assert house.page().total == LIMITS.active_quests
    with pytest.raises(QuestLimitReached):
        house.create()


# --- archive --------------------------------------------------------------------------------------------------


def test_an_archived_quest_is_gone_from_lists_and_can_still_be_read() -> None:
    house = House()
    quest, other = house.create(title="Run"), house.create(title="Read")
    house.complete(quest, TODAY)
    later = NOW + timedelta(hours=2)
    archived = house.archive(quest.id, later)
    assert (archived.archived_at, archived.updated_at, archived.is_active) == (later, later, False)
    assert house.titles() == [other.title]
    assert house.titles(matching=QuestFilter(is_active=False)) == []
    assert house.today(later) == ["Read PENDING"]
    view = house.view(quest.id, later)
    assert (view.quest, view.completions_total, view.due_today) == (archived, 1, False)
    assert house.archive(quest.id, later + timedelta(hours=1)) == archived


def test_an_archived_quest_is_neither_edited_nor_skipped() -> None:
    house = House()
    quest = house.create()
    archived = house.archive(quest.id)
    with pytest.raises(QuestInactive):
        house.edit(quest.id, title="Walk")
    with pytest.raises(QuestInactive):
        house.skip(quest.id, TODAY)
    assert house.view(quest.id).quest == archived


def test_archiving_leaves_the_past_and_asks_for_nothing_more() -> None:
    house = House()
    quest = a_quest(house.hunter, created_day=back(3))
    house.keep(quest)
    house.complete(quest, back(2))
    house.archive(quest.id)
    later = NOW + timedelta(days=2)
    states = [each.state.value for each in house.days(quest.id, back(3), TODAY + timedelta(days=3), later)]
    assert states == ["MISSED", "DONE", "MISSED"] + ["NOT_DUE"] * 4


# --- skip -----------------------------------------------------------------------------------------------------


def test_a_skipped_day_is_passed_over_by_the_quests_streak() -> None:
    house = House()
    quest = a_quest(house.hunter)
    house.keep(quest)
    house.complete(quest, back(3), back(1))
    assert house.view(quest.id).current_streak == 1
    assert house.skip(quest.id, back(2)) == (QuestDay(back(2), DayState.SKIPPED, 0), True)
    assert house.view(quest.id).current_streak == 2
    assert house.skip(quest.id, back(2)) == (QuestDay(back(2), DayState.SKIPPED, 0), False)


def test_a_skipped_today_is_not_due_and_a_done_one_stays_done() -> None:
    house = House()
    quest = house.create()
    house.skip(quest.id, TODAY)
    assert house.today() == []
    assert house.titles(due=False) == ["Run"]
    house.complete(quest, TODAY)
    assert house.view(quest.id).state is DayState.DONE
    assert house.skip(quest.id, TODAY)[0] == QuestDay(TODAY, DayState.DONE, 1)


@pytest.mark.parametrize("number", [-6, -1, 0, 7])
def test_today_six_days_back_and_seven_ahead_can_be_skipped(number: int) -> None:
    house = House()
    quest = a_quest(house.hunter)
    house.keep(quest)
    day = TODAY + timedelta(days=number)
    assert house.skip(quest.id, day) == (QuestDay(day, DayState.SKIPPED, 0), True)


@pytest.mark.parametrize(("created", "number"), [(30, -7), (30, 8), (3, -4)])
def test_other_days_and_those_before_the_quest_cannot_be_skipped(created: int, number: int) -> None:
    house = House()
    quest = a_quest(house.hunter, created_day=back(created))
    house.keep(quest)
    with pytest.raises(InvalidInput) as refusal:
        house.skip(quest.id, TODAY + timedelta(days=number))
    assert fields_of(refusal) == ["day"]
    assert DayState.SKIPPED not in {each.state for each in house.days(quest.id, back(30), None)}


def test_a_quest_that_is_switched_off_is_not_skipped() -> None:
    house = House()
    quest = house.create(is_active=False)
    with pytest.raises(QuestInactive):
        house.skip(quest.id, TODAY)

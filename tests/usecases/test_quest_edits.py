"""Editing quests: what is given changes from today on, and the past stays."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from hunter_core.errors import InvalidInput, NotFound
from hunter_core.ids import QuestId
from hunter_core.quests.quest import Frequency, Quest, QuestVersion
from hunter_core.quests.read import (
    quest_completions,
)
from hunter_core.rules.schedules import EveryDay, EveryNDays, Once, OnWeekdays, Period, Schedule, Times
from hunter_core.words import Attribute, Difficulty, QuestType
from tests.builders import NOW, TODAY, a_hunter, a_quest, an_id, registered
from tests.usecases.quest_house import House, back, fields_of


def test_an_edit_changes_what_is_given_and_nothing_else() -> None:
    house = House()
    quest = house.create(description="Far", estimated_time=60)
    later = NOW + timedelta(hours=1)
    edited = house.edit(quest.id, later, title="Walk", base_xp=7)
    assert house.view(quest.id).quest == edited
    expected = {name: getattr(quest, name) for name in quest.__slots__}
    assert edited == Quest(**(expected | {"title": "Walk", "base_xp": 7, "updated_at": later}))


def test_an_edit_that_changes_nothing_leaves_the_moment_of_the_last_change() -> None:
    house = House()
    quest = house.create()
    assert house.edit(quest.id, NOW + timedelta(hours=1), title="Run") == quest
    assert house.edit(quest.id, NOW + timedelta(hours=1)) == quest


def test_null_puts_every_optional_field_back_to_what_a_new_quest_has() -> None:
    house = House()
    quest = house.create(
        type=QuestType.RECURRING,
        description="Far",
        difficulty=Difficulty.HARD,
        attributes=[Attribute.LUCK],
        reminder_time="07:30",
        frequency=Frequency.WEEKLY,
        schedule=OnWeekdays((0, 1)),
        deadline=NOW + timedelta(days=3),
        completions_per_day=2,
        estimated_time=60,
        is_active=False,
    )
    names = [
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
    ]
    plain = house.create(type=QuestType.RECURRING)
    edited = house.edit(quest.id, **dict.fromkeys(names))
    assert {name: getattr(edited, name) for name in names} == {name: getattr(plain, name) for name in names}
    assert edited.versions == plain.versions


@pytest.mark.parametrize("name", ["title", "type", "base_xp"])
def test_null_is_refused_for_a_needed_field(name: str) -> None:
    house = House()
    quest = house.create()
    with pytest.raises(InvalidInput):
        house.edit(quest.id, **{name: None})
    assert house.view(quest.id).quest == quest


def test_editing_today_replaces_todays_version_and_never_an_earlier_one() -> None:
    house = House()
    quest = a_quest(house.hunter, type=QuestType.RECURRING, created_day=back(10))
    house.keep(quest)
    first = house.edit(quest.id, schedule=OnWeekdays((0,)))
    assert first.versions == (*quest.versions, QuestVersion(TODAY, OnWeekdays((0,))))
    second = house.edit(quest.id, schedule=OnWeekdays((1,)), completions_per_day=2)
    assert second.versions == (*quest.versions, QuestVersion(TODAY, OnWeekdays((1,)), 2))
    back_again = house.edit(quest.id, schedule=EveryDay(), completions_per_day=1)
    assert back_again.versions == quest.versions
    tomorrow = house.edit(quest.id, NOW + timedelta(days=1), is_active=False)
    assert tomorrow.versions[-1] == QuestVersion(TODAY + timedelta(days=1), EveryDay(), 1, False)


KEPT: list[tuple[dict[str, Any], dict[str, Any], Frequency | None, Schedule]] = [
    # What the quest had, what is given, and what it has then.
    ({"schedule": EveryNDays(2, TODAY)}, {"title": "Walk"}, Frequency.CUSTOM, EveryNDays(2, TODAY)),
    ({"frequency": Frequency.DAILY}, {"frequency": Frequency.CUSTOM}, Frequency.CUSTOM, EveryDay()),
    ({"frequency": Frequency.DAILY}, {"frequency": Frequency.WEEKLY}, Frequency.WEEKLY, OnWeekdays((6,))),
    ({"schedule": OnWeekdays((0, 1))}, {"frequency": Frequency.WEEKLY}, Frequency.WEEKLY, OnWeekdays((0, 1))),
    ({"schedule": OnWeekdays((0, 1))}, {"schedule": OnWeekdays((2,))}, Frequency.WEEKLY, OnWeekdays((2,))),
    ({"schedule": OnWeekdays((0, 1))}, {"schedule": EveryDay()}, Frequency.DAILY, EveryDay()),
    ({"schedule": OnWeekdays((0, 1))}, {"schedule": None}, Frequency.WEEKLY, OnWeekdays((6,))),
    ({"schedule": EveryNDays(2, TODAY)}, {"frequency": None}, Frequency.CUSTOM, EveryNDays(2, TODAY)),
    ({"schedule": EveryNDays(2, TODAY)}, {"type": QuestType.DAILY}, None, EveryDay()),
    ({"schedule": EveryNDays(2, TODAY)}, {"type": QuestType.ONE_TIME}, None, Once()),
    (
        {"schedule": EveryNDays(2, TODAY)},
        {"type": QuestType.RECURRING},
        Frequency.CUSTOM,
        EveryNDays(2, TODAY),
    ),
]


@pytest.mark.parametrize(("had", "given", "frequency", "schedule"), KEPT)
def test_an_edit_keeps_of_frequency_and_schedule_what_fits_what_is_given(
    had: dict[str, Any], given: dict[str, Any], frequency: Frequency | None, schedule: Schedule
) -> None:
    house = House()
    quest = house.create(type=QuestType.RECURRING, **had)
    edited = house.edit(quest.id, **given)
    assert (edited.frequency, edited.schedule) == (frequency, schedule)


@pytest.mark.parametrize(
    ("had", "given", "named"),
    [
        ({"type": QuestType.DAILY}, {"schedule": OnWeekdays((0,))}, "schedule"),
        ({"type": QuestType.DAILY}, {"frequency": Frequency.CUSTOM}, "frequency"),
        ({"type": QuestType.DAILY}, {"type": QuestType.RECURRING, "frequency": Frequency.CUSTOM}, "schedule"),
        (
            {"type": QuestType.RECURRING},
            {"type": QuestType.DAILY, "frequency": Frequency.WEEKLY},
            "frequency",
        ),
        ({"type": QuestType.RECURRING, "schedule": Times(1, Period.WEEK)}, {"schedule": None}, "schedule"),
        (
            {"type": QuestType.RECURRING},
            {"frequency": Frequency.DAILY, "schedule": OnWeekdays((0,))},
            "schedule",
        ),
    ],
)
def test_an_edit_that_contradicts_itself_or_the_type_is_refused(
    had: dict[str, Any], given: dict[str, Any], named: str
) -> None:
    house = House()
    quest = house.create(**had)
    with pytest.raises(InvalidInput) as refusal:
        house.edit(quest.id, **given)
    assert fields_of(refusal) == [named]
    assert house.view(quest.id).quest == quest


def test_a_quest_that_was_done_cannot_become_one_time() -> None:
    house = House()
    quest = house.create()
    house.complete(quest, TODAY)
    with pytest.raises(InvalidInput) as refusal:
        house.edit(quest.id, type=QuestType.ONE_TIME)
    assert fields_of(refusal) == ["type"]
    one_time = house.create(type=QuestType.ONE_TIME)
    house.complete(one_time, TODAY)
    assert house.edit(one_time.id, type=QuestType.DAILY).schedule == EveryDay()


def test_a_quest_of_someone_else_is_not_there() -> None:
    other = a_hunter("Cha")
    theirs = a_quest(other)
    house = House()
    registered(house.store, other, theirs)
    for use in (
        lambda: house.edit(theirs.id, title="Mine"),
        lambda: house.archive(theirs.id),
        lambda: house.skip(theirs.id, TODAY),
        lambda: house.view(theirs.id),
        lambda: house.days(theirs.id),
        lambda: house.read(
            lambda uow: quest_completions(
                uow=uow, hunter_id=house.hunter.id, quest_id=theirs.id, page=1, limit=20
            )
        ),
    ):
        with pytest.raises(NotFound):
            use()
    assert house.page().total == 0


def test_a_field_that_breaks_its_rule_is_told_before_a_quest_that_is_not_there() -> None:
    house = House()
    nowhere = QuestId(an_id("nowhere"))
    with pytest.raises(InvalidInput):
        house.edit(nowhere, title="")
    with pytest.raises(InvalidInput):
        house.skip(nowhere, back(7))
    with pytest.raises(InvalidInput):
        house.days(nowhere, TODAY, back(1))

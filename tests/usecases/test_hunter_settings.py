from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from hunter_adapters.memory import MemoryStore
from hunter_core.errors import (
    HunterNameTaken,
    InvalidInput,
    NotFound,
    PauseLimitReached,
    SettingsChangeTooSoon,
)
from hunter_core.hunters.change_settings import SettingsChanges, SettingsView, change_settings, read_settings
from hunter_core.hunters.hunter import Hunter
from hunter_core.hunters.pauses import end_pause, pauses, plan_pause
from hunter_core.hunters.profile import ProfileChanges, change_profile, profile
from hunter_core.hunters.quiet import QuietHours
from hunter_core.hunters.settings import FontSize, Settings, Theme, Visibility
from hunter_core.ids import AccountId, HunterId, PauseId
from tests.builders import NOW, TODAY, a_hunter, a_rulebook, an_account, an_id

LIMITS = a_rulebook().limits
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NOBODY = HunterId(AccountId(an_id("nobody")))


@pytest.fixture
def store() -> MemoryStore:
    store = MemoryStore()
    for name in ("Jinwoo", "Haein"):
        with store.write() as uow:
            uow.accounts.add(an_account(name))
            uow.hunters.add(a_hunter(name))
            uow.settings.add(Settings(hunter_id=a_hunter(name).id))
            uow.commit()
    return store


JIN, HAEIN = a_hunter("Jinwoo").id, a_hunter("Haein").id


def changed(
    store: MemoryStore, now: datetime = NOW, hunter_id: HunterId = JIN, **changes: Any
) -> SettingsView:
    with store.write() as uow:
        view = change_settings(
            uow=uow, hunter_id=hunter_id, changes=SettingsChanges(**changes), now=now, limits=LIMITS
        )
        uow.commit()
    return view


def seen(store: MemoryStore, now: datetime = NOW, hunter_id: HunterId = JIN) -> SettingsView:
    with store.read() as uow:
        return read_settings(uow=uow, hunter_id=hunter_id, now=now)


def stored(store: MemoryStore, hunter_id: HunterId = JIN) -> Hunter:
    with store.read() as uow:
        return uow.hunters.get(hunter_id)


# --- settings ----------------------------------------------------------------------------------------


def test_a_new_hunter_has_the_settings_of_the_contract(store: MemoryStore) -> None:
    view = seen(store)
    assert view.settings == Settings(
        hunter_id=JIN,
        quest_reminders=True,
        streak_warnings=True,
        achievement_alerts=True,
        email_notifications=True,
        push_notifications=True,
        daily_digest=False,
        theme=Theme.DARK,
        language="en",
        animations_enabled=True,
        font_size=FontSize.MEDIUM,
        profile_visibility=Visibility.PUBLIC,
        show_on_leaderboard=True,
        allow_friend_requests=True,
        quiet_hours=None,
    )
    assert (view.zone, view.day_start, view.rest_days, view.pending) == ("UTC", 0, (), None)


def test_every_setting_can_be_changed_alone_and_leaves_the_others(store: MemoryStore) -> None:
    other: dict[str, Any] = {
        "quest_reminders": False,
        "streak_warnings": False,
        "achievement_alerts": False,
        "email_notifications": False,
        "push_notifications": False,
        "daily_digest": True,
        "theme": Theme.LIGHT,
        "language": "pt-BR",
        "animations_enabled": False,
        "font_size": FontSize.EXTRA_LARGE,
        "profile_visibility": Visibility.PRIVATE,
        "show_on_leaderboard": False,
        "allow_friend_requests": False,
        "quiet_hours": ("22:00", "07:30"),
    }
    assert {"hunter_id", *other} == {field.name for field in fields(Settings)}
    expected = Settings(hunter_id=JIN)
    for name, value in other.items():
        kept: Any = QuietHours(22 * 60, 7 * 60 + 30) if name == "quiet_hours" else value
        expected = replace(expected, **{name: kept})
        assert changed(store, **{name: value}).settings == expected
        assert seen(store).settings == expected
    assert stored(store) == a_hunter("Jinwoo")
    assert seen(store, hunter_id=HAEIN).settings == Settings(hunter_id=HAEIN)


def test_quiet_hours_can_be_ended(store: MemoryStore) -> None:
    changed(store, quiet_hours=("22:00", "07:30"))

    assert changed(store, quiet_hours=()).settings == Settings(hunter_id=JIN)
    assert seen(store).settings == Settings(hunter_id=JIN)


def test_settings_show_what_was_last_chosen_and_from_when_it_holds(store: MemoryStore) -> None:
    view = changed(store, timezone="Asia/Tokyo", day_start="04:30", rest_days=[6, 0])
    assert (view.zone, view.day_start, view.rest_days) == ("Asia/Tokyo", 270, (0, 6))
    assert view.pending is not None
    assert view.pending.since == datetime(2026, 11, 23, tzinfo=UTC)
    assert seen(store) == view
    assert seen(store, now=view.pending.since).pending is None
    hunter = stored(store)
    assert hunter.updated_at == NOW
    assert hunter.calendar.zone_at(NOW).zone == "UTC"
    assert hunter.calendar.covered(date(2026, 11, 29))


def test_a_day_start_alone_keeps_the_zone_last_chosen(store: MemoryStore) -> None:
    changed(store, timezone="Asia/Tokyo")
    view = changed(store, now=NOW + DAY, day_start="03:00")
    assert (view.zone, view.day_start) == ("Asia/Tokyo", 180)


def test_a_change_too_soon_changes_no_other_setting_either(store: MemoryStore) -> None:
    changed(store, timezone="Asia/Tokyo")
    before, hunter = seen(store), stored(store)
    with pytest.raises(SettingsChangeTooSoon):
        changed(store, now=NOW + HOUR, timezone="Europe/Paris", theme=Theme.LIGHT, rest_days=[1])
    assert (seen(store), stored(store)) == (before, hunter)


def test_a_pending_change_is_taken_back_by_asking_for_what_holds(store: MemoryStore) -> None:
    hunter = stored(store)
    changed(store, timezone="Asia/Tokyo", rest_days=[3])
    view = changed(store, now=NOW + HOUR, timezone="UTC", rest_days=[])
    assert (view.zone, view.pending, view.rest_days) == ("UTC", None, ())
    assert stored(store).calendar == hunter.calendar


def test_what_changes_nothing_leaves_the_row_as_it_is(store: MemoryStore) -> None:
    hunter = stored(store)
    changed(store, now=NOW + HOUR, timezone="UTC", day_start="00:00", rest_days=[], theme=Theme.DARK)
    changed(store, now=NOW + HOUR)
    assert stored(store) == hunter


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({"timezone": "Mars/Olympus"}, {"timezone"}),
        ({"day_start": "12:01"}, {"dayStart"}),
        ({"rest_days": [0, 1, 2]}, {"restDays"}),
        ({"language": ""}, {"language"}),
        ({"language": "english please"}, {"language"}),
        ({"language": "en\n"}, {"language"}),
        ({"language": "en-" + "abcdefgh-" * 4}, {"language"}),
        (
            {"timezone": "x", "day_start": "x", "rest_days": [9], "language": "\x00"},
            {"timezone", "dayStart", "restDays", "language"},
        ),
    ],
)
def test_every_setting_that_breaks_its_rule_is_named_and_nothing_is_stored(
    store: MemoryStore, changes: dict[str, Any], names: set[str]
) -> None:
    before = seen(store), stored(store)
    with pytest.raises(InvalidInput) as refusal:
        changed(store, theme=Theme.SYSTEM, **changes)
    assert {field for field, _ in refusal.value.problems} == names
    assert (seen(store), stored(store)) == before


@pytest.mark.parametrize("language", ["en", "de", "pt-BR", "zh-Hant-TW", "sl-rozaj-biske-1994", "fil"])
def test_a_language_is_a_language_tag(store: MemoryStore, language: str) -> None:
    assert changed(store, language=language).settings.language == language


def test_settings_of_nobody_are_not_found(store: MemoryStore) -> None:
    with pytest.raises(NotFound):
        seen(store, hunter_id=NOBODY)
    with pytest.raises(NotFound):
        changed(store, hunter_id=NOBODY, theme=Theme.LIGHT)


# --- profile -----------------------------------------------------------------------------------------


def profiled(store: MemoryStore, now: datetime = NOW + HOUR, **changes: Any) -> Hunter:
    with store.write() as uow:
        hunter = change_profile(uow=uow, hunter_id=JIN, changes=ProfileChanges(**changes), now=now)
        uow.commit()
    return hunter


def test_name_and_picture_change_and_nothing_else(store: MemoryStore) -> None:
    before = stored(store)
    hunter = profiled(
        store, hunter_name="\uff33ung-Jin", avatar_style="fierce", avatar_url="https://example.com/a.png"
    )
    assert hunter == stored(store)
    assert hunter == replace(
        before,
        name="Sung-Jin",
        avatar_style="fierce",
        avatar_url="https://example.com/a.png",
        updated_at=NOW + HOUR,
    )


def test_a_picture_is_cleared_and_what_is_not_sent_stays(store: MemoryStore) -> None:
    profiled(store, avatar_url="https://example.com/a.png")
    assert profiled(store, avatar_style="calm").avatar_url == "https://example.com/a.png"
    assert profiled(store, avatar_url=None).avatar_url is None
    before = stored(store)
    assert profiled(store, now=NOW + DAY, avatar_style="calm") == before
    assert profiled(store, now=NOW + DAY) == before


def test_a_hunter_may_write_their_own_name_otherwise_and_not_take_anothers(store: MemoryStore) -> None:
    assert profiled(store, hunter_name="JINWOO").name == "JINWOO"
    before = stored(store)
    with pytest.raises(HunterNameTaken):
        profiled(store, hunter_name="HAEIN", avatar_style="fierce")
    assert stored(store) == before


def test_every_field_of_a_profile_that_breaks_its_rule_is_named(store: MemoryStore) -> None:
    before = stored(store)
    with pytest.raises(InvalidInput) as refusal:
        profiled(store, hunter_name="me", avatar_style="x" * 51, avatar_url="http://example.com")
    assert {field for field, _ in refusal.value.problems} == {"hunterName", "avatarStyle", "avatarUrl"}
    for style in ("", "\x00", "\ud800"):
        with pytest.raises(InvalidInput):
            profiled(store, avatar_style=style)
    assert stored(store) == before


def looked_up(store: MemoryStore, name: str, viewer_id: HunterId = HAEIN) -> Hunter:
    with store.read() as uow:
        return profile(uow=uow, name=name, viewer_id=viewer_id)


def test_a_public_profile_is_found_by_any_spelling_of_the_name(store: MemoryStore) -> None:
    for name in ("Jinwoo", "JINWOO", "\uff2ainwoo"):
        assert looked_up(store, name).id == JIN


@pytest.mark.parametrize("visibility", [Visibility.FRIENDS, Visibility.PRIVATE])
def test_a_hidden_profile_answers_as_if_it_did_not_exist_but_to_its_hunter(
    store: MemoryStore, visibility: Visibility
) -> None:
    changed(store, profile_visibility=visibility)
    told = set()
    for name in ("Jinwoo", "Nobody", "me", "\x00", "x" * 5000):
        with pytest.raises(NotFound) as refusal:
            looked_up(store, name)
        told.add(str(refusal.value))
    assert len(told) == 1
    assert looked_up(store, "Jinwoo", JIN).id == JIN


def test_a_deactivated_hunter_is_not_found(store: MemoryStore) -> None:
    with store.write() as uow:
        uow.hunters.save(replace(uow.hunters.lock(JIN), is_active=False))
        uow.commit()
    with pytest.raises(NotFound):
        looked_up(store, "Jinwoo")


# --- pauses ------------------------------------------------------------------------------------------


def planned(store: MemoryStore, start: int, until: int, now: datetime = NOW) -> UUID:
    with store.write() as uow:
        pause = plan_pause(
            uow=uow,
            hunter_id=JIN,
            start=TODAY + start * DAY,
            until=TODAY + until * DAY,
            now=now,
            limits=LIMITS,
        )
        uow.commit()
    return UUID(pause.id)


def listed(store: MemoryStore, now: datetime = NOW) -> list[tuple[int, int]]:
    with store.read() as uow:
        found = pauses(uow=uow, hunter_id=JIN, now=now)
    return [((pause.start - TODAY).days, (pause.until - TODAY).days) for pause in found]


def ended(store: MemoryStore, pause_id: UUID, now: datetime = NOW, hunter_id: HunterId = JIN) -> None:
    with store.write() as uow:
        end_pause(uow=uow, hunter_id=hunter_id, pause_id=PauseId(pause_id), now=now)
        uow.commit()


def test_a_pause_is_planned_listed_and_taken_back(store: MemoryStore) -> None:
    later, soon = planned(store, 7, 9), planned(store, 0, 2)
    assert listed(store) == [(0, 2), (7, 9)]
    assert listed(store, now=NOW + 3 * DAY) == [(7, 9)]
    ended(store, later)
    ended(store, soon, now=NOW + DAY)
    assert listed(store, now=NOW + DAY) == []
    assert stored(store).calendar.covered(TODAY)
    assert stored(store).updated_at == NOW + DAY


def test_a_pause_begins_on_the_hunters_own_today(store: MemoryStore) -> None:
    # It is 12:00 UTC, and 02:00 of the next day in Kiritimati from tomorrow on.
    changed(store, timezone="Pacific/Kiritimati")
    with pytest.raises(InvalidInput):
        planned(store, 1, 1, now=NOW + DAY)
    planned(store, 2, 2, now=NOW + DAY)


def test_a_pause_of_someone_else_or_one_that_has_passed_is_not_found(store: MemoryStore) -> None:
    pause = planned(store, 0, 1)
    for pause_id, now, hunter_id in (
        (pause, NOW, HAEIN),
        (an_id("none"), NOW, JIN),
        (pause, NOW + 2 * DAY, JIN),
        (pause, NOW, NOBODY),
    ):
        with pytest.raises(NotFound):
            ended(store, pause_id, now, hunter_id)
    assert listed(store) == [(0, 1)]


def test_the_fifty_first_pause_is_refused_and_not_stored(store: MemoryStore) -> None:
    for _ in range(50):
        planned(store, 1, 1)
    with pytest.raises(PauseLimitReached):
        planned(store, 1, 1)
    assert len(listed(store)) == 50


def test_a_missed_day_in_a_pause_keeps_the_streak_and_one_after_it_ends_it(store: MemoryStore) -> None:
    with store.write() as uow:
        uow.hunters.save(replace(uow.hunters.lock(JIN), streak=7, max_streak=7, last_day=TODAY - DAY))
        uow.commit()
    planned(store, 0, 3)
    rules = a_rulebook().streaks
    streaks = [stored(store).effective_streak(TODAY + ahead * DAY, rules) for ahead in range(7)]
    assert streaks == [7, 7, 7, 7, 7, 0, 0]

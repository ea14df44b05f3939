"""Days by the hunter's own clock, through HTTP: what clocks and frontiers do costs no streak day, and gives none."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.servers.app import App
from tests.servers.client import Client
from tests.servers.clock import MovableClock


class Story:
    """One hunter with one daily quest, and the clock that the test moves."""

    def __init__(self, app: App, clock: MovableClock) -> None:
        self.clock = clock
        self.client = Client(app.url)
        self.quest_id = ""

    def begin(self, at: datetime, zone: str) -> None:
        """Let the story begin in *zone*."""
        self.clock.set(at)
        self.client.register(zone=zone)
        self.quest_id = self.client.create_quest(completionsPerDay=10)["id"]

    def complete(self, at: datetime) -> tuple[date, int]:
        """Complete the quest at that moment; return the local day and the streak that the answer tells."""
        self.clock.set(at)
        data = self.client.complete(self.quest_id).data
        return date.fromisoformat(data["completion"]["localDay"]), data["userUpdates"]["newStreak"]

    def streaks(self) -> tuple[int, int]:
        """Return the effective streak and the longest one."""
        me = self.client.me()
        return me["currentStreak"], me["maxStreak"]


@pytest.fixture(scope="module")
def audited_app(clocked_app: App) -> Iterator[App]:
    """The server, audited when all stories have been told."""
    yield clocked_app
    audited = clocked_app.audit()
    assert audited.returncode == 0, audited.stdout + audited.stderr


@pytest.fixture
def story(audited_app: App, movable_clock: MovableClock) -> Iterator[Story]:
    told = Story(audited_app, movable_clock)
    yield told
    told.client.close()


def local(zone: str, *when: int, fold: int = 0) -> datetime:
    """Return the instant at which the clock of *zone* shows that."""
    year, month, day, hour, minute = when
    return datetime(year, month, day, hour, minute, tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)


@pytest.mark.parametrize(
    ("zone", "first", "hours"),
    [
        # the clocks go back in the night to 1 November
        ("America/New_York", (2026, 10, 31, 23, 30), 25),
        # and forward in the night to 8 March
        ("America/New_York", (2026, 3, 7, 23, 30), 23),
        # half an hour back on 5 April
        ("Australia/Lord_Howe", (2026, 4, 4, 23, 45), 24.5),
    ],
)
def test_the_same_hour_on_two_days_across_a_change_of_the_clocks_is_two_days(
    story: Story, zone: str, first: tuple[int, ...], hours: float
) -> None:
    evening = local(zone, *first)
    story.begin(evening - timedelta(hours=1), zone)
    today = date(*first[:3])

    assert story.complete(evening) == (today, 1)
    assert story.complete(evening + timedelta(hours=hours)) == (today + timedelta(days=1), 2)
    assert story.streaks() == (2, 2)
    # a minute after the end of the day after, the streak is gone
    story.clock.set(local(zone, *first) + timedelta(hours=hours) + timedelta(hours=24, minutes=31))
    assert story.streaks() == (0, 2)


def test_a_day_of_25_hours_is_one_day(story: Story) -> None:
    zone = "America/New_York"
    story.begin(local(zone, 2026, 10, 31, 12, 0), zone)
    story.complete(local(zone, 2026, 10, 31, 12, 1))

    # half past one comes twice
    assert story.complete(local(zone, 2026, 11, 1, 1, 30)) == (date(2026, 11, 1), 2)
    assert story.complete(local(zone, 2026, 11, 1, 1, 30, fold=1)) == (date(2026, 11, 1), 2)
    assert story.complete(local(zone, 2026, 11, 1, 23, 59)) == (date(2026, 11, 1), 2)
    assert story.complete(local(zone, 2026, 11, 2, 0, 0)) == (date(2026, 11, 2), 3)


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("Africa/Cairo", date(2026, 4, 24)),
        ("America/Havana", date(2026, 3, 8)),
        ("Asia/Beirut", date(2026, 3, 29)),
    ],
)
def test_a_day_without_a_midnight_begins_where_the_clock_jumps(story: Story, zone: str, day: date) -> None:
    before, after = day - timedelta(days=1), day + timedelta(days=1)
    last = local(zone, before.year, before.month, before.day, 23, 59)
    story.begin(last - timedelta(hours=3), zone)

    assert story.complete(last) == (before, 1)
    # one minute later it is one o'clock of the next day
    assert story.complete(last + timedelta(minutes=1)) == (day, 2)
    assert story.complete(local(zone, day.year, day.month, day.day, 23, 59)) == (day, 2)
    assert story.complete(local(zone, after.year, after.month, after.day, 0, 0)) == (after, 3)
    assert story.streaks() == (3, 3)


def test_who_moves_from_kiritimati_to_pago_pago_and_back_gains_and_loses_no_day(story: Story) -> None:
    east, west = "Pacific/Kiritimati", "Pacific/Pago_Pago"
    story.begin(local(east, 2026, 6, 8, 12, 0), east)
    assert story.complete(local(east, 2026, 6, 8, 12, 0)) == (date(2026, 6, 8), 1)
    assert story.complete(local(east, 2026, 6, 9, 12, 0)) == (date(2026, 6, 9), 2)
    assert story.complete(local(east, 2026, 6, 10, 12, 0)) == (date(2026, 6, 10), 3)

    assert story.client.patch("/api/users/me/settings", {"timezone": west}).status == 200
    # until the day ends where the hunter was, it is that day; Pago Pago's own 10 June is then still to come
    assert story.complete(local(east, 2026, 6, 10, 23, 59)) == (date(2026, 6, 10), 3)
    assert story.complete(local(east, 2026, 6, 11, 0, 0)) == (date(2026, 6, 11), 4)
    assert story.complete(local(west, 2026, 6, 10, 12, 0)) == (date(2026, 6, 11), 4)
    assert story.complete(local(west, 2026, 6, 11, 23, 59)) == (date(2026, 6, 11), 4)
    assert story.complete(local(west, 2026, 6, 12, 0, 0)) == (date(2026, 6, 12), 5)

    # and back: the 13th does not come to pass, and costs nothing
    assert story.client.patch("/api/users/me/settings", {"timezone": east}).status == 200
    assert story.complete(local(west, 2026, 6, 12, 23, 59)) == (date(2026, 6, 12), 5)
    assert story.complete(local(west, 2026, 6, 13, 0, 0)) == (date(2026, 6, 14), 6)
    assert story.complete(local(east, 2026, 6, 15, 0, 0)) == (date(2026, 6, 15), 7)
    assert story.streaks() == (7, 7)


def test_a_zone_that_skips_a_date_costs_no_streak(story: Story) -> None:
    # Nobody had the 30th of December 2011 in Samoa.
    zone = "Pacific/Apia"
    story.begin(local(zone, 2011, 12, 28, 12, 0), zone)

    assert story.complete(local(zone, 2011, 12, 28, 12, 0)) == (date(2011, 12, 28), 1)
    assert story.complete(local(zone, 2011, 12, 29, 12, 0)) == (date(2011, 12, 29), 2)
    assert story.complete(local(zone, 2011, 12, 31, 12, 0)) == (date(2011, 12, 31), 3)


def test_a_day_that_begins_at_four_ends_at_four(story: Story) -> None:
    zone = "Europe/Berlin"
    story.begin(local(zone, 2026, 11, 2, 12, 0), zone)
    assert story.client.patch("/api/users/me/settings", {"dayStart": "04:00"}).status == 200

    assert story.complete(local(zone, 2026, 11, 2, 23, 59)) == (date(2026, 11, 2), 1)
    # from midnight on the new day start holds, and never is it yesterday again
    assert story.complete(local(zone, 2026, 11, 3, 0, 0)) == (date(2026, 11, 3), 2)
    assert story.complete(local(zone, 2026, 11, 4, 3, 59)) == (date(2026, 11, 3), 2)
    assert story.complete(local(zone, 2026, 11, 4, 4, 0)) == (date(2026, 11, 4), 3)


def test_a_zone_is_changed_once_in_24_hours_and_a_change_that_waits_may_be_taken_back(story: Story) -> None:
    story.begin(local("UTC", 2026, 11, 2, 12, 0), "UTC")
    change = "/api/users/me/settings"

    assert story.client.patch(change, {"timezone": "Asia/Tokyo"}).status == 200
    story.clock.set(local("UTC", 2026, 11, 3, 11, 0))
    assert story.client.patch(change, {"timezone": "Europe/Paris"}).code == "SETTINGS_CHANGE_TOO_SOON"
    story.clock.set(local("UTC", 2026, 11, 3, 12, 1))
    assert story.client.patch(change, {"timezone": "Europe/Paris"}).status == 200
    assert story.client.patch(change, {"timezone": "Asia/Tokyo"}).status == 200
    assert story.client.get(change).data["pending"] is None

"""What a store of hunters promises."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from hunter_adapters.testing.builders import NOW, a_hunter, an_account, registered
from hunter_adapters.testing.contract.under_test import UnderTest
from hunter_core.days import Calendar, Pause, RestDays, ZonePeriod
from hunter_core.errors import HunterNameTaken, NotFound
from hunter_core.hunters.hunter import DifficultyCounts
from hunter_core.words import Attributes, Rank

MONDAY = date(2026, 11, 23)
A_FULL_CALENDAR = Calendar(
    zones=(
        ZonePeriod("Africa/Cairo", 90),
        ZonePeriod(
            "Pacific/Chatham",
            180,
            since=datetime(2026, 11, 22, 23, 30, tzinfo=UTC),
            first_day=MONDAY,
            chosen_at=datetime(2026, 11, 22, 12, 0, 0, 1, tzinfo=UTC),
        ),
    ),
    rests=(RestDays(MONDAY, (5, 6)), RestDays(date(2026, 12, 1), ())),
    pauses=(Pause("019c2e5a-0000-7000-8000-000000000001", MONDAY, date(2026, 11, 30)),),
)


class HuntersContract:
    """`Hunters`."""

    def test_a_hunter_comes_back_as_they_were_kept(self, under_test: UnderTest) -> None:
        hunter = a_hunter(
            "Zoë-_9",
            calendar=A_FULL_CALENDAR,
            avatar_style="shy",
            avatar_url="https://example.org/ü.png",
            is_active=False,
            total_xp=2**53 + 1,
            level=94_906_266,
            rank=Rank.S,
            xp_reached_at=NOW.replace(microsecond=123456),
            streak=7,
            max_streak=21,
            freezes=2,
            last_day=MONDAY,
            attributes=Attributes(1, 2, 3, 4, 5, 6),
            completed=DifficultyCounts(7, 8, 9),
        )

        registered(under_test.store, hunter)

        with under_test.store.read() as uow:
            assert uow.hunters.get(hunter.id) == hunter
        with under_test.store.write() as uow:
            assert uow.hunters.lock(hunter.id) == hunter

    def test_a_hunter_who_has_done_nothing_comes_back_so(self, under_test: UnderTest) -> None:
        hunter = registered(under_test.store, a_hunter())

        with under_test.store.read() as uow:
            assert uow.hunters.get(hunter.id) == hunter

    def test_every_column_can_be_changed(self, under_test: UnderTest) -> None:
        hunter = registered(under_test.store, a_hunter())
        changed = replace(
            hunter,
            name="Other",
            updated_at=NOW.replace(hour=13),
            calendar=A_FULL_CALENDAR,
            avatar_style="bold",
            avatar_url="https://example.org/a.png",
            is_active=False,
            total_xp=1600,
            level=5,
            rank=Rank.E,
            xp_reached_at=NOW,
            streak=1,
            max_streak=2,
            freezes=1,
            last_day=MONDAY,
            attributes=Attributes(6, 5, 4, 3, 2, 1),
            completed=DifficultyCounts(1, 2, 3),
            catalogue="0123456789abcdef",
        )
        with under_test.store.write() as uow:
            uow.hunters.lock(hunter.id)
            uow.hunters.save(changed)
            uow.commit()

        with under_test.store.read() as uow:
            assert uow.hunters.get(hunter.id) == changed

    def test_hunters_are_read_together_and_who_is_not_there_is_left_out(self, under_test: UnderTest) -> None:
        found = [registered(under_test.store, a_hunter(name)) for name in ("Jinwoo", "Jinah", "Chae")]
        asked = [found[0].id, a_hunter("Nobody").id, found[2].id]

        with under_test.store.read() as uow:
            assert uow.hunters.get_all(asked) == {each.id: each for each in (found[0], found[2])}
            assert uow.hunters.get_all([]) == {}

    def test_a_hunter_is_found_by_name_however_it_is_written(self, under_test: UnderTest) -> None:
        hunter = registered(under_test.store, a_hunter("Straße"))

        with under_test.store.read() as uow:
            assert uow.hunters.by_name("STRASSE") == hunter
            assert uow.hunters.by_name("straße") == hunter
            with pytest.raises(NotFound):
                uow.hunters.by_name("Strase")

    def test_who_is_not_there_is_not_found(self, under_test: UnderTest) -> None:
        nobody = a_hunter("Nobody").id
        with under_test.store.read() as uow, pytest.raises(NotFound):
            uow.hunters.get(nobody)
        with under_test.store.write() as uow, pytest.raises(NotFound):
            uow.hunters.lock(nobody)

    def test_a_name_is_taken_once_however_it_is_written(self, under_test: UnderTest) -> None:
        registered(under_test.store, a_hunter("Jinwoo"))
        other = replace(a_hunter("Other"), name="JINWOO")

        with pytest.raises(HunterNameTaken), under_test.store.write() as uow:
            uow.accounts.add(an_account("Other"))
            uow.hunters.add(other)
            uow.commit()

        with under_test.store.read() as uow:
            assert uow.accounts.by_email("other@example.org") is None
            with pytest.raises(NotFound):
                uow.hunters.get(other.id)

    def test_a_name_cannot_be_changed_to_one_that_is_taken(self, under_test: UnderTest) -> None:
        hunter = registered(under_test.store, a_hunter("Jinwoo"))
        registered(under_test.store, a_hunter("Jinah"))

        with pytest.raises(HunterNameTaken), under_test.store.write() as uow:
            uow.hunters.save(replace(uow.hunters.lock(hunter.id), name="jinah"))
            uow.commit()
        with under_test.store.write() as uow:
            uow.hunters.save(replace(uow.hunters.lock(hunter.id), name="JinWoo"))
            uow.commit()

        with under_test.store.read() as uow:
            assert uow.hunters.get(hunter.id).name == "JinWoo"

    def test_a_hunter_without_an_account_is_not_kept(self, under_test: UnderTest) -> None:
        with pytest.raises(under_test.broken), under_test.store.write() as uow:
            uow.hunters.add(a_hunter())
            uow.commit()

"""What the stores of quests, of what was done of them, and of skipped days promise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from hunter_adapters.testing.builders import NOW, TODAY, a_completion, a_hunter, a_quest, registered
from hunter_adapters.testing.contract.under_test import UnderTest
from hunter_core.errors import NotFound
from hunter_core.quests.listing import QuestFilter, QuestSort
from hunter_core.quests.quest import Frequency, Quest, QuestVersion
from hunter_core.rules.schedules import EveryDay, EveryNDays, OnWeekdays, Period, Times
from hunter_core.words import Attribute, Difficulty, QuestType

HUNTER = a_hunter()
OTHER = a_hunter("Jinah")
EVERYTHING = QuestFilter()


def _titles(under_test: UnderTest, matching: QuestFilter, sort: QuestSort = QuestSort.TITLE) -> list[str]:
    with under_test.store.read() as uow:
        quests, total = uow.quests.page(HUNTER.id, matching=matching, sort=sort, page=1, limit=100)
    assert total == len(quests)
    return [quest.title for quest in quests]


class QuestsContract:
    """`Quests`."""

    def test_a_quest_comes_back_as_it_was_kept(self, under_test: UnderTest) -> None:
        full = a_quest(
            HUNTER,
            "Lift “heavy” things 🏋",
            type=QuestType.RECURRING,
            frequency=Frequency.CUSTOM,
            description="Line one\nline two",
            difficulty=Difficulty.HARD,
            base_xp=500,
            attributes=(Attribute.STRENGTH, Attribute.LUCK),
            reminder_time=time(6, 30),
            deadline=datetime(2027, 1, 1, 22, 59, 59, 999999, tzinfo=UTC),
            completions_per_day=50,
            estimated_time=86_400,
            is_ai_generated=True,
            ai_confidence=0.75,
            archived_at=NOW,
            versions=(
                QuestVersion(date(2026, 1, 1), EveryDay()),
                QuestVersion(date(2026, 2, 1), OnWeekdays((0, 4)), 2, False),
                QuestVersion(date(2026, 3, 1), EveryNDays(3, date(2026, 3, 1)), 3, True, date(2026, 3, 30)),
                QuestVersion(date(2026, 4, 1), Times(3, Period.MONTH, True), 50),
            ),
        )
        bare = a_quest(HUNTER, "Bare")
        registered(under_test.store, HUNTER, full, bare)

        with under_test.store.read() as uow:
            assert uow.quests.get(HUNTER.id, full.id) == full
            assert uow.quests.get(HUNTER.id, bare.id) == bare

    def test_someone_elses_quest_is_not_found(self, under_test: UnderTest) -> None:
        quest = a_quest(OTHER)
        registered(under_test.store, HUNTER)
        registered(under_test.store, OTHER, quest)

        with under_test.store.read() as uow, pytest.raises(NotFound):
            uow.quests.get(HUNTER.id, quest.id)

    def test_a_quest_can_be_changed(self, under_test: UnderTest) -> None:
        quest = a_quest(HUNTER)
        registered(under_test.store, HUNTER, quest)
        changed = replace(
            quest,
            title="Other",
            base_xp=7,
            description="more",
            is_active=False,
            archived_at=NOW,
            updated_at=NOW,
            versions=(*quest.versions, QuestVersion(TODAY, OnWeekdays((1,)), 1, False, TODAY)),
        )
        with under_test.store.write() as uow:
            uow.hunters.lock(HUNTER.id)
            uow.quests.save(changed)
            uow.commit()

        with under_test.store.read() as uow:
            assert uow.quests.get(HUNTER.id, quest.id) == changed

    def test_open_quests_are_active_unarchived_and_oldest_first(self, under_test: UnderTest) -> None:
        young = a_quest(HUNTER, "Young", created_at=NOW)
        old = a_quest(HUNTER, "Old", created_at=NOW - timedelta(days=9))
        off = a_quest(HUNTER, "Off", is_active=False)
        archived = a_quest(HUNTER, "Archived", archived_at=NOW)
        registered(under_test.store, HUNTER, young, old, off, archived)
        registered(under_test.store, OTHER, a_quest(OTHER))

        with under_test.store.read() as uow:
            assert set(uow.quests.open(HUNTER.id)) == {old, young}
            assert uow.quests.count_open(HUNTER.id) == 2

    def test_a_list_shows_what_matches_and_never_what_is_archived(self, under_test: UnderTest) -> None:
        daily = a_quest(HUNTER, "Daily", attributes=[Attribute.LUCK, Attribute.CHARISMA])
        once = a_quest(HUNTER, "Once", type=QuestType.ONE_TIME, difficulty=Difficulty.HARD)
        off = a_quest(HUNTER, "Off", is_active=False, attributes=[Attribute.LUCK])
        archived = a_quest(HUNTER, "Archived", archived_at=NOW)
        registered(under_test.store, HUNTER, daily, once, off, archived)
        registered(under_test.store, OTHER, a_quest(OTHER, "Theirs"))

        assert _titles(under_test, EVERYTHING) == ["Daily", "Off", "Once"]
        assert _titles(under_test, QuestFilter(type=QuestType.ONE_TIME)) == ["Once"]
        assert _titles(under_test, QuestFilter(is_active=True)) == ["Daily", "Once"]
        assert _titles(under_test, QuestFilter(is_active=False)) == ["Off"]
        assert _titles(under_test, QuestFilter(difficulty=Difficulty.HARD)) == ["Once"]
        assert _titles(under_test, QuestFilter(attribute=Attribute.LUCK)) == ["Daily", "Off"]
        assert _titles(under_test, QuestFilter(attribute=Attribute.STRENGTH)) == []
        assert _titles(under_test, QuestFilter(attribute=Attribute.LUCK, is_active=True)) == ["Daily"]
        assert _titles(under_test, QuestFilter(among=frozenset({daily.id, archived.id}))) == ["Daily"]
        assert _titles(under_test, QuestFilter(among=frozenset())) == []
        assert _titles(under_test, QuestFilter(besides=frozenset({daily.id, off.id}))) == ["Once"]

    @pytest.mark.parametrize(
        ("sort", "order"),
        [
            (QuestSort.OLDEST, "bac"),
            (QuestSort.NEWEST, "cab"),
            (QuestSort.EARLIEST_CHANGE, "cba"),
            (QuestSort.LATEST_CHANGE, "abc"),
            (QuestSort.LEAST_XP, "cab"),
            (QuestSort.MOST_XP, "bac"),
            (QuestSort.EARLIEST_DEADLINE, "bca"),
            (QuestSort.LATEST_DEADLINE, "cba"),
            (QuestSort.TITLE, "abc"),
            (QuestSort.TITLE_BACKWARDS, "cba"),
        ],
    )
    def test_a_list_is_sorted_as_asked(self, under_test: UnderTest, sort: QuestSort, order: str) -> None:
        def at(day: int) -> datetime:
            return NOW + timedelta(days=day)

        quests = [
            a_quest(HUNTER, "a", created_at=at(2), updated_at=at(9), base_xp=20),
            a_quest(HUNTER, "b", created_at=at(1), updated_at=at(8), base_xp=30, deadline=at(1)),
            a_quest(HUNTER, "c", created_at=at(3), updated_at=at(7), base_xp=10, deadline=at(2)),
        ]
        registered(under_test.store, HUNTER, *quests)

        assert "".join(_titles(under_test, EVERYTHING, sort)) == order

    def test_titles_sort_by_code_points(self, under_test: UnderTest) -> None:
        titles = ["a", "B", "Z", "ä", "z", "Ä", "_", "1", "日本"]
        registered(under_test.store, HUNTER, *(a_quest(HUNTER, title) for title in titles))

        assert _titles(under_test, EVERYTHING, QuestSort.TITLE) == sorted(titles)
        assert _titles(under_test, EVERYTHING, QuestSort.TITLE_BACKWARDS) == sorted(titles, reverse=True)

    @pytest.mark.parametrize("sort", [QuestSort.MOST_XP, QuestSort.LEAST_XP, QuestSort.LATEST_DEADLINE])
    def test_equal_places_are_told_apart_by_id_and_pages_do_not_overlap(
        self, under_test: UnderTest, sort: QuestSort
    ) -> None:
        quests = [a_quest(HUNTER, f"quest {n}") for n in range(7)]
        registered(under_test.store, HUNTER, *quests)

        found: list[Quest] = []
        with under_test.store.read() as uow:
            for page in (1, 2, 3, 4):
                some, total = uow.quests.page(HUNTER.id, matching=EVERYTHING, sort=sort, page=page, limit=3)
                assert total == 7
                found.extend(some)

        assert found == sorted(quests, key=lambda quest: quest.id)

    def test_a_quest_of_nobody_is_not_kept(self, under_test: UnderTest) -> None:
        with pytest.raises(under_test.broken), under_test.store.write() as uow:
            uow.quests.add(a_quest(a_hunter("Nobody")))
            uow.commit()


def _done(under_test: UnderTest, quest: Quest, days: Sequence[date], *, voided: Sequence[date] = ()) -> None:
    with under_test.store.write() as uow:
        uow.hunters.lock(quest.hunter_id)
        for number, day in enumerate((*days, *voided)):
            at = datetime.combine(day, time(12), UTC)
            completion = a_completion(quest, number, at=at)
            uow.completions.add(completion)
            if number >= len(days):
                uow.completions.void(replace(completion, voided_at=NOW))
        uow.commit()


class QuestHistoryContract:
    """`QuestHistory`."""

    def test_standing_completions_are_counted_by_quest_and_day(self, under_test: UnderTest) -> None:
        first, second, never, theirs = (
            a_quest(HUNTER, "first"),
            a_quest(HUNTER, "second"),
            a_quest(HUNTER, "never"),
            a_quest(OTHER),
        )
        registered(under_test.store, HUNTER, first, second, never)
        registered(under_test.store, OTHER, theirs)
        before = TODAY - timedelta(days=3)
        _done(under_test, first, [TODAY, TODAY, before], voided=[TODAY, TODAY - timedelta(days=1)])
        _done(under_test, second, [before])
        _done(under_test, theirs, [TODAY])
        ids = [first.id, second.id, never.id]

        with under_test.store.read() as uow:
            ever = uow.quest_history.counts(HUNTER.id, ids, since=None)
            lately = uow.quest_history.counts(HUNTER.id, ids, since=TODAY)
            on_the_edge = uow.quest_history.counts(HUNTER.id, [second.id], since=before)
            totals = uow.quest_history.totals(HUNTER.id, ids)
            nothing = uow.quest_history.counts(HUNTER.id, [], since=None)

        assert {key: dict(days) for key, days in ever.items()} == {
            first.id: {TODAY: 2, before: 1},
            second.id: {before: 1},
        }
        assert {key: dict(days) for key, days in lately.items()} == {first.id: {TODAY: 2}}
        assert {key: dict(days) for key, days in on_the_edge.items()} == {second.id: {before: 1}}
        assert dict(totals) == {first.id: 3, second.id: 1}
        assert dict(nothing) == {}

    def test_someone_elses_quest_has_no_counts(self, under_test: UnderTest) -> None:
        theirs = a_quest(OTHER)
        registered(under_test.store, HUNTER)
        registered(under_test.store, OTHER, theirs)
        _done(under_test, theirs, [TODAY])

        with under_test.store.read() as uow:
            assert dict(uow.quest_history.counts(HUNTER.id, [theirs.id], since=None)) == {}
            assert dict(uow.quest_history.totals(HUNTER.id, [theirs.id])) == {}

    def test_as_many_quests_as_a_hunter_can_have_are_counted_at_once(self, under_test: UnderTest) -> None:
        quests = [a_quest(HUNTER, f"quest {n}") for n in range(501)]
        registered(under_test.store, HUNTER, *quests)
        _done(under_test, quests[0], [TODAY])
        _done(under_test, quests[500], [TODAY])

        with under_test.store.read() as uow:
            totals = uow.quest_history.totals(HUNTER.id, [quest.id for quest in quests])

        assert dict(totals) == {quests[0].id: 1, quests[500].id: 1}


class SkipsContract:
    """`Skips`."""

    def test_a_day_is_skipped_once(self, under_test: UnderTest) -> None:
        quest, other = a_quest(HUNTER, "first"), a_quest(HUNTER, "second")
        registered(under_test.store, HUNTER, quest, other)
        yesterday = TODAY - timedelta(days=1)
        with under_test.store.write() as uow:
            uow.hunters.lock(HUNTER.id)
            assert uow.skips.add(HUNTER.id, quest.id, TODAY, at=NOW) is True
            assert uow.skips.add(HUNTER.id, quest.id, TODAY, at=NOW) is False
            assert uow.skips.add(HUNTER.id, quest.id, yesterday, at=NOW) is True
            uow.commit()
        with under_test.store.write() as uow:
            uow.hunters.lock(HUNTER.id)
            assert uow.skips.add(HUNTER.id, quest.id, TODAY, at=NOW) is False
            uow.commit()

        with under_test.store.read() as uow:
            ever = uow.skips.since(HUNTER.id, [quest.id, other.id], since=None)
            lately = uow.skips.since(HUNTER.id, [quest.id], since=TODAY)
            elsewhere = uow.skips.since(OTHER.id, [quest.id], since=None)

        assert {key: set(days) for key, days in ever.items()} == {quest.id: {TODAY, yesterday}}
        assert {key: set(days) for key, days in lately.items()} == {quest.id: {TODAY}}
        assert dict(elsewhere) == {}

    def test_a_day_of_someone_elses_quest_is_not_skipped(self, under_test: UnderTest) -> None:
        theirs = a_quest(OTHER)
        registered(under_test.store, HUNTER)
        registered(under_test.store, OTHER, theirs)

        with pytest.raises(under_test.broken), under_test.store.write() as uow:
            uow.hunters.lock(HUNTER.id)
            uow.skips.add(HUNTER.id, theirs.id, TODAY, at=NOW)
            uow.commit()

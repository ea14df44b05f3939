"""What the stores of completions and unlocks promise."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

import pytest

from hunter_adapters.testing.builders import (
    NOW,
    TODAY,
    a_completion,
    a_hunter,
    a_quest,
    an_unlock,
    registered,
)
from hunter_adapters.testing.contract.under_test import UnderTest
from hunter_core.rules.rewards import XpBreakdown
from hunter_core.words import Attributes, Difficulty

HUNTER = a_hunter()
OTHER = a_hunter("Jinah")


class CompletionsContract:
    """`Completions`."""

    def test_a_completion_comes_back_as_it_was_kept(self, under_test: UnderTest) -> None:
        quest = a_quest(HUNTER)
        registered(under_test.store, HUNTER, quest)
        full = a_completion(
            quest,
            "full",
            at=NOW.replace(microsecond=1),
            local_day=TODAY - timedelta(days=1),
            recorded_at=NOW + timedelta(hours=3),
            difficulty=Difficulty.EASY,
            gains=Attributes(1, 0, 2, 0, 0, 5),
            time_spent=86_400,
            difficulty_override=Difficulty.EASY,
            notes="Fünf, 𝔰𝔢𝔠𝔥𝔰\n",
        )
        full = replace(full, xp=XpBreakdown(90, Fraction(7, 10), 36, 13, 112))
        bare = a_completion(quest, "bare")
        with under_test.store.write() as uow:
            uow.hunters.lock(HUNTER.id)
            uow.completions.add(full)
            uow.completions.add(bare)
            uow.commit()

        with under_test.store.read() as uow:
            assert uow.completions.of_quest(HUNTER.id, quest.id, page=1, limit=5) == ([full, bare], 2)
            assert uow.histories.read(HUNTER.id).completions == [bare, full]

    def test_a_voided_completion_leaves_the_list_and_stays_in_the_history(
        self, under_test: UnderTest
    ) -> None:
        quest = a_quest(HUNTER)
        registered(under_test.store, HUNTER, quest)
        gone, kept = a_completion(quest, 1), a_completion(quest, 2, at=NOW + timedelta(seconds=1))
        voided = replace(gone, voided_at=NOW + timedelta(hours=1))
        with under_test.store.write() as uow:
            uow.hunters.lock(HUNTER.id)
            uow.completions.add(gone)
            uow.completions.add(kept)
            uow.completions.void(voided)
            uow.commit()

        with under_test.store.read() as uow:
            assert uow.completions.of_quest(HUNTER.id, quest.id, page=1, limit=5) == ([kept], 1)
            assert uow.histories.read(HUNTER.id).completions == [voided, kept]

    def test_pages_go_from_the_latest_recorded_back(self, under_test: UnderTest) -> None:
        quest, other = a_quest(HUNTER), a_quest(HUNTER, "other")
        registered(under_test.store, HUNTER, quest, other)
        done = [a_completion(quest, n, at=NOW + timedelta(minutes=n)) for n in range(5)]
        with under_test.store.write() as uow:
            uow.hunters.lock(HUNTER.id)
            for completion in (done[3], done[0], done[4], done[1], done[2], a_completion(other)):
                uow.completions.add(completion)
            uow.commit()

        with under_test.store.read() as uow:
            pages = [
                uow.completions.of_quest(HUNTER.id, quest.id, page=page, limit=2) for page in (1, 2, 3, 4)
            ]

        latest_first = done[::-1]
        assert pages == [(latest_first[:2], 5), (latest_first[2:4], 5), (latest_first[4:], 5), ([], 5)]

    def test_a_completion_of_someone_elses_quest_is_not_kept(self, under_test: UnderTest) -> None:
        theirs = a_quest(OTHER)
        registered(under_test.store, HUNTER)
        registered(under_test.store, OTHER, theirs)

        with pytest.raises(under_test.broken), under_test.store.write() as uow:
            uow.hunters.lock(HUNTER.id)
            uow.completions.add(replace(a_completion(theirs), hunter_id=HUNTER.id))
            uow.commit()

    def test_a_completion_is_kept_once(self, under_test: UnderTest) -> None:
        quest = a_quest(HUNTER)
        registered(under_test.store, HUNTER, quest)

        with pytest.raises(under_test.broken), under_test.store.write() as uow:
            uow.hunters.lock(HUNTER.id)
            uow.completions.add(a_completion(quest))
            uow.completions.add(a_completion(quest))
            uow.commit()

        with under_test.store.read() as uow:
            assert uow.histories.read(HUNTER.id).completions == []


class UnlocksContract:
    """`Unlocks`."""

    def test_standing_unlocks_come_latest_first(self, under_test: UnderTest) -> None:
        quest = a_quest(HUNTER)
        registered(under_test.store, HUNTER, quest)
        completion = a_completion(quest)
        first = an_unlock(completion, "awakening", xp_reward=25)
        later = an_unlock(completion, "week-of-fire", unlocked_at=NOW + timedelta(minutes=1))
        with under_test.store.write() as uow:
            uow.hunters.lock(HUNTER.id)
            uow.completions.add(completion)
            uow.unlocks.add([first, later])
            uow.commit()

        with under_test.store.read() as uow:
            assert list(uow.unlocks.standing(HUNTER.id)) == [later, first]
            assert list(uow.unlocks.standing(OTHER.id)) == []
            assert set(uow.histories.read(HUNTER.id).unlocks) == {first, later}

    def test_what_is_taken_back_can_be_earned_again_as_a_new_row(self, under_test: UnderTest) -> None:
        quest = a_quest(HUNTER)
        registered(under_test.store, HUNTER, quest)
        gone, cause = a_completion(quest, 1), a_completion(quest, 2)
        first = an_unlock(gone)
        taken = replace(first, taken_back_at=NOW + timedelta(hours=1))
        again = an_unlock(cause, unlocked_at=NOW + timedelta(hours=1))
        with under_test.store.write() as uow:
            uow.hunters.lock(HUNTER.id)
            uow.completions.add(gone)
            uow.completions.add(cause)
            uow.unlocks.add([first])
            uow.commit()
        with under_test.store.write() as uow:
            uow.hunters.lock(HUNTER.id)
            uow.unlocks.take_back([taken])
            uow.unlocks.add([again])
            uow.commit()

        with under_test.store.read() as uow:
            assert list(uow.unlocks.standing(HUNTER.id)) == [again]
            assert set(uow.histories.read(HUNTER.id).unlocks) == {taken, again}

    def test_an_achievement_is_held_once(self, under_test: UnderTest) -> None:
        quest = a_quest(HUNTER)
        registered(under_test.store, HUNTER, quest)
        one, two = a_completion(quest, 1), a_completion(quest, 2)

        with pytest.raises(under_test.broken), under_test.store.write() as uow:
            uow.hunters.lock(HUNTER.id)
            uow.completions.add(one)
            uow.completions.add(two)
            uow.unlocks.add([an_unlock(one)])
            uow.unlocks.add([an_unlock(two)])
            uow.commit()

        with under_test.store.read() as uow:
            assert list(uow.unlocks.standing(HUNTER.id)) == []

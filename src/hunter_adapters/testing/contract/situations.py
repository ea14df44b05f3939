"""What reading a situation promises: the facts as they stand, and nobody else's."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from hunter_adapters.testing.builders import (
    NOW,
    TODAY,
    a_completion,
    a_day,
    a_hunter,
    a_quest,
    a_request,
    an_answer,
    an_entry,
    an_event,
    an_unlock,
    registered,
)
from hunter_adapters.testing.contract.under_test import UnderTest
from hunter_core.completions.situation import CompletionFacts, VoidFacts
from hunter_core.errors import NotFound
from hunter_core.hunters.hunter import Hunter
from hunter_core.ids import CompletionId, EntryId
from hunter_core.ledger.days import DayRow
from hunter_core.ledger.entry import reversal_of
from hunter_core.quests.quest import Quest
from hunter_core.words import EntryKind

HUNTER = a_hunter()
OTHER = a_hunter("Jinah")
QUEST = a_quest(HUNTER)
OTHER_QUEST = a_quest(HUNTER, "Reading")


def _day(offset: int) -> date:
    return TODAY + timedelta(days=offset)


def _facts(
    under_test: UnderTest,
    *,
    hunter: Hunter = HUNTER,
    quest: Quest = QUEST,
    day: date = TODAY,
    key: str | None = None,
    overdue: bool = False,
) -> CompletionFacts:
    with under_test.store.write() as uow:
        locked = uow.hunters.lock(hunter.id)
        return uow.situations.for_completion(
            locked, quest_id=quest.id, day=day, today=TODAY, key=key, overdue=overdue
        )


def _void_facts(under_test: UnderTest, quest: Quest, completion_id: CompletionId) -> VoidFacts:
    with under_test.store.write() as uow:
        locked = uow.hunters.lock(HUNTER.id)
        return uow.situations.for_void(locked, quest_id=quest.id, completion_id=completion_id, today=TODAY)


class SituationsContract:
    """`Situations`."""

    def test_of_a_hunter_who_has_done_nothing(self, under_test: UnderTest) -> None:
        registered(under_test.store, HUNTER, QUEST)
        registered(under_test.store, OTHER, a_quest(OTHER))

        facts = _facts(under_test, day=QUEST.created_day + timedelta(days=1), key="key-1", overdue=True)

        assert facts.quest == QUEST
        assert (facts.done_on_day, facts.done_ever) == (0, 0)
        assert list(facts.days) == []
        assert facts.unlocked == frozenset()
        assert (facts.ledger_seq, facts.event_seq) == (0, 0)
        assert facts.latest_completion is None
        assert facts.answer is None

    def test_someone_elses_quest_is_none_and_so_is_an_unknown_one(self, under_test: UnderTest) -> None:
        theirs = a_quest(OTHER)
        registered(under_test.store, HUNTER)
        registered(under_test.store, OTHER, theirs)

        assert _facts(under_test, quest=theirs).quest is None
        assert _facts(under_test, quest=QUEST).quest is None

    def test_an_answer_is_read_even_where_the_quest_is_gone(self, under_test: UnderTest) -> None:
        registered(under_test.store, HUNTER)
        request = a_request(HUNTER)
        with under_test.store.write() as uow:
            uow.hunters.lock(HUNTER.id)
            uow.keys.store(request, an_answer(request))
            uow.commit()

        assert _facts(under_test, key=request.key).answer == an_answer(request)
        assert _facts(under_test, key="another").answer is None
        assert _facts(under_test).answer is None

    def test_standing_completions_of_the_quest_are_counted_by_day_and_ever(
        self, under_test: UnderTest
    ) -> None:
        registered(under_test.store, HUNTER, QUEST, OTHER_QUEST)
        done = [a_completion(QUEST, n) for n in range(3)]
        yesterday = a_completion(QUEST, "yesterday", at=NOW - timedelta(days=1))
        with under_test.store.write() as uow:
            uow.hunters.lock(HUNTER.id)
            for completion in (*done, yesterday, a_completion(OTHER_QUEST)):
                uow.completions.add(completion)
            uow.completions.void(replace(done[0], voided_at=NOW))
            uow.commit()

        today, before, never = (
            _facts(under_test),
            _facts(under_test, day=_day(-1)),
            _facts(under_test, day=_day(-2)),
        )

        assert (today.done_on_day, before.done_on_day, never.done_on_day) == (2, 1, 0)
        assert all(facts.done_ever > 0 for facts in (today, before, never))

    def test_a_quest_whose_every_completion_was_voided_was_never_done(self, under_test: UnderTest) -> None:
        registered(under_test.store, HUNTER, QUEST)
        completion = a_completion(QUEST)
        with under_test.store.write() as uow:
            uow.hunters.lock(HUNTER.id)
            uow.completions.add(completion)
            uow.completions.void(replace(completion, voided_at=NOW))
            uow.commit()

        facts = _facts(under_test)

        assert (facts.done_on_day, facts.done_ever) == (0, 0)

    def test_the_days_are_the_last_standing_before_and_every_row_from_the_day_on(
        self, under_test: UnderTest
    ) -> None:
        registered(under_test.store, HUNTER)
        rows = {
            -9: a_day(_day(-9)),
            -6: a_day(_day(-6)),
            -5: DayRow(local_day=_day(-5), created=1),
            -3: a_day(_day(-3), streak=2),
            -2: DayRow(local_day=_day(-2), xp=50),
            -1: a_day(_day(-1)),
            0: DayRow(local_day=TODAY, created=2),
        }
        registered(under_test.store, OTHER)
        with under_test.store.write() as uow:
            uow.hunters.lock(HUNTER.id)
            uow.days.save(HUNTER.id, list(rows.values()))
            uow.hunters.lock(OTHER.id)
            uow.days.save(OTHER.id, [a_day(TODAY, xp=9)])
            uow.commit()

        def days(offset: int) -> list[DayRow]:
            return list(_facts(under_test, day=_day(offset)).days)

        assert days(-3) == [rows[-6], rows[-3], rows[-2], rows[-1], rows[0]]
        assert days(-4) == [rows[-6], rows[-3], rows[-2], rows[-1], rows[0]]
        assert days(0) == [rows[-1], rows[0]]
        assert days(-9) == [rows[place] for place in sorted(rows)]
        assert days(-12) == [rows[place] for place in sorted(rows)]
        assert days(5) == [rows[-1]]

    def test_numbers_and_unlocks_are_the_hunters_own(self, under_test: UnderTest) -> None:
        registered(under_test.store, HUNTER, QUEST)
        theirs = a_quest(OTHER)
        registered(under_test.store, OTHER, theirs)
        gone, kept = a_completion(QUEST, 1), a_completion(QUEST, 2)
        taken = an_unlock(gone, "awakening")
        held = an_unlock(kept, "week-of-fire")
        with under_test.store.write() as uow:
            uow.hunters.lock(HUNTER.id)
            for place, completion in enumerate((gone, kept), start=1):
                uow.completions.add(completion)
                uow.ledger.append([an_entry(completion, seq=place)])
            uow.unlocks.add([taken, held])
            uow.unlocks.take_back([replace(taken, taken_back_at=NOW)])
            uow.outbox.add([an_event(HUNTER, 1), an_event(HUNTER, 2), an_event(HUNTER, 3)])
            uow.hunters.lock(OTHER.id)
            uow.completions.add(a_completion(theirs))
            uow.unlocks.add([an_unlock(a_completion(theirs), "awakening")])
            uow.commit()

        facts = _facts(under_test)

        assert facts.unlocked == frozenset({held.achievement_id})
        assert (facts.ledger_seq, facts.event_seq) == (2, 3)

    def test_the_latest_completion_is_the_one_recorded_last_of_those_that_stand(
        self, under_test: UnderTest
    ) -> None:
        registered(under_test.store, HUNTER, QUEST, OTHER_QUEST)
        # Recorded at one moment, so that the ledger alone knows the order; done in another one.
        done = [
            a_completion(QUEST, "first", local_day=_day(0)),
            a_completion(OTHER_QUEST, "second", local_day=_day(-2)),
            a_completion(QUEST, "third", local_day=_day(-1)),
        ]
        with under_test.store.write() as uow:
            uow.hunters.lock(HUNTER.id)
            for place, completion in enumerate(done, start=1):
                uow.completions.add(completion)
                uow.ledger.append([an_entry(completion, seq=place)])
            uow.completions.void(replace(done[2], voided_at=NOW))
            uow.commit()

        assert _facts(under_test, overdue=True).latest_completion == done[1].id
        assert _void_facts(under_test, OTHER_QUEST, done[1].id).latest_completion == done[0].id

    def test_what_cannot_be_voided_is_not_found(self, under_test: UnderTest) -> None:
        theirs = a_quest(OTHER)
        registered(under_test.store, HUNTER, QUEST, OTHER_QUEST)
        registered(under_test.store, OTHER, theirs)
        standing, voided, of_other = a_completion(QUEST, 1), a_completion(QUEST, 2), a_completion(theirs)
        with under_test.store.write() as uow:
            uow.hunters.lock(HUNTER.id)
            for place, completion in enumerate((standing, voided), start=1):
                uow.completions.add(completion)
                uow.ledger.append([an_entry(completion, seq=place)])
            uow.completions.void(replace(voided, voided_at=NOW))
            uow.hunters.lock(OTHER.id)
            uow.completions.add(of_other)
            uow.ledger.append([an_entry(of_other)])
            uow.commit()

        for quest, completion in (
            (QUEST, voided),
            (OTHER_QUEST, standing),
            (theirs, of_other),
            (QUEST, a_completion(QUEST, "unknown")),
        ):
            with pytest.raises(NotFound):
                _void_facts(under_test, quest, completion.id)
        assert _void_facts(under_test, QUEST, standing.id).completion == standing

    def test_a_void_knows_what_the_completion_gave_and_earned(self, under_test: UnderTest) -> None:
        registered(under_test.store, HUNTER, QUEST)
        first = a_completion(QUEST, "first")
        second = a_completion(QUEST, "second", at=NOW + timedelta(minutes=5))
        unlocks = [
            an_unlock(second, "week-of-fire", xp_reward=50),
            an_unlock(second, "awakening", xp_reward=25),
        ]
        gone = an_unlock(first, "night-owl")
        lines = [
            an_entry(first, seq=1, balance=100),
            an_entry(second, seq=2, balance=200),
            *(
                an_entry(
                    second,
                    seq=place,
                    id=EntryId(unlock.id),
                    kind=EntryKind.ACHIEVEMENT,
                    source_id=unlock.id,
                    amount=unlock.xp_reward,
                )
                for place, unlock in enumerate(unlocks, start=3)
            ),
        ]
        day = a_day(TODAY, completed=2)
        with under_test.store.write() as uow:
            uow.hunters.lock(HUNTER.id)
            uow.completions.add(first)
            uow.completions.add(second)
            uow.ledger.append(lines)
            uow.unlocks.add([gone, *unlocks])
            uow.days.save(HUNTER.id, [day])
            uow.outbox.add([an_event(HUNTER, 1)])
            uow.commit()

        facts = _void_facts(under_test, QUEST, second.id)

        assert (facts.completion, facts.entry) == (second, lines[1])
        assert list(facts.earned) == [(unlocks[0], lines[2]), (unlocks[1], lines[3])]
        assert list(facts.days) == [day]
        assert facts.unlocked == {unlock.achievement_id for unlock in (gone, *unlocks)}
        assert (facts.ledger_seq, facts.event_seq) == (4, 1)
        assert facts.latest_completion == first.id
        assert facts.reached_at == first.recorded_at

    def test_a_total_was_reached_by_the_last_line_left_that_moved_it(self, under_test: UnderTest) -> None:
        registered(under_test.store, HUNTER, QUEST)
        moments = [NOW + timedelta(minutes=n) for n in range(5)]
        done = [a_completion(QUEST, n, at=at) for n, at in enumerate(moments)]
        lines = [an_entry(each, seq=seq, balance=100 * seq) for seq, each in enumerate(done, start=1)]
        lines[3] = replace(lines[3], amount=0)
        taken = reversal_of(lines[2], seq=6, recorded_at=NOW + timedelta(hours=1), rulebook="x", balance=400)
        with under_test.store.write() as uow:
            uow.hunters.lock(HUNTER.id)
            for completion in done:
                uow.completions.add(completion)
            uow.completions.void(replace(done[2], voided_at=NOW))
            uow.ledger.append([*lines, taken])
            uow.commit()

        # The fourth moved nothing, the third was taken back: what is left without the fifth is the second.
        assert _void_facts(under_test, QUEST, done[4].id).reached_at == moments[1]
        assert _void_facts(under_test, QUEST, done[0].id).reached_at == moments[4]

    def test_a_total_that_nothing_is_left_of_was_never_reached(self, under_test: UnderTest) -> None:
        registered(under_test.store, HUNTER, QUEST)
        completion = a_completion(QUEST)
        with under_test.store.write() as uow:
            uow.hunters.lock(HUNTER.id)
            uow.completions.add(completion)
            uow.ledger.append([an_entry(completion)])
            uow.commit()

        facts = _void_facts(under_test, QUEST, completion.id)

        assert (facts.reached_at, facts.latest_completion) == (None, None)

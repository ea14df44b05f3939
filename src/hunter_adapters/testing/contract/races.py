"""What must hold when requests of one hunter overlap: limits, keys, unlocks and sums, from real threads."""

from __future__ import annotations

from functools import partial

from hunter_adapters.testing.builders import (
    NOW,
    a_command,
    a_hunter,
    a_quest,
    a_request,
    a_rulebook,
    registered,
)
from hunter_adapters.testing.contract.under_test import UnderTest, at_once, refusals, stubborn
from hunter_adapters.testing.laws import every_law_of_one_hunter
from hunter_core.completions.commands import VoidCompletion
from hunter_core.completions.complete import complete
from hunter_core.completions.outcome import Outcome
from hunter_core.completions.take_back import take_back
from hunter_core.dice import HashDice
from hunter_core.errors import CompletionLimitReached, NotFound, QuestAlreadyCompleted
from hunter_core.hunters.hunter import Hunter
from hunter_core.keys import KeyedRequest, StoredAnswer
from hunter_core.ledger.history import History
from hunter_core.ports import UnitOfWork
from hunter_core.quests.quest import Quest
from hunter_core.words import Attribute, QuestType


def _complete(
    under_test: UnderTest, quest: Quest, label: object, request: KeyedRequest | None = None
) -> Outcome | StoredAnswer:
    def work(uow: UnitOfWork) -> Outcome | StoredAnswer:
        return complete(
            uow=uow,
            command=a_command(quest, label),
            now=NOW,
            rulebook=a_rulebook(),
            dice=HashDice(),
            request=request,
            answer=lambda outcome: (200, str(outcome.completion.id).encode()),
        )

    return stubborn(under_test.store, work)


def _history(under_test: UnderTest, hunter: Hunter) -> History:
    with under_test.store.read() as uow:
        history = uow.histories.read(hunter.id)
    every_law_of_one_hunter(history, a_rulebook(), NOW.date())
    return history


class OverlappingRequestsContract:
    """The use cases of completions over `Store`, requests at once."""

    def test_of_fifty_completions_where_three_are_allowed_three_pass(self, under_test: UnderTest) -> None:
        hunter = a_hunter()
        quest = a_quest(hunter, completions_per_day=3)
        registered(under_test.store, hunter, quest)

        results = at_once(*[partial(_complete, under_test, quest, n) for n in range(50)])

        assert {type(each) for each in refusals(results)} == {CompletionLimitReached}
        assert len(refusals(results)) == 47
        assert len(_history(under_test, hunter).completions) == 3

    def test_a_one_time_quest_is_done_once(self, under_test: UnderTest) -> None:
        hunter = a_hunter()
        quest = a_quest(hunter, type=QuestType.ONE_TIME)
        registered(under_test.store, hunter, quest)

        results = at_once(*[partial(_complete, under_test, quest, n) for n in range(16)])

        assert {type(each) for each in refusals(results)} == {QuestAlreadyCompleted}
        assert len(_history(under_test, hunter).completions) == 1

    def test_requests_with_one_key_have_one_effect_and_one_answer(self, under_test: UnderTest) -> None:
        hunter = a_hunter()
        quest = a_quest(hunter, completions_per_day=50)
        registered(under_test.store, hunter, quest)
        request = a_request(hunter)

        results = at_once(*[partial(_complete, under_test, quest, n, request) for n in range(16)])

        assert refusals(results) == []
        outcomes = [each for each in results if isinstance(each, Outcome)]
        answers = [each for each in results if isinstance(each, StoredAnswer)]
        assert (len(outcomes), len(answers)) == (1, 15)
        assert {each.body for each in answers} == {str(outcomes[0].completion.id).encode()}
        assert len(_history(under_test, hunter).completions) == 1

    def test_an_achievement_is_unlocked_and_paid_once(self, under_test: UnderTest) -> None:
        hunter = a_hunter()
        quests = [a_quest(hunter, f"quest {n}", attributes=list(Attribute)) for n in range(12)]
        registered(under_test.store, hunter, *quests)

        results = at_once(*[partial(_complete, under_test, quest, "once") for quest in quests])

        assert refusals(results) == []
        outcomes = [each for each in results if isinstance(each, Outcome)]
        unlocked = [unlock.achievement_id for outcome in outcomes for unlock in outcome.unlocks]
        assert len(set(unlocked)) == len(unlocked) > 0
        history = _history(under_test, hunter)
        assert {unlock.achievement_id for unlock in history.unlocks} == set(unlocked)
        assert history.hunter.total_xp == sum(
            entry.amount for outcome in outcomes for entry in outcome.entries
        )
        assert history.hunter.streak == 1

    def test_what_many_clients_of_ten_hunters_earn_is_what_the_ledgers_say(
        self, under_test: UnderTest
    ) -> None:
        hunters = [a_hunter(f"Hunter{n}") for n in range(10)]
        quests = [a_quest(hunter, completions_per_day=50) for hunter in hunters]
        for hunter, quest in zip(hunters, quests, strict=True):
            registered(under_test.store, hunter, quest)

        def client(number: int) -> int:
            earned = 0
            for turn in range(5):
                outcome = _complete(under_test, quests[(number + turn) % 10], (number, turn))
                assert isinstance(outcome, Outcome)
                earned += sum(entry.amount for entry in outcome.entries)
            return earned

        results = at_once(*[partial(client, number) for number in range(20)])

        assert refusals(results) == []
        histories = [_history(under_test, hunter) for hunter in hunters]
        assert sum(each for each in results if isinstance(each, int)) == sum(
            history.hunter.total_xp for history in histories
        )
        assert {len(history.completions) for history in histories} == {10}
        assert under_test.open_transactions() == 0

    def test_a_completion_is_taken_back_once(self, under_test: UnderTest) -> None:
        hunter = a_hunter()
        quest = a_quest(hunter)
        registered(under_test.store, hunter, quest)
        done = _complete(under_test, quest, "done")
        assert isinstance(done, Outcome)
        command = VoidCompletion(hunter_id=hunter.id, quest_id=quest.id, completion_id=done.completion.id)

        def void() -> Outcome:
            return stubborn(
                under_test.store,
                lambda uow: take_back(uow=uow, command=command, now=NOW, rulebook=a_rulebook()),
            )

        results = at_once(*[void] * 8)

        assert {type(each) for each in refusals(results)} == {NotFound}
        assert len(refusals(results)) == 7
        assert _history(under_test, hunter).hunter.total_xp == 0

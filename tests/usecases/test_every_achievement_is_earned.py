"""Each achievement that ships, earned through `decide` by the history that `hunter rules check` prints (SPEC 2)."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, time

import pytest

from hunter_core.completions.commands import CompleteQuest
from hunter_core.completions.decide import decide
from hunter_core.completions.situation import CompletionFacts, Situation
from hunter_core.dice import HashDice
from hunter_core.hunters.hunter import Hunter
from hunter_core.ids import AchievementId, CompletionId, HunterId, derived_id, new_id
from hunter_core.ledger.days import DayRow
from hunter_core.quests.create import new_quest
from hunter_core.quests.fields import QuestFields
from hunter_core.quests.quest import Quest
from hunter_core.rules.achievements import Achievement
from hunter_core.rules.rulebook import Rulebook
from hunter_core.rules.toml import SHIPPED, load_rulebook
from hunter_core.rules.witness import Plan, Planned, history_of
from hunter_core.words import QuestType

RULEBOOKS = {name: load_rulebook(name) for name in SHIPPED}
EVERY = [
    (name, achievement)
    for name, rulebook in RULEBOOKS.items()
    for achievement in rulebook.catalogue.achievements
]
DICE = HashDice()


class Played:
    """A hunter who follows a plan: what storage would keep between two completions, kept in memory."""

    def __init__(self, plan: Plan, rulebook: Rulebook) -> None:
        self._rulebook = rulebook
        self._begin = datetime.combine(plan.start, time(), UTC)
        hunter_id = HunterId(new_id(self._begin))
        self.hunter = Hunter.beginning(
            hunter_id, "Witness", now=self._begin, catalogue=rulebook.catalogue.hash
        )
        self.unlocked: frozenset[AchievementId] = frozenset()
        self._quests: dict[tuple[object, ...], Quest] = {}
        self._done: Counter[tuple[object, date]] = Counter()
        self._row: DayRow | None = None
        self._seq = 0
        self._told = 0

    def complete(self, planned: Planned, number: int) -> set[AchievementId]:
        """Complete one of the plan's; return what it unlocked."""
        now = planned.at
        quest = self._quest_for(planned, now.date())
        facts = CompletionFacts(
            quest=quest,
            done_on_day=self._done[quest.id, now.date()],
            done_ever=0,
            days=() if self._row is None else (self._row,),
            unlocked=self.unlocked,
            ledger_seq=self._seq,
            event_seq=self._told,
        )
        command = CompleteQuest(
            completion_id=CompletionId(derived_id(self.hunter.id, f"completion {number}")),
            hunter_id=self.hunter.id,
            quest_id=quest.id,
            difficulty_override=planned.difficulty,
        )
        outcome = decide(Situation.of(self.hunter, facts, now=now), command, self._rulebook, DICE)
        self.hunter, self._row = outcome.hunter, outcome.days[-1]
        self._seq += len(outcome.entries)
        self._told += len(outcome.events)
        self._done[quest.id, now.date()] += 1
        won = {achievement.id for achievement in outcome.achievements}
        self.unlocked |= won
        return won

    def _quest_for(self, planned: Planned, day: date) -> Quest:
        often = self._rulebook.limits.completions_per_day
        for copy in range(self._rulebook.limits.active_quests):
            quest = self._quests.setdefault(
                (copy, planned.base_xp, planned.attributes),
                new_quest(
                    hunter=self.hunter,
                    fields=QuestFields(
                        title="Train",
                        type=QuestType.DAILY,
                        base_xp=planned.base_xp,
                        attributes=planned.attributes,
                        completions_per_day=often,
                    ),
                    now=self._begin,
                    limits=self._rulebook.limits,
                ),
            )
            if self._done[quest.id, day] < often:
                return quest
        raise AssertionError(f"the plan asks for more on {day} than all quests allow")


@pytest.mark.parametrize(
    ("name", "achievement"), EVERY, ids=[f"{name}-{achievement.key}" for name, achievement in EVERY]
)
def test_every_achievement_is_earned_by_the_history_that_is_printed(
    name: str, achievement: Achievement
) -> None:
    plan = history_of(achievement, RULEBOOKS[name])
    assert plan is not None, "no history earns it"
    played = Played(plan, RULEBOOKS[name])
    for number, planned in enumerate(plan, start=1):
        if achievement.id in played.complete(planned, number):
            # A plan is made with the worst rolls of the dice: where it trains, better ones may earn it earlier.
            assert number == plan.completions or planned.attributes
            return
    raise AssertionError(f"{plan.completions} completions did not earn it")


def test_forty_or_more_of_each_rulebook_are_played() -> None:
    assert all(len([1 for of, _ in EVERY if of == name]) >= 40 for name in SHIPPED)

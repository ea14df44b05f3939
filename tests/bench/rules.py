"""Deciding and replaying, in copies of the stored hunter: one `dataclasses.replace` is the yardstick."""

from __future__ import annotations

import dataclasses
import timeit
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime

from hunter_core import CompleteQuest, CompletionFacts, HashDice, Situation, decide, load_rulebook, replay
from hunter_core.ids import AchievementId, CompletionId, EntryId, HunterId, new_id
from hunter_core.ledger.days import DayRow
from hunter_core.ledger.entry import LedgerEntry
from hunter_core.rules.achievements import TriggerType
from hunter_core.words import Attribute, Attributes, Difficulty, EntryKind, QuestType
from tests.bench.figures import Figure
from tests.builders import a_hunter, a_quest

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAY = date(2026, 11, 22)
REPEATS = 150


def figures() -> Iterator[Figure]:
    """Measure in turns, so that a busy moment of the machine meets both sides; the best turn of each counts."""
    rulebook = load_rulebook("classic")
    hunter = a_hunter(
        total_xp=9000,
        streak=12,
        max_streak=20,
        last_day=DAY,
        attributes=Attributes(1, 1, 1, 1, 1, 1),
        catalogue=rulebook.catalogue.hash,
    )
    quest = a_quest(
        hunter,
        base_xp=20,
        type=QuestType.DAILY,
        difficulty=Difficulty.NORMAL,
        completions_per_day=50,
        attributes=(Attribute.STRENGTH, Attribute.CONSTITUTION),
    )
    facts = CompletionFacts(
        quest=quest,
        days=[DayRow(local_day=DAY, completed=1, xp=20, streak=12, max_streak=20)],
        ledger_seq=500,
        event_seq=900,
    )
    situation = Situation.of(hunter, facts, now=NOW)
    command = CompleteQuest(
        completion_id=CompletionId(new_id(NOW)), hunter_id=hunter.id, quest_id=quest.id, time_spent=600
    )
    dice = HashDice()
    # Half of the catalogue is locked, none of it holds, and so nothing unlocks: the common completion.
    everyone = [achievement.id for achievement in rulebook.catalogue.achievements]
    won = {achievement.id for achievement in decide(situation, command, rulebook, dice).achievements}
    locked = [one for one in everyone if one not in won][: len(everyone) // 2]
    # Ids read from a database are equal to the catalogue's, not the same objects.
    unlocked = frozenset(AchievementId(uuid.UUID(str(one))) for one in everyone if one not in locked)
    situation = dataclasses.replace(situation, facts=dataclasses.replace(facts, unlocked=unlocked))
    assert not decide(situation, command, rulebook, dice).achievements
    special = sum(a.trigger_type is TriggerType.SPECIAL for a in rulebook.catalogue.achievements)
    entries = list(_entries(hunter.id, 500))

    def copy() -> object:
        return dataclasses.replace(hunter, total_xp=hunter.total_xp + 1)

    one, deciding, replaying = _in_turns(
        (copy, 400),
        (lambda: decide(situation, command, rulebook, dice), 100),
        (lambda: replay(hunter, entries, rulebook), 1),
    )
    against = f"one dataclasses.replace of the hunter, {one * 1e6:.1f} us"
    yield Figure(
        name=f"decide, {len(rulebook.catalogue)} achievements ({special} special), {len(locked)} locked",
        measured=deciding / one,
        limit=8,
        unit="x",
        against=against,
    )
    yield Figure(
        name="replay through evolve, per ledger entry",
        measured=replaying / len(entries) / one,
        limit=4,
        unit="x",
        against=against,
    )


def _entries(hunter_id: HunterId, count: int) -> Iterator[LedgerEntry]:
    for number in range(1, count + 1):
        yield LedgerEntry(
            id=EntryId(new_id(NOW)),
            hunter_id=hunter_id,
            seq=number,
            kind=EntryKind.COMPLETION,
            source_id=uuid.UUID(int=number),
            amount=20,
            points=Attributes(1),
            local_day=date.fromordinal(DAY.toordinal() + number // 10),
            recorded_at=NOW,
            rulebook="",
            balance_after=20 * number,
        )


def _in_turns(*works: tuple[Callable[[], object], int]) -> list[float]:
    """Return the seconds that each work takes once, the best of several turns."""
    best = [float("inf")] * len(works)
    for _ in range(REPEATS):
        for place, (work, number) in enumerate(works):
            best[place] = min(best[place], timeit.timeit(work, number=number) / number)
    return best

"""The game in an export: quests, what was done of them, the ledger and unlocks."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import attrs
import msgspec

from hunter_api.schemas.common import AttributesView
from hunter_api.schemas.fields import UtcInstant
from hunter_api.schemas.schedules import ScheduleValue
from hunter_core.completions.completion import Completion
from hunter_core.export.records import (
    NamedUnlock,
    Skip,
)
from hunter_core.ledger.entry import LedgerEntry
from hunter_core.quests.quest import Frequency, Quest, QuestVersion
from hunter_core.rules.rulebook import Rulebook
from hunter_core.words import Attribute, Difficulty, EntryKind, QuestType


class ExportVersionView(msgspec.Struct, kw_only=True, rename={"from_": "from"}):
    """What a quest asked for from a local day on, until the next version holds."""

    from_: date
    schedule: ScheduleValue
    completionsPerDay: int
    isActive: bool
    lastDay: date | None

    @classmethod
    def of(cls, version: QuestVersion) -> ExportVersionView:
        """Return it as it goes out."""
        return cls(
            from_=version.holds_from,
            schedule=ScheduleValue(version.schedule),
            completionsPerDay=version.completions_per_day,
            isActive=version.active,
            lastDay=version.last_day,
        )


@attrs.frozen(kw_only=True, slots=False)
class ExportQuestView:
    """A quest with all its versions, archived ones too."""

    id: UUID
    title: str
    description: str | None
    type: QuestType
    difficulty: Difficulty
    baseXP: int
    attributes: tuple[Attribute, ...]
    reminderTime: str | None
    frequency: Frequency | None
    versions: tuple[ExportVersionView, ...]
    deadline: UtcInstant | None
    completionsPerDay: int
    estimatedTime: int | None
    isActive: bool
    archivedAt: UtcInstant | None
    isAIGenerated: bool
    aiConfidence: float | None
    createdDay: date
    createdAt: UtcInstant
    updatedAt: UtcInstant

    @classmethod
    def of(cls, quest: Quest) -> ExportQuestView:
        """Return it as it goes out."""
        return cls(
            id=quest.id,
            title=quest.title,
            description=quest.description,
            type=quest.type,
            difficulty=quest.difficulty,
            baseXP=quest.base_xp,
            attributes=quest.attributes,
            reminderTime=None if quest.reminder_time is None else f"{quest.reminder_time:%H:%M}",
            frequency=quest.frequency,
            versions=tuple(map(ExportVersionView.of, quest.versions)),
            deadline=quest.deadline,
            completionsPerDay=quest.completions_per_day,
            estimatedTime=quest.estimated_time,
            isActive=quest.is_active,
            archivedAt=quest.archived_at,
            isAIGenerated=quest.is_ai_generated,
            aiConfidence=quest.ai_confidence,
            createdDay=quest.created_day,
            createdAt=quest.created_at,
            updatedAt=quest.updated_at,
        )


@attrs.frozen(kw_only=True, slots=False)
class ExportSkipView:
    """A local day on which a quest does not count."""

    questId: UUID
    day: date
    skippedAt: UtcInstant

    @classmethod
    def of(cls, skip: Skip) -> ExportSkipView:
        """Return it as it goes out."""
        return cls(questId=skip.quest_id, day=skip.local_day, skippedAt=skip.skipped_at)


@attrs.frozen(kw_only=True, slots=False)
class ExportCompletionView:
    """One time a quest was done, taken back (`voidedAt`) or not. The multiplier is exact: `3/2`."""

    id: UUID
    questId: UUID
    completedAt: UtcInstant
    localDay: date
    recordedAt: UtcInstant
    difficulty: Difficulty
    difficultyOverride: Difficulty | None
    baseXP: int
    difficultyMultiplier: str
    streakBonus: int
    timeBonus: int
    totalXP: int
    attributeGains: AttributesView
    timeSpent: int | None
    notes: str | None
    voidedAt: UtcInstant | None

    @classmethod
    def of(cls, completion: Completion) -> ExportCompletionView:
        """Return it as it goes out."""
        base, multiplier, streak, time, total = completion.xp
        return cls(
            id=completion.id,
            questId=completion.quest_id,
            completedAt=completion.completed_at,
            localDay=completion.local_day,
            recordedAt=completion.recorded_at,
            difficulty=completion.difficulty,
            difficultyOverride=completion.difficulty_override,
            baseXP=base,
            difficultyMultiplier=str(multiplier),
            streakBonus=streak,
            timeBonus=time,
            totalXP=total,
            attributeGains=AttributesView.of(completion.gains),
            timeSpent=completion.time_spent,
            notes=completion.notes,
            voidedAt=completion.voided_at,
        )


@attrs.frozen(kw_only=True, slots=False)
class ExportEntryView:
    """A line of the XP ledger; `rulebook` is the hash of the rules that priced it."""

    id: UUID
    seq: int
    kind: EntryKind
    sourceId: UUID
    amount: int
    attributePoints: AttributesView
    localDay: date
    recordedAt: UtcInstant
    rulebook: str
    balanceAfter: int

    @classmethod
    def of(cls, entry: LedgerEntry) -> ExportEntryView:
        """Return it as it goes out."""
        return cls(
            id=entry.id,
            seq=entry.seq,
            kind=entry.kind,
            sourceId=entry.source_id,
            amount=entry.amount,
            attributePoints=AttributesView.of(entry.points),
            localDay=entry.local_day,
            recordedAt=entry.recorded_at,
            rulebook=entry.rulebook,
            balanceAfter=entry.balance_after,
        )


@attrs.frozen(kw_only=True, slots=False)
class ExportUnlockView:
    """An achievement that was earned, taken back (`takenBackAt`) or not, and the completion that earned it."""

    id: UUID
    achievementId: UUID
    key: str | None
    name: str | None
    completionId: UUID
    unlockedAt: UtcInstant
    xpReward: int
    takenBackAt: UtcInstant | None

    @classmethod
    def of(cls, named: NamedUnlock, rulebook: Rulebook) -> ExportUnlockView:
        """Return it as it goes out."""
        unlock = named.unlock
        known = rulebook.catalogue.get(unlock.achievement_id)
        return cls(
            id=unlock.id,
            achievementId=unlock.achievement_id,
            key=named.key if known is None else known.key,
            name=named.name if known is None else known.name,
            completionId=unlock.completion_id,
            unlockedAt=unlock.unlocked_at,
            xpReward=unlock.xp_reward,
            takenBackAt=unlock.taken_back_at,
        )

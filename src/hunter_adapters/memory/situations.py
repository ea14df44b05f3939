"""What a decision depends on, read from memory."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from hunter_adapters.memory.tables import Tables
from hunter_core.completions.completion import Completion
from hunter_core.completions.situation import CompletionFacts, VoidFacts
from hunter_core.errors import NotFound
from hunter_core.hunters.hunter import Hunter
from hunter_core.ids import AchievementId, CompletionId, HunterId, QuestId
from hunter_core.ledger.days import DayRow
from hunter_core.words import EntryKind


class MemorySituations:
    """Implements `hunter_core.completions.situation.Situations`."""

    __slots__ = ("_tables",)

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def for_completion(
        self, hunter: Hunter, *, quest_id: QuestId, day: date, today: date, key: str | None, overdue: bool
    ) -> CompletionFacts:
        done = [each.local_day for each in self._standing(hunter.id) if each.quest_id == quest_id]
        return CompletionFacts(
            quest=self._tables.quests.rows(hunter.id).get(quest_id),
            done_on_day=done.count(day),
            done_ever=len(done),
            days=self._days(hunter.id, day),
            unlocked=self._unlocked(hunter.id),
            ledger_seq=len(self._tables.entries.rows(hunter.id)),
            event_seq=max(self._tables.outbox.rows(hunter.id), default=0),
            latest_completion=self._latest(hunter.id, besides=None) if overdue else None,
            answer=None if key is None else self._tables.keys.rows(hunter.id).get(key),
        )

    def for_void(
        self, hunter: Hunter, *, quest_id: QuestId, completion_id: CompletionId, today: date
    ) -> VoidFacts:
        completion = self._tables.completions.rows(hunter.id).get(completion_id)
        if completion is None or completion.quest_id != quest_id or completion.voided_at is not None:
            raise NotFound("completion", completion_id)
        entries = list(self._tables.entries.rows(hunter.id).values())
        paid = {
            entry.source_id: entry
            for entry in entries
            if entry.kind in (EntryKind.COMPLETION, EntryKind.ACHIEVEMENT)
        }
        earned = [
            (unlock, paid[unlock.id])
            for unlock in self._tables.unlocks.rows(hunter.id).values()
            if unlock.completion_id == completion_id and unlock.taken_back_at is None
        ]
        earned.sort(key=lambda pair: pair[1].seq)
        gone = {entry.source_id for entry in entries if entry.kind is EntryKind.REVERSAL}
        gone |= {paid[completion_id].id, *(entry.id for _, entry in earned)}
        left = [
            entry.recorded_at
            for entry in entries
            if entry.kind is not EntryKind.REVERSAL and entry.amount and entry.id not in gone
        ]
        return VoidFacts(
            completion=completion,
            entry=paid[completion_id],
            earned=earned,
            days=self._days(hunter.id, completion.local_day),
            unlocked=self._unlocked(hunter.id),
            ledger_seq=len(entries),
            event_seq=max(self._tables.outbox.rows(hunter.id), default=0),
            latest_completion=self._latest(hunter.id, besides=completion_id),
            reached_at=left[-1] if left else None,
        )

    def _standing(self, hunter_id: HunterId) -> list[Completion]:
        return [each for each in self._tables.completions.rows(hunter_id).values() if each.voided_at is None]

    def _latest(self, hunter_id: HunterId, *, besides: CompletionId | None) -> CompletionId | None:
        others: dict[UUID, CompletionId] = {
            each.id: each.id for each in self._standing(hunter_id) if each.id != besides
        }
        paid = self._tables.entries.rows(hunter_id)
        in_order = [paid[seq].source_id for seq in sorted(paid) if paid[seq].kind is EntryKind.COMPLETION]
        return next((others[each] for each in reversed(in_order) if each in others), None)

    def _days(self, hunter_id: HunterId, day: date) -> list[DayRow]:
        rows = self._tables.days.rows(hunter_id)
        before = max((each for each, row in rows.items() if each < day and row.stands), default=None)
        return [rows[each] for each in sorted(rows) if each >= day or each == before]

    def _unlocked(self, hunter_id: HunterId) -> frozenset[AchievementId]:
        rows = self._tables.unlocks.rows(hunter_id).values()
        return frozenset(unlock.achievement_id for unlock in rows if unlock.taken_back_at is None)

"""How the core's values stand in the columns of their tables: to a row and back, column by column."""

from __future__ import annotations

from datetime import date
from typing import Any

from hunter_adapters.sql.statements import Row, columns_of
from hunter_adapters.sql.tables import completions, daily_stats, hunters, quests, unlocks, xp_entries
from hunter_core.accounts.names import name_key
from hunter_core.completions.completion import Completion
from hunter_core.completions.unlock import Unlock
from hunter_core.events import OutboxEvent
from hunter_core.hunters.hunter import DifficultyCounts, Hunter
from hunter_core.ids import HunterId
from hunter_core.ledger.days import DayRow
from hunter_core.ledger.entry import LedgerEntry
from hunter_core.quests.quest import Quest
from hunter_core.rules.rewards import XpBreakdown
from hunter_core.words import Attributes

# The order in which the functions below take and give the columns of a row: that of the tables.
HUNTER = columns_of(hunters)
QUEST = columns_of(quests)
COMPLETION = columns_of(completions)
ENTRY = columns_of(xp_entries)
UNLOCK = columns_of(unlocks)
DAY = columns_of(daily_stats)
EVENT = ("hunter_id", "seq", "type", "at", "data")


def hunter_row(hunter: Hunter) -> Row:
    """Return the row of *hunter*."""
    return (
        hunter.id,
        hunter.name,
        name_key(hunter.name),
        hunter.avatar_style,
        hunter.avatar_url,
        hunter.is_active,
        hunter.calendar,
        hunter.total_xp,
        hunter.level,
        hunter.rank,
        hunter.xp_reached_at,
        hunter.streak,
        hunter.max_streak,
        hunter.freezes,
        hunter.last_day,
        *hunter.attributes,
        *hunter.completed,
        hunter.catalogue,
        hunter.created_at,
        hunter.updated_at,
    )


def hunter_of(row: Row) -> Hunter:
    """Return the hunter of a row."""
    return Hunter(
        id=row[0],
        name=row[1],
        avatar_style=row[3],
        avatar_url=row[4],
        is_active=row[5],
        calendar=row[6],
        total_xp=row[7],
        level=row[8],
        rank=row[9],
        xp_reached_at=row[10],
        streak=row[11],
        max_streak=row[12],
        freezes=row[13],
        last_day=row[14],
        attributes=Attributes(*row[15:21]),
        completed=DifficultyCounts(*row[21:24]),
        catalogue=row[24],
        created_at=row[25],
        updated_at=row[26],
    )


def quest_row(quest: Quest) -> Row:
    """Return the row of *quest*."""
    return (
        quest.id,
        quest.hunter_id,
        quest.title,
        quest.description,
        quest.type,
        quest.difficulty,
        quest.base_xp,
        quest.attributes,
        quest.reminder_time,
        quest.frequency,
        quest.versions,
        quest.deadline,
        quest.completions_per_day,
        quest.estimated_time,
        quest.is_active,
        quest.archived_at,
        quest.is_ai_generated,
        quest.ai_confidence,
        quest.created_day,
        quest.created_at,
        quest.updated_at,
    )


def quest_of(row: Row) -> Quest:
    """Return the quest of a row."""
    return Quest(
        id=row[0],
        hunter_id=row[1],
        title=row[2],
        description=row[3],
        type=row[4],
        difficulty=row[5],
        base_xp=row[6],
        attributes=row[7],
        reminder_time=row[8],
        frequency=row[9],
        versions=row[10],
        deadline=row[11],
        completions_per_day=row[12],
        estimated_time=row[13],
        is_active=row[14],
        archived_at=row[15],
        is_ai_generated=row[16],
        ai_confidence=row[17],
        created_day=row[18],
        created_at=row[19],
        updated_at=row[20],
    )


def completion_row(completion: Completion) -> Row:
    """Return the row of *completion*."""
    return (
        completion.id,
        completion.hunter_id,
        completion.quest_id,
        completion.completed_at,
        completion.local_day,
        completion.recorded_at,
        completion.difficulty,
        *completion.xp,
        *completion.gains,
        completion.time_spent,
        completion.difficulty_override,
        completion.notes,
        completion.voided_at,
    )


def completion_of(row: Row) -> Completion:
    """Return the completion of a row."""
    return Completion(
        id=row[0],
        hunter_id=row[1],
        quest_id=row[2],
        completed_at=row[3],
        local_day=row[4],
        recorded_at=row[5],
        difficulty=row[6],
        xp=XpBreakdown(*row[7:12]),
        gains=Attributes(*row[12:18]),
        time_spent=row[18],
        difficulty_override=row[19],
        notes=row[20],
        voided_at=row[21],
    )


def entry_row(entry: LedgerEntry) -> Row:
    """Return the row of a ledger *entry*."""
    return (
        entry.id,
        entry.hunter_id,
        entry.seq,
        entry.kind,
        entry.source_id,
        entry.amount,
        *entry.points,
        entry.local_day,
        entry.recorded_at,
        entry.rulebook,
        entry.balance_after,
    )


def entry_of(row: Row) -> LedgerEntry:
    """Return the ledger entry of a row."""
    return LedgerEntry(
        id=row[0],
        hunter_id=row[1],
        seq=row[2],
        kind=row[3],
        source_id=row[4],
        amount=row[5],
        points=Attributes(*row[6:12]),
        local_day=row[12],
        recorded_at=row[13],
        rulebook=row[14],
        balance_after=row[15],
    )


def unlock_row(unlock: Unlock) -> Row:
    """Return the row of *unlock*."""
    return (
        unlock.id,
        unlock.hunter_id,
        unlock.achievement_id,
        unlock.completion_id,
        unlock.unlocked_at,
        unlock.xp_reward,
        unlock.taken_back_at,
    )


def unlock_of(row: Row) -> Unlock:
    """Return the unlock of a row."""
    return Unlock(
        id=row[0],
        hunter_id=row[1],
        achievement_id=row[2],
        completion_id=row[3],
        unlocked_at=row[4],
        xp_reward=row[5],
        taken_back_at=row[6],
    )


def day_row(hunter_id: HunterId, day: DayRow) -> Row:
    """Return the row of a *day* of the hunter."""
    return (
        hunter_id,
        day.local_day,
        day.created,
        day.completed,
        day.xp,
        day.time_spent,
        day.streak,
        day.max_streak,
        day.freezes,
        *day.points,
    )


def day_of(row: Row) -> DayRow:
    """Return the day of a row."""
    return _day(row[1], row)


def day_of_json(row: list[Any]) -> DayRow:
    """Return the day of a row that came as a JSON list, without the hunter."""
    return _day(date.fromisoformat(row[0]), (None, *row))


def _day(local_day: date, row: Row) -> DayRow:
    return DayRow(
        local_day=local_day,
        created=row[2],
        completed=row[3],
        xp=row[4],
        time_spent=row[5],
        streak=row[6],
        max_streak=row[7],
        freezes=row[8],
        points=Attributes(*row[9:15]),
    )


def event_row(event: OutboxEvent) -> Row:
    """Return the row of an *event*."""
    return event.hunter_id, event.seq, event.type, event.at, event.data


def event_of(row: Row) -> OutboxEvent:
    """Return the event of a row; what it says may be damaged (`column_types.Said`)."""
    said = row[4]
    if isinstance(said, dict):
        return OutboxEvent(hunter_id=row[0], seq=row[1], type=row[2], at=row[3], data=said)
    return OutboxEvent(hunter_id=row[0], seq=row[1], type=row[2], at=row[3], data={}, unreadable=said)

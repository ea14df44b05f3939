"""Reading an export: a hunter's history from the JSON alone, to make every figure again (docs/reference/export.md)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime
from fractions import Fraction
from typing import Any
from uuid import UUID

from hunter_core.completions.completion import Completion
from hunter_core.completions.unlock import Unlock
from hunter_core.days import Calendar, Pause, RestDays, ZonePeriod, parse_day_start
from hunter_core.hunters.hunter import DifficultyCounts, Hunter
from hunter_core.ids import AchievementId, CompletionId, EntryId, HunterId, QuestId, UnlockId
from hunter_core.leaderboard.order import Score
from hunter_core.ledger.days import DayRow
from hunter_core.ledger.entry import LedgerEntry
from hunter_core.ledger.history import History
from hunter_core.rules.rewards import XpBreakdown
from hunter_core.rules.schedules import WEEKDAYS
from hunter_core.words import Attributes, Difficulty, EntryKind, Rank

FORMAT = "hunter-export/1"
"""The format that is read here."""

Json = Mapping[str, Any]


class UnknownFormat(ValueError):
    """The document is no export, or one of another format."""


def history_of(export: Json) -> History:
    """
    Return everything that an export, the `data` of the answer, tells of a hunter's game.

    What is stored stands in it beside what it follows from, so `ledger.rebuild` makes the figures again, and
    `ledger.audit.differences` finds nothing.

    Raises:
        UnknownFormat: If *export* is not of `FORMAT`.
    """
    if export.get("format") != FORMAT:
        raise UnknownFormat(f"This is {export.get('format')!r}, and not {FORMAT!r}.")
    hunter = _hunter(export)
    scores = {each["window"]: _score(each) for each in export["scores"]}
    settings = export["settings"]
    listed = hunter.is_active and settings["showOnLeaderboard"] and settings["profileVisibility"] == "public"
    completions = sorted(
        (_completion(each, hunter.id) for each in export["completions"]),
        key=lambda each: (each.recorded_at, each.id),
    )
    return History(
        hunter=hunter,
        entries=[_entry(each, hunter.id) for each in export["ledger"]],
        completions=completions,
        unlocks=[_unlock(each, hunter.id) for each in export["unlocks"]],
        days=[_day(each) for each in export["dailyStats"]],
        created=Counter(date.fromisoformat(each["createdDay"]) for each in export["quests"]),
        scores=scores,
        shown=frozenset(scores if listed else ()),
        listed=listed,
    )


def _hunter(export: Json) -> Hunter:
    told = export["hunter"]
    counts = told["completed"]
    return Hunter(
        id=HunterId(UUID(export["account"]["id"])),
        name=told["hunterName"],
        avatar_style=told["avatarStyle"],
        avatar_url=told["avatarUrl"],
        is_active=told["isActive"],
        calendar=_calendar(told["calendar"]),
        total_xp=told["totalXP"],
        level=told["level"],
        rank=Rank(told["currentRank"]),
        xp_reached_at=_moment_or_none(told["xpReachedAt"]),
        streak=told["streak"],
        max_streak=told["maxStreak"],
        freezes=told["freezes"],
        last_day=None if told["lastDay"] is None else date.fromisoformat(told["lastDay"]),
        attributes=Attributes(**told["attributes"]),
        completed=DifficultyCounts(counts["EASY"], counts["NORMAL"], counts["HARD"]),
        catalogue=told["catalogueHash"],
        created_at=_moment(told["createdAt"]),
        updated_at=_moment(told["updatedAt"]),
    )


def _calendar(told: Json) -> Calendar:
    return Calendar(
        zones=tuple(
            ZonePeriod(
                each["timezone"],
                parse_day_start(each["dayStart"]),
                _moment_or_none(each["since"]),
                None if each["firstDay"] is None else date.fromisoformat(each["firstDay"]),
                _moment_or_none(each["chosenAt"]),
            )
            for each in told["zones"]
        ),
        rests=tuple(
            RestDays(
                date.fromisoformat(each["since"]), tuple(WEEKDAYS.index(day) for day in each["weekdays"])
            )
            for each in told["restDays"]
        ),
        pauses=tuple(
            Pause(each["id"], date.fromisoformat(each["from"]), date.fromisoformat(each["until"]))
            for each in told["pauses"]
        ),
    )


def _completion(told: Json, hunter_id: HunterId) -> Completion:
    override = told["difficultyOverride"]
    return Completion(
        id=CompletionId(UUID(told["id"])),
        hunter_id=hunter_id,
        quest_id=QuestId(UUID(told["questId"])),
        completed_at=_moment(told["completedAt"]),
        local_day=date.fromisoformat(told["localDay"]),
        recorded_at=_moment(told["recordedAt"]),
        difficulty=Difficulty(told["difficulty"]),
        xp=XpBreakdown(
            told["baseXP"],
            Fraction(told["difficultyMultiplier"]),
            told["streakBonus"],
            told["timeBonus"],
            told["totalXP"],
        ),
        gains=Attributes(**told["attributeGains"]),
        time_spent=told["timeSpent"],
        difficulty_override=None if override is None else Difficulty(override),
        notes=told["notes"],
        voided_at=_moment_or_none(told["voidedAt"]),
    )


def _entry(told: Json, hunter_id: HunterId) -> LedgerEntry:
    return LedgerEntry(
        id=EntryId(UUID(told["id"])),
        hunter_id=hunter_id,
        seq=told["seq"],
        kind=EntryKind(told["kind"]),
        source_id=UUID(told["sourceId"]),
        amount=told["amount"],
        points=Attributes(**told["attributePoints"]),
        local_day=date.fromisoformat(told["localDay"]),
        recorded_at=_moment(told["recordedAt"]),
        rulebook=told["rulebook"],
        balance_after=told["balanceAfter"],
    )


def _unlock(told: Json, hunter_id: HunterId) -> Unlock:
    return Unlock(
        id=UnlockId(UUID(told["id"])),
        hunter_id=hunter_id,
        achievement_id=AchievementId(UUID(told["achievementId"])),
        completion_id=CompletionId(UUID(told["completionId"])),
        unlocked_at=_moment(told["unlockedAt"]),
        xp_reward=told["xpReward"],
        taken_back_at=_moment_or_none(told["takenBackAt"]),
    )


def _day(told: Json) -> DayRow:
    return DayRow(
        local_day=date.fromisoformat(told["date"]),
        created=told["questsCreated"],
        completed=told["questsCompleted"],
        xp=told["xpGained"],
        time_spent=told["timeSpent"],
        streak=told["streak"],
        max_streak=told["maxStreak"],
        freezes=told["freezes"],
        points=Attributes(**told["attributePoints"]),
    )


def _score(told: Json) -> Score:
    return Score(told["window"], told["xp"], _moment_or_none(told["reachedAt"]))


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _moment_or_none(text: str | None) -> datetime | None:
    return None if text is None else _moment(text)

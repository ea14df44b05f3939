"""What completing a quest changes: pure, from a situation and a command to an outcome or a refusal (SPEC 2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from hunter_core import events
from hunter_core.completions.awards import NO_MOMENT, Awards, Moment
from hunter_core.completions.commands import CompleteQuest, check_not_before_quest
from hunter_core.completions.completion import Completion
from hunter_core.completions.outcome import Outcome
from hunter_core.completions.situation import Situation
from hunter_core.errors import (
    CompletionLimitReached,
    NotFound,
    QuestAlreadyCompleted,
    QuestExpired,
    QuestInactive,
)
from hunter_core.hunters.events import QuestCompleted
from hunter_core.hunters.evolve import evolve
from hunter_core.hunters.hunter import Hunter
from hunter_core.ids import CompletionId, EntryId
from hunter_core.ledger.days import DayRow, mend
from hunter_core.ledger.entry import LedgerEntry
from hunter_core.ports import Dice
from hunter_core.quests.quest import Quest
from hunter_core.rules.achievements import Achievement
from hunter_core.rules.rewards import price
from hunter_core.rules.rulebook import Rulebook
from hunter_core.rules.streaks import StreakState, passed, stand
from hunter_core.words import Attributes, Difficulty, EntryKind, QuestType


def decide(situation: Situation, command: CompleteQuest, rulebook: Rulebook, dice: Dice) -> Outcome:
    """
    Return everything that completing the quest changes.

    Raises:
        NotFound: If the hunter has no such quest.
        InvalidInput: If the completion lies before the local day of the quest's creation.
        QuestInactive: If the quest is archived or switched off.
        QuestAlreadyCompleted: If it can be done once, and is done.
        QuestExpired: If the deadline lies before the completion.
        CompletionLimitReached: If the quest was done often enough on that local day.
    """
    facts, now, day, today = situation.facts, situation.now, situation.day, situation.today
    quest = _allowed(situation, command)
    awards = Awards(hunter=situation.hunter, unlocked=facts.unlocked, seq=facts.ledger_seq)
    _award_overdue(awards, situation, command, rulebook)
    before, overdue = awards.hunter, awards.xp
    overdue_awards = len(awards.unlocks)

    difficulty = command.difficulty_override or quest.difficulty
    covered = before.calendar.covered
    streak_before = passed(before.streak_state, today, covered, rulebook.streaks).streak
    xp = price(
        quest.base_xp, difficulty, streak_before, command.time_spent, quest.estimated_time, rulebook.rewards
    )
    gains = _roll(command.completion_id, quest, difficulty, rulebook, dice)

    streak, mended = _streak_with(situation, xp.total_xp, gains, command.time_spent or 0, rulebook)
    hunter = evolve(before, QuestCompleted(xp.total_xp, gains, now, difficulty, streak), rulebook)
    awards.seq += 1
    paid = LedgerEntry(
        id=EntryId(command.completion_id),
        hunter_id=hunter.id,
        seq=awards.seq,
        kind=EntryKind.COMPLETION,
        source_id=command.completion_id,
        amount=xp.total_xp,
        points=gains,
        local_day=day,
        recorded_at=now,
        rulebook=rulebook.hash,
        balance_after=hunter.total_xp,
    )
    awards.entries.append(paid)
    awards.hunter = hunter
    streak_now = passed(streak, today, covered, rulebook.streaks).streak
    awards.judge(
        rulebook=rulebook,
        streak=streak_now,
        moment=Moment(
            completions_today=mended[day].completed, local_hour=situation.hour, weekday=day.weekday()
        ),
        cause=command.completion_id,
        derive_from=command.completion_id,
        label="unlock",
        day=day,
        now=now,
    )
    achievements = awards.achievements[overdue_awards:]
    achievement_xp = awards.xp - overdue
    if achievement_xp:
        mended[day] = mended[day].gaining(xp=achievement_xp)
    if overdue:
        mended[today] = (mended.get(today) or row_of(facts.days, today)).gaining(xp=overdue)

    hunter = awards.hunter
    if hunter.catalogue != rulebook.catalogue.hash:
        hunter = replace(hunter, catalogue=rulebook.catalogue.hash)
    completion = Completion(
        id=command.completion_id,
        hunter_id=hunter.id,
        quest_id=quest.id,
        completed_at=situation.at,
        local_day=day,
        recorded_at=now,
        difficulty=difficulty,
        xp=xp,
        gains=gains,
        time_spent=command.time_spent,
        difficulty_override=command.difficulty_override,
        notes=command.notes,
    )
    return Outcome(
        before=before,
        hunter=hunter,
        completion=completion,
        entries=awards.entries,
        days=list(mended.values()),
        unlocks=awards.unlocks,
        events=_told(
            completion, quest, before, hunter, streak_before, streak_now, achievements, facts.event_seq
        ),
        streak_before=streak_before,
        streak=streak_now,
        attribute_gains=gains,
        achievement_xp=achievement_xp,
        achievements=achievements,
    )


def _allowed(situation: Situation, command: CompleteQuest) -> Quest:
    """Return the quest when it may be completed; the refusals in the order of SPEC 4."""
    facts = situation.facts
    quest = facts.quest
    if quest is None:
        raise NotFound("quest", command.quest_id)
    check_not_before_quest(situation.day, quest.created_day)
    if not quest.is_active or quest.archived_at is not None:
        raise QuestInactive(quest.id)
    if quest.type is QuestType.ONE_TIME and facts.done_ever:
        raise QuestAlreadyCompleted(quest.id)
    if quest.deadline is not None and situation.at > quest.deadline:
        raise QuestExpired(quest.id, quest.deadline)
    if facts.done_on_day >= quest.completions_per_day:
        raise CompletionLimitReached(quest.id, situation.day, quest.completions_per_day)
    return quest


def _award_overdue(awards: Awards, situation: Situation, command: CompleteQuest, rulebook: Rulebook) -> None:
    """Award what was added to the catalogue since the hunter was last judged; the latest completion earned it."""
    facts, hunter = situation.facts, situation.hunter
    if hunter.catalogue == rulebook.catalogue.hash or facts.latest_completion is None:
        return
    awards.judge(
        rulebook=rulebook,
        streak=hunter.effective_streak(situation.today, rulebook.streaks),
        moment=NO_MOMENT,
        cause=facts.latest_completion,
        derive_from=command.completion_id,
        label="overdue",
        day=situation.today,
        now=situation.now,
    )


def _roll(
    completion_id: CompletionId, quest: Quest, difficulty: Difficulty, rulebook: Rulebook, dice: Dice
) -> Attributes:
    if not quest.attributes:
        return Attributes()
    low, high = rulebook.rewards.gains[difficulty]
    return Attributes(
        **{attribute.value: dice.roll(completion_id, attribute, low, high) for attribute in quest.attributes}
    )


def row_of(days: Sequence[DayRow], day: date) -> DayRow:
    """Return the row of *day*, an empty one when there is none."""
    for row in days:
        if row.local_day == day:
            return row
    return DayRow(local_day=day)


def _streak_with(
    situation: Situation, xp: int, gains: Attributes, time_spent: int, rulebook: Rulebook
) -> tuple[StreakState, dict[date, DayRow]]:
    """Return the streak once the completion's day stands, and the rows to save for it, by day."""
    hunter, days, day = situation.hunter, situation.facts.days, situation.day
    row = row_of(days, day)
    if hunter.last_day is None or hunter.last_day <= day:
        state = stand(hunter.streak_state, day, hunter.calendar.covered, rulebook.streaks)
        return state, {
            day: row.gaining(xp=xp, points=gains, completed=1, time_spent=time_spent, streak=state)
        }
    row = row.gaining(xp=xp, points=gains, completed=1, time_spent=time_spent)
    # A late completion: where its day did not stand before, the days after it are folded again.
    others = [other for other in days if other.local_day != row.local_day]
    ascending = sorted([*others, row], key=lambda each: each.local_day)
    changed, state = mend(ascending, row.local_day, hunter.calendar.covered, rulebook.streaks)
    return state, {row.local_day: row} | {each.local_day: each for each in changed}


def _told(
    completion: Completion,
    quest: Quest,
    before: Hunter,
    hunter: Hunter,
    streak_before: int,
    streak: int,
    achievements: Sequence[Achievement],
    last_seq: int,
) -> list[events.OutboxEvent]:
    news = events.Announcements(hunter.id, after=last_seq, at=completion.recorded_at)
    news.tell(
        events.QUEST_COMPLETED,
        questId=str(quest.id),
        completionId=str(completion.id),
        title=quest.title,
        localDay=completion.local_day.isoformat(),
        xp=completion.xp.total_xp,
        totalXP=hunter.total_xp,
    )
    if streak > streak_before:
        news.tell(events.STREAK_EXTENDED, streak=streak, maxStreak=hunter.max_streak)
    for achievement in achievements:
        news.tell(
            events.ACHIEVEMENT_UNLOCKED,
            achievementId=str(achievement.id),
            name=achievement.name,
            rarity=achievement.rarity.value,
            xpReward=achievement.xp_reward,
        )
    if hunter.level > before.level:
        news.tell(events.LEVEL_UP, level=hunter.level, before=before.level)
    if hunter.rank.order > before.rank.order:
        news.tell(events.RANK_UP, rank=hunter.rank.value, before=before.rank.value)
    return news.events

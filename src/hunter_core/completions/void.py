"""What taking a completion back changes: exactly what it gave, and what hung on it (SPEC 2, Void)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from hunter_core import events
from hunter_core.completions.awards import NO_MOMENT, Awards
from hunter_core.completions.outcome import Outcome
from hunter_core.completions.situation import VoidSituation
from hunter_core.completions.unlock import Unlock
from hunter_core.errors import VoidWindowPassed
from hunter_core.hunters.events import CompletionVoided, XpTakenBack
from hunter_core.hunters.evolve import evolve
from hunter_core.ledger.days import DayRow, mend
from hunter_core.ledger.entry import LedgerEntry, reversal_of
from hunter_core.rules.achievements import Achievement
from hunter_core.rules.rulebook import Rulebook
from hunter_core.rules.streaks import passed
from hunter_core.words import NO_POINTS


def decide_void(situation: VoidSituation, rulebook: Rulebook) -> Outcome:
    """
    Return everything that taking the completion back changes.

    Its XP and points are reversed, and the reward of every achievement that it unlocked; the streak is
    folded again from the days that stand. Then what the hunter still earns, moments apart, is unlocked anew
    by the latest completion that stands.

    Raises:
        VoidWindowPassed: If its local day lies further back than the rulebook allows.
    """
    hunter, facts, now, today = situation.hunter, situation.facts, situation.now, situation.today
    completion = facts.completion
    if completion.local_day <= today - timedelta(days=rulebook.limits.void_days):
        raise VoidWindowPassed(completion.local_day, rulebook.limits.void_days)
    covered = hunter.calendar.covered
    streak_before = passed(hunter.streak_state, today, covered, rulebook.streaks).streak

    # The rewards first, last one first, then what the completion itself paid: the mirror of how they came.
    after, seq = hunter, facts.ledger_seq
    entries: list[LedgerEntry] = []
    given = [entry for _, entry in reversed(facts.earned)] + [facts.entry]
    for entry in given:
        seq += 1
        entries.append(
            reversal_of(entry, seq=seq, recorded_at=now, rulebook=rulebook.hash, balance=after.total_xp)
        )
        after = evolve(after, XpTakenBack(entry.amount, entry.points, now, facts.reached_at), rulebook)

    rows = {row.local_day: row for row in facts.days}
    for entry in given:
        row = rows.get(entry.local_day) or DayRow(local_day=entry.local_day)
        rows[entry.local_day] = row.gaining(xp=-entry.amount, points=NO_POINTS.minus(entry.points))
    own = rows[completion.local_day]
    rows[completion.local_day] = own.gaining(completed=-1, time_spent=-(completion.time_spent or 0))
    changed, streak = mend(
        sorted(rows.values(), key=lambda row: row.local_day), completion.local_day, covered, rulebook.streaks
    )
    for row in changed:
        rows[row.local_day] = row
    after = evolve(after, CompletionVoided(completion.difficulty, streak), rulebook)

    taken_back = [replace(unlock, taken_back_at=now) for unlock, _ in facts.earned]
    gone = {unlock.achievement_id for unlock in taken_back}
    streak_now = passed(streak, today, covered, rulebook.streaks).streak
    awards = Awards(hunter=after, unlocked=facts.unlocked - gone, seq=seq)
    if facts.latest_completion is not None:
        awards.judge(
            rulebook=rulebook,
            streak=streak_now,
            moment=NO_MOMENT,
            cause=facts.latest_completion,
            derive_from=completion.id,
            label="again",
            day=today,
            now=now,
        )
    if awards.xp:
        rows[today] = (rows.get(today) or DayRow(local_day=today)).gaining(xp=awards.xp)

    outcome = Outcome(
        before=hunter,
        hunter=replace(awards.hunter, catalogue=rulebook.catalogue.hash, updated_at=now),
        completion=replace(completion, voided_at=now),
        entries=[*entries, *awards.entries],
        days=_changed(facts.days, rows),
        unlocks=awards.unlocks,
        events=[],
        streak_before=streak_before,
        streak=streak_now,
        attribute_gains=NO_POINTS.minus(facts.entry.points),
        achievement_xp=awards.xp - sum(entry.amount for _, entry in facts.earned),
        achievements=awards.achievements,
        taken_back=taken_back,
        revoked=_achievements(rulebook, taken_back),
    )
    return outcome._replace(events=_told(outcome, facts.event_seq))


def _changed(before: Sequence[DayRow], after: Mapping[date, DayRow]) -> list[DayRow]:
    known = {row.local_day: row for row in before}
    return [row for day, row in sorted(after.items()) if known.get(day) != row]


def _achievements(rulebook: Rulebook, unlocks: Sequence[Unlock]) -> list[Achievement]:
    """Return the catalogue's achievements behind *unlocks*; one that has left the catalogue is not told."""
    known = (rulebook.catalogue.get(unlock.achievement_id) for unlock in unlocks)
    return [achievement for achievement in known if achievement is not None]


def _told(outcome: Outcome, last_seq: int) -> list[events.OutboxEvent]:
    completion, hunter, before = outcome.completion, outcome.hunter, outcome.before
    news = events.Announcements(hunter.id, after=last_seq, at=hunter.updated_at)
    news.tell(
        events.COMPLETION_VOIDED,
        questId=str(completion.quest_id),
        completionId=str(completion.id),
        localDay=completion.local_day.isoformat(),
        xp=-completion.xp.total_xp,
        totalXP=hunter.total_xp,
    )
    kept = {achievement.id for achievement in outcome.achievements}
    for achievement in outcome.revoked:
        if achievement.id not in kept:
            news.tell(events.ACHIEVEMENT_REVOKED, achievementId=str(achievement.id), name=achievement.name)
    lost = {achievement.id for achievement in outcome.revoked}
    for achievement in outcome.achievements:
        if achievement.id not in lost:
            news.tell(
                events.ACHIEVEMENT_UNLOCKED,
                achievementId=str(achievement.id),
                name=achievement.name,
                rarity=achievement.rarity.value,
                xpReward=achievement.xp_reward,
            )
    if hunter.rank.order < before.rank.order:
        news.tell(events.RANK_DOWN, rank=hunter.rank.value, before=before.rank.value)
    return news.events

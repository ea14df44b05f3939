"""Awards: judging in rounds until one unlocks nothing, and paying each unlock by a ledger entry (SPEC 2)."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from hunter_core.completions.unlock import Unlock
from hunter_core.hunters.events import XpGained
from hunter_core.hunters.evolve import evolve
from hunter_core.hunters.hunter import Hunter
from hunter_core.ids import AchievementId, CompletionId, EntryId, UnlockId, derived_id
from hunter_core.ledger.entry import LedgerEntry
from hunter_core.rules.achievements import Achievement
from hunter_core.rules.conditions import Metrics
from hunter_core.rules.rulebook import Rulebook
from hunter_core.words import NO_POINTS, EntryKind


class Moment(NamedTuple):
    """The metrics of the moment of a completion; all None where an achievement is judged without one."""

    completions_today: int | None = None
    local_hour: int | None = None
    weekday: int | None = None


NO_MOMENT = Moment()


def metrics_of(hunter: Hunter, streak: int, moment: Moment) -> Metrics:
    """Return what achievements are judged by: *hunter*, the effective *streak*, and the moment."""
    easy, normal, hard = hunter.completed
    return Metrics(
        hunter.level,
        hunter.total_xp,
        streak,
        hunter.max_streak,
        easy + normal + hard,
        hunter.rank,
        hunter.attributes,
        easy,
        normal,
        hard,
        *moment,
    )


@dataclass(slots=True, kw_only=True)
class Awards:
    """What one decision unlocks: the hunter as they then stand, the rows that it adds, and the XP of all rewards."""

    hunter: Hunter
    unlocked: AbstractSet[AchievementId]
    seq: int
    achievements: list[Achievement] = field(default_factory=list)
    unlocks: list[Unlock] = field(default_factory=list)
    entries: list[LedgerEntry] = field(default_factory=list)
    xp: int = 0

    def judge(
        self,
        *,
        rulebook: Rulebook,
        streak: int,
        moment: Moment,
        cause: CompletionId,
        derive_from: UUID,
        label: str,
        day: date,
        now: datetime,
    ) -> None:
        """
        Unlock all that holds, round by round, each round judged against the hunter at its start.

        Rewards count for the local *day*; each unlock names *cause*; ids are derived from *derive_from* and
        *label*, so that the same decision gives the same rows.
        """
        while won := rulebook.catalogue.judge(metrics_of(self.hunter, streak, moment), self.unlocked):
            self.unlocked = self.unlocked | {achievement.id for achievement in won}
            for achievement in won:
                unlock_id = UnlockId(derived_id(derive_from, f"{label}:{achievement.key}"))
                self.hunter = evolve(self.hunter, XpGained(achievement.xp_reward, NO_POINTS, now), rulebook)
                self.seq += 1
                self.xp += achievement.xp_reward
                self.achievements.append(achievement)
                self.unlocks.append(
                    Unlock(
                        id=unlock_id,
                        hunter_id=self.hunter.id,
                        achievement_id=achievement.id,
                        completion_id=cause,
                        unlocked_at=now,
                        xp_reward=achievement.xp_reward,
                    )
                )
                self.entries.append(
                    LedgerEntry(
                        id=EntryId(unlock_id),
                        hunter_id=self.hunter.id,
                        seq=self.seq,
                        kind=EntryKind.ACHIEVEMENT,
                        source_id=unlock_id,
                        amount=achievement.xp_reward,
                        points=NO_POINTS,
                        local_day=day,
                        recorded_at=now,
                        rulebook=rulebook.hash,
                        balance_after=self.hunter.total_xp,
                    )
                )

"""The catalogue as a hunter sees it: progress, what is unlocked, and how many others have it (SPEC 4, Achievements)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from hunter_core.achievements.ports import Holders
from hunter_core.completions.awards import Moment, metrics_of
from hunter_core.ids import HunterId
from hunter_core.ports import UnitOfWork
from hunter_core.rules.achievements import Achievement, Progress
from hunter_core.rules.rulebook import Rulebook


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenAchievement:
    """
    An achievement as a hunter sees it.

    `unlocked_at` is None while it is locked. An unlocked one shows as complete, also where its trigger does
    not hold any more: a broken streak takes nothing back. `share` of all hunters, 0 to 1, have it.
    """

    achievement: Achievement
    unlocked_at: datetime | None
    progress: Progress
    share: float


def catalogue_seen(
    *, uow: UnitOfWork, hunter_id: HunterId, now: datetime, rulebook: Rulebook, holders: Holders
) -> Sequence[SeenAchievement]:
    """
    Return every achievement of the catalogue, in its order, as the hunter sees it at *now*.

    Raises:
        NotFound: If there is no such hunter.
    """
    hunter = uow.hunters.get(hunter_id)
    today = hunter.calendar.local_day(now)
    row = uow.days.get(hunter_id, today)
    metrics = metrics_of(
        hunter,
        hunter.effective_streak(today, rulebook.streaks),
        Moment(completions_today=0 if row is None else row.completed),
    )
    unlocked = {unlock.achievement_id: unlock.unlocked_at for unlock in uow.unlocks.standing(hunter_id)}
    seen = []
    for achievement in rulebook.catalogue.achievements:
        progress, since = achievement.progress(metrics), unlocked.get(achievement.id)
        if since is not None:
            progress = Progress(max(progress.current, progress.target), progress.target, 100)
        seen.append(
            SeenAchievement(
                achievement=achievement,
                unlocked_at=since,
                progress=progress,
                share=holders.share(achievement.id),
            )
        )
    return seen


def unlocked_by(
    *, uow: UnitOfWork, hunter_id: HunterId, rulebook: Rulebook
) -> Sequence[tuple[Achievement, datetime]]:
    """
    Return the achievements that the hunter has, each with the moment of its unlock, latest first.

    One that has left the catalogue is not told: nothing is known of it but its id.
    """
    found = []
    for unlock in uow.unlocks.standing(hunter_id):
        achievement = rulebook.catalogue.get(unlock.achievement_id)
        if achievement is not None:
            found.append((achievement, unlock.unlocked_at))
    return found

"""What hunters see of themselves: the account, the hunter as they stand now, and what comes next (SPEC 4, Auth)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hunter_core.accounts.account import Account
from hunter_core.hunters.change_settings import SettingsView, view_of
from hunter_core.hunters.hunter import Hunter
from hunter_core.hunters.settings import Settings
from hunter_core.ids import AccountId
from hunter_core.ports import UnitOfWork
from hunter_core.rules.rulebook import Rulebook
from hunter_core.words import Rank


@dataclass(frozen=True, slots=True, kw_only=True)
class NextRank:
    """
    The rank above, and what is missing for it.

    `xp` and `level` are its thresholds, `xp_at` the total at which both are met; None where the curve has no
    such level. `xp_missing` is what `xp_at` is away, `levels_missing` what `level` is.
    """

    rank: Rank
    xp: int
    level: int
    xp_at: int | None
    xp_missing: int | None
    levels_missing: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """
    How far a hunter has come.

    `xp_to_next_level` and `next_level_at` (total XP) are None at the last level of a curve that has one.
    """

    level_began_at: int
    next_level_at: int | None
    xp_to_next_level: int | None
    next_rank: NextRank | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Me:
    """
    An account with its hunter: the full user of SPEC 4. `streak` is the effective one.

    `came_back` is set where this sign-in took a deletion back.
    """

    account: Account
    hunter: Hunter
    settings: SettingsView
    streak: int
    progress: Progress
    came_back: bool = False

    @property
    def updated_at(self) -> datetime:
        """The later of the two: account or hunter."""
        return max(self.account.updated_at, self.hunter.updated_at)


def progress_of(hunter: Hunter, rulebook: Rulebook) -> Progress:
    """Return how far *hunter* has come by *rulebook*."""
    curve, xp = rulebook.curve, hunter.total_xp
    last = curve.max_level is not None and hunter.level >= curve.max_level
    next_level_at = None if last else curve.xp_for(hunter.level + 1)
    return Progress(
        level_began_at=curve.xp_for(hunter.level),
        next_level_at=next_level_at,
        xp_to_next_level=None if next_level_at is None else next_level_at - xp,
        next_rank=_next_rank(hunter, rulebook),
    )


def me_of(account: Account, hunter: Hunter, settings: Settings, *, now: datetime, rulebook: Rulebook) -> Me:
    """Return the full user as it stands at *now*."""
    return Me(
        account=account,
        hunter=hunter,
        settings=view_of(hunter, settings, now),
        streak=hunter.effective_streak(hunter.calendar.local_day(now), rulebook.streaks),
        progress=progress_of(hunter, rulebook),
    )


def me(*, uow: UnitOfWork, account_id: AccountId, now: datetime, rulebook: Rulebook) -> Me:
    """
    Return the full user of an account.

    Raises:
        NotFound: If there is no such account.
    """
    account, hunter = uow.accounts.get(account_id), uow.hunters.get(account_id)
    return me_of(account, hunter, uow.settings.get(account_id), now=now, rulebook=rulebook)


def _next_rank(hunter: Hunter, rulebook: Rulebook) -> NextRank | None:
    above = rulebook.ranks.next_rank(hunter.rank)
    if above is None:
        return None
    at = rulebook.ranks.effective_xp(rulebook.curve)[above.rank]
    return NextRank(
        rank=above.rank,
        xp=above.xp,
        level=above.level,
        xp_at=at,
        xp_missing=None if at is None else max(0, at - hunter.total_xp),
        levels_missing=max(0, above.level - hunter.level),
    )

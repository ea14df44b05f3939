from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from hunter_core.hunters.me import NextRank, Progress, me_of, progress_of
from hunter_core.hunters.settings import Settings
from hunter_core.rules.curves import Table
from hunter_core.words import Rank
from tests.builders import NOW, TODAY, a_hunter, a_rulebook, an_account

CLASSIC = a_rulebook()


@pytest.mark.parametrize(
    ("total_xp", "began", "following", "missing"),
    [(0, 0, 100, 100), (99, 0, 100, 1), (100, 100, 400, 300), (8_750, 8_100, 10_000, 1_250)],
)
def test_the_next_level_is_as_far_as_the_curve_says(
    total_xp: int, began: int, following: int, missing: int
) -> None:
    progress = progress_of(a_hunter(total_xp=total_xp), CLASSIC)
    assert (progress.level_began_at, progress.next_level_at, progress.xp_to_next_level) == (
        began,
        following,
        missing,
    )


def test_the_next_rank_says_what_is_missing_of_xp_and_level() -> None:
    # E asks for 1 000 XP and level 5, which takes 1 600 XP.
    assert progress_of(a_hunter(total_xp=1_250), CLASSIC).next_rank == NextRank(
        rank=Rank.E, xp=1_000, level=5, xp_at=1_600, xp_missing=350, levels_missing=1
    )
    assert progress_of(a_hunter(total_xp=1_600), CLASSIC).next_rank == NextRank(
        rank=Rank.D, xp=3_000, level=10, xp_at=8_100, xp_missing=6_500, levels_missing=5
    )


def test_nothing_is_above_the_highest_rank() -> None:
    assert progress_of(a_hunter(total_xp=547_600), CLASSIC).next_rank is None


def test_a_curve_that_ends_has_no_level_after_its_last() -> None:
    short = replace(CLASSIC, curve=Table(thresholds=(0, 10, 30)))
    progress = progress_of(a_hunter(total_xp=50, rulebook=short), short)
    assert progress == Progress(
        level_began_at=30,
        next_level_at=None,
        xp_to_next_level=None,
        next_rank=NextRank(rank=Rank.E, xp=1_000, level=5, xp_at=None, xp_missing=None, levels_missing=2),
    )


def test_the_streak_of_me_is_the_effective_one_on_the_hunters_own_day() -> None:
    account, settings = an_account(), Settings(hunter_id=a_hunter().id)
    hunter = a_hunter(zone="Pacific/Kiritimati", streak=5, max_streak=5, last_day=TODAY)
    # 12:00 UTC is 02:00 of the next day in Kiritimati; a day missed there is missed.
    for later, streak in ((0, 5), (1, 0)):
        me = me_of(account, hunter, settings, now=NOW + timedelta(days=later), rulebook=CLASSIC)
        assert me.streak == streak


def test_me_was_updated_when_account_or_hunter_was() -> None:
    settings = Settings(hunter_id=a_hunter().id)
    later = NOW + timedelta(hours=1)
    for account, hunter in (
        (an_account(updated_at=later), a_hunter()),
        (an_account(), a_hunter(updated_at=later)),
    ):
        assert me_of(account, hunter, settings, now=later, rulebook=CLASSIC).updated_at == later

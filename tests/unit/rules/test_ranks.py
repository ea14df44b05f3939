"""Which rank a hunter holds, and what the next one asks for."""

from __future__ import annotations

import pytest

from hunter_core.rules.curves import Quadratic, Table
from hunter_core.rules.ranks import Ranks, RanksNotRising, RankThreshold
from hunter_core.rules.toml import load_rulebook
from hunter_core.words import Rank

CLASSIC = load_rulebook("classic").ranks


def ranks(*pairs: tuple[int, int]) -> Ranks:
    return Ranks(thresholds=tuple(RankThreshold(rank, *pair) for rank, pair in zip(Rank, pairs, strict=True)))


def test_the_next_rank_is_told_with_both_thresholds() -> None:
    assert CLASSIC.next_rank(Rank.F) == (Rank.E, 1000, 5)
    assert CLASSIC.next_rank(Rank.A) == (Rank.S, 50_000, 75)
    assert CLASSIC.next_rank(Rank.S) is None


def test_the_effective_xp_is_the_higher_of_the_two_thresholds() -> None:
    either = ranks((0, 0), (1000, 2), (1000, 5), (5000, 6), (6000, 7), (7000, 8), (8000, 9))
    effective = either.effective_xp(Quadratic(scale=100))
    assert effective[Rank.E] == 1000
    assert effective[Rank.D] == 1600
    assert effective[Rank.C] == 5000


def test_a_rank_beyond_the_last_level_has_no_effective_xp() -> None:
    capped = Table(thresholds=(0, 10, 20))
    assert CLASSIC.effective_xp(capped) == {rank: 0 if rank is Rank.F else None for rank in Rank}


@pytest.mark.parametrize(
    ("pairs", "rank"),
    [
        ([(1, 0), (2, 5), (3, 10), (4, 20), (5, 35), (6, 50), (7, 75)], Rank.F),
        ([(0, 2), (2, 5), (3, 10), (4, 20), (5, 35), (6, 50), (7, 75)], Rank.F),
        ([(0, 0), (2, 5), (1, 10), (4, 20), (5, 35), (6, 50), (7, 75)], Rank.D),
        ([(0, 0), (2, 5), (3, 4), (4, 20), (5, 35), (6, 50), (7, 75)], Rank.D),
        ([(0, 0), (2, 5), (3, 10), (4, 20), (4, 20), (6, 50), (7, 75)], Rank.B),
    ],
)
def test_ranks_that_do_not_rise_are_refused_by_name(pairs: list[tuple[int, int]], rank: Rank) -> None:
    with pytest.raises(RanksNotRising) as refused:
        ranks(*pairs)
    assert refused.value.rank is rank


def test_every_rank_is_needed_once_and_in_order() -> None:
    with pytest.raises(ValueError, match="F, E, D, C, B, A, S"):
        Ranks(thresholds=CLASSIC.thresholds[:-1])
    with pytest.raises(ValueError, match="F, E, D, C, B, A, S"):
        Ranks(thresholds=CLASSIC.thresholds[::-1])

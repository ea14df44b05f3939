"""The golden vectors of level, rank and pay, worked out elsewhere (tests/vectors/README.md)."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from hunter_core.rules.rewards import XpBreakdown, price
from hunter_core.rules.toml import load_rulebook
from hunter_core.words import Difficulty, Rank

VECTORS = Path(__file__).parents[1] / "vectors"
CLASSIC = load_rulebook("classic")


def golden(name: str) -> Any:
    return json.loads((VECTORS / name).read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", golden("levels.json"), ids=lambda case: str(case["totalXP"]))
def test_a_total_is_worth_the_golden_level_and_rank(case: dict[str, Any]) -> None:
    level = CLASSIC.level(case["totalXP"])
    assert level == case["level"]
    assert CLASSIC.ranks.rank_of(case["totalXP"], level) is Rank(case["rank"])
    assert CLASSIC.rank(case["totalXP"]) is Rank(case["rank"])


@pytest.mark.parametrize("case", golden("ranks.json")["thresholds"], ids=lambda case: str(case["rank"]))
def test_a_rank_has_the_golden_thresholds_and_effective_xp(case: dict[str, Any]) -> None:
    rank = Rank(case["rank"])
    threshold = CLASSIC.ranks.thresholds[rank.order]
    assert threshold == (rank, case["totalXP"], case["level"])
    assert CLASSIC.ranks.effective_xp(CLASSIC.curve)[rank] == case["effectiveXP"]


@pytest.mark.parametrize("case", golden("ranks.json")["pairs"], ids=str)
def test_a_rank_needs_both_of_its_thresholds(case: dict[str, Any]) -> None:
    assert CLASSIC.ranks.rank_of(case["totalXP"], case["level"]) is Rank(case["rank"])


def test_every_completion_pays_the_golden_breakdown() -> None:
    cases = golden("rewards.json")
    assert len(cases) > 300
    for case in cases:
        paid = price(
            case["baseXP"],
            Difficulty(case["difficulty"]),
            case["streak"],
            case["timeSpent"],
            case["estimatedTime"],
            CLASSIC.rewards,
        )
        expected = case["expect"]
        assert paid == XpBreakdown(
            expected["baseXP"],
            Fraction(str(expected["difficultyMultiplier"])),
            expected["streakBonus"],
            expected["timeBonus"],
            expected["totalXP"],
        ), case

"""What levels cost, by each kind of curve."""

from __future__ import annotations

from fractions import Fraction

import pytest

from hunter_core.rules.curves import CURVES, Curve, CurveNotRising, Geometric, Linear, Quadratic, Table

CLASSIC = Quadratic(scale=100)


@pytest.mark.parametrize(
    ("curve", "costs"),
    [
        (CLASSIC, [0, 100, 400, 900, 1600]),
        (Quadratic(scale=1), [0, 1, 4, 9, 16]),
        (Linear(step=250), [0, 250, 500, 750, 1000]),
        (Geometric(first=100, ratio=Fraction(3, 2)), [0, 100, 250, 475, 812]),
        (Geometric(first=1, ratio=Fraction(2)), [0, 1, 3, 7, 15]),
        (Table(thresholds=(0, 10, 100)), [0, 10, 100]),
        (Table(thresholds=(0, 10, 100), then=50), [0, 10, 100, 150, 200]),
    ],
    ids=str,
)
def test_a_level_begins_at_its_threshold_and_not_one_point_before(curve: Curve, costs: list[int]) -> None:
    for level, xp in enumerate(costs, start=1):
        assert curve.xp_for(level) == xp
        assert curve.level(xp) == level
        if level > 1:
            assert curve.level(xp - 1) == level - 1


def test_each_step_of_a_geometric_curve_is_floored_from_the_exact_power() -> None:
    curve = Geometric(first=100, ratio=Fraction(11, 10))
    steps = [curve.xp_for(level + 1) - curve.xp_for(level) for level in range(1, 40)]
    assert steps == [100 * 11**n // 10**n for n in range(39)]


def test_a_level_is_exact_where_a_float_is_not() -> None:
    first_wrong = 7_036_876_095_488_098
    level = CLASSIC.level(first_wrong)
    assert CLASSIC.xp_for(level) <= first_wrong < CLASSIC.xp_for(level + 1)
    huge = 10**60
    assert CLASSIC.level(huge) == 10**29 + 1
    assert CLASSIC.level(huge - 1) == 10**29


def test_a_table_without_further_levels_ends() -> None:
    curve = Table(thresholds=(0, 10, 100))
    assert curve.max_level == 3
    assert curve.level(10**9) == 3
    with pytest.raises(ValueError, match="end at 3"):
        curve.xp_for(4)


@pytest.mark.parametrize(
    "curve",
    [CLASSIC, Linear(step=1), Geometric(first=1, ratio=Fraction(2)), Table(thresholds=(0,), then=5)],
    ids=str,
)
def test_levels_begin_at_one_and_go_on_for_ever(curve: Curve) -> None:
    assert curve.max_level is None
    assert curve.level(0) == 1
    with pytest.raises(ValueError, match="begin at 1"):
        curve.xp_for(0)


@pytest.mark.parametrize(
    ("kind", "numbers"),
    [
        ("quadratic", {"scale": 0}),
        ("linear", {"step": -5}),
        ("geometric", {"first": 0, "ratio": Fraction(2)}),
        ("geometric", {"first": 10, "ratio": Fraction(1)}),
        ("geometric", {"first": 10, "ratio": Fraction(9, 10)}),
        ("table", {"thresholds": ()}),
        ("table", {"thresholds": (5, 10)}),
        ("table", {"thresholds": (0, 10, 10)}),
        ("table", {"thresholds": (0, 10, 9)}),
        ("table", {"thresholds": (0, 10), "then": -1}),
    ],
    ids=str,
)
def test_a_curve_that_does_not_rise_cannot_be_made(kind: str, numbers: dict[str, object]) -> None:
    with pytest.raises(CurveNotRising):
        CURVES[kind](**numbers)  # type: ignore[arg-type]

"""The laws of the rules: levels and ranks rise with XP, pay is exact, and judging is what it says (SPEC 2)."""

from __future__ import annotations

from fractions import Fraction
from math import floor
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from hunter_core.rules.achievements import Achievement, Catalogue, TriggerType, achievement_id
from hunter_core.rules.conditions import METRICS, Comparison, Metrics, compiled, met, read_condition
from hunter_core.rules.curves import Curve, Geometric, Linear, Quadratic, Table
from hunter_core.rules.ranks import Ranks, RankThreshold
from hunter_core.rules.reach import clauses, ranges_of
from hunter_core.rules.rewards import GainRange, Rewards, StreakStep, price
from hunter_core.rules.toml import load_rulebook
from hunter_core.words import Attribute, Attributes, Difficulty, Rank, Rarity

CLASSIC = load_rulebook("classic")

amounts = st.integers(0, 1 << 60) | st.integers(0, 1000)
positive = st.integers(1, 10**6)
ratios = st.fractions(Fraction(101, 100), 5, max_denominator=1000)


@st.composite
def curves(draw: st.DrawFn) -> Curve:
    kind = draw(st.sampled_from(("quadratic", "linear", "geometric", "table")))
    if kind == "quadratic":
        return Quadratic(scale=draw(positive))
    if kind == "linear":
        return Linear(step=draw(positive))
    if kind == "geometric":
        return Geometric(first=draw(positive), ratio=draw(ratios))
    steps = draw(st.lists(positive, max_size=20))
    return Table(
        thresholds=tuple(sum(steps[:n]) for n in range(len(steps) + 1)), then=draw(st.just(0) | positive)
    )


@st.composite
def ladders(draw: st.DrawFn) -> Ranks:
    xp, level, thresholds = 0, draw(st.integers(0, 1)), []
    for rank in Rank:
        thresholds.append(RankThreshold(rank, xp, level))
        more = draw(st.tuples(st.integers(0, 10_000), st.integers(0, 20)).filter(any))
        xp, level = xp + more[0], level + more[1]
    return Ranks(thresholds=tuple(thresholds))


# --- levels and ranks -----------------------------------------------------------------------------------------------


@given(curves(), amounts, amounts)
def test_level_is_monotone_in_xp(curve: Curve, one: int, other: int) -> None:
    low, high = sorted((one, other))
    assert 1 <= curve.level(low) <= curve.level(high)


@given(curves(), st.integers(1, 500))
def test_the_level_of_the_xp_of_a_level_is_that_level(curve: Curve, level: int) -> None:
    level = level if curve.max_level is None else min(level, curve.max_level)
    xp = curve.xp_for(level)
    assert curve.level(xp) == level
    assert xp == 0 or curve.level(xp - 1) == level - 1


@given(curves(), amounts)
def test_a_total_lies_between_the_xp_of_its_level_and_of_the_next(curve: Curve, xp: int) -> None:
    level = curve.level(xp)
    assert curve.xp_for(level) <= xp
    if level != curve.max_level:
        assert xp < curve.xp_for(level + 1)


@given(st.integers(0, 1 << 200))
def test_the_classic_level_is_exact_at_any_size(xp: int) -> None:
    level = CLASSIC.level(xp)
    assert 100 * (level - 1) ** 2 <= xp < 100 * level**2


@given(ladders(), curves(), amounts, amounts)
def test_rank_is_monotone_in_xp(ranks: Ranks, curve: Curve, one: int, other: int) -> None:
    low, high = sorted((one, other))
    lower, higher = (ranks.rank_of(xp, curve.level(xp)) for xp in (low, high))
    assert lower.order <= higher.order


@given(ladders(), curves(), amounts)
def test_a_rank_is_held_exactly_from_its_effective_xp_on(ranks: Ranks, curve: Curve, xp: int) -> None:
    held = ranks.rank_of(xp, curve.level(xp))
    effective = ranks.effective_xp(curve)
    reached = [rank for rank, needed in effective.items() if needed is not None and needed <= xp]
    assert held is reached[-1]


@given(ladders(), st.integers(0, 10**5), st.integers(1, 200))
def test_a_rank_is_the_highest_of_which_both_thresholds_are_met(ranks: Ranks, xp: int, level: int) -> None:
    met_by = [
        threshold.rank for threshold in ranks.thresholds if xp >= threshold.xp and level >= threshold.level
    ]
    assert ranks.rank_of(xp, level) is met_by[-1]


# --- pay ------------------------------------------------------------------------------------------------------------

shares = st.fractions(0, 3, max_denominator=100)
times = st.none() | st.integers(1, 86_400)


@st.composite
def rewards(draw: st.DrawFn) -> Rewards:
    streaks = sorted(draw(st.sets(st.integers(1, 40), max_size=5)))
    return Rewards(
        multiplier={difficulty: draw(shares) for difficulty in Difficulty},
        streak_bonus=tuple(StreakStep(streak, draw(shares)) for streak in streaks),
        faster_than=draw(shares),
        time_bonus=draw(shares),
        gains=dict.fromkeys(Difficulty, GainRange(1, 2)),
    )


@given(
    rewards() | st.just(CLASSIC.rewards),
    st.integers(1, 10**7),
    st.sampled_from(Difficulty),
    st.integers(0, 60),
    times,
    times,
)
def test_pay_is_the_floor_of_each_exact_fraction(
    rules: Rewards,
    base_xp: int,
    difficulty: Difficulty,
    streak: int,
    spent: int | None,
    estimated: int | None,
) -> None:
    paid = price(base_xp, difficulty, streak, spent, estimated, rules)
    share = max((step for step in rules.streak_bonus if step.from_streak <= streak), default=None)
    fast = spent is not None and estimated is not None and Fraction(estimated, spent) > rules.faster_than
    assert paid.streak_bonus == (floor(base_xp * share.share) if share else 0)
    assert paid.time_bonus == (floor(base_xp * rules.time_bonus) if fast else 0)
    assert (
        paid.total_xp == floor(base_xp * rules.multiplier[difficulty]) + paid.streak_bonus + paid.time_bonus
    )
    assert paid.base_xp == base_xp
    assert paid.difficulty_multiplier == rules.multiplier[difficulty]
    assert all(isinstance(number, int) for number in (paid.streak_bonus, paid.time_bonus, paid.total_xp))


@given(st.integers(1, 500), st.sampled_from(Difficulty), st.integers(0, 400), times, times)
def test_no_completion_pays_more_than_the_most(
    base_xp: int, difficulty: Difficulty, streak: int, spent: int | None, estimated: int | None
) -> None:
    paid = price(base_xp, difficulty, streak, spent, estimated, CLASSIC.rewards).total_xp
    assert 0 <= paid <= CLASSIC.rewards.most_xp(base_xp) <= CLASSIC.rewards.most_xp(500)


# --- conditions -----------------------------------------------------------------------------------------------------

small = st.integers(0, 8)
maybe = st.none() | small
MOMENT = ("completions_today", "local_hour", "weekday")
hunters = st.builds(
    Metrics,
    level=small,
    total_xp=small,
    streak=small,
    max_streak=small,
    quest_count=small,
    rank=st.sampled_from(Rank),
    attributes=st.builds(Attributes, small, small, small, small, small, small),
    easy=small,
    normal=small,
    hard=small,
    completions_today=maybe,
    local_hour=maybe,
    weekday=maybe,
)
operators = st.sampled_from((">=", ">", "==", "<=", "<", "!="))
numbers = st.sampled_from([name for name in METRICS if name != "rank"])
plain = st.fixed_dictionaries({"metric": numbers, "op": operators, "value": small})
ranked = st.fixed_dictionaries(
    {"metric": st.just("rank"), "op": operators, "value": st.sampled_from([r.value for r in Rank])}
)
conditions = st.recursive(
    plain | ranked,
    lambda inner: (
        st.fixed_dictionaries({"not": inner})
        | st.fixed_dictionaries({"all": st.lists(inner, min_size=1, max_size=3)})
        | st.fixed_dictionaries({"any": st.lists(inner, min_size=1, max_size=3)})
    ),
    max_leaves=8,
)


def kleene(condition: dict[str, Any], metrics: Metrics) -> bool | None:
    """Kleene's three-valued logic, straight from its tables."""
    match condition:
        case {"not": inner}:
            truth = kleene(inner, metrics)
            return None if truth is None else not truth
        case {"all": parts}:
            found = [kleene(part, metrics) for part in parts]
            return False if False in found else None if None in found else True
        case {"any": parts}:
            found = [kleene(part, metrics) for part in parts]
            return True if True in found else None if None in found else False
    left = METRICS[condition["metric"]].read(metrics)
    right = Rank(condition["value"]).order if condition["metric"] == "rank" else condition["value"]
    if left is None:
        return None
    return {
        ">=": left >= right,
        ">": left > right,
        "==": left == right,
        "<=": left <= right,
        "<": left < right,
        "!=": left != right,
    }[condition["op"]]


def is_shallow(condition: dict[str, Any], depth: int = 0) -> bool:
    inner = [condition["not"]] if "not" in condition else condition.get("all") or condition.get("any") or []
    return depth <= 8 and all(is_shallow(part, depth + 1) for part in inner)


@given(conditions, hunters)
def test_a_condition_holds_where_kleenes_logic_says_true(condition: dict[str, Any], metrics: Metrics) -> None:
    assume(is_shallow(condition))
    assert compiled(read_condition(condition))(metrics) is (kleene(condition, metrics) is True)


@given(conditions, hunters, st.sampled_from(MOMENT), small)
def test_learning_what_was_unknown_never_takes_back_what_was_known(
    condition: dict[str, Any], metrics: Metrics, field: str, value: int
) -> None:
    assume(is_shallow(condition))
    change: dict[str, Any] = {field: value}
    known = metrics._replace(**change)
    change = {field: None}
    unknown = metrics._replace(**change)
    holds = compiled(read_condition(condition))
    assert not holds(unknown) or holds(known)


@given(conditions, hunters)
def test_progress_is_complete_exactly_where_the_condition_holds(
    condition: dict[str, Any], metrics: Metrics
) -> None:
    assume(is_shallow(condition))
    read = read_condition(condition)
    count, needed = met(read, metrics)
    assert 0 <= count <= needed
    assert (count == needed) is compiled(read)(metrics)


@given(conditions, hunters)
def test_the_ways_in_which_a_condition_can_hold_are_all_of_them(
    condition: dict[str, Any], metrics: Metrics
) -> None:
    assume(is_shallow(condition))
    read = read_condition(condition)
    ways = [all(compiled(comparison)(metrics) for comparison in clause) for clause in clauses(read)]
    assert any(ways) is compiled(read)(metrics)


# --- judging --------------------------------------------------------------------------------------------------------


@st.composite
def achievements(draw: st.DrawFn, key: str) -> Achievement:
    kind = draw(st.sampled_from(TriggerType))
    value: int | None = draw(small)
    condition: dict[str, Any] | None = None
    if kind is TriggerType.RANK:
        value, condition = None, {"rank": draw(st.sampled_from(Rank)).value}
    elif kind is TriggerType.ATTRIBUTE:
        condition = {"attribute": draw(st.sampled_from(Attribute)).value}
    elif kind is TriggerType.SPECIAL:
        value, condition = None, draw(conditions.filter(is_shallow))
    return Achievement(
        key=key,
        name=key,
        description=key,
        rarity=Rarity.RARE,
        trigger_type=kind,
        trigger_value=value,
        trigger_condition=condition,
        xp_reward=draw(small),
    )


@st.composite
def catalogues(draw: st.DrawFn) -> Catalogue:
    return Catalogue(tuple(draw(achievements(f"a{n}")) for n in range(draw(st.integers(0, 12)))))


@given(catalogues(), hunters, st.sets(st.integers(0, 14)))
def test_one_round_is_every_locked_one_that_holds_each_looked_at_alone(
    catalogue: Catalogue, metrics: Metrics, have: set[int]
) -> None:
    unlocked = {achievement_id(f"a{n}") for n in have}
    naive = [a for a in catalogue.achievements if a.id not in unlocked and a.holds(metrics)]
    assert catalogue.judge(metrics, unlocked) == naive
    assert catalogue.judge(metrics, frozenset(unlocked)) == naive


@given(catalogues(), hunters)
def test_progress_of_an_achievement_is_a_hundred_exactly_where_it_holds(
    catalogue: Catalogue, metrics: Metrics
) -> None:
    for achievement in catalogue.achievements:
        progress = achievement.progress(metrics)
        assert 0 <= progress.percent <= 100
        assert (progress.percent == 100) is achievement.holds(metrics)


# --- what is possible -----------------------------------------------------------------------------------------------


@st.composite
def real_hunters(draw: st.DrawFn) -> Metrics:
    """Hunters as they can be under classic after a completion, whatever their history."""
    easy, normal, hard = draw(st.tuples(small, small, small).filter(any))
    count = easy + normal + hard
    longest = draw(st.integers(1, count))
    most = count * CLASSIC.rewards.most_xp(500) + sum(a.xp_reward for a in CLASSIC.catalogue.achievements)
    xp = draw(st.integers(0, most))
    points = st.integers(0, 5 * count)
    return Metrics(
        level=CLASSIC.level(xp),
        total_xp=xp,
        streak=draw(st.integers(0, longest)),
        max_streak=longest,
        quest_count=count,
        rank=CLASSIC.rank(xp),
        attributes=Attributes(*(draw(points) for _ in Attribute)),
        easy=easy,
        normal=normal,
        hard=hard,
        completions_today=draw(st.integers(1, count)),
        local_hour=draw(st.integers(0, 23)),
        weekday=draw(st.integers(0, 6)),
    )


@given(real_hunters(), st.data())
def test_what_the_check_calls_impossible_is_true_of_no_hunter(hunter: Metrics, data: st.DataObject) -> None:
    values: dict[str, int] = {}
    for name, metric in METRICS.items():
        value = metric.read(hunter)
        assert value is not None
        values[name] = value
    clause = []
    for name in data.draw(st.lists(st.sampled_from(sorted(METRICS)), min_size=1, max_size=8)):
        op = data.draw(operators)
        near = data.draw(st.integers(0, 3) if name == "rank" else st.integers(0, 50))
        side = {">=": -near, ">": -near - 1, "==": 0, "<=": near, "<": near + 1, "!=": near + 1}[op]
        clause.append(Comparison(name, op, values[name] + side))
    assert all(compiled(comparison)(hunter) for comparison in clause)
    ranges = ranges_of(clause, CLASSIC)
    for name, value in values.items():
        most = ranges.most[name]
        assert ranges.least[name] <= value
        assert most is None or value <= most

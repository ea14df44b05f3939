"""A witness is a short plan of completions that earns an achievement, found by playing likely plans."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import product
from typing import Final, NamedTuple

from hunter_core.rules.achievements import Achievement
from hunter_core.rules.conditions import Comparison, Metrics, compiled
from hunter_core.rules.reach import Impossible, clauses, ranges_of
from hunter_core.rules.rulebook import Rulebook
from hunter_core.rules.streaks import NO_STREAK, passed, stand
from hunter_core.words import Attribute, Attributes, Difficulty

# A Monday, so that a plan's days of the week are easy to follow.
START: Final = date(2026, 1, 5)
MOST_COMPLETIONS: Final = 20_000
_MOST_DAYS: Final = 4_000
# Playing one completion takes some 10 microseconds, so that an achievement is given up after a few seconds.
_MOST_PLAYED: Final = 400_000
_NOON: Final = 12
_EACH = tuple(Attribute)


class Step(NamedTuple):
    """Rest for `rest` days, then complete one quest `times` times a day, from `hour` o'clock, for `days` days."""

    rest: int
    days: int
    hour: int
    times: int
    difficulties: tuple[Difficulty, ...]
    base_xp: int
    attributes: tuple[Attribute, ...]


class Planned(NamedTuple):
    """One completion of a plan; its zone is UTC, so that `at` reads like the hunter's wall clock."""

    at: datetime
    difficulty: Difficulty
    base_xp: int
    attributes: tuple[Attribute, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """
    A history: steps one after the other from `start`, of which the first `completions` are done.

    The zone is UTC, the day starts at midnight, and there are no rest days or pauses.
    """

    steps: tuple[Step, ...]
    completions: int
    start: date = START

    def __iter__(self) -> Iterator[Planned]:
        """Yield the completions in order."""
        left, day = self.completions, self.start
        for step in self.steps:
            day += timedelta(days=step.rest)
            for _ in range(step.days):
                begin = datetime.combine(day, time(step.hour), UTC)
                for place in range(step.times):
                    if not left:
                        return
                    left -= 1
                    # Spread over 59 minutes of the hour, so that all of them are at this hour.
                    at = begin + timedelta(microseconds=place * 59 * 60_000_000 // step.times)
                    difficulty = step.difficulties[place % len(step.difficulties)]
                    yield Planned(at, difficulty, step.base_xp, step.attributes)
                day += timedelta(days=1)

    @property
    def days(self) -> int:
        """How many days have a completion."""
        return len({planned.at.date() for planned in self})

    @property
    def work(self) -> int:
        """What plans are compared by: a day counts as much as ten completions."""
        return self.completions + 10 * self.days

    def __str__(self) -> str:
        """Return the plan as one sentence."""
        told: list[str] = []
        left, day = self.completions, self.start
        for step in self.steps:
            if not left:
                break
            day += timedelta(days=step.rest)
            here = min(left, step.days * step.times)
            told.append(_told(step, here, day, first=not told))
            left -= here
            day += timedelta(days=step.days)
        count = "1 completion" if self.completions == 1 else f"{self.completions} completions"
        return f"{'; then '.join(told)} ({count})."


def _told(step: Step, count: int, day: date, *, first: bool) -> str:
    words = " and ".join(step.difficulties) if len(step.difficulties) < 3 else "EASY, NORMAL and HARD"
    turns = f"{words} in turn" if len(step.difficulties) > 1 else words
    trains = ", ".join(step.attributes) if len(step.attributes) < len(Attribute) else "all six attributes"
    quest = f"a quest of {step.base_xp} XP ({turns}{'; ' + trains if trains else ''})"
    when = f"{day:%A} {day} at {step.hour:02}:00"
    if step.rest:
        when = f"{when}, after {'a day' if step.rest == 1 else f'{step.rest} days'} of nothing,"
    days = -(-count // step.times)
    if days == 1:
        return f"{'On' if first else 'on'} {when} complete {quest} {_times(count)}"
    return f"{'From' if first else 'from'} {when} complete {quest} {_times(step.times)} a day for {days} days"


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def histories(rulebook: Rulebook) -> list[tuple[Achievement, Plan | None]]:
    """Return each achievement with a plan that earns it, or None where none was found."""
    return [
        (achievement, history_of(achievement, rulebook)) for achievement in rulebook.catalogue.achievements
    ]


def history_of(achievement: Achievement, rulebook: Rulebook) -> Plan | None:
    """Return the least work, of the plans that are tried, that earns *achievement*; None where none of them does."""
    best: Plan | None = None
    left = _MOST_PLAYED
    for steps in _likely(achievement, rulebook):
        most = min(MOST_COMPLETIONS, best.work) if best else MOST_COMPLETIONS
        left -= min(most, sum(step.days * step.times for step in steps))
        if left < 0:
            break
        count = played(Plan(steps=steps, completions=most), achievement, rulebook, lucky=False)
        if count is None:
            continue
        # With good luck it must be earned too: more points must not spoil a condition that bounds them.
        plan = Plan(steps=steps, completions=count)
        if any(step.attributes for step in steps) and played(plan, achievement, rulebook, lucky=True) is None:
            continue
        if best is None or plan.work < best.work:
            best = plan
    return best


def played(plan: Plan, achievement: Achievement, rulebook: Rulebook, *, lucky: bool) -> int | None:
    """
    Return the number of the completion that earns *achievement* when *plan* is played, or None if none does.

    Every roll of the dice is the least, or with *lucky* the most; the true ones lie between.
    """
    holds, rules, rewards, curve = (
        compiled(achievement.condition),
        rulebook.streaks,
        rulebook.rewards,
        rulebook.curve,
    )
    gain = {difficulty: rewards.gains[difficulty][1 if lucky else 0] for difficulty in Difficulty}
    xp, points, state, counts = 0, Attributes(), NO_STREAK, dict.fromkeys(Difficulty, 0)
    unlocked = frozenset((achievement.id,))
    today, done_today, streak = None, 0, 0
    for number, planned in enumerate(plan, start=1):
        day = planned.at.date()
        if day != today:
            before = passed(state, day, _nothing_covered, rules).streak
            state = stand(state, day, _nothing_covered, rules)
            today, done_today, streak = day, 0, state.streak
        else:
            before = streak
        done_today += 1
        counts[planned.difficulty] += 1
        xp += rewards.price(planned.base_xp, planned.difficulty, before).total_xp
        if planned.attributes:
            each = gain[planned.difficulty]
            points = points.plus(Attributes(**dict.fromkeys(planned.attributes, each)))
        while True:
            level = curve.level(xp)
            metrics = Metrics(
                level,
                xp,
                streak,
                state.max_streak,
                number,
                rulebook.ranks.rank_of(xp, level),
                points,
                counts[Difficulty.EASY],
                counts[Difficulty.NORMAL],
                counts[Difficulty.HARD],
                done_today,
                planned.at.hour,
                day.weekday(),
            )
            if holds(metrics):
                return number
            won = rulebook.catalogue.judge(metrics, unlocked)
            if not won:
                break
            unlocked |= {each.id for each in won}
            xp += sum(each.xp_reward for each in won)
    return None


def _nothing_covered(_: date) -> bool:
    return False


class _Wishes(NamedTuple):
    """What the comparisons of an achievement suggest to try, each list with the likeliest first."""

    hours: list[int]
    times: list[int]
    difficulties: list[tuple[Difficulty, ...]]
    base_xp: list[int]
    attributes: list[tuple[Attribute, ...]]
    runs: list[int]


def _likely(achievement: Achievement, rulebook: Rulebook) -> Iterator[tuple[Step, ...]]:
    try:
        ways = clauses(achievement.condition)
    except ValueError:
        return
    for clause in ways:
        try:
            ranges = ranges_of(clause, rulebook)
        except Impossible:
            continue
        if ranges.least["questCount"] > MOST_COMPLETIONS or ranges.least["maxStreak"] > _MOST_DAYS:
            continue
        wishes = _wishes(clause, achievement, rulebook)
        longest = max(wishes.runs, default=0)
        days = min(_MOST_DAYS, max(14, 2 * longest + 14, 2 * ranges.least["questCount"] + 14))
        choices = product(wishes.times, wishes.hours, wishes.difficulties, wishes.base_xp, wishes.attributes)
        for times, hour, difficulties, base_xp, attributes in choices:
            step = Step(0, days, hour, times, difficulties, base_xp, attributes)
            yield (step,)
            for run in wishes.runs:
                gap = rulebook.streaks.freeze_hold + rulebook.streaks.grace_days + 1
                if gap < _MOST_DAYS:
                    yield (step._replace(days=run), step._replace(rest=gap))


def _wishes(clause: Iterable[Comparison], achievement: Achievement, rulebook: Rulebook) -> _Wishes:
    said: dict[str, list[int]] = {}
    bounded = set()
    for comparison in clause:
        said.setdefault(comparison.metric, []).extend(comparison.value + near for near in (0, 1, -1))
        if comparison.op not in (">=", ">"):
            bounded.add(comparison.metric)
    limits = rulebook.limits
    often = limits.completions_per_day
    xp_bounded = bounded & {"level", "totalXP", "rank"}
    counted = any(metric.startswith("difficultyCount") for metric in said)
    trained = tuple(attribute for attribute in _EACH if attribute.value in said)
    runs = [value for value in said.get("maxStreak", []) if 1 <= value <= _MOST_DAYS // 4]
    single: list[tuple[Difficulty, ...]] = [(Difficulty.HARD,), (Difficulty.NORMAL,), (Difficulty.EASY,)]
    return _Wishes(
        hours=_within(said.get("localHour", []), 0, 23) or [_NOON],
        times=_within([*said.get("completionsToday", []), often, 1, 10, 3], 1, often * limits.active_quests),
        difficulties=[*single, tuple(Difficulty)] if counted or xp_bounded else single[:1],
        base_xp=[limits.most_base_xp, limits.least_base_xp] if xp_bounded else [limits.most_base_xp],
        attributes=[trained, ()] if trained and bounded & {a.value for a in trained} else [trained],
        runs=runs if "streak" in bounded else [],
    )


def _within(values: Iterable[int], least: int, most: int) -> list[int]:
    return [value for value in dict.fromkeys(values) if least <= value <= most]

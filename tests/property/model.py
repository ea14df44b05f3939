"""
A second game, written from SPEC 2 alone: slow, plain, and obviously what the sentences say.

It keeps only what happened (quests, completions, unlocks, pauses, rest days, zones) and works every figure out
of all of it each time that it is asked. Nothing here is imported from the rules that it judges: the numbers
are read from the rulebook's text by the model itself.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from functools import cache
from math import floor, isqrt
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from hunter_core.ids import CompletionId
from hunter_core.ports import Dice
from hunter_core.words import Attribute

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
STEP = 15 * MINUTE  # no clock of this century turns, and no day of these lives begins, between two quarters
ATTRIBUTES = ("strength", "intelligence", "constitution", "dexterity", "charisma", "luck")
RANKS = "FEDCBAS"
OF_A_MOMENT = ("localHour", "weekday", "completionsToday")


class No(Exception):
    """A refusal, by its code."""


# --- the book ------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Book:
    """The numbers of a rulebook, as its TOML spells them."""

    tables: Mapping[str, Any]

    @classmethod
    def of(cls, text: str, base: str | None = None) -> Book:
        """Read *text*; a text that extends another is laid over *base*, key by key."""
        tables = tomllib.loads(text)
        if base is not None:
            under = tomllib.loads(base)
            for name, table in tables.items():
                under[name] = (
                    {**under[name], **table} if isinstance(table, dict) and name != "curve" else table
                )
            tables = under
        return cls(tables)

    @property
    def limits(self) -> Mapping[str, int]:
        limits: Mapping[str, int] = self.tables["limits"]
        return limits

    @property
    def achievements(self) -> Mapping[str, Any]:
        achievements: Mapping[str, Any] = self.tables["achievements"]
        return achievements

    def level(self, xp: int) -> int:
        curve = self.tables["curve"]
        if curve["kind"] == "quadratic":
            return isqrt(xp // int(curve["scale"])) + 1
        assert curve["kind"] == "linear"
        return xp // int(curve["step"]) + 1

    def rank(self, xp: int) -> str:
        level, best = self.level(xp), "F"
        for rank in RANKS:
            need = self.tables["ranks"][rank]
            if xp >= need["xp"] and level >= need["level"]:
                best = rank
        return best

    def price(
        self, base: int, difficulty: str, streak: int, estimated: int | None, spent: int | None
    ) -> tuple[Fraction, int, int, int]:
        """Return multiplier, streak bonus, time bonus and total."""
        rewards = self.tables["rewards"]
        multiplier = Fraction(rewards["multiplier"][difficulty])
        share = Fraction(0)
        for tier in rewards["streak_bonus"]:
            if streak >= tier["from"]:
                share = Fraction(tier["share"])
        streak_bonus = floor(base * share)
        time_bonus = 0
        if estimated is not None and spent is not None:
            of_time = rewards["time_bonus"]
            if Fraction(estimated, spent) > Fraction(of_time["faster_than"]):
                time_bonus = floor(base * Fraction(of_time["share"]))
        return multiplier, streak_bonus, time_bonus, floor(base * multiplier) + streak_bonus + time_bonus


# --- one zone's days -----------------------------------------------------------------------------------


@cache
def begins_in(zone: str, day_start: int, day: date) -> datetime:
    """Return the first instant at which the wall clock reaches the day start on *day*; clocks also turn back."""
    wanted = datetime(day.year, day.month, day.day, tzinfo=None) + day_start * MINUTE  # noqa: DTZ001
    at, clock = wanted.replace(tzinfo=UTC) - timedelta(hours=27), ZoneInfo(zone)
    while at.astimezone(clock).replace(tzinfo=None) < wanted:
        at += STEP
    return at


def day_in(zone: str, day_start: int, at: datetime) -> date:
    """Return the last day that has begun."""
    day = at.astimezone(ZoneInfo(zone)).date() + 2 * DAY
    while begins_in(zone, day_start, day) > at:
        day -= DAY
    return day


# --- what happened -------------------------------------------------------------------------------------


@dataclass
class Period:
    """A zone and day start, from an instant on; the day is never before `floor`."""

    zone: str
    day_start: int
    since: datetime | None = None
    floor: date | None = None
    chosen_at: datetime | None = None

    def day(self, at: datetime) -> date:
        day = day_in(self.zone, self.day_start, at)
        return day if self.floor is None else max(day, self.floor)


@dataclass
class Goal:
    """A quest."""

    id: UUID
    kind: str
    base: int
    difficulty: str
    attributes: tuple[str, ...]
    per_day: int
    estimated: int | None
    deadline: datetime | None
    created: date
    active: bool = True
    archived: bool = False


@dataclass
class Done:
    """A completion."""

    id: UUID
    goal: Goal
    at: datetime
    day: date
    recorded: datetime
    difficulty: str
    spent: int | None
    breakdown: tuple[Fraction, int, int, int]
    gains: dict[str, int]
    stands: bool = True

    @property
    def xp(self) -> int:
        return self.breakdown[3]


@dataclass
class Award:
    """An unlock."""

    key: str
    cause: Done
    at: datetime
    day: date
    reward: int
    stands: bool = True


@dataclass(frozen=True)
class Line:
    """A line of the ledger: what it pays or takes back."""

    kind: str
    of: Done | Award
    amount: int
    points: Mapping[str, int]
    day: date
    at: datetime


@dataclass(frozen=True)
class Streak:
    """The streak at the end of a day."""

    length: int = 0
    longest: int = 0
    freezes: int = 0


@dataclass
class Told:
    """What an answer says of a completion or a void."""

    streak_before: int
    unlocked: list[str] = field(default_factory=list)
    revoked: list[str] = field(default_factory=list)


@dataclass
class Game:
    """One hunter's game."""

    book: Book
    dice: Dice
    zone: str
    day_start: int = 0
    goals: list[Goal] = field(default_factory=list)
    done: list[Done] = field(default_factory=list)
    awards: list[Award] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    rests: list[tuple[date, tuple[int, ...]]] = field(default_factory=list)
    pauses: dict[str, tuple[date, date]] = field(default_factory=dict)
    periods: list[Period] = field(default_factory=list)
    judged: Mapping[str, Any] | None = None

    def __post_init__(self) -> None:
        self.periods = [Period(self.zone, self.day_start)]
        self.judged = self.book.achievements

    # --- days ------------------------------------------------------------------------------------------

    def period(self, at: datetime) -> Period:
        """Return the zone that holds at *at*."""
        return [each for each in self.periods if each.since is None or each.since <= at][-1]

    def day(self, at: datetime) -> date:
        return self.period(at).day(at)

    def begins(self, day: date) -> datetime:
        """Return the first instant whose day is *day* or later."""
        for place, period in enumerate(self.periods):
            ends = self.periods[place + 1].since if place + 1 < len(self.periods) else None
            at = begins_in(period.zone, period.day_start, day)
            if period.since is not None:
                # Where the floor lifts it, the day is there from the period's first instant.
                at = period.since if period.day(period.since) >= day else max(at, period.since)
            if ends is None or at < ends:
                return at
        raise AssertionError(day)

    def never_was(self, day: date) -> bool:
        """Tell whether no instant has this day."""
        return self.day(self.begins(day)) > day

    def covered(self, day: date) -> bool:
        """Tell whether a pause, a rest day or the calendar covers *day* (freezes apart)."""
        if any(start <= day <= until for start, until in self.pauses.values()):
            return True
        chosen = [weekdays for since, weekdays in self.rests if since <= day]
        if chosen and day.weekday() in chosen[-1]:
            return True
        return self.never_was(day)

    # --- the streak ------------------------------------------------------------------------------------

    def walk(self, until: date | None = None) -> tuple[dict[date, Streak], Streak]:
        """
        Go from the first standing day on, day by day; return the streak at the end of each, and at the end.

        With *until*, which has begun and is not over, the days before it that were missed have passed.
        """
        rules = self.book.tables["streaks"]
        every, hold = int(rules["freeze_every"]), int(rules["freeze_hold"])
        standing = {each.day for each in self.done if each.stands}
        at_end: dict[date, Streak] = {}
        if not standing:
            return {}, Streak()
        length = longest = freezes = 0
        day, last = min(standing), max(standing)
        end = last if until is None else max(last, until)
        while day <= end:
            if day in standing:
                length += 1
                longest = max(longest, length)
                if every and length % every == 0:
                    freezes = min(hold, freezes + 1)
                at_end[day] = Streak(length, longest, freezes)
            elif day == until or self.covered(day):
                pass
            elif freezes:
                freezes -= 1
            else:
                length = 0
            day += DAY
        return at_end, Streak(length, longest, freezes)

    def stored(self) -> Streak:
        """Return the streak after the last day that stands."""
        return self.walk()[1]

    def effective(self, now: datetime) -> Streak:
        return self.walk(self.day(now))[1]

    # --- figures ---------------------------------------------------------------------------------------

    def standing(self) -> list[Done]:
        return [each for each in self.done if each.stands]

    def held(self) -> list[Award]:
        return [each for each in self.awards if each.stands]

    @property
    def xp(self) -> int:
        return sum(each.xp for each in self.standing()) + sum(each.reward for each in self.held())

    @property
    def level(self) -> int:
        return self.book.level(self.xp)

    @property
    def rank(self) -> str:
        return self.book.rank(self.xp)

    @property
    def points(self) -> dict[str, int]:
        return {name: sum(each.gains.get(name, 0) for each in self.standing()) for name in ATTRIBUTES}

    def counts(self) -> tuple[int, int, int]:
        priced = [each.difficulty for each in self.standing()]
        return priced.count("EASY"), priced.count("NORMAL"), priced.count("HARD")

    @property
    def reached_at(self) -> datetime | None:
        """Return when the latest line that stands and moved the total was written."""
        moved = [each.at for each in self.lines if each.kind != "REVERSAL" and each.of.stands and each.amount]
        return moved[-1] if moved else None

    def days(self) -> dict[date, dict[str, Any]]:
        """Return daily_stats: a row for each day of which there is something to say."""
        streaks = self.walk()[0]
        dates = {goal.created for goal in self.goals}
        dates |= {each.day for each in self.standing()}
        # A day keeps a row for the XP that was given on it, and only as long as that is more than nothing.
        dates |= {each.day for each in self.held() if each.reward}
        rows = {}
        for day in dates:
            done = [each for each in self.standing() if each.day == day]
            awards = [each for each in self.held() if each.day == day]
            streak = streaks.get(day, Streak())
            rows[day] = {
                "created": sum(goal.created == day for goal in self.goals),
                "completed": len(done),
                "xp": sum(each.xp for each in done) + sum(each.reward for each in awards),
                "time_spent": sum(each.spent or 0 for each in done),
                "streak": streak,
                "points": {name: sum(each.gains.get(name, 0) for each in done) for name in ATTRIBUTES},
            }
        return rows

    # --- quests and settings ---------------------------------------------------------------------------

    def change_zone(self, zone: str | None, day_start: int | None, now: datetime) -> None:
        chosen = self.periods[-1]
        zone = chosen.zone if zone is None else zone
        day_start = chosen.day_start if day_start is None else day_start
        if (zone, day_start) == (chosen.zone, chosen.day_start):
            return
        holding = self.period(now)
        pending = chosen is not holding
        if pending and (zone, day_start) == (holding.zone, holding.day_start):
            self.periods.remove(chosen)
            return
        wait = timedelta(hours=self.book.limits["zone_change_hours"])
        if chosen.chosen_at is not None and now < chosen.chosen_at + wait:
            raise No("SETTINGS_CHANGE_TOO_SOON")
        if pending:
            self.periods.remove(chosen)
        tomorrow = self.day(now) + DAY
        self.periods.append(Period(zone, day_start, self.begins(tomorrow), tomorrow, now))

    def rest(self, weekdays: tuple[int, ...], now: datetime) -> None:
        if len(weekdays) > self.book.limits["rest_days"]:
            raise No("VALIDATION_ERROR")
        self.rests.append((self.day(now) + DAY, weekdays))

    def pause(self, start: date, until: date, now: datetime) -> None:
        long = (until - start).days + 1 > self.book.limits["pause_days"]
        if start < self.day(now) or until < start or long:
            raise No("VALIDATION_ERROR")

    def unpause(self, key: str, now: datetime) -> None:
        today = self.day(now)
        if key not in self.pauses or self.pauses[key][1] < today:
            raise No("NOT_FOUND")
        start, _ = self.pauses.pop(key)
        if start < today:
            self.pauses[key] = (start, today - DAY)

    def put(self, goal: Goal, how: str) -> None:
        if how == "archive":
            goal.archived, goal.active = True, False
        elif goal.archived:
            raise No("QUEST_INACTIVE")
        elif how == "dearer":
            goal.base, goal.difficulty, goal.attributes = 400, "HARD", ("luck",)
        elif how == "rarer":
            goal.per_day, goal.estimated = 1, None
        else:
            goal.active = how == "on"

    # --- achievements ----------------------------------------------------------------------------------

    def metrics(self, now: datetime, moment: Done | None) -> dict[str, int | str]:
        streak, (easy, normal, hard) = self.effective(now), self.counts()
        metrics: dict[str, int | str] = {
            "level": self.level,
            "totalXP": self.xp,
            "streak": streak.length,
            "maxStreak": streak.longest,
            "questCount": easy + normal + hard,
            "rank": self.rank,
            "difficultyCount.EASY": easy,
            "difficultyCount.NORMAL": normal,
            "difficultyCount.HARD": hard,
            **self.points,
        }
        if moment is not None:
            zone = ZoneInfo(self.period(moment.at).zone)
            metrics["completionsToday"] = sum(each.day == moment.day for each in self.standing())
            metrics["localHour"] = moment.at.astimezone(zone).hour
            metrics["weekday"] = moment.day.weekday()
        return metrics

    def check(self, now: datetime, cause: Done, day: date, *, moment: Done | None) -> list[str]:
        """Unlock round by round until a round unlocks nothing; return what was unlocked, in order."""
        unlocked: list[str] = []
        while True:
            metrics = self.metrics(now, moment)
            held = {each.key for each in self.held()}
            earned = [
                key
                for key, each in self.book.achievements.items()
                if key not in held and holds(each, metrics)
            ]
            if not earned:
                return unlocked
            for key in earned:
                reward = self.book.achievements[key]["xp_reward"]
                award = Award(key, cause, now, day, reward)
                self.awards.append(award)
                self.lines.append(Line("ACHIEVEMENT", award, reward, {}, day, now))
            unlocked += earned

    # --- completing and taking back --------------------------------------------------------------------

    def complete(
        self,
        goal: Goal | None,
        completion_id: UUID,
        now: datetime,
        *,
        at: datetime | None = None,
        difficulty: str | None = None,
        spent: int | None = None,
    ) -> Told:
        limits = self.book.limits
        at = now if at is None else at
        if now < at <= now + timedelta(seconds=limits["ahead_seconds"]):
            at = now
        if at > now or at < now - timedelta(hours=limits["late_hours"]):
            raise No("VALIDATION_ERROR")
        if goal is None:
            raise No("NOT_FOUND")
        day = self.day(at)
        if day < goal.created:
            raise No("VALIDATION_ERROR")
        if not goal.active:
            raise No("QUEST_INACTIVE")
        before = [each for each in self.standing() if each.goal is goal]
        if goal.kind == "ONE_TIME" and before:
            raise No("QUEST_ALREADY_COMPLETED")
        if goal.deadline is not None and at > goal.deadline:
            raise No("QUEST_EXPIRED")
        if sum(each.day == day for each in before) >= goal.per_day:
            raise No("COMPLETION_LIMIT_REACHED")
        if self.judged != self.book.achievements:
            if self.standing():
                self.check(now, self.standing()[-1], self.day(now), moment=None)
            self.judged = self.book.achievements
        difficulty = difficulty or goal.difficulty
        streak = self.effective(now).length
        low, high = self.book.tables["rewards"]["gains"][difficulty]
        done = Done(
            completion_id,
            goal,
            at,
            day,
            now,
            difficulty,
            spent,
            self.book.price(goal.base, difficulty, streak, goal.estimated, spent),
            {
                name: self.dice.roll(CompletionId(completion_id), Attribute(name), low, high)
                for name in goal.attributes
            },
        )
        self.done.append(done)
        self.lines.append(Line("COMPLETION", done, done.xp, done.gains, day, now))
        return Told(streak, self.check(now, done, day, moment=done))

    def void(self, completion_id: UUID, now: datetime) -> Told:
        found = [each for each in self.standing() if each.id == completion_id]
        if not found:
            raise No("NOT_FOUND")
        done, today = found[0], self.day(now)
        if done.day < today - (self.book.limits["void_days"] - 1) * DAY:
            raise No("VOID_WINDOW_PASSED")
        told = Told(self.effective(now).length)
        for award in reversed(self.awards):
            if award.stands and award.cause is done:
                award.stands = False
                told.revoked.append(award.key)
                self.lines.append(Line("REVERSAL", award, -award.reward, {}, award.day, now))
        done.stands = False
        taken = {name: -points for name, points in done.gains.items()}
        self.lines.append(Line("REVERSAL", done, -done.xp, taken, done.day, now))
        if self.standing():
            told.unlocked = self.check(now, self.standing()[-1], today, moment=None)
        return told

    def overdue(self, now: datetime) -> bool:
        """Tell whether the check would unlock something if it were made now, without a completion."""
        metrics = self.metrics(now, None)
        held = {each.key for each in self.held()}
        return bool(self.standing()) and any(
            key not in held and holds(each, metrics) for key, each in self.book.achievements.items()
        )


# --- conditions ----------------------------------------------------------------------------------------


def holds(achievement: Mapping[str, Any], metrics: Mapping[str, int | str]) -> bool:
    """Tell whether an achievement is earned by *metrics*."""
    match achievement["trigger"]:
        case "STREAK":
            condition = {"metric": "streak", "op": ">=", "value": achievement["value"]}
        case "LEVEL":
            condition = {"metric": "level", "op": ">=", "value": achievement["value"]}
        case "TOTAL_XP":
            condition = {"metric": "totalXP", "op": ">=", "value": achievement["value"]}
        case "QUEST_COUNT":
            condition = {"metric": "questCount", "op": ">=", "value": achievement["value"]}
        case "RANK":
            condition = {"metric": "rank", "op": ">=", "value": achievement["rank"]}
        case "ATTRIBUTE":
            condition = {"metric": achievement["attribute"], "op": ">=", "value": achievement["value"]}
        case _:
            condition = achievement["condition"]
    return truth(condition, metrics) is True


def truth(condition: Mapping[str, Any], metrics: Mapping[str, int | str]) -> bool | None:
    """Tell whether *condition* holds; None where that hangs on a metric that there is not."""
    if "metric" in condition:
        return compared(condition, metrics)
    if "not" in condition:
        inner = truth(condition["not"], metrics)
        return None if inner is None else not inner
    [(word, parts)] = condition.items()
    found = [truth(each, metrics) for each in parts]
    decisive = word == "any"
    if decisive in found:
        return decisive
    return None if None in found else not decisive


def compared(condition: Mapping[str, Any], metrics: Mapping[str, int | str]) -> bool | None:
    name, op, value = condition["metric"], condition["op"], condition["value"]
    if name not in metrics:
        assert name in OF_A_MOMENT, name
        return None
    left, right = (
        (RANKS.index(str(metrics[name])), RANKS.index(value)) if name == "rank" else (metrics[name], value)
    )
    assert isinstance(left, int)
    return {
        ">=": left >= right,
        ">": left > right,
        "==": left == right,
        "!=": left != right,
        "<=": left <= right,
        "<": left < right,
    }[op]


def each_date(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += DAY

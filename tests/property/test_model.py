"""The whole game against a second one, written from the SPEC alone: random lives, compared after every step."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from importlib import resources
from typing import Any, TypeAlias
from uuid import UUID

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from hunter_adapters.memory import MemoryStore
from hunter_core.completions.commands import CompleteQuest, VoidCompletion
from hunter_core.completions.complete import complete
from hunter_core.completions.outcome import Outcome
from hunter_core.completions.take_back import take_back
from hunter_core.completions.unlock import Unlock
from hunter_core.days import Calendar
from hunter_core.dice import HashDice
from hunter_core.errors import HunterError
from hunter_core.events import ACHIEVEMENT_REVOKED, ACHIEVEMENT_UNLOCKED
from hunter_core.hunters.change_settings import SettingsChanges, change_settings
from hunter_core.hunters.pauses import end_pause, plan_pause
from hunter_core.ids import CompletionId, PauseId, QuestId
from hunter_core.ledger.audit import differences
from hunter_core.ledger.entry import LedgerEntry
from hunter_core.ledger.history import History
from hunter_core.ledger.rebuild import rebuild
from hunter_core.ledger.rederive import rederive
from hunter_core.ledger.replay import replay
from hunter_core.ports import Store
from hunter_core.quests.archive import archive_quest
from hunter_core.quests.create import create_quest
from hunter_core.quests.edit import edit_quest
from hunter_core.quests.fields import QuestFields
from hunter_core.rules.achievements import achievement_id
from hunter_core.rules.rulebook import Rulebook
from hunter_core.rules.toml import parse_rulebook
from hunter_core.words import Attribute, Difficulty, EntryKind, QuestType
from tests.builders import a_hunter, an_id, registered
from tests.property.model import DAY, MINUTE, Award, Book, Done, Game, Goal, Line, No, Streak, Told, each_date
from tests.rulebooks import a_text, achievement, special

# --- the books -----------------------------------------------------------------------------------------

SMALL = (
    achievement("first", "QUEST_COUNT", "value = 1", reward=300),
    achievement("third", "QUEST_COUNT", "value = 3", reward=90),
    achievement("eighth", "QUEST_COUNT", "value = 8", reward=1_000),
    achievement("spark", "STREAK", "value = 2", reward=150),
    achievement("flame", "STREAK", "value = 4", reward=500),
    achievement("blaze", "STREAK", "value = 9"),
    achievement("level-3", "LEVEL", "value = 3", reward=200),
    achievement("level-5", "LEVEL", "value = 5", reward=900),
    achievement("level-9", "LEVEL", "value = 9"),
    achievement("rich", "TOTAL_XP", "value = 1_000", reward=700),
    achievement("richer", "TOTAL_XP", "value = 4_000", reward=2_500),
    achievement("rank-e", "RANK", 'rank = "E"', reward=400),
    achievement("rank-d", "RANK", 'rank = "D"', reward=10),
    achievement("strong", "ATTRIBUTE", 'attribute = "strength"\nvalue = 4', reward=50),
    achievement("lucky", "ATTRIBUTE", 'attribute = "luck"\nvalue = 9', reward=350),
    special("fresh", '{ not = { metric = "streak", op = ">=", value = 2 } }', reward=77),
    special(
        "poor",
        '{ all = [ { not = { metric = "totalXP", op = ">=", value = 900 } }, '
        '{ metric = "questCount", op = ">=", value = 2 } ] }',
        reward=600,
    ),
    special(
        "weak",
        '{ all = [ { not = { metric = "strength", op = ">", value = 2 } }, '
        '{ metric = "questCount", op = ">=", value = 3 } ] }',
        reward=20,
    ),
    special(
        "gentle",
        '{ all = [ { not = { metric = "difficultyCount.HARD", op = ">=", value = 1 } }, '
        '{ metric = "questCount", op = ">", value = 3 } ] }',
        reward=130,
    ),
    special("hard", '{ metric = "difficultyCount.HARD", op = ">=", value = 2 }', reward=60),
    special(
        "fallen",
        '{ all = [ { metric = "maxStreak", op = ">=", value = 3 }, { metric = "streak", op = "<", value = 3 } ] }',
        reward=111,
    ),
    special("second-level", '{ metric = "level", op = "==", value = 2 }', reward=5),
    special("no-letter", '{ metric = "rank", op = "!=", value = "F" }', reward=33),
    special("low", '{ metric = "rank", op = "<=", value = "E" }'),
    special("early", '{ metric = "localHour", op = "<", value = 6 }', reward=40),
    special("not-late", '{ not = { metric = "localHour", op = ">=", value = 9 } }', reward=45),
    special(
        "either",
        '{ any = [ { metric = "localHour", op = ">=", value = 20 }, '
        '{ metric = "questCount", op = ">=", value = 4 } ] }',
        reward=55,
    ),
    special(
        "neither",
        '{ not = { any = [ { metric = "weekday", op = "<", value = 3 }, '
        '{ metric = "totalXP", op = ">=", value = 2000 } ] } }',
        reward=70,
    ),
    special(
        "whatever",
        '{ any = [ { not = { all = [ { metric = "weekday", op = ">=", value = 5 }, '
        '{ metric = "totalXP", op = ">=", value = 400 } ] } }, { metric = "luck", op = ">=", value = 3 } ] }',
        reward=15,
    ),
    special("busy", '{ metric = "completionsToday", op = ">=", value = 2 }', reward=80),
    special(
        "calm",
        '{ all = [ { metric = "completionsToday", op = "<", value = 2 }, '
        '{ metric = "maxStreak", op = ">=", value = 2 } ] }',
        reward=25,
    ),
)
LATER = (
    achievement("later-second", "QUEST_COUNT", "value = 2", reward=250),
    achievement("later-streak", "STREAK", "value = 3", reward=100),
    special("later-fresh", '{ not = { metric = "streak", op = ">", value = 1 } }', reward=10),
    special("later-hour", '{ metric = "localHour", op = ">=", value = 12 }', reward=20),
    special("later-day", '{ not = { metric = "completionsToday", op = ">=", value = 2 } }', reward=30),
)
RANKS = "\n".join(
    f"{rank} = {{ xp = {xp}, level = {level} }}"
    for rank, xp, level in (
        ("F", 0, 0),
        ("E", 500, 2),
        ("D", 900, 6),
        ("C", 3_000, 7),
        ("B", 5_000, 8),
        ("A", 5_500, 20),
        ("S", 9_000, 25),
    )
)
TABLES = {
    "curve": 'kind = "linear"\nstep = 300',
    "ranks": RANKS,
    "streaks": "freeze_every = 2\nfreeze_hold = 3\ngrace_days = 0",
}


@cache
def shipped(name: str) -> str:
    return resources.files("hunter_core.rules").joinpath(f"{name}.toml").read_text(encoding="utf-8")


@cache
def books() -> dict[str, tuple[Rulebook, Book]]:
    """Return every rulebook of the stories: as the code reads it, and as the model does."""
    texts = {
        "classic": (shipped("classic"), None),
        "modern": (shipped("modern"), shipped("classic")),
        "small": (a_text(*SMALL, **TABLES), None),
        "small, later": (a_text(*SMALL, *LATER, **TABLES), None),
        "small, icy": (a_text(*SMALL, streaks="freeze_every = 3\nfreeze_hold = 1\ngrace_days = 0"), None),
    }
    return {name: (parse_rulebook(text), Book.of(text, base)) for name, (text, base) in texts.items()}


# --- what may happen -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Wait:
    time: timedelta


@dataclass(frozen=True)
class Make:
    kind: str
    base: int
    difficulty: str
    attributes: tuple[str, ...]
    per_day: int
    estimated: int | None
    deadline: timedelta | None


@dataclass(frozen=True)
class Do:
    quest: int
    back: timedelta = timedelta(0)
    difficulty: str | None = None
    spent: int | None = None
    undone: bool = False


@dataclass(frozen=True)
class Undo:
    """Take back the nth completion from the latest; below 0, one that counts for so many days ago."""

    nth: int


@dataclass(frozen=True)
class Move:
    zone: str | None
    day_start: int | None


@dataclass(frozen=True)
class Rest:
    weekdays: tuple[int, ...]


@dataclass(frozen=True)
class Pause:
    after: int
    days: int


@dataclass(frozen=True)
class Unpause:
    nth: int


@dataclass(frozen=True)
class Put:
    """Archive a quest, switch it off or on, or edit it."""

    quest: int
    how: str


@dataclass(frozen=True)
class Judge:
    """Start again under another rulebook."""

    book: str


@dataclass(frozen=True)
class UndoAll:
    order: int


EDITS = {
    "off": QuestFields(is_active=False),
    "on": QuestFields(is_active=True),
    "dearer": QuestFields(base_xp=400, difficulty=Difficulty.HARD, attributes=[Attribute.LUCK]),
    "rarer": QuestFields(completions_per_day=1, estimated_time=None),
}

Act: TypeAlias = Wait | Make | Do | Undo | Move | Rest | Pause | Unpause | Put | Judge | UndoAll


@dataclass(frozen=True)
class Life:
    book: str
    begins: datetime
    zone: str
    acts: tuple[Act, ...]
    day_start: int = 0


class Twin:
    """Lives one life twice, in the code and in the model, and compares the two after every step."""

    def __init__(self, life: Life, store: Store) -> None:
        self.rulebook, book = books()[life.book]
        self.now = life.begins
        self.store = store
        self.dice = HashDice()
        self.game = Game(book, self.dice, life.zone, life.day_start)
        self.made: list[Done] = []
        self.pauses: list[str] = []
        self.seen: set[str] = set()
        hunter = a_hunter(
            calendar=Calendar.starting(life.zone, life.day_start),
            rulebook=self.rulebook,
            created_at=life.begins,
            updated_at=life.begins,
        )
        self.hunter_id = registered(self.store, hunter).id
        rederive(self.store, self.rulebook, lambda done, of: None)
        self.first = self.game.day(life.begins)
        for act in life.acts:
            self.act(act)
            self.compare()
        self.compare_derived()

    # --- acting ----------------------------------------------------------------------------------------

    def act(self, act: Act) -> None:
        match act:
            case Wait(time):
                self.now += time
            case Make():
                self.make(act)
            case Do():
                self.do(act)
            case Undo(nth):
                if nth < 0:
                    day = self.game.day(self.now) + nth * DAY
                    for done in [done for done in self.game.standing() if done.day == day][:1]:
                        self.void(done)
                elif self.game.done:
                    self.void(self.game.done[-1 - nth % len(self.game.done)])
            case UndoAll(order):
                self.void_all(order)
            case Judge(name):
                self.rulebook, self.game.book = books()[name]
                rederive(self.store, self.rulebook, lambda done, of: None)
            case _:
                self.change(act)

    def refused(self, act: Any, error: HunterError, model: Any) -> None:
        """Check that the model refuses for the same reason."""
        self.seen.add(f"refused: {error.code}")
        with pytest.raises(No) as no:
            model()
        assert no.value.args[0] == error.code, act

    def make(self, act: Make) -> None:
        deadline = None if act.deadline is None else self.now + act.deadline
        fields = QuestFields(
            title="A quest",
            type=QuestType(act.kind),
            base_xp=act.base,
            difficulty=Difficulty(act.difficulty),
            attributes=[Attribute(name) for name in act.attributes],
            completions_per_day=act.per_day,
            estimated_time=act.estimated,
            deadline=deadline,
        )
        quest = self.store.run(
            lambda uow: create_quest(
                uow=uow, hunter_id=self.hunter_id, fields=fields, now=self.now, limits=self.rulebook.limits
            )
        )
        self.game.goals.append(
            Goal(
                quest.id,
                act.kind,
                act.base,
                act.difficulty,
                act.attributes,
                act.per_day,
                act.estimated,
                deadline,
                self.game.day(self.now),
            )
        )

    def do(self, act: Do) -> None:
        # The ninth is nobody's.
        goal = None if act.quest == 9 else self.game.goals[act.quest % len(self.game.goals)]
        # Ids that rise, as those of the server do.
        rising = (int(self.now.timestamp() * 1000) << 80) | (len(self.game.lines) << 64)
        own = UUID(int=rising | (0x7 << 76) | (0x2 << 62) | (an_id(len(self.game.lines)).int & (1 << 62) - 1))
        at = None if act.back == timedelta(0) else self.now - act.back
        command = CompleteQuest(
            completion_id=CompletionId(own),
            hunter_id=self.hunter_id,
            quest_id=QuestId(an_id("nothing") if goal is None else goal.id),
            completed_at=at,
            time_spent=act.spent,
            difficulty_override=None if act.difficulty is None else Difficulty(act.difficulty),
        )

        def model() -> Told:
            return self.game.complete(goal, own, self.now, at=at, difficulty=act.difficulty, spent=act.spent)

        clean = self.game.judged == self.game.book.achievements and not self.game.overdue(self.now)
        before, lines = self.snapshot(), len(self.game.lines)
        try:
            outcome = self.store.run(
                lambda uow: complete(
                    uow=uow,
                    command=command,
                    now=self.now,
                    rulebook=self.rulebook,
                    dice=self.dice,
                    request=None,
                    answer=lambda _: (200, b""),
                )
            )
        except HunterError as error:
            self.refused(act, error, model)
            assert self.snapshot() == before
            return
        assert isinstance(outcome, Outcome)
        told = model()
        self.compare_outcome(outcome, told)
        earned = [line.of for line in self.game.lines[lines:] if isinstance(line.of, Award)]
        own_reward = sum(each.reward for each in earned if each.cause is self.game.done[-1])
        assert outcome.achievement_xp == own_reward
        assert outcome.before.total_xp == self.game.xp - own_reward - self.game.done[-1].xp
        assert news(outcome, ACHIEVEMENT_UNLOCKED) == len(told.unlocked)
        if len(told.unlocked) < len(earned):
            self.seen.add("awarded what was added later")
        if act.back and told.unlocked:
            self.seen.add("unlocked by a late completion")
        if act.undone:
            self.compare()
            self.void(self.game.done[-1])
            if clean:
                assert self.snapshot() == before
                self.seen.add("done and taken back at once")

    def void(self, done: Done) -> bool:
        command = VoidCompletion(
            hunter_id=self.hunter_id, quest_id=QuestId(done.goal.id), completion_id=CompletionId(done.id)
        )
        before, xp = self.snapshot(), self.game.xp
        try:
            outcome = self.store.run(
                lambda uow: take_back(uow=uow, command=command, now=self.now, rulebook=self.rulebook)
            )
        except HunterError as error:
            self.refused(done, error, lambda: self.game.void(done.id, self.now))
            assert self.snapshot() == before
            return False
        told = self.game.void(done.id, self.now)
        self.compare_outcome(outcome, told)
        assert outcome.hunter.total_xp - outcome.before.total_xp == self.game.xp - xp
        assert outcome.achievement_xp == self.game.xp - xp + done.xp
        # What has left the catalogue is not announced: nothing is known of it but its id.
        known = {key for key in told.revoked if key in self.game.book.achievements}
        assert news(outcome, ACHIEVEMENT_REVOKED) == len(known - set(told.unlocked))
        assert news(outcome, ACHIEVEMENT_UNLOCKED) == len(set(told.unlocked) - set(told.revoked))
        if told.revoked:
            self.seen.add("took an achievement back")
        if told.unlocked:
            self.seen.add("earned by a void")
        if set(told.unlocked) & set(told.revoked):
            self.seen.add("taken back and earned again")
        if any(each.day > done.day for each in self.game.standing()):
            self.seen.add("void in the middle")
        return True

    def void_all(self, order: int) -> None:
        left = sorted(self.game.standing(), key=lambda done: an_id(f"{order}:{done.recorded}:{done.id}"))
        taken = [self.void(done) for done in left]
        self.compare()
        if left and all(taken):
            self.seen.add("void of all")
            hunter = self.history().hunter
            begun = a_hunter(rulebook=self.rulebook, created_at=hunter.created_at)
            assert hunter == replace(
                begun, calendar=hunter.calendar, updated_at=hunter.updated_at, catalogue=hunter.catalogue
            )
            assert all(
                row == type(row)(local_day=row.local_day, created=row.created) for row in self.history().days
            )

    def change(self, act: Move | Rest | Pause | Unpause | Put) -> None:
        today = self.game.day(self.now)
        try:
            match act:
                case Move(zone, minutes):
                    start = None if minutes is None else f"{minutes // 60:02}:{minutes % 60:02}"
                    self.settings(SettingsChanges(timezone=zone, day_start=start))
                case Rest(weekdays):
                    self.settings(SettingsChanges(rest_days=weekdays))
                case Pause(after, days):
                    start_day, until = today + after * DAY, today + (after + days - 1) * DAY
                    pause = self.store.run(
                        lambda uow: plan_pause(
                            uow=uow,
                            hunter_id=self.hunter_id,
                            start=start_day,
                            until=until,
                            now=self.now,
                            limits=self.rulebook.limits,
                        )
                    )
                    self.pauses.append(pause.id)
                    self.game.pauses[pause.id] = (start_day, until)
                case Unpause(nth):
                    if self.pauses:
                        key = PauseId(UUID(self.pauses[nth % len(self.pauses)]))
                        self.store.run(
                            lambda uow: end_pause(
                                uow=uow, hunter_id=self.hunter_id, pause_id=key, now=self.now
                            )
                        )
                case Put(quest, how):
                    self.put(self.game.goals[quest % len(self.game.goals)], how)
        except HunterError as error:
            self.refused(act, error, lambda: self.change_model(act, today))
        else:
            self.change_model(act, today)

    def settings(self, changes: SettingsChanges) -> None:
        self.store.run(
            lambda uow: change_settings(
                uow=uow,
                hunter_id=self.hunter_id,
                changes=changes,
                now=self.now,
                limits=self.rulebook.limits,
            )
        )

    def put(self, goal: Goal, how: str) -> None:
        quest_id = QuestId(goal.id)
        if how == "archive":
            self.store.run(
                lambda uow: archive_quest(uow=uow, hunter_id=self.hunter_id, quest_id=quest_id, now=self.now)
            )
            return
        self.store.run(
            lambda uow: edit_quest(
                uow=uow,
                hunter_id=self.hunter_id,
                quest_id=quest_id,
                fields=EDITS[how],
                now=self.now,
                limits=self.rulebook.limits,
            )
        )

    def change_model(self, act: Move | Rest | Pause | Unpause | Put, today: date) -> None:
        match act:
            case Move(zone, minutes):
                self.game.change_zone(zone, minutes, self.now)
            case Rest(weekdays):
                self.game.rest(weekdays, self.now)
            case Pause(after, days):
                self.game.pause(today + after * DAY, today + (after + days - 1) * DAY, self.now)
            case Unpause(nth):
                if self.pauses:
                    self.game.unpause(self.pauses[nth % len(self.pauses)], self.now)
            case Put(quest, how):
                self.game.put(self.game.goals[quest % len(self.game.goals)], how)

    # --- comparing -------------------------------------------------------------------------------------

    def history(self) -> History:
        with self.store.read() as uow:
            return uow.histories.read(self.hunter_id)

    def snapshot(self) -> object:
        """Return hunter, quests, days and standing unlocks, in every column but `updatedAt`."""
        history = self.history()
        with self.store.read() as uow:
            quests = [uow.quests.get(self.hunter_id, QuestId(goal.id)) for goal in self.game.goals]
        return (
            replace(history.hunter, updated_at=history.hunter.created_at),
            quests,
            tuple(history.days),
            [unlock for unlock in history.unlocks if unlock.taken_back_at is None],
            [completion for completion in history.completions if completion.voided_at is None],
        )

    def compare_outcome(self, outcome: Outcome, told: Told) -> None:
        assert outcome.hunter == self.history().hunter
        assert outcome.streak_before == told.streak_before
        assert outcome.streak == self.game.effective(self.now).length
        assert [each.key for each in outcome.achievements] == told.unlocked
        known = {key for key in told.revoked if key in self.game.book.achievements}
        assert {each.key for each in outcome.revoked} == known

    def compare(self) -> None:
        history, game = self.history(), self.game
        self.compare_hunter(history)
        self.compare_calendar(history)
        days = {
            row.local_day: {
                "created": row.created,
                "completed": row.completed,
                "xp": row.xp,
                "time_spent": row.time_spent,
                "streak": Streak(row.streak, row.max_streak, row.freezes),
                "points": row.points.as_dict(),
            }
            for row in history.days
        }
        assert days == game.days()
        self.compare_completions(history)
        self.compare_ledger(history)

    def compare_derived(self) -> None:
        """Compare what replay, rebuild and audit make of the history."""
        history = self.history()
        assert list(differences(history, self.rulebook)) == []
        for derived in (
            replay(history.hunter, history.entries, self.rulebook),
            rebuild(history, self.rulebook).hunter,
        ):
            self.compare_figures(derived)

    def compare_figures(self, hunter: Any) -> None:
        game = self.game
        streak = game.stored()
        assert (hunter.total_xp, hunter.level, hunter.rank.value) == (game.xp, game.level, game.rank)
        assert Streak(hunter.streak, hunter.max_streak, hunter.freezes) == streak
        assert hunter.last_day == max((each.day for each in game.standing()), default=None)
        assert hunter.attributes.as_dict() == game.points
        assert hunter.xp_reached_at == game.reached_at

    def compare_hunter(self, history: History) -> None:
        hunter, game = history.hunter, self.game
        self.compare_figures(hunter)
        assert tuple(hunter.completed) == game.counts()
        seen = hunter.effective(game.day(self.now), self.rulebook.streaks)
        effective = game.effective(self.now)
        assert (seen.streak, seen.freezes) == (effective.length, effective.freezes)
        assert hunter.max_streak == effective.longest
        if effective.length == 0 < hunter.streak:
            self.seen.add("broken")
        if effective.freezes < hunter.freezes:
            self.seen.add("freeze spent")
        if hunter.max_streak > hunter.streak:
            self.seen.add("longest run in the past")

    def compare_calendar(self, history: History) -> None:
        calendar, today = history.hunter.calendar, self.game.day(self.now)
        assert calendar.local_day(self.now) == today
        for day in each_date(max(self.first, today - 3 * DAY), today + 3 * DAY):
            assert calendar.covered(day) == self.game.covered(day), day
            begins = self.game.begins(day)
            assert calendar.begins(day) == begins, day
            for at in (begins - timedelta(seconds=1), begins, begins + 50 * MINUTE):
                assert calendar.local_day(at) == self.game.day(at), at
            if self.game.never_was(day):
                self.seen.add("a date left out")

    def compare_completions(self, history: History) -> None:
        stored = [
            (
                each.id,
                each.quest_id,
                each.completed_at,
                each.local_day,
                each.recorded_at,
                each.difficulty.value,
                (each.xp.difficulty_multiplier, each.xp.streak_bonus, each.xp.time_bonus, each.xp.total_xp),
                {name: points for name, points in each.gains.as_dict().items() if points},
                each.time_spent,
                each.voided_at is None,
            )
            for each in history.completions
        ]
        assert stored == [
            (
                each.id,
                each.goal.id,
                each.at,
                each.day,
                each.recorded,
                each.difficulty,
                each.breakdown,
                each.gains,
                each.spent,
                each.stands,
            )
            for each in self.game.done
        ]

    def compare_ledger(self, history: History) -> None:
        game = self.game
        unlocks: dict[UUID, Unlock] = {unlock.id: unlock for unlock in history.unlocks}
        assert sorted(
            (
                str(each.achievement_id),
                each.completion_id,
                each.unlocked_at,
                each.xp_reward,
                each.taken_back_at is None,
            )
            for each in unlocks.values()
        ) == sorted(
            (str(id_of(each.key)), each.cause.id, each.at, each.reward, each.stands) for each in game.awards
        )
        by_id: dict[UUID, LedgerEntry] = {entry.id: entry for entry in history.entries}
        lines = []
        balance = 0
        for place, entry in enumerate(history.entries, start=1):
            paid = by_id[entry.source_id] if entry.kind is EntryKind.REVERSAL else entry
            balance += entry.amount
            assert (entry.seq, entry.balance_after) == (place, balance)
            assert balance >= 0
            what: object = paid.source_id
            if paid.kind is EntryKind.ACHIEVEMENT:
                what = unlocks[paid.source_id].achievement_id
            points = {name: points for name, points in entry.points.as_dict().items() if points}
            lines.append((entry.kind.value, what, entry.amount, points, entry.local_day, entry.recorded_at))
        assert lines == [told(line) for line in game.lines]
        assert balance == game.xp


@cache
def id_of(key: str) -> UUID:
    return achievement_id(key)


def news(outcome: Outcome, kind: str) -> int:
    return sum(each.type == kind for each in outcome.events)


def told(line: Line) -> tuple[Any, ...]:
    of = line.of
    what: object = id_of(of.key) if isinstance(of, Award) else of.id
    points = {name: points for name, points in line.points.items() if points}
    return (line.kind, what, line.amount, points, line.day, line.at)


# --- lives ---------------------------------------------------------------------------------------------

ZONES = (
    "UTC",
    "Africa/Cairo",
    "America/New_York",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Pacific/Chatham",
    "Pacific/Kiritimati",
    "Pacific/Pago_Pago",
)
BEGINNINGS = tuple(
    datetime(year, month, day, hour, 30, tzinfo=UTC)
    for year, month, day in ((2011, 12, 24), (2026, 3, 30), (2026, 4, 20), (2026, 10, 1), (2026, 10, 26))
    for hour in (1, 11, 20)
)
HOURS = timedelta(hours=1)


def makes() -> st.SearchStrategy[Make]:
    return st.builds(
        Make,
        kind=st.sampled_from(("DAILY", "DAILY", "DAILY", "RECURRING", "ONE_TIME")),
        base=st.sampled_from((100, 1, 90, 500, 333)),
        difficulty=st.sampled_from(("NORMAL", "EASY", "HARD")),
        attributes=st.sampled_from(((), ("strength",), ("luck",), ("strength", "luck"), ("charisma",))),
        per_day=st.sampled_from((4, 1, 2, 50)),
        estimated=st.sampled_from((None, 600)),
        deadline=st.sampled_from((*[None] * 5, 30 * HOURS, 50 * HOURS, 5 * DAY)),
    )


def waits() -> st.SearchStrategy[Wait]:
    times = (*[DAY] * 5, *[hours * HOURS for hours in (0, 1, 4, 10, 19, 22, 25, 28)])
    return st.sampled_from((*times, 7 * MINUTE, 45 * MINUTE, 2 * DAY, 3 * DAY, 4 * DAY, 7 * DAY)).map(Wait)


def does(*, undone: bool = True) -> st.SearchStrategy[Do]:
    hours = [number * HOURS for number in (1, 5, 12, 20, 24, 24, 25, 30, 36, 47, 48)]
    backs = (timedelta(0), timedelta(seconds=-30), timedelta(seconds=-90), 48 * HOURS + MINUTE)
    return st.builds(
        Do,
        quest=st.sampled_from((0, 0, 0, 1, 1, 2, 3, 9)),
        back=st.sampled_from((*[timedelta(0)] * 14, *hours, *backs)),
        difficulty=st.sampled_from((None, None, "EASY", "NORMAL", "HARD")),
        spent=st.sampled_from((None, 100, 499, 500, 501)),
        undone=st.sampled_from((False, False, False, True)) if undone else st.just(value=False),
    )


def moves() -> st.SearchStrategy[Move]:
    return st.builds(
        Move,
        zone=st.sampled_from((None, *ZONES, "Pacific/Kiritimati", "Pacific/Pago_Pago")),
        day_start=st.sampled_from((None, None, 0, 165, 180, 255, 720)),
    )


def changes() -> st.SearchStrategy[Act]:
    rests = ((), (6,), (5, 6), (0, 3), (2, 4), (1, 2, 3))
    return st.one_of(
        moves(),
        moves(),
        st.sampled_from(rests).map(Rest),
        st.builds(
            Pause, after=st.sampled_from((0, 0, 1, 2, -1)), days=st.sampled_from((2, 1, 3, 5, 90, 91, 0))
        ),
        st.builds(Unpause, st.integers(0, 2)),
        makes(),
        st.builds(Put, st.integers(0, 2), st.sampled_from(("off", "on", "on", "dearer", "rarer", "archive"))),
    )


def turns() -> st.SearchStrategy[list[Act]]:
    """What is done in one go: some days in a row, a busy hour, a regret, a change of the calendar."""
    runs = st.tuples(st.integers(2, 7), does(undone=False)).map(lambda run: [run[1], Wait(DAY)] * run[0])
    busy = st.tuples(st.lists(does(), min_size=1, max_size=4), waits()).map(
        lambda parts: [*parts[0], parts[1]]
    )
    regrets = st.lists(st.integers(-7, 8).map(Undo), min_size=1, max_size=4)
    changed = st.tuples(changes(), does(), waits()).map(list)
    trips = st.tuples(moves(), does(), waits(), moves(), does(), waits()).map(list)
    return st.one_of(runs, busy, busy, busy, regrets, regrets, changed, changed, trips)


def lives(*names: str, judges: bool = False) -> st.SearchStrategy[Life]:
    every = turns()
    if judges:
        every = st.one_of(every, every, every, st.tuples(st.sampled_from(names).map(Judge), does()).map(list))
    ends: st.SearchStrategy[list[Act]] = st.one_of(
        st.just([]), st.integers(0, 3).map(lambda order: [UndoAll(order)])
    )
    return st.builds(
        lambda book, begins, zone, day_start, made, turns, end: Life(
            book, begins, zone, (*made, *(act for turn in turns for act in turn), *end), day_start
        ),
        st.sampled_from(names),
        st.sampled_from(BEGINNINGS),
        st.sampled_from(ZONES),
        st.sampled_from((0, 0, 180, 105)),
        st.lists(makes(), min_size=1, max_size=3),
        st.lists(every, min_size=6, max_size=14),
        ends,
    )


def live(life: Life) -> None:
    twin = Twin(life, MemoryStore())
    for each in sorted(twin.seen):
        event(each)


@given(lives("small", "small", "small, icy", "classic", "modern"))
def test_a_life_is_what_the_specification_makes_it(life: Life) -> None:
    live(life)


@given(lives("small", "small, later", "small, icy", "modern", judges=True))
def test_a_life_under_changing_rulebooks_is_what_the_specification_makes_it(life: Life) -> None:
    live(life)

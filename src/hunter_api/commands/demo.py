"""`hunter demo`: a hunter with 90 days behind them, played through the same use cases as every request."""

from __future__ import annotations

import random
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from hunter_api.commands.status_window import status_window
from hunter_core.accounts.register import Registration, register
from hunter_core.accounts.sign_in import Gate, SignIn
from hunter_core.completions.commands import CompleteQuest
from hunter_core.completions.complete import complete
from hunter_core.ids import CompletionId, HunterId, new_id
from hunter_core.ports import Dice, Store
from hunter_core.quests.create import create_quest
from hunter_core.quests.fields import QuestFields
from hunter_core.quests.quest import Frequency, Quest
from hunter_core.rules.rulebook import Rulebook
from hunter_core.rules.schedules import OnWeekdays, falls_on
from hunter_core.words import Attribute, Difficulty, QuestType

DAYS = 90
YEAR = timedelta(days=365)
SEED = 7  # Any seed makes a story; a fixed one makes the same story every time.
LIVING_STREAK = 30
OFF_DAYS = 8  # of 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Habit:
    """A quest of the demo: at which hour it is done, how many minutes it takes, and on how many of 100 days."""

    fields: QuestFields
    hour: int
    minutes: int
    chance: int


def _habit(
    title: str, base_xp: int, hour: int, minutes: int, chance: int, *attributes: Attribute, **more: object
) -> Habit:
    given: dict[str, object] = {
        "title": title,
        "type": QuestType.DAILY,
        "base_xp": base_xp,
        "attributes": attributes,
        "estimated_time": minutes * 60,
    } | more
    return Habit(fields=QuestFields(**given), hour=hour, minutes=minutes, chance=chance)  # type: ignore[arg-type]


HABITS = (
    _habit(
        "Run 5 km", 120, 6, 30, 70, Attribute.STRENGTH, Attribute.CONSTITUTION, difficulty=Difficulty.HARD
    ),
    _habit("Read 20 pages", 60, 21, 40, 85, Attribute.INTELLIGENCE),
    _habit("Meditate", 30, 7, 10, 90, Attribute.LUCK, difficulty=Difficulty.EASY),
    _habit(
        "Practise the guitar", 80, 18, 30, 75, Attribute.DEXTERITY,
        type=QuestType.RECURRING, frequency=Frequency.CUSTOM, schedule=OnWeekdays((0, 2, 4)),
    ),
    _habit(
        "Call a friend", 50, 19, 20, 80, Attribute.CHARISMA,
        type=QuestType.RECURRING, frequency=Frequency.CUSTOM, schedule=OnWeekdays((6,)),
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """The account that was made, so that somebody can sign in to it."""

    hunter_id: HunterId
    hunter_name: str
    email: str
    password: str
    completions: int


def demo(
    *, store: Store, gate: Gate, rulebook: Rulebook, dice: Dice, now: datetime, console: Console
) -> Demo:
    """Make a new hunter with 90 days of habits up to *now*, show the progress and then the status window."""
    story = _Story(store=store, gate=gate, rulebook=rulebook, dice=dice, now=now)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("days"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("Living 90 days", total=DAYS)
        made = story.play(lambda: progress.advance(task))
    today = now.date()
    with store.read() as uow:
        hunter = uow.hunters.get(made.hunter_id)
        days = {row.local_day: row.xp for row in uow.days.between(made.hunter_id, today - YEAR, today)}
    console.print(status_window(hunter, days, rulebook, today))
    console.print(f"{made.completions} completions. Sign in with:")
    console.print(f"  e-mail    {made.email}\n  password  {made.password}", highlight=False)
    return made


def _hunter_of(store: Store, made: SignIn | None, name: str) -> HunterId:
    """Return who was registered; where only a mail tells, by the name."""
    if made is not None:
        return made.me.hunter.id
    with store.read() as uow:
        return uow.hunters.by_name(name).id


class _Story:
    def __init__(self, *, store: Store, gate: Gate, rulebook: Rulebook, dice: Dice, now: datetime) -> None:
        self._store, self._gate, self._rulebook, self._dice, self._now = store, gate, rulebook, dice, now
        self._chance = random.Random(SEED)  # noqa: S311 - a story, not a secret
        self._completions = 0

    def play(self, day_done: Callable[[], None]) -> Demo:
        first = self._now.date() - timedelta(days=DAYS - 1)
        tag, password = secrets.token_hex(3), f"Demo-{secrets.token_urlsafe(9)}-1"
        name, email = f"Demo-{tag}", f"demo-{tag}@example.org"
        made = register(
            store=self._store,
            gate=self._gate,
            rulebook=self._rulebook,
            registration=Registration(email=email, password=password, hunter_name=name),
            now=_at(first, 5),
        )
        hunter_id = _hunter_of(self._store, made, name)
        with self._store.write() as uow:
            quests = [
                create_quest(
                    uow=uow,
                    hunter_id=hunter_id,
                    fields=habit.fields,
                    now=_at(first, 5),
                    limits=self._rulebook.limits,
                )
                for habit in HABITS
            ]
            uow.commit()
        plan = sorted(zip(HABITS, quests, strict=True), key=lambda pair: pair[0].hour)
        for number in range(DAYS):
            # A day off now and then, for streaks that end; none of late, for one that lives.
            if number >= DAYS - LIVING_STREAK or self._chance.randrange(100) >= OFF_DAYS:
                self._live(first + timedelta(days=number), plan)
            day_done()
        return Demo(
            hunter_id=hunter_id,
            hunter_name=name,
            email=email,
            password=password,
            completions=self._completions,
        )

    def _live(self, day: date, plan: list[tuple[Habit, Quest]]) -> None:
        for habit, quest in plan:
            at = _at(day, habit.hour, self._chance.randrange(60))
            done = self._chance.randrange(100) < habit.chance
            if not (falls_on(quest.schedule, day) and done) or at > self._now:
                continue
            minutes = max(1, habit.minutes * self._chance.randint(70, 130) // 100)
            command = CompleteQuest(
                completion_id=CompletionId(new_id(at)),
                hunter_id=quest.hunter_id,
                quest_id=quest.id,
                time_spent=minutes * 60,
            )
            with self._store.write() as uow:
                complete(
                    uow=uow,
                    command=command,
                    now=at,
                    rulebook=self._rulebook,
                    dice=self._dice,
                    request=None,
                    answer=lambda _: (200, b""),
                )
                uow.commit()
            self._completions += 1


def _at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)

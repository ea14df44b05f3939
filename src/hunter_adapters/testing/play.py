"""Playing a story: actions of one hunter over weeks, through the use cases, on any store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TypeAlias
from uuid import UUID

from hunter_adapters.testing.builders import a_hunter, a_quest, an_id, registered
from hunter_core.completions.commands import CompleteQuest, VoidCompletion
from hunter_core.completions.complete import complete
from hunter_core.completions.outcome import Outcome
from hunter_core.completions.take_back import take_back
from hunter_core.days import Calendar, Pause
from hunter_core.dice import HashDice
from hunter_core.errors import HunterError
from hunter_core.hunters.hunter import Hunter
from hunter_core.hunters.pauses import not_passed, with_pause, without_pause
from hunter_core.hunters.zones import with_rest_days, with_zone
from hunter_core.ids import CompletionId, HunterId, PauseId, QuestId
from hunter_core.keys import KeyedRequest, StoredAnswer
from hunter_core.ledger.history import History
from hunter_core.ports import Dice, Store
from hunter_core.quests.quest import Quest
from hunter_core.rules.rulebook import Rulebook
from hunter_core.words import Attribute, Difficulty, QuestType


@dataclass(frozen=True, slots=True)
class Wait:
    """Let time pass."""

    time: timedelta


@dataclass(frozen=True, slots=True)
class Do:
    """Complete the quest at a place of the story's, as it was done `back` ago."""

    quest: int
    back: timedelta = timedelta(0)
    difficulty: Difficulty | None = None
    time_spent: int | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True)
class TakeBack:
    """Void one of the completions made so far, counted from the latest."""

    nth: int


@dataclass(frozen=True, slots=True)
class Move:
    """Ask for another zone and day start."""

    zone: str
    day_start: int = 0


@dataclass(frozen=True, slots=True)
class Rest:
    """Choose the weekdays of rest, from tomorrow on."""

    weekdays: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Away:
    """Pause for `days` from `after` days on."""

    after: int
    days: int


@dataclass(frozen=True, slots=True)
class Return:
    """Take back what is left of the first pause that has not passed."""


Action: TypeAlias = Wait | Do | TakeBack | Move | Rest | Away | Return


@dataclass(frozen=True, slots=True, kw_only=True)
class Habit:
    """A quest of a story."""

    base_xp: int = 100
    type: QuestType = QuestType.DAILY
    difficulty: Difficulty = Difficulty.NORMAL
    attributes: tuple[Attribute, ...] = ()
    completions_per_day: int = 1
    estimated_time: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What a hunter does from `begins` on."""

    begins: datetime
    zone: str
    habits: tuple[Habit, ...]
    actions: tuple[Action, ...]


@dataclass(frozen=True, slots=True)
class Made:
    """A completion that was made: its quest, its id and the moment that it counts for."""

    quest_id: QuestId
    completion_id: CompletionId
    at: datetime


class Player:
    """Plays a hunter's story on *store* under *rulebook*; `now` is the time of the story."""

    def __init__(
        self,
        store: Store,
        rulebook: Rulebook,
        story: Story,
        *,
        name: str = "Jinwoo",
        dice: Dice | None = None,
    ) -> None:
        self.store, self.rulebook, self.now = store, rulebook, story.begins
        self.dice: Dice = HashDice() if dice is None else dice
        self.made: list[Made] = []
        self._count = 0
        # Days back, so that a completion that comes late in the story's first hours finds its quest there.
        hunter = a_hunter(
            name, zone=story.zone, rulebook=rulebook, created_at=story.begins, updated_at=story.begins
        )
        created_day = hunter.calendar.local_day(story.begins) - timedelta(days=3)
        self.quests: list[Quest] = [
            a_quest(
                hunter,
                f"habit {place}",
                type=habit.type,
                base_xp=habit.base_xp,
                difficulty=habit.difficulty,
                attributes=habit.attributes,
                completions_per_day=habit.completions_per_day,
                estimated_time=habit.estimated_time,
                created_day=created_day,
            )
            for place, habit in enumerate(story.habits)
        ]
        registered(store, hunter, *self.quests)
        self.hunter_id: HunterId = hunter.id

    # --- looking ------------------------------------------------------------------------------------------

    def history(self) -> History:
        """Return everything that is stored of the hunter."""
        with self.store.read() as uow:
            return uow.histories.read(self.hunter_id)

    def hunter(self) -> Hunter:
        """Return the hunter as stored."""
        with self.store.read() as uow:
            return uow.hunters.get(self.hunter_id)

    def today(self) -> date:
        """Return the hunter's local day."""
        return self.hunter().calendar.local_day(self.now)

    # --- acting -------------------------------------------------------------------------------------------

    def play(self, actions: Sequence[Action]) -> list[Outcome | StoredAnswer | HunterError | None]:
        """Perform *actions*, one after the other; what the game refuses is part of the story."""
        return [self.perform(action) for action in actions]

    def perform(self, action: Action) -> Outcome | StoredAnswer | HunterError | None:
        """Perform *action* and return what came of it: an outcome, an answer given before, or the refusal."""
        try:
            match action:
                case Wait(time):
                    self.now += time
                    return None
                case Do():
                    return self.do(action)
                case TakeBack(nth):
                    return self.void(self.made[-1 - nth % len(self.made)]) if self.made else None
                case Move() | Rest() | Away() | Return():
                    self.change(action)
                    return None
        except HunterError as refusal:
            return refusal

    def do(self, action: Do, *, completion_id: CompletionId | None = None) -> Outcome | StoredAnswer:
        """Complete a quest."""
        quest = self.quests[action.quest % len(self.quests)]
        if completion_id is None:
            self._count += 1
            completion_id = CompletionId(an_id(f"{self.hunter_id}:{self._count}"))
        at = self.now - action.back
        command = CompleteQuest(
            completion_id=completion_id,
            hunter_id=self.hunter_id,
            quest_id=quest.id,
            completed_at=at if action.back else None,
            difficulty_override=action.difficulty,
            time_spent=action.time_spent,
        )
        request = None
        if action.key is not None:
            body = repr(replace(action, back=timedelta(0))).encode()
            request = KeyedRequest.of(
                account_id=self.hunter_id, key=action.key, method="POST", path=f"/{quest.id}", body=body
            )
        with self.store.write() as uow:
            result = complete(
                uow=uow,
                command=command,
                now=self.now,
                rulebook=self.rulebook,
                dice=self.dice,
                request=request,
                answer=lambda outcome: (200, str(outcome.completion.id).encode()),
            )
            uow.commit()
        if isinstance(result, Outcome):
            self.made.append(Made(quest.id, completion_id, at))
        return result

    def void(self, made: Made) -> Outcome:
        """Take a completion back."""
        command = VoidCompletion(
            hunter_id=self.hunter_id, quest_id=made.quest_id, completion_id=made.completion_id
        )
        with self.store.write() as uow:
            outcome = take_back(uow=uow, command=command, now=self.now, rulebook=self.rulebook)
            uow.commit()
        self.made.remove(made)
        return outcome

    def change(self, action: Move | Rest | Away | Return) -> None:
        """Change the hunter's calendar."""
        with self.store.write() as uow:
            hunter = uow.hunters.lock(self.hunter_id)
            calendar = self._changed(hunter.calendar, action)
            uow.hunters.save(replace(hunter, calendar=calendar, updated_at=self.now))
            uow.commit()

    def _changed(self, calendar: Calendar, action: Move | Rest | Away | Return) -> Calendar:
        # By the same functions as the use cases, but with ids of the story's own: told twice, it is the same.
        limits, today = self.rulebook.limits, calendar.local_day(self.now)
        match action:
            case Move(zone, day_start):
                return with_zone(calendar, zone=zone, day_start=day_start, now=self.now, limits=limits)
            case Rest(weekdays):
                return with_rest_days(calendar, weekdays, now=self.now)
            case Away(after, days):
                start = today + timedelta(days=after)
                self._count += 1
                pause = Pause(str(an_id(f"pause {self._count}")), start, start + timedelta(days=days - 1))
                return with_pause(calendar, pause, today=today, limits=limits)
            case Return():
                left = not_passed(calendar, today)
                return without_pause(calendar, PauseId(UUID(left[0].id)), today=today) if left else calendar

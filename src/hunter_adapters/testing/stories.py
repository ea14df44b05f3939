"""Hypothesis strategies for stories: weeks of a hunter's life, late completions, voids, moves, pauses and rests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from hunter_adapters.testing.builders import an_id
from hunter_adapters.testing.play import (
    Action,
    Away,
    Do,
    Habit,
    Move,
    Player,
    Rest,
    Return,
    Story,
    TakeBack,
    Wait,
)
from hunter_core.days import ONE_DAY
from hunter_core.errors import HunterError
from hunter_core.ids import CompletionId
from hunter_core.ports import Store
from hunter_core.rules.rulebook import Rulebook
from hunter_core.words import Attribute, Difficulty, QuestType

ZONES = (
    "UTC",
    "Europe/Berlin",
    "Africa/Cairo",
    "America/New_York",
    "America/Havana",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Chatham",
    "Pacific/Kiritimati",
    "Pacific/Pago_Pago",
)
"""Zones at both ends of the date line, with half hours, and with days that lack a midnight."""

BEGINNINGS = tuple(
    datetime(2026, month, day, hour, tzinfo=UTC)
    for month, day, hour in ((1, 5, 9), (3, 1, 22), (3, 25, 6), (4, 20, 0), (9, 1, 12), (10, 20, 18))
)
"""Moments some weeks before the clocks change somewhere."""


def moments_back() -> st.SearchStrategy[timedelta]:
    """How long ago something was done, mostly just now; some of it too long ago to be told."""
    return st.one_of(
        st.just(timedelta(0)),
        st.integers(0, 48).map(lambda hours: timedelta(hours=hours)),
        st.integers(0, 50).map(lambda hours: timedelta(hours=hours, minutes=17)),
    )


def waits() -> st.SearchStrategy[Wait]:
    """How long nothing is done: minutes, a day, and now and then so long that a streak ends."""
    return st.one_of(
        st.integers(0, 300).map(lambda minutes: Wait(timedelta(minutes=minutes))),
        st.integers(16, 30).map(lambda hours: Wait(timedelta(hours=hours))),
        st.integers(1, 6).map(lambda days: Wait(timedelta(days=days))),
    )


def completions(*, quests: int = 3, keys: bool = True) -> st.SearchStrategy[Do]:
    """A quest that is done."""
    return st.builds(
        Do,
        quest=st.integers(0, quests - 1),
        back=moments_back(),
        difficulty=st.none() | st.sampled_from(Difficulty),
        time_spent=st.none() | st.integers(1, 5_000),
        key=st.none() | st.sampled_from(("a", "b", "c")) if keys else st.none(),
    )


def calendar_changes() -> st.SearchStrategy[Action]:
    """What changes how days are dated or covered."""
    moves = st.builds(Move, zone=st.sampled_from(ZONES), day_start=st.sampled_from((0, 0, 0, 180, 330, 720)))
    rests = st.lists(st.integers(0, 6), max_size=2, unique=True).map(lambda days: Rest(tuple(sorted(days))))
    pauses = st.builds(Away, after=st.integers(0, 3), days=st.integers(1, 5))
    return st.one_of(moves, rests, pauses, st.just(Return()))


def habits() -> st.SearchStrategy[Habit]:
    """A quest of a story, in most cases one that can be done again."""
    return st.builds(
        Habit,
        base_xp=st.integers(1, 500),
        type=st.sampled_from((*[QuestType.DAILY] * 5, QuestType.ONE_TIME)),
        difficulty=st.sampled_from(Difficulty),
        attributes=st.lists(st.sampled_from(Attribute), max_size=3, unique=True).map(
            lambda chosen: tuple(attribute for attribute in Attribute if attribute in chosen)
        ),
        completions_per_day=st.integers(1, 4),
        estimated_time=st.none() | st.integers(1, 5_000),
    )


def days(*, voids: bool = True, changes: bool = True) -> st.SearchStrategy[list[Action]]:
    """A day or so: things are done, perhaps taken back, perhaps the calendar is changed, and time passes."""
    done = st.lists(completions(), min_size=1, max_size=3)
    taken = st.lists(st.builds(TakeBack, nth=st.integers(0, 6)), max_size=2 if voids else 0)
    changed = st.lists(calendar_changes(), max_size=1 if changes else 0)
    return st.builds(lambda *parts: [act for part in parts for act in part], changed, done, taken, _wait())


def runs() -> st.SearchStrategy[list[Action]]:
    """A quest done on many days in a row, as freezes and longer streaks need it; perhaps a day is left out."""
    done: list[Action] = [Do(0), Wait(ONE_DAY)]
    day = st.sampled_from([*[done] * 9, done[1:]])
    return st.lists(day, min_size=5, max_size=16).map(lambda parts: [act for part in parts for act in part])


def _wait() -> st.SearchStrategy[list[Action]]:
    return waits().map(lambda wait: [wait])


def stories(
    *, voids: bool = True, changes: bool = True, shortest: int = 2, longest: int = 12
) -> st.SearchStrategy[Story]:
    """A story of some weeks, with or without voids and changes of the calendar."""
    some = days(voids=voids, changes=changes)
    parts = st.lists(st.one_of(some, some, some, runs()), min_size=shortest, max_size=longest)
    return st.builds(
        Story,
        begins=st.sampled_from(BEGINNINGS),
        zone=st.sampled_from(ZONES),
        habits=st.lists(habits(), min_size=1, max_size=3).map(tuple),
        actions=parts.map(lambda parts: tuple(action for part in parts for action in part)),
    )


# --- the same completions, told at once or late ------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Event:
    """Something of a story at a time after its beginning; a completion may be told only `late`r."""

    after: timedelta
    act: Action
    late: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A story whose completions can arrive in different orders; its quests may be done any number of times."""

    story: Story
    events: tuple[Event, ...]


def deliveries() -> st.SearchStrategy[Delivery]:
    """Two or three weeks of completions, each told up to 48 hours late, with changes of the calendar between them."""
    times = st.integers(0, 20 * 24 * 60).map(lambda minutes: timedelta(minutes=minutes))
    daily = st.builds(
        lambda day, hour: timedelta(days=day, hours=hour), st.integers(0, 20), st.integers(0, 23)
    )
    lateness = st.integers(0, 48 * 60).map(lambda minutes: timedelta(minutes=minutes))
    done = st.builds(
        Event,
        after=st.one_of(daily, times),
        act=st.builds(Do, quest=st.integers(0, 1), time_spent=st.none() | st.integers(1, 100)),
        late=st.one_of(st.just(timedelta(0)), lateness, st.just(timedelta(hours=48))),
    )
    changed = st.builds(Event, after=times, act=calendar_changes())
    events = st.builds(
        lambda some, others: tuple(sorted([*some, *others], key=lambda event: event.after)),
        st.lists(done, min_size=2, max_size=25),
        st.lists(changed, max_size=3),
    )
    story = st.builds(
        Story,
        begins=st.sampled_from(BEGINNINGS),
        zone=st.sampled_from(ZONES),
        habits=st.just(
            (
                Habit(completions_per_day=50, attributes=(Attribute.LUCK,)),
                Habit(base_xp=7, completions_per_day=50, difficulty=Difficulty.HARD),
            )
        ),
        actions=st.just(()),
    )
    return st.builds(Delivery, story=story, events=events)


def delivered(store: Store, rulebook: Rulebook, delivery: Delivery, *, late: bool) -> Player:
    """Return the player of *delivery*, each completion told at once, or as late as it says."""
    player = Player(store, rulebook, delivery.story)
    begins = delivery.story.begins
    told = [
        (begins + event.after + (event.late if late else timedelta(0)), number, event)
        for number, event in enumerate(delivery.events)
    ]
    for moment, number, event in sorted(told, key=lambda each: each[:2]):
        player.now = moment
        if isinstance(event.act, Do):
            act = Do(event.act.quest, event.late if late else timedelta(0), time_spent=event.act.time_spent)
            player.do(act, completion_id=CompletionId(an_id(f"delivery:{number}")))
        else:
            outcome = player.perform(event.act)
            assert outcome is None or isinstance(outcome, HunterError)
    player.now = begins + timedelta(days=23)
    return player


# --- moving while acting on every day ----------------------------------------------------------------------


def journeys() -> st.SearchStrategy[Story]:
    """A hunter who acts every six hours and moves between zones and day starts."""
    move = st.builds(Move, zone=st.sampled_from(ZONES), day_start=st.sampled_from((0, 180, 330, 720)))
    step = st.tuples(st.none() | move).map(
        lambda chosen: [*(each for each in chosen if each is not None), Do(0), Wait(timedelta(hours=6))]
    )
    return st.builds(
        Story,
        begins=st.sampled_from(BEGINNINGS),
        zone=st.sampled_from(ZONES),
        habits=st.just((Habit(completions_per_day=50),)),
        actions=st.lists(step, min_size=4, max_size=60).map(
            lambda steps: (*(action for step in steps for action in step), Do(0))
        ),
    )

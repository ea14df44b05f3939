"""The laws of the game (SPEC 2, Laws): each a property over random stories, played through the use cases."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta

from hypothesis import assume, given
from hypothesis import strategies as st

from hunter_adapters.memory import MemoryStore
from hunter_adapters.testing import laws, stories
from hunter_adapters.testing.play import Do, Habit, Player, Story, Wait
from hunter_core.completions.outcome import Outcome
from hunter_core.days import ONE_DAY
from hunter_core.errors import HunterError
from hunter_core.keys import StoredAnswer
from hunter_core.ledger.history import History
from hunter_core.ledger.rederive import rederive
from hunter_core.ledger.replay import replay
from hunter_core.rules.rulebook import Rulebook
from tests.builders import a_rulebook

A_HABIT = Habit(completions_per_day=3)

rulebooks = st.sampled_from(("classic", "modern")).map(a_rulebook)


def played(story: Story, rulebook: Rulebook) -> Player:
    player = Player(MemoryStore(), rulebook, story)
    player.play(story.actions)
    return player


# --- what holds of every hunter -----------------------------------------------------------------------------------


@given(stories.stories(), rulebooks)
def test_the_ledgers_sum_is_the_total_xp(story: Story, rulebook: Rulebook) -> None:
    laws.the_ledgers_sum_is_the_total_xp(played(story, rulebook).history())


@given(stories.stories(), rulebooks)
def test_total_xp_is_never_negative(story: Story, rulebook: Rulebook) -> None:
    laws.total_xp_is_never_negative(played(story, rulebook).history())


@given(stories.stories(), rulebooks)
def test_the_history_gives_the_stored_hunter(story: Story, rulebook: Rulebook) -> None:
    laws.the_history_gives_the_stored_hunter(played(story, rulebook).history(), rulebook)


@given(stories.stories(), rulebooks)
def test_replaying_the_ledger_gives_the_stored_hunter(story: Story, rulebook: Rulebook) -> None:
    history = played(story, rulebook).history()
    stored = history.hunter

    laws.the_ledger_alone_knows_the_days(history)
    told = replay(stored, history.entries, rulebook)

    assert replace(told, completed=stored.completed, updated_at=stored.updated_at) == stored


@given(stories.stories(), rulebooks)
def test_the_audit_finds_nothing_in_what_the_game_wrote(story: Story, rulebook: Rulebook) -> None:
    laws.the_audit_finds_nothing(played(story, rulebook).history(), rulebook)


@given(stories.stories(), rulebooks)
def test_each_day_says_what_happened_on_it(story: Story, rulebook: Rulebook) -> None:
    laws.the_days_say_what_happened(played(story, rulebook).history(), rulebook)


@given(stories.stories(), rulebooks, st.integers(0, 12))
def test_the_effective_streak_needs_nobody_to_act(story: Story, rulebook: Rulebook, later: int) -> None:
    player = played(story, rulebook)
    today = player.today()

    for days in range(later + 1):
        laws.the_effective_streak_is_the_one_walked(player.history(), rulebook, today + timedelta(days=days))


@given(stories.stories(), rulebooks)
def test_the_streak_is_at_most_the_distinct_active_days(story: Story, rulebook: Rulebook) -> None:
    laws.the_streak_is_at_most_the_distinct_active_days(played(story, rulebook).history())


@given(stories.stories(), rulebooks)
def test_the_longest_streak_is_at_least_the_current(story: Story, rulebook: Rulebook) -> None:
    laws.the_longest_streak_is_at_least_the_current(played(story, rulebook).history())


@given(stories.stories(shortest=5))
def test_a_freeze_covers_exactly_one_missed_day(story: Story) -> None:
    player = played(story, a_rulebook("modern"))

    laws.a_freeze_covers_exactly_one_missed_day(player.history(), player.rulebook, player.today())


@given(st.integers(7, 40).flatmap(lambda n: st.lists(st.sampled_from("xxxxxx."), min_size=n, max_size=n)))
def test_a_freeze_covers_exactly_one_missed_day_of_a_long_run(days: list[str]) -> None:
    story = Story(begins=stories.BEGINNINGS[0], zone="UTC", habits=(A_HABIT,), actions=())
    player = Player(MemoryStore(), a_rulebook("modern"), story)
    for day in days:
        if day == "x":
            player.perform(Do(0))
        player.perform(Wait(timedelta(days=1)))

    laws.a_freeze_covers_exactly_one_missed_day(player.history(), player.rulebook, player.today())
    laws.the_days_say_what_happened(player.history(), player.rulebook)


@given(stories.stories(), rulebooks)
def test_an_unlock_is_paid_once_and_stands_once(story: Story, rulebook: Rulebook) -> None:
    history = played(story, rulebook).history()

    laws.every_unlock_is_paid_once_and_stands_once(history)
    laws.nothing_pays_twice(history)


@given(stories.stories(longest=6), rulebooks)
def test_every_law_holds_after_every_single_action(story: Story, rulebook: Rulebook) -> None:
    player = Player(MemoryStore(), rulebook, story)
    for action in story.actions:
        player.perform(action)
        laws.every_law_of_one_hunter(player.history(), rulebook, player.today())


@given(stories.stories(), rulebooks)
def test_a_refusal_changes_nothing(story: Story, rulebook: Rulebook) -> None:
    player = Player(MemoryStore(), rulebook, story)
    for action in story.actions:
        before = player.history()
        if isinstance(player.perform(action), HunterError):
            assert player.history() == before


# --- taking back --------------------------------------------------------------------------------------------------


@given(stories.stories(), rulebooks, stories.completions(keys=False))
def test_complete_then_void_at_once_leaves_everything_as_before(
    story: Story, rulebook: Rulebook, act: Do
) -> None:
    player = played(story, rulebook)
    assume(laws.nothing_is_overdue(player.history(), rulebook, player.today()))
    before = laws.Standing.of(player.history())
    lines = list(player.history().entries)

    outcome = player.perform(act)
    assume(isinstance(outcome, Outcome))
    player.void(player.made[-1])

    assert laws.Standing.of(player.history()) == before
    assert list(player.history().entries)[: len(lines)] == lines
    laws.every_law_of_one_hunter(player.history(), rulebook, player.today())


@given(
    stories.stories(shortest=3, longest=8),
    rulebooks,
    st.randoms(use_true_random=False),
)
def test_voiding_all_in_any_order_gives_a_hunter_who_never_began(
    story: Story, rulebook: Rulebook, chance: random.Random
) -> None:
    player = Player(MemoryStore(), rulebook, story)
    beginning = laws.Standing.of(player.history())
    for action in story.actions:
        # What is told two days late, of a hunter who moves, still lies within the window of seven days.
        if player.now + getattr(action, "time", timedelta(0)) < story.begins + timedelta(days=3):
            player.perform(action)
    left = list(player.made)
    chance.shuffle(left)

    for made in left:
        player.void(made)

    history = player.history()
    end = laws.Standing.of(history)
    calendar = history.hunter.calendar
    assert end.hunter == laws.as_who_never_began(history.hunter)
    assert replace(end, hunter=replace(end.hunter, calendar=beginning.hunter.calendar)) == beginning
    assert history.hunter.calendar == calendar
    laws.every_law_of_one_hunter(history, rulebook, player.today())


@given(stories.stories(), rulebooks, st.integers(0, 20))
def test_a_void_prices_no_other_completion_again(story: Story, rulebook: Rulebook, nth: int) -> None:
    player = played(story, rulebook)
    assume(player.made)
    made = player.made[-1 - nth % len(player.made)]
    before = {completion.id: completion for completion in player.history().completions}
    try:
        player.void(made)
    except HunterError:
        assume(False)

    after = {completion.id: completion for completion in player.history().completions}
    assert after.pop(made.completion_id).voided_at == player.now
    before.pop(made.completion_id)
    assert after == before


# --- idempotency --------------------------------------------------------------------------------------------------


@given(stories.stories(), rulebooks, stories.completions(keys=False), st.integers(0, 23))
def test_completing_twice_with_one_key_is_completing_once(
    story: Story, rulebook: Rulebook, act: Do, hours: int
) -> None:
    player = played(story, rulebook)
    act = replace(act, key="once")
    first = player.perform(act)
    assume(isinstance(first, Outcome))
    assert isinstance(first, Outcome)
    after_first = player.history()
    player.perform(Wait(timedelta(hours=hours)))

    again = player.perform(replace(act, back=act.back + timedelta(hours=hours)))

    assert isinstance(again, StoredAnswer)
    assert again.body == str(first.completion.id).encode()
    assert player.history() == after_first


# --- the order of arrival -----------------------------------------------------------------------------------------


def without_xp(history: History) -> tuple[object, ...]:
    """What must not depend on the order of arrival: all but XP and what follows from it."""
    hunter = history.hunter
    return (
        [replace(row, xp=0) for row in history.days],
        hunter.streak_state,
        hunter.attributes,
        hunter.completed,
        sorted((completion.id, completion.local_day) for completion in history.completions),
    )


@given(stories.deliveries(), rulebooks)
def test_any_order_of_arrival_gives_the_same_days_streak_and_freezes(
    delivery: stories.Delivery, rulebook: Rulebook
) -> None:
    at_once = stories.delivered(MemoryStore(), rulebook, delivery, late=False)
    late = stories.delivered(MemoryStore(), rulebook, delivery, late=True)

    assert without_xp(late.history()) == without_xp(at_once.history())
    laws.every_law_of_one_hunter(late.history(), rulebook, late.today())


@given(stories.deliveries(), rulebooks)
def test_a_day_told_late_repairs_the_streak_of_the_days_after(
    delivery: stories.Delivery, rulebook: Rulebook
) -> None:
    player = stories.delivered(MemoryStore(), rulebook, delivery, late=True)
    history = player.history()

    laws.the_effective_streak_is_the_one_walked(history, rulebook, player.today())
    laws.the_days_say_what_happened(history, rulebook)


# --- another rulebook ---------------------------------------------------------------------------------------------


@given(stories.stories(longest=6), st.permutations(("classic", "modern")), st.integers(0, 60))
def test_a_hunter_derived_again_under_another_rulebook_goes_on_lawfully(
    story: Story, names: list[str], turn: int
) -> None:
    old, new = (a_rulebook(name) for name in names)
    store = MemoryStore()
    rederive(store, old, _silent)
    player = Player(store, old, story)
    player.play(story.actions[:turn])
    paid = list(player.history().entries)

    assert rederive(store, new, _silent) == 1
    player.rulebook = new
    assert list(player.history().entries) == paid
    laws.every_law_of_one_hunter(player.history(), new, player.today())
    player.play(story.actions[turn:])

    assert list(player.history().entries)[: len(paid)] == paid
    laws.every_law_of_one_hunter(player.history(), new, player.today())
    assert rederive(store, new, _silent) == 0


def _silent(done: int, of: int) -> None:
    """Show no progress."""


# --- zones --------------------------------------------------------------------------------------------------------


@given(stories.journeys(), rulebooks)
def test_a_hunter_who_acts_on_each_of_their_days_loses_and_gains_none_by_moving(
    journey: Story, rulebook: Rulebook
) -> None:
    player = Player(MemoryStore(), rulebook, journey)
    days: list[date] = []
    for action in journey.actions:
        if isinstance(action, Wait):
            # A change of zone can leave a day a few minutes: they act at the first of each.
            while (
                dawn := player.hunter().calendar.begins(player.today() + ONE_DAY)
            ) <= player.now + action.time:
                action = Wait(player.now + action.time - dawn)
                player.now = dawn
                player.do(Do(0))
                days.append(player.today())
        player.perform(action)
        if isinstance(action, Do):
            days.append(player.today())

    hunter = player.hunter()
    assert days == sorted(days)
    assert hunter.effective_streak(player.today(), rulebook.streaks) == len(set(days)) == hunter.max_streak


# --- hunters beside each other ------------------------------------------------------------------------------------


@given(stories.stories(longest=6), stories.stories(longest=6), rulebooks, st.randoms(use_true_random=False))
def test_the_absence_of_one_hunter_changes_nothing_of_anothers(
    story: Story, other_story: Story, rulebook: Rulebook, chance: random.Random
) -> None:
    alone = played(story, rulebook).history()
    store = MemoryStore()
    player = Player(store, rulebook, story)
    other = Player(store, rulebook, other_story, name="Jinah")
    turns = [player] * len(story.actions) + [other] * len(other_story.actions)
    chance.shuffle(turns)
    left = {player: list(story.actions), other: list(other_story.actions)}
    for each in turns:
        each.perform(left[each].pop(0))

    assert player.history() == alone

"""Whole stories on a store: they leave there what they leave in memory, and the laws hold of it."""

from __future__ import annotations

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from hunter_adapters.memory import MemoryStore
from hunter_adapters.testing import laws, stories
from hunter_adapters.testing.builders import a_rulebook
from hunter_adapters.testing.contract.under_test import UnderTest
from hunter_adapters.testing.play import Do, Player, Story
from hunter_core.completions.outcome import Outcome
from hunter_core.rules.rulebook import Rulebook

# The store is emptied for each example, so that one fixture serves them all.
_FEW = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
_rulebooks = st.sampled_from(("classic", "modern")).map(a_rulebook)


class StoriesContract:
    """The use cases of a hunter's weeks over `Store`."""

    @_FEW
    @given(story=stories.stories(longest=6), rulebook=_rulebooks)
    def test_a_story_leaves_what_it_leaves_in_memory(
        self, under_test: UnderTest, story: Story, rulebook: Rulebook
    ) -> None:
        here = Player(under_test.emptied(), rulebook, story)
        in_memory = Player(MemoryStore(), rulebook, story)
        for action in story.actions:
            assert repr(here.perform(action)) == repr(in_memory.perform(action))

        told, right = here.history(), in_memory.history()
        assert told.hunter == right.hunter
        assert list(told.entries) == list(right.entries)
        assert list(told.days) == list(right.days)
        assert set(told.completions) == set(right.completions)
        assert set(told.unlocks) == set(right.unlocks)
        assert dict(told.created) == dict(right.created)
        assert told.scores == right.scores
        laws.every_law_of_one_hunter(told, rulebook, here.today())

    @_FEW
    @given(story=stories.stories(longest=4), rulebook=_rulebooks, act=stories.completions(keys=False))
    def test_complete_then_void_at_once_leaves_every_row_as_before(
        self, under_test: UnderTest, story: Story, rulebook: Rulebook, act: Do
    ) -> None:
        player = Player(under_test.emptied(), rulebook, story)
        player.play(story.actions)
        assume(laws.nothing_is_overdue(player.history(), rulebook, player.today()))
        before = laws.Standing.of(player.history())
        assume(isinstance(player.perform(act), Outcome))

        player.void(player.made[-1])

        assert laws.Standing.of(player.history()) == before

"""The dice: the same for every machine, and fair (SPEC 2, Attribute gains)."""

from __future__ import annotations

from collections import Counter
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hunter_core import dice as dice_module
from hunter_core.dice import HashDice
from hunter_core.ids import CompletionId
from hunter_core.words import Attribute

GOLDEN = {"strength": 4, "intelligence": 5, "constitution": 4, "dexterity": 4, "charisma": 3, "luck": 3}

completion_ids = st.uuids().map(CompletionId)
attributes = st.sampled_from(Attribute)


def a_completion_id(number: int) -> CompletionId:
    return CompletionId(UUID(int=number))


def test_a_completion_rolls_what_it_rolled_on_the_day_the_dice_were_made() -> None:
    # Golden: a change of these numbers would re-roll every completion that is ever retried.
    completion_id = CompletionId(UUID("019c2e5a-0000-7348-b2a9-49115f16102b"))

    rolls = {attribute.value: HashDice().roll(completion_id, attribute, 2, 5) for attribute in Attribute}

    assert rolls == GOLDEN


@given(completion_ids, attributes, st.integers(-50, 50), st.integers(0, 1000))
def test_a_roll_lies_in_its_range_and_never_changes(
    completion_id: CompletionId, attribute: Attribute, low: int, width: int
) -> None:
    first = HashDice().roll(completion_id, attribute, low, low + width)

    assert low <= first <= low + width
    assert HashDice().roll(completion_id, attribute, low, low + width) == first


@pytest.mark.parametrize(("low", "high"), [(1, 2), (1, 3), (2, 5)])
def test_every_number_of_the_range_is_rolled_equally_often(low: int, high: int) -> None:
    times = 6_000

    seen = Counter(HashDice().roll(a_completion_id(n), Attribute.LUCK, low, high) for n in range(times))

    expected = times / (high - low + 1)
    assert set(seen) == set(range(low, high + 1))
    # Six standard deviations of a binomial count: the ids are fixed, so this passes always or never.
    assert all(abs(count - expected) < 6 * expected**0.5 for count in seen.values())


def test_attributes_of_one_completion_roll_independently() -> None:
    pairs = Counter(
        (
            HashDice().roll(a_completion_id(n), Attribute.STRENGTH, 1, 2),
            HashDice().roll(a_completion_id(n), Attribute.CHARISMA, 1, 2),
        )
        for n in range(4_000)
    )

    assert all(abs(count - 1_000) < 190 for count in pairs.values())
    assert len(pairs) == 4


def test_a_draw_that_would_favour_small_numbers_is_thrown_away(monkeypatch: pytest.MonkeyPatch) -> None:
    # With draws of 3 bits and a span of 3, the draws 6 and 7 are one too many for 0 and 1.
    monkeypatch.setattr(dice_module, "_RANGE", 8)
    digests = iter([bytes([0, 0, 0, 0, 0, 0, 0, 7] * 8), bytes([0, 0, 0, 0, 0, 0, 0, 6] * 7 + [0] * 7 + [5])])

    class Fixed:
        def __init__(self, *_: object, **__: object) -> None:
            self._digest = next(digests)

        def digest(self) -> bytes:
            return self._digest

    monkeypatch.setattr(dice_module, "blake2b", Fixed)

    assert HashDice().roll(a_completion_id(1), Attribute.LUCK, 0, 2) == 5 % 3


def test_a_range_without_a_number_is_refused() -> None:
    with pytest.raises(ValueError, match="no roll from 3 to 2"):
        HashDice().roll(a_completion_id(1), Attribute.LUCK, 3, 2)

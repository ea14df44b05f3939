"""
The score of Loop Habit Tracker for a habit that is done or not, `times` in `days`, written anew from what it publishes.

Source: Á. S. Xavier, github.com/iSoron/uhabits, `Score.compute`, `ScoreList.recompute` and the figures of
`ScoreListTest` in `uhabits-core`. It knows nothing of hunters, and looks at every window from its first day on.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from fractions import Fraction


def scores(letters: Iterable[str], times: int, days: int) -> Iterator[float]:
    """Yield the score after each of *letters*, a day each: x done, . not done, s skipped, as if it never existed."""
    frequency = min(Fraction(1), Fraction(times, days))  # it has no habit of more than every day
    asked, long = (1, 1) if frequency == 1 else (2 * times, 2 * days)
    kept: list[str] = []
    score = 0.0
    for letter in letters:
        if letter != "s":
            kept.append(letter)
            value = min(Fraction(1), Fraction(kept[-long:].count("x"), asked))
            left = 2 ** (-math.sqrt(frequency) / 13)
            score = score * left + float(value) * (1 - left)
        yield score


def score(letters: str, times: int, days: int) -> float:
    """Return the score after *letters*; spaces are air."""
    return [0.0, *scores(letters.replace(" ", ""), times, days)][-1]


def by_loop(letters: str, times: int, days: int) -> float:
    """Return the score after *letters*, on the day after them, which is not done yet and can only add."""
    return max(score(letters, times, days), score(letters + ".", times, days))

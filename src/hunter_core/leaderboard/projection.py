"""A projection of the boards: kept beside the store after each commit, rebuilt from it, compared with the ledger."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from hunter_core.ids import HunterId
from hunter_core.leaderboard.board import Line
from hunter_core.leaderboard.order import BEGINNING, Score

OVERLAP = timedelta(seconds=20)
"""How far back whoever asks `changed_since` looks: longer than a transaction can last, and than clocks are apart."""


class Projected(NamedTuple):
    """What a projection keeps of a hunter: their line and scores; None and none for who is on no board."""

    hunter_id: HunterId
    line: Line | None
    scores: Sequence[Score]


class BoardSource(Protocol):
    """What a projection is made from: the store."""

    def read(self, hunter_ids: Sequence[HunterId], windows: Sequence[str]) -> Sequence[Projected]:
        """Return each of *hunter_ids* as they are now, with their scores in *windows*; who is gone is on no board."""
        ...

    def changed_since(self, moment: datetime) -> Sequence[tuple[HunterId, datetime]]:
        """Return who was changed at *moment* or later, or erased while on boards, and when that was."""
        ...

    def after(self, hunter_id: HunterId | None, limit: int) -> Sequence[HunterId]:
        """Return the next *limit* hunters by id; from the first for None."""
        ...

    def count(self) -> int:
        """Return how many hunters there are."""
        ...

    def from_the_ledger(
        self, hunter_ids: Sequence[HunterId], windows: Sequence[str]
    ) -> Iterable[tuple[HunterId, Score]]:
        """Yield the scores in *windows* of those of *hunter_ids* who are on boards, from ledger entries alone."""
        ...

    def word(self) -> str | None:
        """Return the word that the store was last given: a copy that was made before does not know it."""
        ...

    def give_word(self, word: str, instead_of: str | None) -> bool:
        """Give the store a *word* where it has the one *instead_of*; return whether it had, and so whether it did."""
        ...

    def connections_opened(self) -> int:
        """
        Return how many connections to the store were opened so far.

        After one more, it may be another store that answers: a standby that lacks what was committed last.
        """
        ...


class Digest:
    """
    Sums over scores in any order, one for each hunter.

    Two boards with the same digest hold the same hunters in the same order. Where they do not, `differing`
    says whose scores are not the same, so that only those need be read again.
    """

    def __init__(self) -> None:
        self._sums: dict[HunterId, int] = {}

    def add(self, hunter_id: HunterId, score: Score) -> None:
        """Take a score into the hunter's sum."""
        reached = micros(score.reached_at)
        text = f"{score.window}:{hunter_id.hex}:{score.xp}:{reached}".encode()
        number = int.from_bytes(hashlib.blake2b(text, digest_size=16).digest(), "big")
        self._sums[hunter_id] = self._sums.get(hunter_id, 0) + number

    def replace(self, hunter_ids: Iterable[HunterId], scores: Iterable[tuple[HunterId, Score]]) -> None:
        """Forget what *hunter_ids* had, and take their *scores* as they were read again."""
        for each in hunter_ids:
            self._sums.pop(each, None)
        for hunter_id, score in scores:
            self.add(hunter_id, score)

    def differing(self, other: Digest) -> list[HunterId]:
        """Return who has other scores in *other*, or none there, or none here."""
        both = self._sums.keys() | other._sums.keys()
        return [each for each in both if self._sums.get(each) != other._sums.get(each)]

    def __str__(self) -> str:
        """Return the sum of all as 32 hexadecimal digits."""
        return f"{sum(self._sums.values()) % (1 << 128):032x}"


def ledger_digest(source: BoardSource, windows: Sequence[str]) -> Digest:
    """Return the digest of *windows* as the ledger makes them."""
    digest = Digest()
    for batch in batches(source):
        digest.replace((), source.from_the_ledger(batch, windows))
    return digest


BATCH = 1_000


def batches(source: BoardSource) -> Iterator[Sequence[HunterId]]:
    """Yield every hunter, by id, `BATCH` at a time."""
    last: HunterId | None = None
    while batch := source.after(last, BATCH):
        yield batch
        last = batch[-1]


def micros(moment: datetime | None) -> int:
    """Return *moment* in microseconds since 1970: whole, exact, and 0 before the first XP."""
    since = (moment or BEGINNING) - BEGINNING
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds

"""Places: how many are sent to at one time, and how many of them one hunter, or one host, may take (issue 5)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import NamedTuple

from hunter_core.ids import HunterId

MOST_AT_ONCE = 32
"""Targets that are sent to at one time: one that hangs takes one of these places, until its time is over."""

MOST_OF_A_HUNTER = 3
"""Places that the targets of one hunter may take of them, so that those of one who let them hang leave room."""

MOST_OF_A_HOST = 8
"""Places that one host may take of them: where it is down, what goes elsewhere goes on."""


class Seat(NamedTuple):
    """Whose target a place is taken for, and its host: what is shown of its address."""

    hunter_id: HunterId
    host: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Full:
    """Who has taken all the places that are theirs, and is given no more for now."""

    hunters: frozenset[HunterId] = frozenset()
    hosts: frozenset[str] = frozenset()


NOBODY = Full()


class Places:
    """Counts who takes how many. Its user sees to it that one thread at a time counts."""

    def __init__(self) -> None:
        self._hunters: Counter[HunterId] = Counter()
        self._hosts: Counter[str] = Counter()
        self.taken = 0

    @property
    def free(self) -> int:
        """How many are left."""
        return MOST_AT_ONCE - self.taken

    @property
    def full(self) -> Full:
        """Who may take no more."""
        return Full(
            hunters=frozenset(who for who, held in self._hunters.items() if held >= MOST_OF_A_HUNTER),
            hosts=frozenset(where for where, held in self._hosts.items() if held >= MOST_OF_A_HOST),
        )

    def take(self, seat: Seat) -> bool:
        """Take a place for *seat*; return False where none is left for it."""
        full = self.full
        if self.free <= 0 or seat.hunter_id in full.hunters or seat.host in full.hosts:
            return False
        self._count(seat, 1)
        return True

    def leave(self, seat: Seat) -> None:
        """Give the place of *seat* back."""
        self._count(seat, -1)

    def copy(self) -> Places:
        """Return the same places, to be counted in further without an effect on these."""
        other = Places()
        other._hunters, other._hosts, other.taken = self._hunters.copy(), self._hosts.copy(), self.taken
        return other

    def _count(self, seat: Seat, by: int) -> None:
        self.taken += by
        self._hunters[seat.hunter_id] += by
        self._hosts[seat.host] += by
        if by < 0:
            # Unary plus forgets whoever has none: whom there is nothing to count of takes no memory.
            self._hunters, self._hosts = +self._hunters, +self._hosts

"""
A position: how far a socket has come in its hunter's numbers, so that it sees each event once and in order.

Events come by two ways. News is quick, and may be lost, late or told twice; the store is slower, and has
everything. A socket that is *level* takes the next number from the news, and no other. Where news shows that
there is more, it falls *behind*, and reads the store until nothing is missing: the same at its first moment,
after a lost message, and after a restart of Redis. It is this one rule that makes `after=` and news meet
without a gap and without a repetition.

News is only a hint: what was heard of before a read began is in it, or is not true. So where news says more than
the store has, one read ends it, and the store is believed.
"""

from __future__ import annotations

from enum import Enum, auto


class Verdict(Enum):
    """What to do about a number that news brought."""

    SEND = auto()
    DROP = auto()
    READ = auto()


class Position:
    """
    Where a socket is.

    Attributes:
        last: The last number that it was sent.
        is_behind: Whether it is reading the store; it begins so.
    """

    __slots__ = ("_known", "is_behind", "last")

    def __init__(self, last: int) -> None:
        self.last = self._known = last
        self.is_behind = True

    def hear(self, seq: int) -> Verdict:
        """Return what to do about the event *seq*, which somebody tells of: with SEND it counts as sent."""
        if seq <= self.last:
            return Verdict.DROP
        if self.is_behind:
            self._known = max(self._known, seq)
            return Verdict.DROP
        if seq == self.last + 1:
            self.last = seq
            return Verdict.SEND
        self._known = seq
        self.is_behind = True
        return Verdict.READ

    def look(self, last: int) -> bool:
        """
        Take note that *last* is the hunter's last number; return whether to begin to read the store.

        Where it is less than what was sent, the look may be older than the news, or the database was set back:
        the read tells which, and knows nothing after a number that was never given.
        """
        if last == self.last:
            return False
        self._known = max(self._known, last)
        if self.is_behind:
            return False
        self.is_behind = True
        return True

    def begin(self) -> None:
        """Begin a read of the store: it finds all that is true of what was heard of until now."""
        self._known = self.last

    def read(self, seq: int) -> None:
        """Count the event *seq* as sent: the store had it next."""
        self.last = seq

    def is_level(self) -> bool:
        """When a read found no more, tell whether nothing was heard of since it began: then news is taken again."""
        if self._known > self.last:
            return False
        self.is_behind = False
        return True

"""What the relay asks of the world: the events that wait, and those who do something about them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

from hunter_core.events import OutboxEvent
from hunter_core.ids import HunterId
from hunter_core.ports import UnitOfWork

LONGEST_ERROR = 500
"""Characters kept of why an event could not be relayed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """
    An event that has not been relayed.

    Attributes:
        tries: How often relaying it failed.
        try_at: Not tried again before; None when it may be tried at any time.
        parked_at: When it was given up, to be looked at; the hunter's later events then go on without it.
        last_error: Why it failed last, at most `LONGEST_ERROR` characters.
    """

    event: OutboxEvent
    tries: int = 0
    try_at: datetime | None = None
    parked_at: datetime | None = None
    last_error: str | None = None


class Lag(NamedTuple):
    """How far behind the relay is: how many events wait, since when the oldest does, and how many are parked."""

    waiting: int
    oldest: datetime | None
    parked: int


class Cursor(NamedTuple):
    """Where a purge has come to."""

    relayed_at: datetime
    hunter_id: HunterId
    seq: int


class Backlog(Protocol):
    """
    The events that were not relayed yet.

    A hunter's *head* is the earliest of them that is not parked. Whoever has locked it has the hunter's turn:
    nobody else relays an event of that hunter until the transaction ends.
    """

    def is_any(self) -> bool:
        """Tell, by one read and without a lock, whether an event waits that is not parked."""
        ...

    def take(
        self, now: datetime, *, hunters: int, events: int, only: HunterId | None = None
    ) -> Sequence[Waiting]:
        """
        Lock the heads of at most *hunters* hunters, longest waiting first; return at most *events* from there on.

        Heads that another transaction holds, and those that may not be tried at *now*, are left out, and with
        them all else of their hunters. What is returned was read after the lock, each hunter's in order, with
        none left out in between. With *only* it is about that hunter alone.
        """
        ...

    def relayed(self, events: Sequence[OutboxEvent], at: datetime) -> None:
        """Take note that *events*, whose heads are locked, were relayed at *at*."""
        ...

    def save(self, waiting: Waiting) -> None:
        """Keep tries, `try_at`, `parked_at` and `last_error` of a locked head."""
        ...

    def parked(self, limit: int) -> Sequence[Waiting]:
        """Return at most *limit* parked events, the latest first."""
        ...

    def retry(self, hunter_id: HunterId | None = None, seq: int | None = None) -> int:
        """Let parked events be tried anew: all, those of a hunter, or one of them; return how many."""
        ...

    def lag(self) -> Lag:
        """Return how far behind the relay is."""
        ...

    def purge(self, *, before: datetime, after: Cursor | None, limit: int) -> tuple[int, Cursor | None]:
        """
        Forget events that were relayed before *before*, but never a hunter's last one: numbers follow from it.

        Looks at *limit* events from *after* on; returns how many it removed, and where to go on, None at the end.
        """
        ...


class Consumer(Protocol):
    """
    Somebody who does something about events: writes notifications, queues webhooks.

    A consumer writes rows, and asks nobody outside of the store: a mail server that hangs must not hold up
    the sockets. It is called in the relay's transaction, so what it writes lasts with the mark that the
    events were relayed. All the same it is idempotent by `OutboxEvent.id`: an event that was parked and is
    tried again may have been consumed by others already, when it failed with this one.
    """

    @property
    def name(self) -> str:
        """What it is called in logs, and in `last_error`."""
        ...

    def consume(self, uow: UnitOfWork, events: Sequence[OutboxEvent], now: datetime) -> None:
        """
        Do what follows from *events*: several hunters', each hunter's in order.

        Whatever it raises, but TryLater, is the fault of one of the events: they are then tried one by one,
        and the one that fails five times is parked.
        """
        ...


Hear = Callable[[Sequence[OutboxEvent]], None]


class Teller(Protocol):
    """Tells whoever listens what was relayed: all that the relay asks of a fan-out."""

    def tell(self, events: Sequence[OutboxEvent]) -> None:
        """Tell everybody; returns at once, and never raises."""
        ...


class FanOut(Teller, Protocol):
    """
    Tells whoever listens, in every process, what has happened.

    Quick, and without a promise: what is lost on the way is found by looking (`hunter_core.live`).
    """

    def listen(self, hear: Hear) -> None:
        """Let *hear* be told from now on, in a thread of somebody else's; it returns at once, and never raises."""
        ...

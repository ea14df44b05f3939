"""
The relay: hands waiting events to those who do something about them, at least once, in order for each hunter.

A pass is one transaction: it takes turns of hunters, reads what waits, tells the sockets, lets the consumers
write, and marks the events. Whoever dies in between has marked nothing. Several relays may run at once.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from hunter_core.errors import TryLater
from hunter_core.events import OutboxEvent
from hunter_core.ids import HunterId
from hunter_core.ports import Clock, Store, UnitOfWork
from hunter_core.relay.ports import LONGEST_ERROR, Consumer, Teller, Waiting

MOST_HUNTERS = 64
MOST_EVENTS = 512
"""What a pass takes at most: so much that many commits share its own, so little that it is over in a moment."""

TRIES = 5
"""How often an event may fail before it is parked."""

FIRST_PAUSE = timedelta(milliseconds=200)
"""How long an event rests after its first failure; twice as long after each further one."""

log = logging.getLogger("hunter.relay")


class Poisoned(Exception):
    """One of the events is at fault: it cannot be read, or a consumer raised."""


class Relay:
    """Relays what waits in *store*: tells *teller*, and lets *consumers* write, in their order."""

    def __init__(
        self, store: Store, clock: Clock, *, consumers: Sequence[Consumer] = (), teller: Teller
    ) -> None:
        self._store, self._clock, self._teller = store, clock, teller
        self._consumers = tuple(consumers)

    def is_any(self) -> bool:
        """
        Tell, by one statement, whether something waits.

        Raises:
            StoreUnavailable: If the store cannot be asked.
        """
        with self._store.read() as uow:
            return uow.backlog.is_any()

    def run(self) -> bool:
        """
        Make a pass; return whether it took anything: then there may be more, and another pass is due.

        An event that is committed while its hunter's turn is taken is skipped by the pass that it wakes; so
        whoever had the turn has to look again.

        Raises:
            StoreUnavailable: If the store cannot be asked; nothing was marked.
        """
        now = self._clock.now()
        taken: list[HunterId] = []

        def work(uow: UnitOfWork) -> bool:
            waiting = uow.backlog.take(now, hunters=MOST_HUNTERS, events=MOST_EVENTS)
            taken[:] = dict.fromkeys(each.event.hunter_id for each in waiting)
            self._relay(uow, [each.event for each in waiting], now)
            return bool(waiting)

        try:
            return self._store.run(work)
        except Poisoned as error:
            log.warning("events of %s hunters are relayed one by one: %s", len(taken), error)
        for hunter_id in taken:
            while self._relay_one(hunter_id):
                pass
        return True

    def _relay(self, uow: UnitOfWork, events: Sequence[OutboxEvent], now: datetime) -> None:
        if not events:
            return
        for event in events:
            if event.unreadable is not None:
                raise Poisoned(f"outbox: {event.unreadable}")
        # First: they are committed, so whoever hears of them twice, or before a failure, hears the truth.
        self._teller.tell(events)
        for consumer in self._consumers:
            try:
                consumer.consume(uow, events, now)
            except TryLater:
                raise
            except Exception as error:
                raise Poisoned(f"{consumer.name}: {type(error).__name__}: {error}") from error
        uow.backlog.relayed(events, now)

    def _relay_one(self, hunter_id: HunterId) -> bool:
        """Relay the head of a hunter by itself; tell whether the next one may follow."""
        now = self._clock.now()
        tried: list[OutboxEvent] = []

        def work(uow: UnitOfWork) -> bool:
            waiting = uow.backlog.take(now, hunters=1, events=1, only=hunter_id)
            tried[:] = [each.event for each in waiting]
            self._relay(uow, tried, now)
            return bool(waiting)

        try:
            return self._store.run(work)
        except Poisoned as error:
            # That transaction is undone, with all that other consumers wrote.
            return self._failed(tried[0], str(error), now)

    def _failed(self, event: OutboxEvent, why: str, now: datetime) -> bool:
        """Keep that *event* failed; tell whether it was parked, so that the next one may follow."""

        def work(uow: UnitOfWork) -> Waiting | None:
            waiting = uow.backlog.take(now, hunters=1, events=1, only=event.hunter_id)
            if not waiting or waiting[0].event.seq != event.seq:
                # Another relay came in between, and finds out for itself.
                return None
            tries = waiting[0].tries + 1
            failed = replace(
                waiting[0],
                tries=tries,
                try_at=now + FIRST_PAUSE * 2 ** (tries - 1),
                parked_at=now if tries >= TRIES else None,
                last_error=why[:LONGEST_ERROR],
            )
            uow.backlog.save(failed)
            return failed

        failed = self._store.run(work)
        if failed is None or failed.parked_at is None:
            return False
        log.error("event %s of hunter %s (%s) is parked: %s", event.seq, event.hunter_id, event.type, why)
        return True

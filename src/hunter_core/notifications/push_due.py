"""Pushing what is due and still wanted, to several targets at a time, to each in order (`hunter_core.carrier`)."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from hunter_core.accounts.secrets import Vault
from hunter_core.carrier import NO_KEY, Carrier
from hunter_core.notifications.leaving import Leave, Way, may_leave
from hunter_core.notifications.ports import Pusher, PushFailed
from hunter_core.notifications.push import LEASE, PushTarget, PushTask, context_of
from hunter_core.places import Full, Seat
from hunter_core.ports import Clock, Store, UnitOfWork
from hunter_core.rules.rulebook import Rulebook

log = logging.getLogger("hunter.push")


class _Tried(NamedTuple):
    """What came of a try: why it failed, if it did, and whether there is use in trying again."""

    why: str = ""
    for_good: bool = False
    fresh: PushTarget | None = None
    """The target sealed anew, where a key of before had sealed it."""
    is_keyless: bool = False
    """Whether nothing was sent, because this process has not the key that its address was sealed under."""


class AskedTask(NamedTuple):
    """A delivery that somebody took, and whether it may leave: both by one transaction."""

    task: PushTask
    leave: Leave

    @property
    def seat(self) -> Seat:
        """For whom it takes a place."""
        return self.task.seat


class PushCarrier(Carrier[AskedTask, _Tried]):
    """Pushes what is due in *store*, and still wanted, until it is closed."""

    name = "push-due"

    def __init__(
        self, *, store: Store, pusher: Pusher, vault: Vault, clock: Clock, rulebook: Rulebook
    ) -> None:
        super().__init__(store=store, clock=clock, log=log)
        self._pusher, self._vault, self._rulebook = pusher, vault, rulebook

    def due(self, uow: UnitOfWork, now: datetime, limit: int, full: Full) -> Sequence[AskedTask]:
        """Take what is due, and ask whether it may leave."""
        tasks = uow.push_deliveries.take(now, until=now + LEASE, limit=limit, full=full)
        # One notification may be on its way to several targets.
        asked = {task.notification.id: task.notification for task in tasks}
        leaves = may_leave(
            uow=uow, notifications=asked.values(), way=Way.PUSH, now=now, rulebook=self._rulebook
        )
        return [AskedTask(task, leaves[task.notification.id]) for task in tasks]

    def put_back(self, uow: UnitOfWork, task: AskedTask) -> None:
        """Keep what was taken as it was before."""
        uow.push_deliveries.save(task.task.delivery)

    def mistaken(self, task: AskedTask) -> _Tried:
        """Return a failure that is tried again."""
        return _Tried("a mistake of the server's")

    def send(self, task: AskedTask) -> _Tried:
        """Hand one over that may leave; return what came of it."""
        return self._pushed(task.task) if task.leave.is_given else _Tried()

    def _pushed(self, task: PushTask) -> _Tried:
        target, context = task.target, context_of(task.target.id)
        url = self._vault.open(target.sealed, context)
        if url is None:
            return _Tried(NO_KEY, is_keyless=True)
        fresh = None
        if self._vault.outdated(target.sealed):
            # Under the key of today, so that one of before can be taken away some day.
            fresh = replace(target, sealed=self._vault.seal(url, context))
        try:
            self._pusher.push(url, task.notification.title, task.notification.message)
        except PushFailed as error:
            return _Tried(str(error), error.for_good, fresh)
        return _Tried(fresh=fresh)

    def keep(self, uow: UnitOfWork, task: AskedTask, tried: _Tried, now: datetime) -> None:
        """Keep what came of a try, and the target sealed anew; forget what may not leave any more."""
        (target, delivery), leave = (task.task.target, task.task.delivery), task.leave
        again = leave.ask_again_at(now)
        if leave.until is not None and again is not None:
            uow.push_deliveries.save(delivery.postponed(leave.until, again))
            return
        if not leave.is_given:
            log.info("a push to %s is not sent: %s", target.id, leave.why_not)
            uow.push_deliveries.remove(delivery)
            return
        if tried.is_keyless:
            self.keyless()
            uow.push_deliveries.save(delivery.left(tried.why, now))
            return
        if tried.fresh is not None:
            uow.push_targets.reseal(tried.fresh)
        if not tried.why:
            uow.push_deliveries.save(delivery.succeeded(now))
            return
        log.warning("a push to %s failed: %s", target.id, tried.why)
        uow.push_deliveries.save(delivery.failed(tried.why, now, for_good=tried.for_good))

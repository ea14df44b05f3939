"""Pushing what is due, to several targets at a time, to each in order (`hunter_core.carrier`)."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from hunter_core.accounts.secrets import Vault
from hunter_core.carrier import NO_KEY, Carrier
from hunter_core.notifications.ports import Pusher, PushFailed
from hunter_core.notifications.push import LEASE, PushTarget, PushTask, context_of
from hunter_core.places import Full
from hunter_core.ports import Clock, Store, UnitOfWork

log = logging.getLogger("hunter.push")


class _Tried(NamedTuple):
    """What came of a try: why it failed, if it did, and whether there is use in trying again."""

    why: str = ""
    for_good: bool = False
    fresh: PushTarget | None = None
    """The target sealed anew, where a key of before had sealed it."""
    is_keyless: bool = False
    """Whether nothing was sent, because this process has not the key that its address was sealed under."""


class PushCarrier(Carrier[PushTask, _Tried]):
    """Pushes what is due in *store*, until it is closed."""

    name = "push-due"

    def __init__(self, *, store: Store, pusher: Pusher, vault: Vault, clock: Clock) -> None:
        super().__init__(store=store, clock=clock, log=log)
        self._pusher, self._vault = pusher, vault

    def due(self, uow: UnitOfWork, now: datetime, limit: int, full: Full) -> Sequence[PushTask]:
        """Take what is due."""
        return uow.push_deliveries.take(now, until=now + LEASE, limit=limit, full=full)

    def put_back(self, uow: UnitOfWork, task: PushTask) -> None:
        """Keep what was taken as it was before."""
        uow.push_deliveries.save(task.delivery)

    def mistaken(self, task: PushTask) -> _Tried:
        """Return a failure that is tried again."""
        return _Tried("a mistake of the server's")

    def send(self, task: PushTask) -> _Tried:
        """Hand one over; return what came of it."""
        target, context = task.target, context_of(task.target.id)
        url = self._vault.open(target.sealed, context)
        if url is None:
            return _Tried(NO_KEY, is_keyless=True)
        fresh = None
        if self._vault.outdated(target.sealed):
            # Under the key of today, so that one of before can be taken away some day.
            fresh = replace(target, sealed=self._vault.seal(url, context))
        try:
            self._pusher.push(url, task.title, task.message)
        except PushFailed as error:
            return _Tried(str(error), error.for_good, fresh)
        return _Tried(fresh=fresh)

    def keep(self, uow: UnitOfWork, task: PushTask, tried: _Tried, now: datetime) -> None:
        """Keep what came of a try, and the target sealed anew."""
        if tried.is_keyless:
            self.keyless()
            uow.push_deliveries.save(task.delivery.left(tried.why, now))
            return
        if tried.fresh is not None:
            uow.push_targets.reseal(tried.fresh)
        if not tried.why:
            uow.push_deliveries.save(task.delivery.succeeded(now))
            return
        log.warning("a push to %s failed: %s", task.target.id, tried.why)
        uow.push_deliveries.save(task.delivery.failed(tried.why, now, for_good=tried.for_good))

"""Pushing what is due: taken by a lease, handed over outside of any transaction, several targets at a time."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from hunter_core.accounts.secrets import Vault
from hunter_core.notifications.ports import Pusher, PushFailed
from hunter_core.notifications.push import LEASE, PushDelivery, PushTask, context_of
from hunter_core.ports import Clock, Store

MOST_AT_ONCE = 8
"""Targets that are pushed to at one time: one that hangs takes one of these places, until its time is over."""

LONGEST_RUN = 5.0
"""Seconds after which no further pushes are begun, so that other jobs have their turn."""

LOOK_AGAIN = 0.5
"""Seconds after which others are looked for, while somebody hangs."""

log = logging.getLogger("hunter.push")


@dataclass(frozen=True, slots=True, kw_only=True)
class PushRoom:
    """What it takes to push."""

    store: Store
    pusher: Pusher
    vault: Vault
    clock: Clock


def push_due(room: PushRoom) -> bool:
    """
    Push what is due, and return whether there may be more.

    Raises:
        StoreUnavailable: If the store is away or busy; what was taken is due again when its lease is over.
    """
    began, under_way, is_more = time.monotonic(), 0, True
    done: queue.SimpleQueue[PushDelivery] = queue.SimpleQueue()
    while True:
        is_more = time.monotonic() - began < LONGEST_RUN
        tasks = _taken(room, MOST_AT_ONCE - under_way) if is_more else ()
        for task in tasks:
            threading.Thread(target=_push, args=(room, task, done), name="push-due", daemon=True).start()
        under_way += len(tasks)
        if under_way == 0:
            return not is_more
        try:
            delivery = done.get(timeout=LOOK_AGAIN)
        except queue.Empty:
            continue
        under_way -= 1
        room.store.run(lambda uow, each=delivery: uow.push_deliveries.save(each))  # type: ignore[misc]


def _taken(room: PushRoom, limit: int) -> Sequence[PushTask]:
    now = room.clock.now()
    return room.store.run(lambda uow: uow.push_deliveries.take(now, until=now + LEASE, limit=limit))


def _push(room: PushRoom, task: PushTask, done: queue.SimpleQueue[PushDelivery]) -> None:
    """Hand one over, and say what came of it; whatever happens, something is said."""
    delivery = task.delivery
    try:
        url = room.vault.open(task.target.sealed, context_of(task.target.id))
        if url is None:
            raise PushFailed("the key that sealed its address is gone", for_good=True)
        room.pusher.push(url, task.title, task.message)
    except PushFailed as error:
        log.warning("a push to %s failed: %s", task.target.id, error)
        done.put(delivery.failed(str(error), room.clock.now(), for_good=error.for_good))
    except Exception:
        log.exception("a push to %s failed", task.target.id)
        done.put(delivery.failed("a mistake of the server's", room.clock.now(), for_good=False))
    else:
        done.put(replace(delivery, sent_at=room.clock.now(), last_error=None))

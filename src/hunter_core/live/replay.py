"""What a hunter missed: the events after a number, as long as they are kept (SPEC 6)."""

from __future__ import annotations

from collections.abc import Sequence

from hunter_core.events import OutboxEvent
from hunter_core.ids import HunterId
from hunter_core.ports import UnitOfWork

AT_ONCE = 200
"""Events that one read brings."""

GREATEST = 2**63 - 1
"""The greatest number that an event can have."""


class OutOfReach(Exception):
    """Nobody can say what came after this number: it was not given yet, or what followed is not kept any more."""


def missed(uow: UnitOfWork, hunter_id: HunterId, after: int, limit: int = AT_ONCE) -> Sequence[OutboxEvent]:
    """
    Return the hunter's events after the number *after*, in order, with none left out, at most *limit*; by one read.

    Raises:
        OutOfReach: If that cannot be told.
    """
    # From `after` itself on: the last event is always kept, so where there is none, it was never given.
    found = uow.outbox.since(hunter_id, after, limit + 1)
    if after and not found:
        raise OutOfReach
    events = found[1:] if found and found[0].seq == after else found[:limit]
    # A parked event outlives its neighbours: where the last is further on than there are events, one is not kept.
    if events and events[-1].seq != after + len(events):
        raise OutOfReach
    return events

"""News: events on their way to other processes, as bytes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from hunter_core.events import OutboxEvent
from hunter_core.ids import AccountId, HunterId


def to_bytes(events: Sequence[OutboxEvent]) -> bytes:
    """Return *events* as bytes."""
    rows = [
        [event.hunter_id.hex, event.seq, event.type, event.at.isoformat(), event.data] for event in events
    ]
    # In ASCII: whatever text it is, the relay must not stumble over it here.
    return json.dumps(rows, separators=(",", ":")).encode()


def from_bytes(told: bytes) -> list[OutboxEvent]:
    """
    Return the events that `to_bytes` wrote.

    Raises:
        ValueError: If it did not.
    """
    try:
        return [
            OutboxEvent(
                hunter_id=HunterId(AccountId(UUID(hunter_id))),
                seq=int(seq),
                type=str(kind),
                at=datetime.fromisoformat(at),
                data=data,
            )
            for hunter_id, seq, kind, at, data in json.loads(told)
        ]
    except (ValueError, TypeError, AttributeError) as error:
        raise ValueError("this is no news") from error

"""Ways out of an account, as routes tell the security log of them (`hunter_core.accounts.ways_out`)."""

from __future__ import annotations

from uuid import UUID

from hunter_api.answers import Call
from hunter_core.accounts import ways_out
from hunter_core.accounts.security_log import SecurityEventKind


def record_way_out(call: Call, kind: SecurityEventKind, way_id: UUID, target: str | None = None) -> None:
    """Let the security log have it that a webhook or push target was added, changed or removed; after the commit."""
    ways_out.record(
        gate=call.ports.gate,
        kind=kind,
        signed_in=call.caller,
        way_id=way_id,
        target=target,
        now=call.now,
        client=call.client,
    )

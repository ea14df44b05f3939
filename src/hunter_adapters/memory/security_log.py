"""A security log that is kept in memory, for tests and demos."""

from __future__ import annotations

from hunter_core.accounts.security_log import SecurityEvent, SecurityEventKind


class MemorySecurityLog:
    """Implements `hunter_core.accounts.security_log.SecurityLog`; `events` has what was recorded, in order."""

    def __init__(self) -> None:
        self.events: list[SecurityEvent] = []

    def record(self, event: SecurityEvent) -> None:
        self.events.append(event)

    def kinds(self) -> list[SecurityEventKind]:
        """Return what happened, in order."""
        return [event.kind for event in self.events]

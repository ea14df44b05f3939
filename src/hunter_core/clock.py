"""The clock of the machine, as the port `Clock`: asked once per request, and handed down from there (SPEC 7)."""

from __future__ import annotations

from datetime import UTC, datetime


class SystemClock:
    """Tells the machine's time."""

    __slots__ = ()

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC, to the microsecond."""
        return datetime.now(UTC)

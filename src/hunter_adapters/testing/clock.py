"""A clock for tests, which stands until it is moved."""

from __future__ import annotations

from datetime import datetime, timedelta

from hunter_adapters.testing.builders import NOW


class StillClock:
    """Implements `hunter_core.ports.Clock`: it tells `instant`, which a test may set."""

    def __init__(self, instant: datetime = NOW) -> None:
        self.instant = instant

    def now(self) -> datetime:
        """Return the moment at which it stands."""
        return self.instant

    def advance(self, **by: float) -> None:
        """Move it on by what `timedelta` takes: `days`, `hours`, `minutes`, `seconds`."""
        self.instant += timedelta(**by)

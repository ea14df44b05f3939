"""The root of all refusals, and how they write an instant."""

from __future__ import annotations

from datetime import UTC, datetime


def written(instant: datetime) -> str:
    """Return *instant* as answers write it: ISO 8601, in UTC, with `Z` (SPEC 4)."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


class HunterError(Exception):
    """The root of all refusals. `code` is stable and part of the wire contract (SPEC 4)."""

    code = "ERROR"

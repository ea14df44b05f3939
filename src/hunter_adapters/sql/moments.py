"""A few moments in one column: microseconds of the epoch, with commas between."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from hunter_core.limits.limit import micros

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def moments_as_text(moments: Iterable[datetime]) -> str:
    """Return *moments* as they are stored; no text where there are none."""
    return ",".join(str(micros(moment)) for moment in moments)


def moments_of_text(text: str) -> tuple[datetime, ...]:
    """Return the moments that were stored as *text*."""
    return tuple(_EPOCH + timedelta(microseconds=int(each)) for each in text.split(",") if each)

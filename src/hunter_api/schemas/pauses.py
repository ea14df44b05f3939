"""Pauses on the wire: ranges of local days that are covered (SPEC 2, Streak)."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import attrs
import msgspec

from hunter_api.schemas.fields import Day
from hunter_core.days import Pause


@attrs.frozen(kw_only=True)
class PausePlan:
    """A pause from a day to a day, both included, from today on."""

    from_: Day
    until: Day


class PauseView(msgspec.Struct, kw_only=True, rename={"from_": "from"}):
    """A pause, both days included."""

    id: UUID
    from_: date
    until: date

    @classmethod
    def of(cls, pause: Pause) -> PauseView:
        """Return the pause as it goes out."""
        return cls(id=UUID(pause.id), from_=pause.start, until=pause.until)


@attrs.frozen(kw_only=True, slots=False)
class PausesView:
    """The pauses that have not passed, first day first."""

    pauses: tuple[PauseView, ...]

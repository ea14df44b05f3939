"""A figure: what was measured, against what, and how much it may be."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One line of the bench's table; `limit` None is a figure that is only shown."""

    name: str
    measured: float
    limit: float | None
    unit: str
    against: str

    @property
    def holds(self) -> bool:
        """Whether it is within its limit."""
        return self.limit is None or self.measured <= self.limit

    def __str__(self) -> str:
        """Return the figure as a line of the table."""
        limit = "" if self.limit is None else f"at most {self.limit:g}"
        verdict = "" if self.limit is None else "holds" if self.holds else "MISSED"
        return f"{verdict:7} {self.name:58} {self.measured:8.2f} {self.unit:3} {limit:14} {self.against}"

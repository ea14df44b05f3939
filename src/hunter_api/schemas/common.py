"""What several answers are made of."""

from __future__ import annotations

import attrs

from hunter_core.words import Attributes


@attrs.frozen(kw_only=True, slots=False)
class PaginationView:
    """Where a page stands in the whole."""

    page: int
    limit: int
    total: int
    pages: int

    @classmethod
    def of(cls, *, page: int, limit: int, total: int) -> PaginationView:
        """Return the pagination of *total* items; no item at all makes no page."""
        return cls(page=page, limit=limit, total=total, pages=-(-total // limit))


@attrs.frozen(kw_only=True, slots=False)
class MailUnderWayView:
    """An empty object: whatever there is to say is in a mail, for the owner of the address alone."""


@attrs.frozen(kw_only=True, slots=False)
class AttributesView:
    """Points in each of the six attributes."""

    strength: int
    intelligence: int
    constitution: int
    dexterity: int
    charisma: int
    luck: int

    @classmethod
    def of(cls, points: Attributes) -> AttributesView:
        """Return *points* as they go out."""
        strength, intelligence, constitution, dexterity, charisma, luck = points
        return cls(
            strength=strength,
            intelligence=intelligence,
            constitution=constitution,
            dexterity=dexterity,
            charisma=charisma,
            luck=luck,
        )

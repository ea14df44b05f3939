"""The XP ledger on the wire (SPEC 10, Ledger)."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import attrs

from hunter_api.schemas.common import AttributesView, PaginationView
from hunter_api.schemas.fields import UtcInstant
from hunter_core.ledger.entry import LedgerEntry
from hunter_core.words import EntryKind


@attrs.frozen(kw_only=True, slots=False)
class LedgerEntryView:
    """One line of the XP ledger (SPEC 10, Ledger)."""

    id: UUID
    seq: int
    kind: EntryKind
    sourceId: UUID
    amount: int
    attributePoints: AttributesView
    localDay: date
    recordedAt: UtcInstant
    balanceAfter: int

    @classmethod
    def of(cls, entry: LedgerEntry) -> LedgerEntryView:
        """Return the line as it goes out."""
        return cls(
            id=entry.id,
            seq=entry.seq,
            kind=entry.kind,
            sourceId=entry.source_id,
            amount=entry.amount,
            attributePoints=AttributesView.of(entry.points),
            localDay=entry.local_day,
            recordedAt=entry.recorded_at,
            balanceAfter=entry.balance_after,
        )


@attrs.frozen(kw_only=True, slots=False)
class LedgerView:
    """A page of the ledger, newest first."""

    entries: tuple[LedgerEntryView, ...]
    pagination: PaginationView

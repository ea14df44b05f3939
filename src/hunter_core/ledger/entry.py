"""One immutable line of the XP ledger. Nothing is ever deleted: taking back adds a line (SPEC 1, 10)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from hunter_core.ids import EntryId, HunterId, derived_id
from hunter_core.words import Attributes, EntryKind


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEntry:
    """
    A line of the ledger.

    A line that pays has the id of what it pays for, so that a reversal's `source_id` leads there at once.
    `seq` runs 1, 2, 3 … per hunter; `source_id` is the completion, the unlock, the reversed entry or the
    correction; `local_day` is the hunter's day that it counts for, `recorded_at` the moment it was written;
    `rulebook` the content hash of the rules that priced it; `balance_after` the hunter's total XP with it.
    """

    id: EntryId
    hunter_id: HunterId
    seq: int
    kind: EntryKind
    source_id: UUID
    amount: int
    points: Attributes
    local_day: date
    recorded_at: datetime
    rulebook: str
    balance_after: int


def reversal_of(
    entry: LedgerEntry, *, seq: int, recorded_at: datetime, rulebook: str, balance: int
) -> LedgerEntry:
    """Return the line that takes *entry* back, on the day that it counted for; *balance* is the total before."""
    return LedgerEntry(
        id=EntryId(derived_id(entry.id, "reversal")),
        hunter_id=entry.hunter_id,
        seq=seq,
        kind=EntryKind.REVERSAL,
        source_id=entry.id,
        amount=-entry.amount,
        points=Attributes().minus(entry.points),
        local_day=entry.local_day,
        recorded_at=recorded_at,
        rulebook=rulebook,
        balance_after=balance - entry.amount,
    )

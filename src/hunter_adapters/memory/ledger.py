"""The ledger, days in figures and whole histories in memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date

from hunter_adapters.memory.locks import Locks
from hunter_adapters.memory.tables import ConstraintViolated, Tables
from hunter_core.errors import NotFound
from hunter_core.hunters.hunter import Hunter
from hunter_core.ids import HunterId
from hunter_core.ledger.days import DayRow
from hunter_core.ledger.entry import LedgerEntry
from hunter_core.ledger.history import History


class MemoryLedger:
    """Implements `hunter_core.ledger.ports.Ledger`."""

    __slots__ = ("_locks", "_tables")

    def __init__(self, tables: Tables, locks: Locks) -> None:
        self._tables, self._locks = tables, locks

    def append(self, entries: Sequence[LedgerEntry]) -> None:
        for entry in entries:
            self._locks.need("hunter", entry.hunter_id)
            known = self._tables.entries.rows(entry.hunter_id)
            if any((each.kind, each.source_id) == (entry.kind, entry.source_id) for each in known.values()):
                raise ConstraintViolated(f"The ledger has a {entry.kind} of {entry.source_id} already.")
            self._tables.entries.add(entry.seq, entry, entry.hunter_id)

    def page(self, hunter_id: HunterId, *, page: int, limit: int) -> tuple[Sequence[LedgerEntry], int]:
        rows = self._tables.entries.rows(hunter_id)
        newest_first = sorted(rows, reverse=True)
        return [rows[seq] for seq in newest_first[(page - 1) * limit : page * limit]], len(rows)


class MemoryDays:
    """Implements `hunter_core.ledger.ports.Days`."""

    __slots__ = ("_locks", "_tables")

    def __init__(self, tables: Tables, locks: Locks) -> None:
        self._tables, self._locks = tables, locks

    def get(self, hunter_id: HunterId, day: date) -> DayRow | None:
        return self._tables.days.rows(hunter_id).get(day)

    def between(self, hunter_id: HunterId, first: date, last: date) -> Sequence[DayRow]:
        rows = self._tables.days.rows(hunter_id)
        return [rows[day] for day in sorted(rows) if first <= day <= last]

    def save(self, hunter_id: HunterId, rows: Sequence[DayRow]) -> None:
        self._locks.need("hunter", hunter_id)
        kept = self._tables.days.edit(hunter_id)
        for row in rows:
            if row.is_empty:
                kept.pop(row.local_day, None)
            else:
                kept[row.local_day] = row


class MemoryHistories:
    """Implements `hunter_core.ledger.ports.Histories`."""

    __slots__ = ("_locks", "_tables")

    def __init__(self, tables: Tables, locks: Locks) -> None:
        self._tables, self._locks = tables, locks

    def hunter_ids(self) -> Sequence[HunterId]:
        return sorted(each for each in self._tables.hunters.rows() if not self._is_leaving(each))

    def read(self, hunter_id: HunterId) -> History:
        tables = self._tables
        hunter = tables.hunters.rows().get(hunter_id)
        if hunter is None or self._is_leaving(hunter_id):
            raise NotFound("hunter", hunter_id)
        entries, days = tables.entries.rows(hunter_id), tables.days.rows(hunter_id)
        completions = tables.completions.rows(hunter_id).values()
        scores, listed = tables.scores.rows(hunter_id), tables.listed(hunter)
        return History(
            hunter=hunter,
            entries=[entries[seq] for seq in sorted(entries)],
            completions=sorted(completions, key=lambda each: (each.recorded_at, each.id)),
            unlocks=list(tables.unlocks.rows(hunter_id).values()),
            days=[days[day] for day in sorted(days)],
            created=Counter(quest.created_day for quest in tables.quests.rows(hunter_id).values()),
            scores=dict(scores),
            shown=frozenset(scores if listed else ()),
            listed=listed,
        )

    def _is_leaving(self, hunter_id: HunterId) -> bool:
        account = self._tables.accounts.rows().get(hunter_id)
        return account is not None and account.erased_at is not None

    def restore(self, hunter: Hunter, days: Sequence[DayRow]) -> None:
        self._locks.need("hunter", hunter.id)
        self._tables.hunters.edit()[hunter.id] = hunter
        kept = self._tables.days.edit(hunter.id)
        kept.clear()
        kept.update({row.local_day: row for row in days})

    def rulebook(self) -> str | None:
        return self._tables.rulebook.rows().get("hash")

    def set_rulebook(self, rulebook_hash: str) -> None:
        self._tables.rulebook.edit()["hash"] = rulebook_hash

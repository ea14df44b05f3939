"""Reads everything that is kept of an account in memory (`hunter_core.export`)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from hunter_adapters.memory.tables import Table, Tables
from hunter_core.errors import NotFound
from hunter_core.export.ports import PART, Head, Section
from hunter_core.export.records import NamedUnlock, SecondFactor, Skip
from hunter_core.ids import AccountId


class MemoryArchive:
    """Implements `hunter_core.export.ports.Archive`; what memory does not keep, nobody has any of."""

    __slots__ = ("_tables",)

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def head(self, account_id: AccountId) -> Head:
        tables = self._tables
        account = tables.accounts.rows().get(account_id)
        if account is None:
            raise NotFound("account", account_id)
        factor = tables.two_factors.rows().get(account_id)
        codes = tables.recovery_codes.rows(account_id).values()
        return Head(
            account=account,
            hunter=tables.hunters.rows()[account_id],
            settings=tables.settings.rows()[account_id],
            second_factor=None
            if factor is None
            else SecondFactor(
                created_at=factor.created_at,
                confirmed_at=factor.confirmed_at,
                recovery_codes_left=sum(used_at is None for used_at in codes),
            ),
            pattern=None,
        )

    def rows(self, account_id: AccountId, section: Section) -> Iterator[Sequence[Any]]:
        rows = self._rows(account_id, section)
        for first in range(0, len(rows), PART):
            yield rows[first : first + PART]

    def _rows(self, account_id: AccountId, section: Section) -> Sequence[Any]:
        tables = self._tables
        match section:
            case Section.IDENTITIES:
                return _owned(tables.identities, account_id)
            case Section.SESSIONS:
                return _owned(tables.sessions, account_id)
            case Section.API_TOKENS:
                return _owned(tables.api_tokens, account_id)
            case Section.MAILS:
                return _owned(tables.mails, account_id)
            case Section.QUESTS:
                return sorted(tables.quests.rows(account_id).values(), key=lambda quest: quest.id)
            case Section.SKIPS:
                skips = sorted(tables.skips.rows(account_id).items())
                return [Skip(quest_id=quest, local_day=day, skipped_at=at) for (quest, day), at in skips]
            case Section.COMPLETIONS:
                done = tables.completions.rows(account_id).values()
                return sorted(done, key=lambda each: (each.local_day, each.id))
            case Section.LEDGER:
                return sorted(tables.entries.rows(account_id).values(), key=lambda entry: entry.seq)
            case Section.UNLOCKS:
                held = tables.unlocks.rows(account_id).values()
                held_in_order = sorted(held, key=lambda each: (each.unlocked_at, each.id))
                return [NamedUnlock(unlock=unlock) for unlock in held_in_order]
            case Section.DAYS:
                return sorted(tables.days.rows(account_id).values(), key=lambda row: row.local_day)
            case Section.SCORES:
                return sorted(tables.scores.rows(account_id).values())
            case Section.NOTIFICATIONS:
                return _owned(tables.notifications, account_id, "hunter_id")
            case Section.PUSH_TARGETS:
                return _owned(tables.push_targets, account_id, "hunter_id")
            case Section.WEBHOOKS:
                return _owned(tables.webhooks, account_id, "hunter_id")
            case Section.FRIENDSHIPS | Section.GUILDS | Section.RECOMMENDATIONS:
                return ()


def _owned(table: Table[Any, Any], account_id: AccountId, owner: str = "account_id") -> Sequence[Any]:
    """Return the rows of a table of one part that are the account's, by their ids."""
    mine = [row for row in table.rows().values() if getattr(row, owner) == account_id]
    return sorted(mine, key=lambda row: row.id)

"""How hunters are to be told, in memory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from hunter_adapters.memory.tables import Tables
from hunter_core.ids import HunterId
from hunter_core.notifications.recipients import Recipient


class MemoryRecipients:
    """Implements `hunter_core.notifications.recipients.Recipients`."""

    __slots__ = ("_tables",)

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def of(self, hunter_ids: Iterable[HunterId]) -> Mapping[HunterId, Recipient]:
        settings = self._tables.settings.rows()
        return {each: self._of(each) for each in hunter_ids if each in settings}

    def _of(self, hunter_id: HunterId) -> Recipient:
        account = self._tables.accounts.rows()[hunter_id]
        targets = (each for each in self._tables.push_targets.rows().values() if each.hunter_id == hunter_id)
        return Recipient(
            settings=self._tables.settings.rows()[hunter_id],
            last_seq=max(self._tables.outbox.rows(hunter_id), default=0),
            email=account.email,
            takes_mail=account.is_verified and account.is_active,
            push_targets=tuple(sorted(each.id for each in targets)),
        )

"""How hunters are to be told: settings, address, push targets and the last number of each, by one read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache

from sqlalchemy import func, select

from hunter_adapters.sql.statements import Statement, at_most, columns_of, padded, param
from hunter_adapters.sql.tables import accounts, hunter_settings, outbox, push_targets
from hunter_adapters.sql.transaction import Transaction
from hunter_core.hunters.settings import Settings
from hunter_core.ids import HunterId
from hunter_core.notifications.recipients import Recipient

_SETTINGS = columns_of(hunter_settings)
_AT_ONCE = 64


@lru_cache(maxsize=8)
def _recipients(count: int) -> Statement:
    this = hunter_settings.c.hunter_id
    last = select(func.max(outbox.c.seq)).where(outbox.c.hunter_id == this).scalar_subquery()
    return Statement(
        select(
            *hunter_settings.c,
            accounts.c.email,
            accounts.c.is_verified,
            accounts.c.is_active,
            func.coalesce(last, 0),
            push_targets.c.id,
        )
        .join(accounts, accounts.c.id == this)
        .outerjoin(push_targets, push_targets.c.hunter_id == this)
        .where(this.in_([param(f"id_{place}", this) for place in range(count)]))
        .order_by(this, push_targets.c.id)
    )


class SqlRecipients:
    """Implements `hunter_core.notifications.ports.Recipients`."""

    __slots__ = ("_sql",)

    def __init__(self, transaction: Transaction) -> None:
        self._sql = transaction

    def of(self, hunter_ids: Iterable[HunterId]) -> Mapping[HunterId, Recipient]:
        found: dict[HunterId, Recipient] = {}
        for ids in at_most(_AT_ONCE, list(hunter_ids)):
            named = {f"id_{place}": each for place, each in enumerate(padded(ids))}
            for row in self._sql.rows(_recipients(len(named)), **named):
                *settings, email, is_verified, is_active, last_seq, target = row
                # One row for each target, or one without any.
                known = found.get(row[0])
                if known is not None:
                    found[row[0]] = replace(known, push_targets=(*known.push_targets, target))
                    continue
                found[row[0]] = Recipient(
                    settings=Settings(**dict(zip(_SETTINGS, settings, strict=True))),
                    last_seq=last_seq,
                    email=email,
                    takes_mail=is_verified and is_active,
                    push_targets=() if target is None else (target,),
                )
        return found

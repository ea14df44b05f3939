"""Which peppers a database was used with, by their check values: who starts with others would make data worthless."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import delete, select

from hunter_adapters.sql.statements import Insert, Statement
from hunter_adapters.sql.store import SqlStore
from hunter_adapters.sql.tables import meta
from hunter_adapters.sql.transaction import Transaction

_PREFIX = "pepper:"
_TURN = "peppers"

_ARE_OURS = meta.c.name.startswith(_PREFIX, autoescape=True)
_ALL = Statement(select(meta.c.name, meta.c.value).where(_ARE_OURS))
_FORGET = Statement(delete(meta).where(_ARE_OURS))
_RECORD = Insert(meta, ("name", "value"), unless=("name",))
# Whoever writes this row has it for itself until the transaction ends: so one is first to record a pepper.
_TAKE_TURN = Insert(meta, ("name", "value"), onto=("name",))


class OtherPeppers(Exception):
    """The database was used with other peppers; the message says which, by their names."""


def agree_on_peppers(store: SqlStore, checks: Mapping[str, str]) -> None:
    """
    Make sure that the database was used with peppers of these check values, by name, and record those that are new.

    Of several that start at once on an empty database one records its own, and the others are held to them.

    Raises:
        OtherPeppers: If one of a known name is another, or the database knows some and none of these. Nothing changes.
        StoreUnavailable: If the database is away or busy.
    """
    with store.read() as uow:
        known = _known(uow.sql)
    _compare(known, checks)
    if checks.keys() <= known.keys():
        return
    with store.write() as uow:
        uow.sql.insert(_TAKE_TURN, [(_TURN, "")])
        known = _known(uow.sql)
        _compare(known, checks)
        uow.sql.insert_new(_RECORD, [(_PREFIX + name, value) for name, value in checks.items()])
        uow.commit()


def forget_peppers(store: SqlStore) -> int:
    """Forget which peppers the database was used with; return of how many."""
    with store.write() as uow:
        count = uow.sql.do(_FORGET)
        uow.commit()
    return count


def _known(sql: Transaction) -> Mapping[str, str]:
    return {name.removeprefix(_PREFIX): value for name, value in sql.rows(_ALL)}


def _compare(known: Mapping[str, str], checks: Mapping[str, str]) -> None:
    for name, value in checks.items():
        if known.get(name, value) != value:
            raise OtherPeppers(f"the database was used with another pepper of the name {name!r}")
    if known and known.keys().isdisjoint(checks):
        names = ", ".join(repr(name) for name in sorted(known))
        raise OtherPeppers(f"the database was used with the pepper {names}, and it is not among those given")

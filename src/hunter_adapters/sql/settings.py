"""Keeps each hunter's settings."""

from __future__ import annotations

from dataclasses import astuple

from sqlalchemy import select, update

from hunter_adapters.sql.scores import SqlScores
from hunter_adapters.sql.statements import Insert, Statement, columns_of, param
from hunter_adapters.sql.tables import hunter_settings
from hunter_adapters.sql.transaction import Transaction
from hunter_core.errors import NotFound
from hunter_core.hunters.settings import Settings
from hunter_core.ids import HunterId

# The columns are the fields of `Settings`, name by name and in their order; a test holds them to it.
_COLUMNS = columns_of(hunter_settings)
_GET = Statement(
    select(hunter_settings).where(
        hunter_settings.c.hunter_id == param("hunter_id", hunter_settings.c.hunter_id)
    )
)
_ADD = Insert(hunter_settings, _COLUMNS)
_SAVE = Statement(
    update(hunter_settings)
    .where(hunter_settings.c.hunter_id == param("this", hunter_settings.c.hunter_id))
    .values({name: param(name, hunter_settings.c[name]) for name in _COLUMNS if name != "hunter_id"})
)


class SqlHunterSettings:
    """Keeps settings in a table."""

    __slots__ = ("_sql",)

    def __init__(self, transaction: Transaction) -> None:
        self._sql = transaction

    def add(self, settings: Settings) -> None:
        self._sql.insert(_ADD, [astuple(settings)])
        SqlScores(self._sql).show(settings.hunter_id)

    def get(self, hunter_id: HunterId) -> Settings:
        row = self._sql.row(_GET, hunter_id=hunter_id)
        if row is None:
            raise NotFound("hunter", hunter_id)
        return Settings(**dict(zip(_COLUMNS, row, strict=True)))

    def save(self, settings: Settings) -> None:
        values = dict(zip(_COLUMNS, astuple(settings), strict=True))
        self._sql.do(_SAVE, this=settings.hunter_id, **values)
        SqlScores(self._sql).show(settings.hunter_id)

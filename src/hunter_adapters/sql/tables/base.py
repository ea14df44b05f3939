"""The metadata that all tables share, and the few pieces that they are made of."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Column, ForeignKey, Integer, MetaData

from hunter_adapters.sql.column_types import Day, Id, Instant, Word
from hunter_core.words import Attribute

# Names that follow from what they name: migrations and refused writes (`failures`) call them by it.
NAMES = {
    "pk": "pk_%(table_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
}

metadata = MetaData(naming_convention=NAMES)

POINTS = tuple(attribute.value for attribute in Attribute)
"""The names of the six attribute columns, in the order of the six."""


def id_column() -> Column[Any]:
    """Return the column `id`, the primary key."""
    return Column("id", Id, primary_key=True)


def owner(table: str, name: str, *, nullable: bool = False, primary_key: bool = False) -> Column[Any]:
    """Return a column that names a row of *table*, and goes with it."""
    key = ForeignKey(f"{table}.id", ondelete="CASCADE")
    return Column(name, Id, key, nullable=nullable, primary_key=primary_key)


def instant(name: str, *, nullable: bool = False) -> Column[Any]:
    """Return a column that holds a moment."""
    return Column(name, Instant, nullable=nullable)


def day(name: str, *, nullable: bool = False, primary_key: bool = False) -> Column[Any]:
    """Return a column that holds a local day."""
    return Column(name, Day, nullable=nullable, primary_key=primary_key)


def word(name: str, words: type[StrEnum], *, nullable: bool = False) -> Column[Any]:
    """Return a column that holds one of *words*; `one_of` holds it to them."""
    return Column(name, Word(words), nullable=nullable)


def whole(name: str, kind: Any = Integer, *, nullable: bool = False) -> Column[Any]:
    """Return a column that holds a whole number."""
    return Column(name, kind, nullable=nullable)


def points(kind: Any = Integer) -> list[Column[Any]]:
    """Return the six attribute columns."""
    return [whole(name, kind) for name in POINTS]


def one_of(column: str, words: Iterable[str]) -> CheckConstraint:
    """Return the constraint that *column* holds one of *words*, or nothing."""
    listed = ", ".join(f"'{one}'" for one in words)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def at_least(least: int, *columns: str) -> list[CheckConstraint]:
    """Return the constraints that *columns* hold *least* or more, or nothing."""
    return [CheckConstraint(f"{column} >= {least}", name=column) for column in columns]


def between(column: str, least: int, most: int) -> CheckConstraint:
    """Return the constraint that *column* holds a number from *least* to *most*, or nothing."""
    return CheckConstraint(f"{column} BETWEEN {least} AND {most}", name=column)

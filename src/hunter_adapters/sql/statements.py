"""A statement is a Core construct that is compiled once for each database, and run as a string ever after."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple, TypeAlias, cast

import sqlalchemy
from sqlalchemy import (
    BigInteger,
    ClauseElement,
    ColumnElement,
    Dialect,
    Executable,
    Table,
    bindparam,
    literal_column,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.base import SQLiteDialect
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

from hunter_adapters.sql.column_types import Processor

Row: TypeAlias = tuple[Any, ...]


@cache
def dialect(database: str) -> Dialect:
    """Return the dialect that statements for *database* are compiled with."""
    if database == "sqlite":
        return SQLiteDialect()
    # `$1`, as the server writes them: psycopg hands such a query on as it is (`RawCursor`).
    postgresql_dialect: Callable[..., Dialect] = PGDialect_psycopg
    return postgresql_dialect(paramstyle="numeric_dollar")


class Compiled(NamedTuple):
    """
    What one database runs for a statement.

    `binds` gives each parameter in its place, by name, with what turns a value into its stored form (None:
    it goes as it is); `constants` are those whose values the construct itself holds; `results` the places
    of a row that must be turned back.
    """

    sql: str
    binds: tuple[tuple[str, Processor | None], ...]
    constants: Mapping[str, Any]
    results: tuple[tuple[int, Processor], ...]

    def parameters(self, values: Mapping[str, Any]) -> list[Any]:
        """Return *values* in their places and stored forms."""
        if self.constants:
            values = {**values, **self.constants}
        return [values[name] if store is None else store(values[name]) for name, store in self.binds]

    def read(self, row: Row) -> Row:
        """Return a fetched *row* with every value as the core knows it."""
        if not self.results:
            return row
        values = list(row)
        for place, load in self.results:
            values[place] = load(values[place])
        return tuple(values)


class Statement:
    """
    A statement with named parameters.

    Compiled at its first use, not at import. Where the databases need different constructs (an upsert), it
    is given a function from the dialect's `insert` to the construct. A statement that stands *alone* is one
    read that needs no transaction around it.
    """

    __slots__ = ("_build", "_compiled", "alone")

    def __init__(self, construct: Executable | Callable[[Any], Executable], *, alone: bool = False) -> None:
        self._build = construct
        self._compiled: dict[str, Compiled] = {}
        self.alone = alone

    def on(self, database: str) -> Compiled:
        """Return what *database* runs."""
        try:
            return self._compiled[database]
        except KeyError:
            compiled = self._compiled[database] = compile_once(self._construct(database), dialect(database))
            return compiled

    def _construct(self, database: str) -> Executable:
        if callable(self._build):
            return self._build(postgresql.insert if database == "postgresql" else sqlite.insert)
        return self._build


def compile_once(construct: Executable, on: Dialect) -> Compiled:
    """Return what the dialect *on* runs for *construct*."""
    compiled = cast(SQLCompiler, cast(ClauseElement, construct).compile(dialect=on))
    names = compiled.positiontup or ()
    binds = tuple((name, _bind(compiled.binds[name].type, on)) for name in names)
    constants = {name: compiled.binds[name].value for name in names if not compiled.binds[name].required}
    loads = ((place, _load(kind, on)) for place, kind in enumerate(_column_types(construct)))
    results = tuple((place, load) for place, load in loads if load is not None)
    return Compiled(str(compiled), binds, constants, results)


def _column_types(construct: Any) -> Iterable[TypeEngine[Any]]:
    if isinstance(construct, sqlalchemy.SelectBase):
        return [column.type for column in construct.exported_columns]
    return [column.type for column in getattr(construct, "exported_columns", ())]


def _bind(kind: TypeEngine[Any], on: Dialect) -> Processor | None:
    return kind.dialect_impl(on).bind_processor(on)


def _load(kind: TypeEngine[Any], on: Dialect) -> Processor | None:
    return kind.dialect_impl(on).result_processor(on, None)


class Insert:
    """
    An insert of one or more rows into *table* by one statement, compiled once for each number of rows.

    A row gives the values of *columns* in their order. With *onto* (the primary key) a row that is there
    already takes the new values; with *unless* (likewise) it is left as it is, and the keys of the others
    are returned.
    """

    def __init__(
        self, table: Table, columns: Sequence[str], *, onto: Sequence[str] = (), unless: Sequence[str] = ()
    ) -> None:
        self.table, self.columns, self.onto = table, tuple(columns), tuple(onto)
        self.unless = tuple(unless)
        self._of: dict[int, tuple[Statement, list[str]]] = {}

    def of(self, rows: int) -> tuple[Statement, list[str]]:
        """Return the statement for this number of *rows*, and its parameters' names, row by row."""
        try:
            return self._of[rows]
        except KeyError:
            statement = Statement(lambda insert: self._construct(insert, rows))
            names = [f"{name}_{row}" for row in range(rows) for name in self.columns]
            self._of[rows] = statement, names
            return statement, names

    def _construct(self, insert: Any, rows: int) -> Executable:
        of = self.table.c
        values = [{name: param(f"{name}_{row}", of[name]) for name in self.columns} for row in range(rows)]
        construct = insert(self.table).values(values)
        if self.onto:
            changed = {name: construct.excluded[name] for name in self.columns if name not in self.onto}
            construct = construct.on_conflict_do_update(index_elements=list(self.onto), set_=changed)
        if self.unless:
            construct = construct.on_conflict_do_nothing(index_elements=list(self.unless))
            construct = construct.returning(*(of[name] for name in self.unless))
        executable: Executable = construct
        return executable


def number(name: str) -> Any:
    """Return the parameter *name*, a whole number of no column's."""
    return bindparam(name, type_=BigInteger)


def inline(value: int | str) -> ColumnElement[Any]:
    """Return *value*, a constant of ours, as part of the statement's text, where a plan can be made for it."""
    return literal_column(str(value) if isinstance(value, int) else f"'{value}'")


def columns_of(table: Table) -> tuple[str, ...]:
    """Return the names of all columns of *table*, in their order."""
    return tuple(column.name for column in table.columns)


def param(name: str, like: Any) -> Any:
    """Return the parameter *name*, of the type of the column *like*."""
    return bindparam(name, type_=like.type)


def at_most(count: int, ids: Sequence[Any]) -> Iterable[Sequence[Any]]:
    """Yield *ids* in parts of at most *count*: a statement has an end to what it names."""
    return (ids[first : first + count] for first in range(0, len(ids), count))


def padded(ids: Iterable[Any]) -> list[Any]:
    """
    Return *ids*, the last one repeated until there is a power of two of them.

    A list in a statement is compiled for each length: so there are ten lengths up to 500, and not 500.
    """
    listed = list(ids)
    size = 1 << max(len(listed) - 1, 0).bit_length()
    return listed + listed[-1:] * (size - len(listed))

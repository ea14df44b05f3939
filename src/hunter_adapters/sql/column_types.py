"""One type a kind of value, stored losslessly and in the right order by PostgreSQL and by SQLite alike."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from typing import Any, Generic, TypeVar
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Date,
    DateTime,
    Dialect,
    Float,
    LargeBinary,
    String,
    Text,
    Time,
    TypeDecorator,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeEngine

Value = TypeVar("Value")
Processor = Callable[[Any], Any]


class _Kept(TypeDecorator[Value], Generic[Value]):
    """
    A value that one or both databases keep in another form.

    Subclasses give the two converters a database needs; None stays None, and a database for which there is
    no converter takes the value as it is.
    """

    cache_ok = True  # each subclass says so itself, or SQLAlchemy does not believe it
    impl: Any = Text
    on_sqlite: TypeEngine[Any] = Text()
    on_postgresql: TypeEngine[Any] = Text()

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return self.on_sqlite if dialect.name == "sqlite" else self.on_postgresql

    def converters(self, dialect: str) -> tuple[Processor, Processor] | None:
        """Return what makes the stored form of a value, and what reads it; None: it is stored as it is."""
        return None

    def bind_processor(self, dialect: Dialect) -> Processor | None:
        both = self.converters(dialect.name)
        return None if both is None else _unless_none(both[0])

    def result_processor(self, dialect: Dialect, coltype: object) -> Processor | None:
        both = self.converters(dialect.name)
        return None if both is None else _unless_none(both[1])


def _unless_none(convert: Processor) -> Processor:
    def converted(value: Any) -> Any:
        return None if value is None else convert(value)

    return converted


class Id(_Kept[UUID]):
    """A UUID: native in PostgreSQL, its 16 bytes in SQLite. Both sort a UUIDv7 by its age."""

    cache_ok = True
    impl = Uuid
    on_sqlite = LargeBinary(16)
    on_postgresql = Uuid()

    def converters(self, dialect: str) -> tuple[Processor, Processor] | None:
        return (_uuid_bytes, _uuid_of_bytes) if dialect == "sqlite" else None


def _uuid_bytes(value: UUID) -> bytes:
    return value.bytes


def _uuid_of_bytes(stored: bytes) -> UUID:
    return UUID(bytes=stored)


class Instant(_Kept[datetime]):
    """
    A moment in UTC, to the microsecond.

    `timestamptz` in PostgreSQL. SQLite has no such type: there it is text of one width, such as
    `2026-11-22T07:00:00.000000+00:00`, which sorts as the moments do and which SQLite's own functions read.
    """

    cache_ok = True
    impl = DateTime
    on_sqlite = String(32)
    on_postgresql = DateTime(timezone=True)

    def converters(self, dialect: str) -> tuple[Processor, Processor] | None:
        return (_instant_text, datetime.fromisoformat) if dialect == "sqlite" else None


def _instant_text(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(timespec="microseconds")


class Day(_Kept[date]):
    """A civil date."""

    cache_ok = True
    impl = Date
    on_sqlite = Date()
    on_postgresql = Date()

    def converters(self, dialect: str) -> tuple[Processor, Processor] | None:
        return (date.isoformat, date.fromisoformat) if dialect == "sqlite" else None


class WallTime(_Kept[time]):
    """A time on somebody's wall clock, without a zone."""

    cache_ok = True
    impl = Time
    on_sqlite = Time()
    on_postgresql = Time()

    def converters(self, dialect: str) -> tuple[Processor, Processor] | None:
        return (time.isoformat, time.fromisoformat) if dialect == "sqlite" else None


class Ratio(_Kept[float]):
    """A number from 0 to 1 that somebody estimated: the one place for a float, and it decides no XP."""

    cache_ok = True
    impl = Float
    on_sqlite = Float(53)
    on_postgresql = Float(53)

    def converters(self, dialect: str) -> tuple[Processor, Processor] | None:
        return None


class Word(_Kept[StrEnum]):
    """One word of an enumeration; the column has a CHECK that names them all (`tables.base.one_of`)."""

    cache_ok = True
    length = 24
    on_sqlite = String(length)
    on_postgresql = String(length)

    def __init__(self, words: type[StrEnum]) -> None:
        super().__init__(self.length)
        self.words = words

    def converters(self, dialect: str) -> tuple[Processor, Processor] | None:
        return str, {word.value: word for word in self.words}.__getitem__


class Share(_Kept[Fraction]):
    """An exact fraction, written `3/2`."""

    cache_ok = True

    def converters(self, dialect: str) -> tuple[Processor, Processor] | None:
        return str, _fraction


@lru_cache(maxsize=256)
def _fraction(text: str) -> Fraction:
    return Fraction(text)


class Json(_Kept[Any]):
    """
    A JSON value: `jsonb` in PostgreSQL, text in SQLite.

    With *encode* and *decode* it is a value of the core that has a JSON form. Decoded values are shared
    between rows of the same text, so *decode* must return something immutable.
    """

    cache_ok = True
    on_postgresql = JSONB()

    def __init__(
        self, encode: Callable[[Any], Any] | None = None, decode: Callable[[Any], Any] | None = None
    ) -> None:
        super().__init__()
        self.encode, self.decode = encode, decode

    def converters(self, dialect: str) -> tuple[Processor, Processor] | None:
        encode, decode = self.encode, self.decode
        if encode is None or decode is None:
            return compact_json, json.loads

        @lru_cache(maxsize=4096)
        def read(text: str) -> Any:
            return decode(json.loads(text))

        @lru_cache(maxsize=4096)
        def written(value: Any) -> str:
            return compact_json(encode(value))

        return written, read


class Said(Json):
    """
    A JSON object whose damage is nobody else's: where it cannot be read, the reason is read instead, a text.

    SQLite hands it out as bytes, since it would refuse a row of text that is none, and all rows with it.
    """

    cache_ok = True

    def converters(self, dialect: str) -> tuple[Processor, Processor] | None:
        return compact_json, _object_or_reason

    def column_expression(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        return _AsKept(column)


class _AsKept(FunctionElement[Any]):
    """A column's text, not looked at."""

    inherit_cache = True


@compiles(_AsKept)
def _plain(element: _AsKept, compiler: SQLCompiler, **options: Any) -> str:
    return compiler.process(element.clauses, **options)


@compiles(_AsKept, "sqlite")
def _bytes(element: _AsKept, compiler: SQLCompiler, **options: Any) -> str:
    return f"CAST({compiler.process(element.clauses, **options)} AS BLOB)"


def _object_or_reason(stored: str | bytes) -> dict[str, Any] | str:
    try:
        value = json.loads(stored)
    except (ValueError, RecursionError) as error:
        return f"it is no JSON: {error}"
    return value if isinstance(value, dict) else "it is JSON, but no object"


def compact_json(value: Any) -> str:
    """Return *value* as JSON without needless spaces."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False)

"""What a database really holds, read past the program: counts of rows, the ledger's sums, everything as text."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Connection, Engine, create_engine, inspect, text
from sqlalchemy.pool import NullPool


def engine_for(url: str) -> Engine:
    """Return an engine on *url* that keeps no connection."""
    return create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1), poolclass=NullPool)


class Books:
    """Reads a database on one connection of its own, kept until `close`."""

    def __init__(self, url: str) -> None:
        self._engine = engine_for(url)
        self._connection: Connection | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let the connection go."""
        if self._connection is not None:
            self._connection.close()
        self._engine.dispose()

    def rows(self, statement: str, **values: Any) -> list[tuple[Any, ...]]:
        """Return what a statement answers, in a transaction that ends at once."""
        with self._reading() as connection:
            return [tuple(row) for row in connection.execute(text(statement), values)]

    def one(self, statement: str, **values: Any) -> Any:
        """Return the one value that a statement answers."""
        ((value,),) = self.rows(statement, **values)
        return value

    def tables(self) -> list[str]:
        """Return the names of all tables."""
        with self._reading() as connection:
            return sorted(inspect(connection).get_table_names())

    def counts(self) -> Mapping[str, int]:
        """Return how many rows each table has."""
        tables = self.tables()
        counted = ", ".join(f'(SELECT count(*) FROM "{table}") AS "{table}"' for table in tables)
        ((*numbers,),) = self.rows(f"SELECT {counted}")
        return dict(zip(tables, numbers, strict=True))

    def contents(self) -> Mapping[str, str]:
        """Return a digest of everything that each table holds."""
        return {table: self._digest(table) for table in self.tables()}

    def unbalanced(self) -> list[tuple[Any, ...]]:
        """Return every hunter whose total XP is not the sum of the ledger: id, total XP, sum."""
        return self.rows(
            """
            SELECT h.id, h.total_xp, COALESCE(s.amount, 0)
            FROM hunters h
            LEFT JOIN (SELECT hunter_id, sum(amount) AS amount FROM xp_entries GROUP BY hunter_id) s
            ON s.hunter_id = h.id
            WHERE h.total_xp <> COALESCE(s.amount, 0)
            """
        )

    def total_xp(self) -> int:
        """Return the XP of all hunters together."""
        return int(self.one("SELECT COALESCE(sum(total_xp), 0) FROM hunters"))

    def _digest(self, table: str) -> str:
        rows = sorted(repr(row) for row in self.rows(f'SELECT * FROM "{table}"'))
        return hashlib.sha256("\n".join(rows).encode()).hexdigest()

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        if self._connection is None:
            self._connection = self._engine.connect()
        try:
            yield self._connection
        finally:
            self._connection.rollback()

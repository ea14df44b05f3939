"""One transaction on one connection: runs statements, turns rows into values and failures into refusals."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from itertools import chain
from typing import Any, NoReturn

from hunter_adapters.sql.database import Database
from hunter_adapters.sql.statements import Insert, Row, Statement
from hunter_core.ids import HunterId

Observer = Callable[[str], None]
"""Is told every string that is sent to the database, `BEGIN` and `COMMIT` included."""

MOST_ROWS = 64
"""Rows that one insert brings at most; more are sent as several."""

_log = logging.getLogger(__name__)


class TransactionOver(RuntimeError):
    """Something was asked of a transaction after its end: a mistake of the program."""


class Transaction:
    """
    A transaction that begins with its first statement and is undone unless it is committed.

    Args:
        to_write: Whether it may change things; else it sees one moment of the database.
    """

    __slots__ = (
        "_begin",
        "_begun",
        "_connection",
        "_database",
        "_name",
        "_over",
        "_proxied",
        "_run",
        "active",
        "committed",
        "events_added",
        "hunters_changed",
        "hunters_hidden",
        "listing_changed",
    )

    def __init__(self, database: Database, *, to_write: bool, observer: Observer | None = None) -> None:
        self._database, self._name = database, database.name
        self._begin = database.begin_to_write if to_write else database.begin_to_read
        self._begun = self._over = self.committed = False
        # Which hunters are active, of those that were locked or added: saving one, a change is noticed by it.
        self.active: dict[HunterId, bool] = {}
        # Whose rows were written, and whether what others see of them may have changed: told after the commit.
        self.hunters_changed: dict[HunterId, None] = {}
        self.listing_changed = False
        # Who of them is on no board after it.
        self.hunters_hidden: dict[HunterId, None] = {}
        # Whether the world is to be told something: the relay is woken after the commit.
        self.events_added = False
        self._proxied = database.checkout()
        self._connection: Any = self._proxied.driver_connection
        run = database.runner(self._connection)
        self._run = run if observer is None else _observed(run, observer)

    @property
    def database_name(self) -> str:
        """Which database it is, for what the two say differently."""
        return self._name

    def rows(self, statement: Statement, **values: Any) -> list[Row]:
        """Return all rows of *statement* with these parameters."""
        compiled = statement.on(self._name)
        if not self._begun:
            self._start(statement)
        try:
            fetched: list[Row] = self._run(compiled.sql, compiled.parameters(values)).fetchall()
        except self._database.errors as error:
            self._fail(error)
        if not compiled.results:
            return fetched
        return [compiled.read(row) for row in fetched]

    def row(self, statement: Statement, **values: Any) -> Row | None:
        """Return the only row of *statement*, or None where it has none."""
        found = self.rows(statement, **values)
        return found[0] if found else None

    def only(self, statement: Statement, **values: Any) -> Row:
        """Return the only row of *statement*, which always has one."""
        return self.rows(statement, **values)[0]

    def value(self, statement: Statement, **values: Any) -> Any:
        """Return the only value of the only row of *statement*."""
        return self.rows(statement, **values)[0][0]

    def do(self, statement: Statement, **values: Any) -> int:
        """Run a *statement* that returns nothing; return how many rows it touched."""
        compiled = statement.on(self._name)
        if not self._begun:
            self._start(statement)
        try:
            touched: int = self._run(compiled.sql, compiled.parameters(values)).rowcount
        except self._database.errors as error:
            self._fail(error)
        return touched

    def insert(self, insert: Insert, rows: Sequence[Row]) -> None:
        """Insert *rows*, by one statement as long as there are not very many."""
        for first in range(0, len(rows), MOST_ROWS):
            chunk = rows[first : first + MOST_ROWS]
            statement, names = insert.of(len(chunk))
            self.do(statement, **dict(zip(names, chain.from_iterable(chunk), strict=True)))

    def insert_new(self, insert: Insert, rows: Sequence[Row]) -> list[Row]:
        """Insert those of *rows* that are not there yet, and return their keys (`Insert`, with *unless*)."""
        new: list[Row] = []
        for first in range(0, len(rows), MOST_ROWS):
            chunk = rows[first : first + MOST_ROWS]
            statement, names = insert.of(len(chunk))
            new += self.rows(statement, **dict(zip(names, chain.from_iterable(chunk), strict=True)))
        return new

    def commit(self) -> None:
        """Make it last."""
        if self._over:
            raise TransactionOver("This transaction is over; open another.")
        self._over = True
        if not self._begun:
            return
        try:
            self._run("COMMIT")
        except self._database.errors as error:
            self._fail(error, committing=True)
        self._begun, self.committed = False, True

    def close(self) -> None:
        """Undo what was not committed, and give the connection back."""
        self._over = True
        if self._proxied.is_valid and self._begun:
            try:
                self._run("ROLLBACK")
            except self._database.errors as error:
                _log.info("A connection was lost while its transaction was being undone: %s", error)
                self._proxied.invalidate()
        self._proxied.close()

    def _start(self, statement: Statement) -> None:
        if self._over:
            raise TransactionOver("This transaction is over; open another.")
        if statement.alone:
            return
        try:
            self._run(self._begin)
        except self._database.errors as error:
            self._fail(error)
        self._begun = True

    def _fail(self, error: Exception, *, committing: bool = False) -> NoReturn:
        refusal = self._database.failure(error, self._connection, committing=committing)
        if self._database.is_lost(error, self._connection):
            self._proxied.invalidate()
            self._database.distrust()
        if refusal is error:
            raise error
        raise refusal from error


def _observed(run: Callable[..., Any], observer: Observer) -> Callable[..., Any]:
    def observed(sql: str, *parameters: Any) -> Any:
        observer(sql)
        return run(sql, *parameters)

    return observed

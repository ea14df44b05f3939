"""Boards, held to their contract over memory, SQLite and PostgreSQL."""

from __future__ import annotations

from functools import partial

import pytest

from hunter_adapters.memory import MemoryStore
from hunter_adapters.sql import boards
from hunter_adapters.sql.boards import SqlBoards
from hunter_adapters.testing.contract import BoardsContract, BoardsUnderTest
from tests.contract.conftest import SqlHouse
from tests.contract.filling import fill_memory, fill_sql

OF_MANY = "sqlite, as of many"
"""Every board is read as one with 20 000 hunters is: from its nearer end. Only, no total is believed."""


@pytest.fixture(params=["memory", "sqlite", "postgresql", OF_MANY])
def boards_under_test(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> BoardsUnderTest:
    """Boards over an empty store."""
    if request.param == "memory":
        store = MemoryStore()
        return BoardsUnderTest(store=store, boards=store.boards, fill=partial(fill_memory, store))
    kind = request.param
    if kind == OF_MANY:
        kind = "sqlite"
        monkeypatch.setattr(boards, "MANY", 1)
        monkeypatch.setattr(boards, "BELIEVED_SECONDS", 0.0)
        monkeypatch.setattr(boards, "MIDDLE_SECONDS", 0.0)
    house: SqlHouse = request.getfixturevalue(f"{kind}_house")
    sql = house.emptied()
    return BoardsUnderTest(store=sql, boards=SqlBoards(sql), fill=partial(fill_sql, sql))


class TestBoards(BoardsContract):
    pass

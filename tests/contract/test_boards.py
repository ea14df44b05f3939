"""Boards, held to their contract over memory, SQLite and PostgreSQL."""

from __future__ import annotations

from functools import partial

import pytest

from hunter_adapters.memory import MemoryStore
from hunter_adapters.sql.boards import SqlBoards
from hunter_adapters.testing.contract import BoardsContract, BoardsUnderTest
from tests.contract.conftest import SqlHouse
from tests.contract.filling import fill_memory, fill_sql


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def boards_under_test(request: pytest.FixtureRequest) -> BoardsUnderTest:
    """Boards over an empty store."""
    if request.param == "memory":
        store = MemoryStore()
        return BoardsUnderTest(store=store, boards=store.boards, fill=partial(fill_memory, store))
    house: SqlHouse = request.getfixturevalue(f"{request.param}_house")
    sql = house.emptied()
    return BoardsUnderTest(store=sql, boards=SqlBoards(sql), fill=partial(fill_sql, sql))


class TestBoards(BoardsContract):
    pass

"""Boards in a genuine Redis over a database, as one process has them: several make several processes."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import datetime
from functools import partial

from hunter_adapters.redis.boards.keeper import BoardKeeper
from hunter_adapters.redis.boards.reader import RedisBoards
from hunter_adapters.redis.connection import RedisConnection
from hunter_adapters.sql import SqlStore
from hunter_adapters.sql.board_source import SqlBoardSource
from hunter_adapters.sql.boards import SqlBoards
from hunter_adapters.testing.builders import NOW
from hunter_adapters.testing.clock import StillClock
from hunter_adapters.testing.contract import BoardsUnderTest, Contestant
from hunter_adapters.testing.contract.boards import told
from hunter_core.ids import HunterId
from hunter_core.leaderboard.windows import ALL_TIME, windows_at
from tests.contract.filling import fill_sql
from tests.servers.redis import RedisServer


class Kept:
    """Boards in Redis over a store in SQLite."""

    def __init__(self, store: SqlStore, server: RedisServer) -> None:
        self.store, self.server, self.clock = store, server, StillClock()
        self.connection = RedisConnection(server.url)
        self.source = SqlBoardSource(store)
        self.begin()

    def begin(self) -> None:
        """Begin as a process does that knows nothing of what was before."""
        self.keeper = BoardKeeper(self.connection, self.source, self.clock, fingerprint="test")
        self.boards = RedisBoards(self.connection, self.keeper, SqlBoards(self.store))
        self.store.after_commit = self.keeper.changed

    def close(self) -> None:
        self.store.after_commit = None
        self.keeper.close()
        self.connection.close()

    def under_test(self) -> BoardsUnderTest:
        return BoardsUnderTest(
            store=self.store, boards=self.boards, fill=partial(fill_sql, self.store), settle=self.settle
        )

    def settle(self) -> None:
        deadline = time.monotonic() + 60
        while not self.keeper.tend():
            assert time.monotonic() < deadline
            time.sleep(0.05)


def right_answers(kept: Kept, expected: list[tuple[HunterId, int]]) -> None:
    """Assert that the board is what the store says, whoever answers."""
    assert told(kept.under_test().read(limit=100)) == expected


def gain(kept: Kept, whose: Contestant, xp: int, *, at: datetime = NOW) -> None:
    """Give somebody XP, as a completion does."""
    with kept.store.write() as uow:
        hunter = uow.hunters.lock(whose.hunter.id)
        uow.hunters.save(replace(hunter, total_xp=hunter.total_xp + xp, updated_at=at))
        uow.scores.gain(hunter.id, (ALL_TIME, *windows_at(at)), xp, at)
        uow.commit()

"""Makes boards in Redis from nothing."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime

from hunter_adapters.redis.boards.commands import State, begin, hold, state
from hunter_adapters.redis.boards.history import BoardHistory
from hunter_adapters.redis.boards.writer import BoardWriter
from hunter_adapters.redis.connection import RedisConnection
from hunter_core.leaderboard.projection import BoardSource, batches
from hunter_core.ports import Clock

SCHEMA = "3"


class BoardBuilder:
    """Makes the boards from the store. *fingerprint* says what they are made under, such as the rulebook's hash."""

    def __init__(
        self,
        connection: RedisConnection,
        source: BoardSource,
        writer: BoardWriter,
        history: BoardHistory,
        clock: Clock,
        *,
        fingerprint: str,
    ) -> None:
        self._connection, self._source, self._writer = connection, source, writer
        self._history, self._clock = history, clock
        self._fingerprint = f"{SCHEMA}:{fingerprint}"

    def ready(self, found: State) -> bytes:
        """Return what boards say that are whole, on this run of the server and under our rulebook."""
        # Another run of the server may have come back with what it knew an hour ago.
        return f"{found.run}:{self._fingerprint}".encode()

    def others(self, found: State) -> bool:
        """Tell whether somebody else, of another program or rulebook, made boards whole on this run of the server."""
        return found.ready.startswith(f"{found.run}:".encode()) and found.ready != self.ready(found)

    def rebuild(self, progress: Callable[[int, int], None]) -> datetime:
        """
        Make the boards anew; return since when changes may be missing in them.

        Raises:
            As `hunter_adapters.redis.boards.keeper.BoardKeeper.rebuild`.
        """
        generation = uuid.uuid4().hex
        total = self._source.count()
        began = self._clock.now()
        self._history.begin()
        self._connection.ask(lambda client: begin(client, generation))
        done = 0
        for batch in batches(self._source):
            self._writer.apply(batch, generation.encode(), fresh=False)
            self._connection.ask(hold)
            done += len(batch)
            progress(done, max(total, done))
        self._history.finish(generation.encode(), self.ready(self._connection.ask(state)), began)
        return began

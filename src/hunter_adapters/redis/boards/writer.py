"""Brings hunters from the store into the boards in Redis: what is newer there stays, whoever comes last."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from importlib.resources import files
from typing import Any

from redis import Redis

from hunter_adapters.redis.boards import keys
from hunter_adapters.redis.boards.commands import forget_closed, ticket
from hunter_adapters.redis.connection import RedisConnection
from hunter_core.ids import HunterId
from hunter_core.leaderboard.projection import BoardSource, Projected
from hunter_core.ports import Clock

PUT = 250
"""Hunters that are read and kept at one time."""


class Overtaken(Exception):
    """Redis was emptied, somebody else began anew, or the process ends, while boards were being brought over."""


class BoardWriter:
    """Keeps hunters in Redis as the store says they are, until *ends* is set."""

    def __init__(
        self, connection: RedisConnection, source: BoardSource, clock: Clock, ends: threading.Event
    ) -> None:
        self._connection, self._source, self._clock, self._ends = connection, source, clock, ends
        script = files(__package__).joinpath("put.lua").read_text(encoding="utf-8")
        self._put = connection.client.register_script(script)
        self._open: tuple[str, ...] = ()

    def apply(self, hunter_ids: Sequence[HunterId], generation: bytes, *, fresh: bool = True) -> None:
        """
        Read hunters from the store and keep them in Redis, where the boards are those of *generation*.

        They are noted as *fresh*: a copy of the store that was made before may not know what was read.

        The ticket is taken before the store is read, so that of two readings the one with the higher ticket
        holds every commit that the other one holds.

        Raises:
            RedisAway: If Redis does not answer.
            StoreUnavailable: If the store does not.
            Overtaken: If Redis was emptied, somebody began anew, or the process ends.
        """
        windows = keys.open_windows(self._clock.now())
        for first in range(0, len(hunter_ids), PUT):
            if self._ends.is_set():
                raise Overtaken("the process ends")
            known, number = self._connection.ask(ticket)
            if known != generation:
                raise Overtaken("Redis was emptied, or somebody else began anew")
            found = self._source.read(hunter_ids[first : first + PUT], windows)
            kept = self._connection.ask(
                lambda client: self._keep(client, (generation, number), fresh, windows, found)  # noqa: B023 - asked at once
            )
            if not all(kept):
                raise Overtaken("Redis was emptied, or somebody else began anew")

    def forget_closed(self) -> None:
        """
        Forget what the state of the boards says of windows that are over, where others are open than the last time.

        Raises:
            RedisAway: If Redis does not answer.
        """
        now = self._clock.now()
        windows = keys.open_windows(now)
        if windows != self._open:
            self._connection.ask(lambda client: forget_closed(client, now))
            self._open = windows

    def _keep(
        self,
        client: Redis,
        under: tuple[bytes, int],
        fresh: bool,
        windows: Sequence[str],
        found: Iterable[Projected],
    ) -> list[Any]:
        named = [keys.STATE, keys.APPLIED, keys.CARDS, keys.FRESH]
        for window in windows:
            named += [keys.order_of(window), keys.members_of(window)]
        pipeline = client.pipeline(transaction=False)
        for each in found:
            card = "" if each.line is None else keys.card_of(each.line)
            arguments: list[Any] = [*under, each.hunter_id.bytes, card, int(fresh)]
            scores = {score.window: score for score in each.scores}
            for window in windows:
                score = scores.get(window)
                if score is None:
                    arguments += ["", "", "0"]
                else:
                    arguments += [-score.xp, keys.moment_bytes(score.reached_at), keys.seconds_kept(window)]
            self._put(named, arguments, pipeline)
        return pipeline.execute()

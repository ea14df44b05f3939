"""Boards from Redis where it can be trusted, from the store where it cannot; nobody notices which, but in time."""

from __future__ import annotations

import threading
from collections import Counter
from importlib.resources import files
from typing import Any

from redis import Redis

from hunter_adapters.redis.boards import keys
from hunter_adapters.redis.boards.commands import LEASE_MICROS, Believed
from hunter_adapters.redis.boards.keeper import BoardKeeper
from hunter_adapters.redis.boards.parsing import parsing
from hunter_adapters.redis.connection import KeyUnusable, RedisAway, RedisConnection
from hunter_core.leaderboard.board import Asked, Boards, Line, Own, Reading, Stats, XpRange
from hunter_core.leaderboard.windows import ALL_TIME, windows_at

FROM_REDIS, FROM_STORE, WITHOUT_REDIS = "redis", "store", "store, Redis not to be trusted"
"""Who answered: Redis; the store, whose business closed windows are; the store in the place of Redis."""


class RedisBoards:
    """
    Implements `hunter_core.leaderboard.board.Boards`.

    Open windows are read from Redis, by one script at one moment. Closed ones, and tiers of a window, are
    read from the store. `answers` counts who answered.
    """

    def __init__(self, connection: RedisConnection, keeper: BoardKeeper, store: Boards) -> None:
        self._connection, self._keeper, self._store = connection, keeper, store
        script = files(__package__).joinpath("read.lua").read_text(encoding="utf-8")
        self._read = connection.client.register_script(script)
        self._counting = threading.Lock()
        self.answers: Counter[str] = Counter()

    @property
    def mended(self) -> int:
        """How many hunters were found to be in Redis otherwise than in the store."""
        return self._keeper.mended

    def read(self, asked: Asked) -> Reading:
        if not _is_kept(asked):
            return self._from_the_store(asked, FROM_STORE)
        found = self._ask(asked)
        if found is None:
            return self._from_the_store(asked, WITHOUT_REDIS)
        self._count(FROM_REDIS)
        return found

    def _ask(self, asked: Asked) -> Reading | None:
        believed = self._keeper.ready_to_read()
        if believed is None:
            return None
        try:
            told = self._connection.ask(lambda client: self._told(client, asked, believed))
            return None if told is None else _reading(told)
        except KeyUnusable as error:
            self._keeper.disown(str(error))
        except RedisAway:
            self._keeper.distrust()
        return None

    def _told(self, client: Redis, asked: Asked, believed: Believed) -> Any:
        today = windows_at(asked.now).daily
        named = [
            keys.STATE,
            keys.order_of(asked.window),
            keys.members_of(asked.window),
            keys.CARDS,
            keys.order_of(ALL_TIME),
            keys.order_of(today),
        ]
        first = "around" if asked.around else str(asked.skipped + 1)
        arguments: list[str | bytes | int] = [
            asked.viewer.bytes,
            first,
            asked.limit,
            *_scores(asked.among),
            *_scores(asked.s_rank),
            *believed,
            LEASE_MICROS,
        ]
        return self._read(named, arguments, client)

    def _from_the_store(self, asked: Asked, who: str) -> Reading:
        self._count(who)
        return self._store.read(asked)

    def _count(self, who: str) -> None:
        with self._counting:
            self.answers[who] += 1


def _is_kept(asked: Asked) -> bool:
    if asked.window == ALL_TIME:
        return True
    return asked.among is None and asked.window in windows_at(asked.now)


def _scores(among: XpRange | None) -> tuple[str, str]:
    """Return the lowest and the highest score of XP, which are negated."""
    if among is None:
        return "", ""
    return "-inf" if among.most is None else str(-among.most), str(-among.least)


def _reading(told: Any) -> Reading | None:
    total, place, own, ahead, first, rows, cards, everyone, today, s_rank = told
    if None in cards:
        return None
    lines, (xp, xp_ahead) = _parsed(rows, cards, (own, ahead))
    stands = None if xp is None else Own(place, xp, xp_ahead)
    return Reading(first or 1, lines, total, stands, Stats(everyone, today, s_rank))


def _parsed(
    rows: list[bytes], cards: list[bytes], scores: tuple[bytes, bytes]
) -> tuple[list[Line], list[int | None]]:
    """
    Return the lines of *rows* and *cards*, and the XP of *scores*, None for an empty one.

    Raises:
        KeyUnusable: If they are not as we write them.
    """
    with parsing():
        return keys.lines_of(rows, cards), [keys.xp_of(score) if score else None for score in scores]

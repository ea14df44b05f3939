"""Holds boards in Redis against the store, a part at a time, whether or not anybody knows of a change."""

from __future__ import annotations

import logging
import re
import uuid
from collections.abc import Sequence
from typing import Any, NamedTuple

from redis import Redis

from hunter_adapters.redis.boards import keys
from hunter_adapters.redis.boards.commands import is_time_for, scores_of
from hunter_adapters.redis.boards.parsing import hunters_of
from hunter_adapters.redis.boards.writer import BoardWriter
from hunter_adapters.redis.connection import RedisConnection
from hunter_core.ids import AccountId, HunterId
from hunter_core.leaderboard.order import Score
from hunter_core.leaderboard.projection import BATCH, OVERLAP, BoardSource
from hunter_core.ports import Clock

PART_SECONDS = 5
"""After how long the next part is compared, by one of all processes: `BATCH` hunters take some 100 ms."""

REST_SECONDS = 60
"""After how long it begins anew, once everybody was compared."""

_IN_THE_STORE = re.compile(rb"store:([0-9a-f]{32})")
_IN_REDIS = re.compile(rb"redis:([0-9]{1,20})")

log = logging.getLogger("hunter.boards")


class BoardComparison:
    """
    Compares everybody in the store with Redis, by their ids, and then everybody in Redis with the store.

    The one finds who is missing or wrong, the other who should not be there. Where it stands lies in Redis, so
    processes take turns, and the next one goes on where one ended. `mended` counts who differed.
    """

    def __init__(
        self, connection: RedisConnection, source: BoardSource, writer: BoardWriter, clock: Clock
    ) -> None:
        self._connection, self._source, self._writer, self._clock = connection, source, writer, clock
        self.mended = 0

    def run(self, generation: bytes) -> None:
        """
        Compare the next part, where it is time, and bring over who differs.

        Raises:
            As `BoardWriter.apply`.
            KeyUnusable: If what lies in Redis is not as we write it.
        """
        ask = self._connection.ask
        if not ask(lambda client: is_time_for(client, keys.COMPARING, PART_SECONDS)):
            return
        at: Any = ask(lambda client: client.get(keys.COMPARED))
        hunter_ids, then = self._part(*_place_of(at or b""))
        self._compare(hunter_ids, generation)

        def note(client: Redis) -> None:
            client.set(keys.COMPARED, then)
            if then == "store:":
                client.set(keys.COMPARING, "1", ex=REST_SECONDS)

        ask(note)

    def _part(self, last: HunterId | None, place: int | None) -> tuple[Sequence[HunterId], str]:
        """Return who is to be compared after *last* of the store, or at the *place* in Redis; and what comes next."""
        if place is None:
            batch = self._source.after(last, BATCH)
            return batch, f"store:{batch[-1].hex}" if len(batch) == BATCH else "redis:0"
        found: Any = self._connection.ask(lambda client: client.hscan(keys.APPLIED, place, count=BATCH))
        cursor, applied = found
        return hunters_of(applied), f"redis:{cursor}" if cursor else "store:"

    def _compare(self, hunter_ids: Sequence[HunterId], generation: bytes) -> None:
        windows = keys.open_windows(self._clock.now())
        differing = []
        for first in range(0, len(hunter_ids), BATCH):
            part = hunter_ids[first : first + BATCH]
            kept = self._kept(part, windows)
            for each in self._source.read(part, windows):
                told = _Seen("" if each.line is None else keys.card_of(each.line), frozenset(each.scores))
                if told != kept[each.hunter_id]:
                    differing.append(each.hunter_id)
        if not differing:
            return
        # Who changed lately may differ for good reason: the change is on its way.
        late = {hunter_id for hunter_id, _ in self._source.changed_since(self._clock.now() - OVERLAP)}
        self._writer.apply(differing, generation)
        wrong = [each for each in differing if each not in late]
        if wrong:
            self.mended += len(wrong)
            log.warning(
                "Boards in Redis differed from the store and were mended, of %d hunters: %s",
                len(wrong),
                ", ".join(map(str, wrong[:10])) + (", …" if len(wrong) > 10 else ""),
            )

    def _kept(self, part: Sequence[HunterId], windows: Sequence[str]) -> dict[HunterId, _Seen]:
        """Return what Redis holds of each of *part*."""
        cards: Any = self._connection.ask(
            lambda client: client.hmget(keys.CARDS, [each.bytes for each in part])
        )
        scores: dict[HunterId, set[Score]] = {}
        for hunter_id, score in self._connection.ask(lambda client: scores_of(client, part, windows)):
            scores.setdefault(hunter_id, set()).add(score)
        return {
            each: _Seen((card or b"").decode(errors="replace"), frozenset(scores.get(each, ())))
            for each, card in zip(part, cards, strict=True)
        }


def _place_of(at: bytes) -> tuple[HunterId | None, int | None]:
    """Return after whom of the store, or from where in Redis; what has none of our forms stands for the beginning."""
    if (found := _IN_THE_STORE.fullmatch(at)) is not None:
        return HunterId(AccountId(uuid.UUID(hex=found[1].decode()))), None
    if (found := _IN_REDIS.fullmatch(at)) is not None and int(found[1]) < 1 << 64:
        return None, int(found[1])
    return None, None


class _Seen(NamedTuple):
    """What is known of a hunter: the card, empty for who is on no board, and the scores."""

    card: str
    scores: frozenset[Score]

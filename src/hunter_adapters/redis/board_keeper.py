"""Keeps the boards in Redis what the store says: after each commit, every second, and from nothing when need be."""

from __future__ import annotations

import logging
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from redis import Redis

from hunter_adapters.redis import board_keys as keys
from hunter_adapters.redis.board_commands import (
    BUILDING_SECONDS,
    begin,
    hold,
    is_whole,
    renew,
    scores_of,
    span,
    state,
)
from hunter_adapters.redis.board_writer import PUT, BoardWriter, Overtaken
from hunter_adapters.redis.connection import RedisAway, RedisConnection
from hunter_core.errors import StoreUnavailable
from hunter_core.ids import HunterId
from hunter_core.leaderboard.order import BEGINNING
from hunter_core.leaderboard.projection import BoardSource, Digest, batches, ledger_digest, micros
from hunter_core.ports import Clock

TEND_SECONDS = 0.5
"""How often somebody looks whether the boards have all that was committed; the lease outlives some such looks."""

FLUSH_SECONDS = 0.2
"""How long a change of somebody's XP may wait for others, to be brought over with them."""

OVERLAP = timedelta(seconds=20)
"""How far back a look goes: longer than a transaction can last, and than clocks are apart."""

JOIN_SECONDS = 3.0
"""How long the end of a process waits for its thread, which looks up after each question to Redis or the store."""

EVICTED_SECONDS = 60
"""How long, after boards were made anew because Redis had evicted a part, they are not made anew for that again."""

_COMPARISONS = 20
"""How often those whose scores differ are read again before they are said to differ."""

SCHEMA = "2"

__all__ = ["BoardKeeper", "Overtaken"]

log = logging.getLogger("hunter.boards")


class BoardKeeper:
    """
    Brings changes over to Redis.

    Nothing here raises for a Redis that is away or a store that is busy: until both answer again, boards are
    read from the store. *fingerprint* says what the boards were made under, such as the rulebook's hash.
    """

    def __init__(
        self, connection: RedisConnection, source: BoardSource, clock: Clock, *, fingerprint: str
    ) -> None:
        self._connection, self._source, self._clock = connection, source, clock
        self._fingerprint = f"{SCHEMA}:{fingerprint}"
        self._trusted = False
        self._pending: dict[HunterId, None] = {}
        self._guard, self._flushing = threading.Lock(), threading.Lock()
        self._looked_at: datetime | None = None
        self._seen: dict[HunterId, datetime] = {}
        self._stop, self._wake = threading.Event(), threading.Event()
        self._writer = BoardWriter(connection, source, clock, self._stop)
        self._thread: threading.Thread | None = None

    # --- who reads ------------------------------------------------------------------------------------------

    def ready_to_read(self) -> bool:
        """Tell whether Redis may be asked, once it has what this process committed."""
        return self._trusted and (not self._pending or self.flush())

    def distrust(self) -> None:
        """Take nothing from Redis until it has been looked at again: it may be another, or as it was an hour ago."""
        self._trusted = False

    # --- after a commit -------------------------------------------------------------------------------------

    def changed(self, hunter_ids: Sequence[HunterId], at_once: bool) -> None:
        """Take note that *hunter_ids* changed; *at_once* where it is about what others may see."""
        with self._guard:
            self._pending.update(dict.fromkeys(hunter_ids))
        if at_once:
            self.flush()
        else:
            self._wake.set()

    def flush(self) -> bool:
        """Bring over whoever is waiting; return whether nobody is left."""
        if not self._trusted:
            # Whoever looks at Redis again finds them by when they changed.
            return False
        try:
            self._bring_over({})
        except (RedisAway, StoreUnavailable, Overtaken) as error:
            log.info("Boards in Redis are behind: %s", error)
            self._trusted = False
            self._withdraw()
            return False
        return True

    # --- by and by ------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Tend the boards in a thread of its own, until `close`."""
        self._thread = threading.Thread(target=self._run, name="boards", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End the thread."""
        self._stop.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(JOIN_SECONDS)

    def _run(self) -> None:
        due = 0.0
        clock = time.monotonic
        while not self._stop.is_set():
            now = clock()
            if now >= due:
                self.tend()
                due = clock() + TEND_SECONDS
            if self._wake.wait(max(due - clock(), 0.0)):
                self._wake.clear()
                # Others will come in the same moment.
                self._stop.wait(FLUSH_SECONDS)
                self.flush()

    def tend(self) -> bool:
        """Look whether Redis has all that was committed, make it so, and say so there; return whether it has."""
        try:
            self._tend()
        except (RedisAway, StoreUnavailable, Overtaken) as error:
            if self._trusted:
                log.warning("Boards are read from the store: %s", error)
            self._trusted = False
        except Exception:
            # The thread must outlive what nobody foresaw; until then the store answers.
            log.exception("Boards are read from the store")
            self._trusted = False
        return self._trusted

    def _tend(self) -> None:
        expected, ready = self._connection.ask(lambda client: state(client, self._fingerprint))
        if ready == expected and not self._connection.ask(lambda client: is_whole(client, self._clock.now())):
            self._trusted = False
            # A memory that is too small for them would be filled again and again, and the store be read whole.
            if not self._connection.ask(
                lambda client: client.set(keys.EVICTED, "1", nx=True, ex=EVICTED_SECONDS)
            ):
                raise Overtaken("Redis has evicted a part of them again")
            log.warning("Redis has evicted a part of the boards: they are made anew")
            ready = None
        if ready != expected:
            self._trusted = False
            if not self._connection.ask(
                lambda client: client.set(keys.BUILDING, "1", nx=True, ex=BUILDING_SECONDS)
            ):
                raise Overtaken("somebody else is making them")
            self.rebuild()
        self._catch_up()
        if not self._connection.ask(lambda client: renew(client, expected, self._looked_at)):
            raise Overtaken("Redis was emptied")
        self._trusted = True

    def _catch_up(self) -> None:
        """Bring over who changed since the last look, and was not brought over for that change yet."""
        now = self._clock.now()
        since = min(self._looked_at or self._looked_by_others(), now) - OVERLAP
        changed = dict(self._source.changed_since(since))
        if not self._trusted:
            self._seen = {}
        self._bring_over({each: None for each, at in changed.items() if self._seen.get(each) != at})
        self._seen, self._looked_at = changed, now

    def _looked_by_others(self) -> datetime:
        """Return up to when others have looked: between their end and our beginning may lie any time."""
        looked: Any = self._connection.ask(lambda client: client.hget(keys.STATE, keys.LOOKED))
        if looked is None:
            raise Overtaken("Redis was emptied")
        return BEGINNING + timedelta(microseconds=int(looked))

    # --- from nothing ---------------------------------------------------------------------------------------

    def rebuild(self, progress: Callable[[int, int], None] = lambda done, of: None) -> None:
        """
        Make the boards anew from the store; meanwhile the store answers. *progress* is told how many of how many.

        Raises:
            RedisAway: If Redis does not answer.
            StoreUnavailable: If the store does not.
            Overtaken: If Redis was emptied meanwhile, or somebody else began anew.
        """
        generation = uuid.uuid4().hex
        total = self._source.count()
        began = self._clock.now()
        self._connection.ask(lambda client: begin(client, generation))
        done = 0
        for batch in batches(self._source):
            self._writer.apply(batch, generation.encode())
            self._connection.ask(hold)
            done += len(batch)
            progress(done, max(total, done))
        expected, _ = self._connection.ask(lambda client: state(client, self._fingerprint))

        def finish(client: Redis) -> bool:
            if client.hget(keys.STATE, keys.GENERATION) != generation.encode():
                return False
            client.hset(keys.STATE, keys.LOOKED, micros(began))
            client.set(keys.READY, expected)
            client.delete(keys.BUILDING)
            return True

        if not self._connection.ask(finish):
            raise Overtaken("Redis was emptied while boards were being made")
        # Who changed meanwhile is looked for from where it began.
        self._seen, self._looked_at = {}, began

    def rebuilt(self, progress: Callable[[int, int], None]) -> tuple[str, str]:
        """
        Make the boards anew, and return their digest and that of the ledger.

        A commit between the two readings makes them differ, for that hunter: those who differ are read again,
        a few times, and there are fewer of them each time. So each hunter is compared at a moment of their own.

        Raises:
            As `rebuild`.
        """
        self.rebuild(progress)
        windows = keys.open_windows(self._clock.now())
        self._catch_up()
        kept, told = self.digest(windows), ledger_digest(self._source, windows)
        for _ in range(_COMPARISONS):
            differing = kept.differing(told)
            if not differing:
                break
            self._catch_up()
            for first in range(0, len(differing), PUT):
                part = differing[first : first + PUT]
                kept.replace(part, self._connection.ask(lambda client: scores_of(client, part, windows)))  # noqa: B023 - asked at once
                told.replace(part, self._source.from_the_ledger(part, windows))
        return str(kept), str(told)

    def digest(self, windows: Sequence[str]) -> Digest:
        """
        Return the digest of what Redis holds of *windows*.

        Raises:
            RedisAway: If Redis does not answer.
        """
        digest = Digest()
        for window in windows:
            first = 0
            while rows := self._connection.ask(lambda client: span(client, window, first)):  # noqa: B023 - asked at once
                for member, score in rows:
                    digest.add(*keys.score_of(window, member, score))
                first += len(rows)
        return digest

    # --- inside ---------------------------------------------------------------------------------------------

    def _bring_over(self, others: dict[HunterId, None]) -> None:
        """Bring over whoever is waiting, and *others*; who could not be brought over goes on waiting."""
        with self._flushing:
            with self._guard:
                waiting, self._pending = {**self._pending, **others}, {}
            try:
                self._writer.apply(list(waiting))
            except BaseException:
                with self._guard:
                    self._pending = {**waiting, **self._pending}
                raise

    def _withdraw(self) -> None:
        """Let nobody else read what lacks a change of ours, as far as Redis can be told."""
        try:
            self._connection.ask(lambda client: client.delete(keys.LEASE))
        except RedisAway:
            # The lease runs out by itself, and whoever renews it looks for what changed first.
            return

"""Keeps the boards in Redis what the store says: after each commit, every second, and from nothing when need be."""

from __future__ import annotations

import logging
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from importlib.resources import files
from typing import Any

from redis import Redis

from hunter_adapters.redis import board_keys as keys
from hunter_adapters.redis.connection import RedisAway, RedisConnection
from hunter_core.errors import StoreUnavailable
from hunter_core.ids import HunterId
from hunter_core.leaderboard.order import BEGINNING, Score
from hunter_core.leaderboard.projection import BoardSource, Digest, Projected, batches, ledger_digest, micros
from hunter_core.leaderboard.windows import ALL_TIME
from hunter_core.ports import Clock

LEASE_SECONDS = 3.0
TEND_SECONDS = 0.5
"""How often somebody looks whether the boards have all that was committed; the lease outlives some such looks."""

FLUSH_SECONDS = 0.2
"""How long a change of somebody's XP may wait for others, to be brought over with them."""

OVERLAP = timedelta(seconds=20)
"""How far back a look goes: longer than a transaction can last, and than clocks are apart."""

JOIN_SECONDS = 3.0
"""How long the end of a process waits for its thread, which looks up after each question to Redis or the store."""

BUILDING_SECONDS = 10
"""After how long without a sign somebody who made the boards anew is taken for dead."""

EVICTED_SECONDS = 60
"""How long, after boards were made anew because Redis had evicted a part, they are not made anew for that again."""

_COMPARISONS = 20
"""How often those whose scores differ are read again before they are said to differ."""

SCHEMA = "2"
_PUT = 250

log = logging.getLogger("hunter.boards")


class Overtaken(Exception):
    """Redis was emptied, somebody else began anew, or the process ends, while boards were being brought over."""


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
        script = files(__package__).joinpath("board_put.lua").read_text(encoding="utf-8")
        self._put = connection.client.register_script(script)
        self._trusted = False
        self._pending: dict[HunterId, None] = {}
        self._guard, self._flushing = threading.Lock(), threading.Lock()
        self._looked_at: datetime | None = None
        self._seen: dict[HunterId, datetime] = {}
        self._stop, self._wake = threading.Event(), threading.Event()
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
        expected, ready = self._connection.ask(self._state)
        if ready == expected and not self._connection.ask(self._is_whole):
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
        if not self._connection.ask(lambda client: self._renew(client, expected)):
            raise Overtaken("Redis was emptied")
        self._trusted = True

    def _state(self, client: Redis) -> tuple[bytes, bytes | None]:
        run: Any = client.info("server")
        ready: Any = client.get(keys.READY)
        # Another run of the server may have come back with what it knew an hour ago.
        return f"{run['run_id']}:{self._fingerprint}".encode(), ready

    def _is_whole(self, client: Redis) -> bool:
        """Tell whether every key of the boards is there, as it was kept: Redis may evict when its memory is full."""
        windows = keys.open_windows(self._clock.now())
        hashes = [keys.APPLIED, keys.CARDS]
        orders = [keys.order_of(window) for window in windows]
        pipeline = client.pipeline(transaction=True)
        pipeline.hmget(keys.STATE, [keys.GENERATION, keys.LOOKED, *hashes, *orders])
        for key in hashes:
            pipeline.hlen(key)
        for window in windows:
            pipeline.zcard(keys.order_of(window))
            pipeline.hlen(keys.members_of(window))
        (generation, looked, *counted), *found = pipeline.execute()
        sizes = [int(size or 0) for size in counted]
        twice = [size for size in sizes[len(hashes) :] for _ in range(2)]
        return None not in (generation, looked) and found == [*sizes[: len(hashes)], *twice]

    def _renew(self, client: Redis, expected: bytes) -> bool:
        if client.get(keys.READY) != expected:
            return False
        client.hset(keys.STATE, keys.LOOKED, micros(self._looked_at))
        client.set(keys.LEASE, "1", px=int(LEASE_SECONDS * 1000))
        return True

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
        self._connection.ask(lambda client: _begin(client, generation))
        done = 0
        for batch in batches(self._source):
            self._apply(batch, generation.encode())
            self._connection.ask(_hold)
            done += len(batch)
            progress(done, max(total, done))
        expected, _ = self._connection.ask(self._state)

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
            for first in range(0, len(differing), _PUT):
                part = differing[first : first + _PUT]
                kept.replace(part, self._connection.ask(lambda client: _scores(client, part, windows)))  # noqa: B023 - asked at once
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
            while rows := self._connection.ask(lambda client: _span(client, window, first)):  # noqa: B023 - asked at once
                for member, score in rows:
                    digest.add(*keys.score_of(window, member, score))
                first += len(rows)
        return digest

    # --- inside ---------------------------------------------------------------------------------------------

    def _apply(self, hunter_ids: Sequence[HunterId], generation: bytes | None = None) -> None:
        """
        Read hunters from the store and keep them in Redis.

        The ticket is taken before the store is read, so that of two readings the one with the higher ticket
        holds every commit that the other one holds.
        """
        windows = keys.open_windows(self._clock.now())
        for first in range(0, len(hunter_ids), _PUT):
            if self._stop.is_set():
                raise Overtaken("the process ends")
            known, ticket = self._connection.ask(_ticket)
            if known is None or (generation is not None and known != generation):
                raise Overtaken("Redis was emptied")
            found = self._source.read(hunter_ids[first : first + _PUT], windows)
            kept = self._connection.ask(lambda client: self._keep(client, known, ticket, windows, found))  # noqa: B023 - asked at once
            if not all(kept):
                raise Overtaken("Redis was emptied, or somebody else began anew")

    def _keep(
        self,
        client: Redis,
        generation: bytes,
        ticket: int,
        windows: Sequence[str],
        found: Iterable[Projected],
    ) -> list[Any]:
        named = [keys.STATE, keys.APPLIED, keys.CARDS]
        for window in windows:
            named += [keys.order_of(window), keys.members_of(window)]
        pipeline = client.pipeline(transaction=False)
        for each in found:
            card = "" if each.line is None else keys.card_of(each.line)
            arguments: list[Any] = [generation, ticket, each.hunter_id.bytes, card]
            scores = {score.window: score for score in each.scores}
            for window in windows:
                score = scores.get(window)
                if score is None:
                    arguments += ["", "", "0"]
                else:
                    arguments += [-score.xp, keys.moment_bytes(score.reached_at), keys.seconds_kept(window)]
            self._put(named, arguments, pipeline)
        return pipeline.execute()

    def _bring_over(self, others: dict[HunterId, None]) -> None:
        """Bring over whoever is waiting, and *others*; who could not be brought over goes on waiting."""
        with self._flushing:
            with self._guard:
                waiting, self._pending = {**self._pending, **others}, {}
            try:
                self._apply(list(waiting))
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


def _ticket(client: Redis) -> tuple[bytes | None, int]:
    pipeline = client.pipeline(transaction=True)
    pipeline.hget(keys.STATE, keys.GENERATION)
    pipeline.hincrby(keys.STATE, keys.TICKET, 1)
    generation, ticket = pipeline.execute()
    return generation, ticket


def _hold(client: Redis) -> None:
    """Let nobody else begin anew while we are at it."""
    client.set(keys.BUILDING, "1", ex=BUILDING_SECONDS)


def _begin(client: Redis, generation: str) -> None:
    _hold(client)
    client.delete(keys.LEASE, keys.READY, keys.STATE)
    kept = (keys.BUILDING.encode(), keys.EVICTED.encode())
    for key in client.scan_iter(match=f"{keys.PREFIX}*", count=1000):
        if key not in kept:
            client.unlink(key)
    client.hset(keys.STATE, mapping={keys.GENERATION: generation, keys.order_of(ALL_TIME): 0})


def _scores(
    client: Redis, hunter_ids: Sequence[HunterId], windows: Sequence[str]
) -> list[tuple[HunterId, Score]]:
    """Return what Redis holds of *hunter_ids* in *windows*; what changes meanwhile may be missing."""
    found: list[tuple[HunterId, Score]] = []
    ids = [each.bytes for each in hunter_ids]
    for window in windows:
        moments: Any = client.hmget(keys.members_of(window), ids)
        members = [moment + each for moment, each in zip(moments, ids, strict=True) if moment is not None]
        pipeline = client.pipeline(transaction=False)
        for member in members:
            pipeline.zscore(keys.order_of(window), member)
        scores: Any = pipeline.execute()
        found += [
            keys.score_of(window, member, score)
            for member, score in zip(members, scores, strict=True)
            if score is not None
        ]
    return found


def _span(client: Redis, window: str, first: int) -> list[tuple[bytes, bytes]]:
    # Asked so, scores come as Redis writes them: redis-py would make floats of them.
    found: Any = client.execute_command(  # type: ignore[no-untyped-call]
        "ZRANGE", keys.order_of(window), first, first + 4_999, "WITHSCORES"
    )
    return list(zip(found[::2], found[1::2], strict=True))

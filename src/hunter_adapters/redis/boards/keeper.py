"""Keeps the boards in Redis what the store says: after each commit, every second, and from nothing when need be."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta

from hunter_adapters.redis.boards import keys
from hunter_adapters.redis.boards.builder import BoardBuilder
from hunter_adapters.redis.boards.commands import (
    BUILDING_SECONDS,
    LEASE_MICROS,
    Believed,
    State,
    change,
    is_time_for,
    is_whole,
    state,
)
from hunter_adapters.redis.boards.comparison import BoardComparison
from hunter_adapters.redis.boards.digests import digests
from hunter_adapters.redis.boards.foreign import disown
from hunter_adapters.redis.boards.history import BoardHistory
from hunter_adapters.redis.boards.waiting import Waiting
from hunter_adapters.redis.boards.withdrawal import Withdrawal
from hunter_adapters.redis.boards.writer import BoardWriter, Overtaken
from hunter_adapters.redis.connection import KeyUnusable, RedisAway, RedisConnection
from hunter_core.errors import StoreUnavailable
from hunter_core.ids import HunterId
from hunter_core.leaderboard.order import BEGINNING
from hunter_core.leaderboard.projection import OVERLAP, BoardSource, micros
from hunter_core.ports import Clock

TEND_SECONDS = 0.5
"""How often somebody looks whether the boards have all that was committed; the lease outlives some such looks."""

FLUSH_SECONDS = 0.2
"""How long a change of somebody's XP may wait for others, to be brought over with them."""

JOIN_SECONDS = 3.0
"""How long the end of a process waits for its thread, which looks up after each question to Redis or the store."""

ANEW_SECONDS = 60
"""How long, after boards were made anew for what `keys.EVICTED` or `keys.OTHERS` names, they are not for it again."""

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
        self._believed: Believed | None = None
        self._looked_at: datetime | None = None
        self._seen: dict[HunterId, datetime] = {}
        self._stop, self._wake = threading.Event(), threading.Event()
        self._writer = BoardWriter(connection, source, clock, self._stop)
        self._waiting = Waiting(self._writer)
        self._withdrawal = Withdrawal(connection)
        self._history = BoardHistory(connection, source, self._writer)
        self._builder = BoardBuilder(
            connection, source, self._writer, self._history, clock, fingerprint=fingerprint
        )
        self._comparison = BoardComparison(connection, source, self._writer, clock)
        self._thread: threading.Thread | None = None

    # --- who reads ------------------------------------------------------------------------------------------

    @property
    def mended(self) -> int:
        """How many hunters this process found in Redis otherwise than in the store, though nobody had changed them."""
        return self._comparison.mended

    def ready_to_read(self) -> Believed | None:
        """Return what may be believed of Redis, once it has what this process committed; None for nothing."""
        believed = self._believed
        if believed is None or self._history.may_be_another():
            return None
        return believed if not self._waiting or self.flush() else None

    def distrust(self) -> None:
        """Take nothing from Redis until it has been looked at again: it may be another, or as it was an hour ago."""
        self._believed = None

    def disown(self, why: str) -> None:
        """Take nothing from Redis until boards were made anew: what lies under a key of them is not ours."""
        self._believed = None
        disown(self._connection, why, ANEW_SECONDS)

    # --- after a commit -------------------------------------------------------------------------------------

    def changed(
        self, hunter_ids: Sequence[HunterId], at_once: bool, hidden: Collection[HunterId] = ()
    ) -> None:
        """
        Take note that *hunter_ids* changed; *at_once* where it is about what others may see.

        Where Redis cannot be told that some of them are *hidden*, `seconds_left` says when no process can read
        boards any more that show them.
        """
        committed = time.monotonic()
        self._waiting.add(hunter_ids)
        believed = self._believed
        if not at_once:
            self._wake.set()
        elif believed is not None:
            self._flush(believed, hidden, committed)
        elif hidden:
            self._withdrawal.withdraw(hidden, committed)

    def seconds_left(self, hunter_id: HunterId | None = None) -> float:
        """Return how long an answer to a hunter who may have hidden waits; without one, to whoever hid anybody."""
        return self._withdrawal.seconds_left(hunter_id)

    def flush(self) -> bool:
        """Bring over whoever is waiting; return whether nobody is left."""
        believed = self._believed
        # Whoever looks at Redis again brings them over.
        return believed is not None and self._flush(believed)

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
        due, clock = 0.0, time.monotonic
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
        except KeyUnusable as error:
            self.disown(str(error))
        except (RedisAway, StoreUnavailable, Overtaken) as error:
            if self._believed is not None:
                log.warning("Boards are read from the store: %s", error)
            self._believed = None
        except Exception:
            # The thread must outlive what nobody foresaw; until then the store answers.
            log.exception("Boards are read from the store")
            self._believed = None
        believed = self._believed
        if believed is not None:
            self._look_after(believed)
        return self._believed is not None

    def _look_after(self, believed: Believed) -> None:
        """Do what boards that are believed need by and by; where it fails, they are as good as before."""
        works: tuple[Callable[[], None], ...] = (
            lambda: self._history.follow(believed),
            lambda: self._comparison.run(believed.generation),
            self._writer.forget_closed,
        )
        for work in works:
            try:
                work()
            except KeyUnusable as error:
                self.disown(str(error))
            except (RedisAway, StoreUnavailable, Overtaken) as error:
                log.info("Boards in Redis are not looked after: %s", error)
            except Exception:
                log.exception("Boards in Redis are not looked after")

    def _tend(self) -> None:
        found = self._connection.ask(state)
        why = self._why_anew(found)
        if why is not None:
            self._believed = None
            if why:
                log.warning("%s: they are made anew", why)
            if not self._is_time_for(keys.BUILDING, BUILDING_SECONDS):
                raise Overtaken("somebody else is making them")
            self.rebuild()
            found = self._connection.ask(state)
            if not self._history.is_ours(found):
                raise Overtaken("the database is another than a moment ago")
        self._history.bring_over_again(found.generation)
        self._catch_up(found)
        # They have all that was committed when *found* was said, so that is when the lease begins.
        expected = {
            keys.GENERATION: found.generation,
            keys.READY: self._builder.ready(found),
            keys.WITHDRAWN: found.withdrawn,
        }
        lease = {keys.LOOKED: micros(self._looked_at), keys.LEASE: found.at + LEASE_MICROS}
        if not self._connection.ask(lambda client: change(client, expected, lease)):
            raise Overtaken("Redis was emptied, somebody else began anew, or a change is on its way")
        self._believed = found.believed

    def _why_anew(self, found: State) -> str | None:
        """Return why boards have to be made anew, empty where that needs not be said; None where they are good."""
        if self._builder.others(found):
            why, key = "Boards in Redis were made by another program or under another rulebook", keys.OTHERS
        elif found.ready != self._builder.ready(found):
            return ""
        elif not self._connection.ask(lambda client: is_whole(client, self._clock.now())):
            why, key = "Redis has evicted a part of the boards", keys.EVICTED
        elif not self._history.is_ours(found):
            why, key = "Boards in Redis are of another database, or of a future that it lost", keys.OTHERS
        else:
            return None
        self._believed = None
        # A memory that is too small for them would be filled again and again, and the store be read whole; two
        # databases at one Redis would take it from each other.
        if not self._is_time_for(key, ANEW_SECONDS):
            raise Overtaken(f"{why} again")
        return why

    def _is_time_for(self, key: str, seconds: int) -> bool:
        return self._connection.ask(lambda client: is_time_for(client, key, seconds))

    def _catch_up(self, found: State) -> None:
        """Bring over who changed since the last look, and was not brought over for that change yet."""
        now = self._clock.now()
        since = min(self._looked_at or _looked_by_others(found), now) - OVERLAP
        changed = dict(self._source.changed_since(since))
        if self._believed != found.believed:
            self._seen = {}
        others = [each for each, at in changed.items() if self._seen.get(each) != at]
        self._waiting.bring_over(found.generation, others)
        self._seen, self._looked_at = changed, now

    # --- from nothing ---------------------------------------------------------------------------------------

    def rebuild(self, progress: Callable[[int, int], None] = lambda done, of: None) -> None:
        """
        Make the boards anew from the store; meanwhile the store answers. *progress* is told how many of how many.

        Raises:
            RedisAway: If Redis does not answer.
            StoreUnavailable: If the store does not.
            Overtaken: If Redis was emptied meanwhile, or somebody else began anew.
        """
        began = self._builder.rebuild(progress)
        # Who changed meanwhile is looked for from where it began.
        self._seen, self._looked_at = {}, began

    def rebuilt(self, progress: Callable[[int, int], None]) -> tuple[str, str]:
        """
        Make the boards anew, and return their digest and that of the ledger, as `digests` does.

        Raises:
            As `rebuild`.
        """
        self.rebuild(progress)
        windows = keys.open_windows(self._clock.now())
        return digests(self._connection, self._source, windows, self._look_again)

    def _look_again(self) -> None:
        self._catch_up(self._connection.ask(state))

    # --- inside ---------------------------------------------------------------------------------------------

    def _flush(self, believed: Believed, hidden: Collection[HunterId] = (), committed: float = 0.0) -> bool:
        try:
            self._waiting.bring_over(believed.generation)
        except (RedisAway, StoreUnavailable, Overtaken) as error:
            log.info("Boards in Redis are behind: %s", error)
            self._believed = None
            self._withdrawal.withdraw(hidden, committed)
            return False
        return True


def _looked_by_others(found: State) -> datetime:
    """Return up to when others have looked: between their end and our beginning may lie any time."""
    return BEGINNING + timedelta(microseconds=int(found.looked or 0))

"""How common achievements are: counted over all hunters, and then believed for a minute."""

from __future__ import annotations

import threading
import time

from hunter_adapters.sql.store import SqlStore
from hunter_core.achievements.ports import Holders

BELIEVED_SECONDS = 60.0


class SqlPopularity:
    """Implements `hunter_core.achievements.ports.Popularity`; one thread counts, the others take what is known."""

    def __init__(self, store: SqlStore) -> None:
        self._store = store
        self._counting = threading.Lock()
        self._known: tuple[float, Holders] | None = None

    def holders(self) -> Holders:
        known = self._known
        if known is not None and (time.monotonic() < known[0] or not self._counting.acquire(blocking=False)):
            return known[1]
        if known is None:
            self._counting.acquire()
        try:
            with self._store.read() as uow:
                found = Holders(hunters=uow.achievements.hunters(), of=uow.achievements.holders())
            self._known = (time.monotonic() + BELIEVED_SECONDS, found)
            return found
        finally:
            self._counting.release()

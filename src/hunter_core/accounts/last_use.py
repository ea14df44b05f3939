"""When a session was last used: noted by every request, and written down by a job (issue 4, 2)."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

from hunter_core.accounts.session import SignedIn
from hunter_core.ids import SessionId
from hunter_core.ports import Store, UnitOfWork

STEP = timedelta(minutes=3)
"""How far what is stored may lag behind, before a request is worth a note."""

AT_ONCE = 100
"""Sessions that are written in one transaction."""

MOST_NOTED = 50_000
"""Sessions that are noted at one time; further ones wait for their next request."""


class LastUse:
    """
    Notes which sessions are in use.

    A request compares two moments, and asks the database nothing: writing would cost it a commit. What a
    process has noted and not written goes when it is killed, and the next request notes it again.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._noted: dict[SessionId, datetime] = {}

    def note(self, signed_in: SignedIn, now: datetime) -> None:
        """Note that a request at *now* was sent by *signed_in*."""
        if signed_in.last_used_at is None or now < signed_in.last_used_at + STEP:
            return
        with self._lock:
            if len(self._noted) < MOST_NOTED or signed_in.session_id in self._noted:
                self._noted[signed_in.session_id] = now

    def write(self, store: Store) -> bool:
        """
        Write down some of what was noted, and return whether there is more.

        Raises:
            StoreUnavailable: If the store is away; what was noted is kept.
        """
        with self._lock:
            # In one order, so that several processes never wait for each other in a ring.
            some = dict(sorted(self._noted.items())[:AT_ONCE])
        if not some:
            return False

        def keep(uow: UnitOfWork) -> None:
            for session_id, at in some.items():
                uow.sessions.used(session_id, at=at)

        store.run(keep)
        with self._lock:
            for session_id, at in some.items():
                if self._noted.get(session_id) == at:
                    del self._noted[session_id]
            return len(self._noted) > 0

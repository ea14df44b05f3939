"""What live sockets ask of the store, again and again: one read for all of a process."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from hunter_core.accounts.session import SignedIn
from hunter_core.ids import SessionId


class Seen(NamedTuple):
    """A session with its account, and the last number that the hunter's events have."""

    signed_in: SignedIn
    last_seq: int


class Look(NamedTuple):
    """What a look found: the sessions that there are, and when a hunter's row last changed."""

    seen: Sequence[Seen]
    changed_at: datetime | None


class Watch(Protocol):
    """Looks after what sockets depend on."""

    def look(self, session_ids: Sequence[SessionId]) -> Look:
        """Return what stands behind these sessions, in one read; one that there is not is left out."""
        ...

"""Frames: what goes over a socket, as JSON text (SPEC 6)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import IntEnum, StrEnum
from typing import Any

from hunter_core import events
from hunter_core.events import EventUnreadable, OutboxEvent

LEADERBOARD_CHANGED = "leaderboard.changed"
SUBSCRIBED = "channel.subscribed"
UNSUBSCRIBED = "channel.unsubscribed"
REFUSED = "channel.refused"
PONG = "pong"

MOVES_BOARDS = frozenset({events.QUEST_COMPLETED, events.COMPLETION_VOIDED})
"""The events after which boards may read differently."""


class Channel(StrEnum):
    """What a socket may subscribe to, besides its hunter's own events, which it always gets."""

    LEADERBOARD = "leaderboard"
    GUILD = "guild"


class CloseCode(IntEnum):
    """Why the server closes a socket; 1009 and 1012 are those of RFC 6455, 4000 and above are ours."""

    TOO_BIG = 1009
    FAILED = 1011
    RESTART = 1012
    TRY_LATER = 1013
    BAD_MESSAGE = 4400
    SIGNED_OUT = 4401
    TOO_SLOW = 4408
    OUT_OF_REACH = 4416
    TOO_MANY = 4429

    @property
    def reason(self) -> str:
        """The words that go with the code, where there are none that say more."""
        return _REASONS[self]


_REASONS = {
    CloseCode.TOO_BIG: "the message is too big",
    CloseCode.FAILED: "something went wrong on our side",
    CloseCode.RESTART: "the server restarts: connect again",
    CloseCode.TRY_LATER: "not now: connect again later",
    CloseCode.BAD_MESSAGE: "the message is not understood",
    CloseCode.SIGNED_OUT: "the ticket is not good, or the session has ended: sign in",
    CloseCode.TOO_SLOW: "frames are taken too slowly: connect again with after=",
    CloseCode.OUT_OF_REACH: "nothing is known after this number: load anew, and connect without after=",
    CloseCode.TOO_MANY: "too many messages in a second: slow down",
}

TOO_MANY_SOCKETS = "too many sockets of this account: close one first"
"""The reason of a `TOO_MANY` that is not about messages."""

LONGEST_REASON = 123
"""Bytes of UTF-8 that a close frame can hold besides its code (RFC 6455, 5.5)."""


def reason_of(text: str) -> str:
    """Return as much of *text* as a close frame can hold."""
    encoded = text.encode()
    if len(encoded) <= LONGEST_REASON:
        return text
    ellipsis = "…"
    return encoded[: LONGEST_REASON - len(ellipsis.encode())].decode(errors="ignore") + ellipsis


def frame_of(event: OutboxEvent) -> str:
    """
    Return the frame of a hunter's event; its `id` is the hunter's running number.

    Raises:
        EventUnreadable: If what it says cannot be read.
    """
    if event.unreadable is not None:
        raise EventUnreadable(event)
    return _frame(event.seq, event.type, event.at, event.data)


def notice(kind: str, at: datetime, data: Mapping[str, Any] | None = None) -> str:
    """Return a frame that is no event of the hunter's: it has no number, and is not told again."""
    return _frame(None, kind, at, data or {})


def _frame(number: int | None, kind: str, at: datetime, data: Mapping[str, Any]) -> str:
    told = at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    # In ASCII: half of a pair of surrogates, which a text may hold, could not go over the wire as it is.
    return json.dumps({"id": number, "type": kind, "at": told, "data": data}, separators=(",", ":"))

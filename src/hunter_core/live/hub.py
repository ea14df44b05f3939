"""The hub: which sockets of this process hear of what. It belongs to one thread, and asks nobody."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from hunter_core.events import OutboxEvent
from hunter_core.ids import HunterId, SessionId
from hunter_core.live.frames import MOVES_BOARDS, Channel, frame_of
from hunter_core.live.ports import Look
from hunter_core.live.position import Position, Verdict


class Listener(Protocol):
    """A socket, as the hub knows it."""

    @property
    def hunter_id(self) -> HunterId:
        """Whose events it hears."""
        ...

    @property
    def session_id(self) -> SessionId:
        """The session that lets it."""
        ...

    @property
    def position(self) -> Position:
        """How far it has come."""
        ...

    @property
    def channels(self) -> set[Channel]:
        """What it is subscribed to."""
        ...

    def push(self, frame: str) -> None:
        """Send *frame* when those before it were taken."""
        ...

    def catch_up(self) -> None:
        """Begin to read the store from `position` on, until nothing is missing."""
        ...

    def sign_out(self) -> None:
        """End: the session did."""
        ...


class Hub:
    """Knows the sockets of a process."""

    def __init__(self) -> None:
        self._of: dict[HunterId, list[Listener]] = {}
        self._count = 0
        self._boards_moved = False
        self._changed_at: datetime | None = None

    def __len__(self) -> int:
        return self._count

    def count_of(self, hunter_id: HunterId) -> int:
        """Return how many sockets the hunter has here."""
        return len(self._of.get(hunter_id, ()))

    def add(self, listener: Listener) -> None:
        """Let *listener* hear; it is behind, and has to catch up."""
        self._of.setdefault(listener.hunter_id, []).append(listener)
        self._count += 1

    def remove(self, listener: Listener) -> None:
        """Let *listener* hear no more."""
        here = self._of[listener.hunter_id]
        here.remove(listener)
        self._count -= 1
        if not here:
            del self._of[listener.hunter_id]

    def hear(self, events: Iterable[OutboxEvent]) -> None:
        """Tell the sockets of what has happened; each takes what comes next for it."""
        for event in events:
            self._boards_moved |= event.type in MOVES_BOARDS
            here = self._of.get(event.hunter_id)
            if not here:
                continue
            frame = frame_of(event)
            for listener in here:
                match listener.position.hear(event.seq):
                    case Verdict.SEND:
                        listener.push(frame)
                    case Verdict.READ:
                        listener.catch_up()
                    case Verdict.DROP:
                        pass

    def sessions(self) -> Sequence[SessionId]:
        """Return the sessions that stand behind the sockets, each once."""
        return list(dict.fromkeys(each.session_id for each in self._all()))

    def look(self, asked: Sequence[SessionId], found: Look, now: datetime) -> None:
        """Act on what a look found: end what has no session any more, and let catch up what has missed something."""
        standing: Mapping[SessionId, int] = {
            seen.signed_in.session_id: seen.last_seq for seen in found.seen if seen.signed_in.stands(now)
        }
        about = set(asked)
        for listener in list(self._all()):
            if listener.session_id not in about:
                continue
            last = standing.get(listener.session_id)
            if last is None:
                listener.sign_out()
            elif listener.position.look(last):
                listener.catch_up()
        if found.changed_at != self._changed_at:
            self._boards_moved |= self._changed_at is not None
            self._changed_at = found.changed_at

    def take_boards_moved(self) -> bool:
        """Tell whether boards may have moved since this was last asked."""
        moved, self._boards_moved = self._boards_moved, False
        return moved

    def publish(self, channel: Channel, frame: str) -> None:
        """Send *frame* to whoever is subscribed to *channel*."""
        for listener in self._all():
            if channel in listener.channels:
                listener.push(frame)

    def _all(self) -> Iterable[Listener]:
        for here in self._of.values():
            yield from here

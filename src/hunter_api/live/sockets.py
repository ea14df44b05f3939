"""One live socket: what waits to be sent, what comes in, and how it ends (SPEC 6)."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

from hunter_core.accounts.session import SignedIn
from hunter_core.events import EventUnreadable, OutboxEvent
from hunter_core.ids import HunterId, SessionId
from hunter_core.live import frames
from hunter_core.live.frames import Channel, CloseCode, frame_of, notice
from hunter_core.live.position import Position
from hunter_core.live.replay import AT_ONCE, OutOfReach
from hunter_core.ports import Clock

MOST_QUEUED = 128
"""Frames that may wait for a client that takes them slowly; with one more it is dropped, and can resume."""

SEND_SECONDS = 5.0
"""How long a client may take nothing, once all buffers on the way to it are full."""

MOST_A_SECOND = 30
"""Messages that a client may send in a second."""

log = logging.getLogger("hunter.live")

Send = Callable[[Any], Awaitable[None]]
HangUp = Callable[[int, str], None]
Read = Callable[[HunterId, int], Awaitable[list[OutboxEvent]]]
"""Returns the events of a hunter after a number, `AT_ONCE` at most; raises as `missed` does, or TryLater."""


class BadMessage(Exception):
    """A message that is not understood."""


class Socket:
    """
    A socket (`hunter_core.live.hub.Listener`).

    Frames that news brings are queued, and sent by a task that lives as long as there are any. While the
    socket is behind, nothing with a number is queued: one task reads the store and sends.
    """

    __slots__ = (
        "_clock",
        "_closing",
        "_hang_up",
        "_queue",
        "_read",
        "_send",
        "_sender",
        "_tasks",
        "_window",
        "channels",
        "hunter_id",
        "position",
        "session_id",
    )

    def __init__(
        self,
        *,
        signed_in: SignedIn,
        position: Position,
        clock: Clock,
        send: Send,
        read: Read,
        hang_up: HangUp | None,
    ) -> None:
        self.hunter_id: HunterId = signed_in.account_id
        self.session_id: SessionId = signed_in.session_id
        self.position = position
        self.channels: set[Channel] = set()
        self._clock, self._send, self._read, self._hang_up = clock, send, read, hang_up
        self._queue: deque[str] = deque()
        self._sender: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._closing = False
        self._window = (0, 0)

    # --- out ------------------------------------------------------------------------------------------------

    def push(self, frame: str) -> None:
        """Send *frame* when those before it were taken; a client for whom too many wait is dropped."""
        if self._closing:
            return
        if len(self._queue) >= MOST_QUEUED:
            self.close(CloseCode.TOO_SLOW)
            return
        self._queue.append(frame)
        if self._sender is None:
            self._sender = self._begin(self._send_queued())

    def catch_up(self) -> None:
        """Read the store from `position` on, until nothing is missing."""
        if not self._closing:
            self._begin(self._read_on())

    def sign_out(self) -> None:
        """End: the session did."""
        self.close(CloseCode.SIGNED_OUT)

    def close(self, code: CloseCode) -> None:
        """Close the socket with *code*; what is queued is not sent."""
        if self._closing:
            return
        self._closing = True
        self._queue.clear()
        if self._hang_up is not None:
            # At once, whether or not the client takes what was sent before.
            self._hang_up(code.value, code.reason)
        else:
            self._begin(self._said({"type": "websocket.close", "code": code.value, "reason": code.reason}))

    async def end(self) -> None:
        """Let go of everything: the connection is over."""
        self._closing = True
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _begin(self, work: Any) -> asyncio.Task[None]:
        task: asyncio.Task[None] = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _send_queued(self) -> None:
        try:
            while self._queue:
                await self._send_one(self._queue.popleft())
        except Exception:
            # The position has gone past the frame: in silence it would be a hole.
            if not self._closing:
                log.exception("a socket cannot be sent what is queued")
                self.close(CloseCode.FAILED)
        finally:
            self._sender = None

    async def _read_on(self) -> None:
        sender = self._sender
        if sender is not None:
            # What is queued comes first.
            await asyncio.wait([sender])
        try:
            while not self._closing:
                self.position.begin()
                events = await self._read(self.hunter_id, self.position.last)
                for event in events:
                    await self._send_one(frame_of(event))
                    self.position.read(event.seq)
                if len(events) < AT_ONCE and self.position.is_level():
                    return
        except OutOfReach:
            self.close(CloseCode.OUT_OF_REACH)
        except EventUnreadable as error:
            log.error("a socket cannot be told what was missed: %s", error)
            self.close(CloseCode.FAILED)
        except Exception:
            if not self._closing:
                log.exception("a socket cannot be told what was missed")
                self.close(CloseCode.FAILED)

    async def _send_one(self, frame: str) -> None:
        if self._closing:
            return
        try:
            async with asyncio.timeout(SEND_SECONDS):
                await self._send({"type": "websocket.send", "text": frame})
        except TimeoutError:
            self.close(CloseCode.TOO_SLOW)
        except OSError:
            # Gone: the loop that receives is told, too.
            self._closing = True

    async def _said(self, message: Any) -> None:
        try:
            async with asyncio.timeout(SEND_SECONDS):
                await self._send(message)
        except (OSError, TimeoutError):
            return

    # --- in -------------------------------------------------------------------------------------------------

    def take(self, message: Any) -> None:
        """Act on what the client sent; the socket is closed where that is not to be understood, or too much."""
        if self._closing:
            return
        second, count = self._window
        now = int(time.monotonic())
        self._window = (now, count + 1 if second == now else 1)
        if self._window[1] > MOST_A_SECOND:
            self.close(CloseCode.TOO_MANY)
            return
        try:
            kind, channel = _message(message.get("text"))
        except BadMessage:
            self.close(CloseCode.BAD_MESSAGE)
            return
        told, data = self._act(kind, channel)
        self.push(notice(told, self._clock.now(), data))

    def _act(self, kind: str, channel: Channel | None) -> tuple[str, dict[str, str]]:
        if channel is None:
            return frames.PONG, {}
        if kind == "unsubscribe":
            self.channels.discard(channel)
            return frames.UNSUBSCRIBED, {"channel": channel.value}
        if channel is Channel.GUILD:
            # Nobody is a member of a guild yet.
            message = "You are in no guild, and only its members hear of it."
            return frames.REFUSED, {"channel": channel.value, "code": "FORBIDDEN", "message": message}
        self.channels.add(channel)
        return frames.SUBSCRIBED, {"channel": channel.value}


def _message(text: str | None) -> tuple[str, Channel | None]:
    """
    Return what a message asks for: its type, and the channel that it names.

    Raises:
        BadMessage: If it is none that there is.
    """
    try:
        said = json.loads(text or "")
    except (ValueError, RecursionError) as error:
        raise BadMessage from error
    match said:
        case {"type": "ping", **more} if not more:
            return "ping", None
        case {"type": ("subscribe" | "unsubscribe") as kind, "channel": str(name), **more} if not more:
            try:
                return kind, Channel(name)
            except ValueError as error:
                raise BadMessage from error
        case _:
            raise BadMessage

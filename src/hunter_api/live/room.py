"""
The room of live sockets of a process: who may come in, what they hear, and who has to leave (SPEC 4, Live; 6).

Everything here happens on the event loop, but for what asks the store, which has threads of its own. Twice in a
second and a half one read looks at all sockets: sessions that have ended close theirs, and hunters whose last
number is greater than a socket's have it catch up. So nothing depends on news being heard.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, NamedTuple

from litestar import WebSocket
from litestar.handlers import WebsocketRouteHandler

from hunter_api.door import Asked, query_of
from hunter_api.door.threads import Threads
from hunter_api.live.handshakes import Handshakes, Send, accept, close, turn_away
from hunter_api.live.sockets import Socket
from hunter_api.ports import Ports
from hunter_api.routes.live import PATH
from hunter_api.schemas.live import SocketQuery
from hunter_api.security_headers import Header
from hunter_api.wire import wire_of
from hunter_core.errors import InvalidInput, TryLater, Unauthenticated
from hunter_core.events import OutboxEvent
from hunter_core.ids import HunterId
from hunter_core.live import frames
from hunter_core.live.frames import TOO_MANY_SOCKETS, Channel, CloseCode, notice
from hunter_core.live.hub import Hub
from hunter_core.live.position import Position
from hunter_core.live.replay import missed
from hunter_core.live.tickets import Admitted, use_ticket

LOOK_SECONDS = 0.75
"""Seconds between two looks at the sessions behind the sockets, so that an end acts within one (SPEC 5)."""

LEADERBOARD_SECONDS = 1.0
"""Seconds between two `leaderboard.changed`, at least (SPEC 6)."""

MOST_OF_AN_ACCOUNT = 10
"""Sockets of one account that a process holds."""

MOST_SOCKETS = 10_000
"""Sockets that a process holds."""

HANG_UP = "hunter.hang_up"
"""The extension by which our server lets a socket be closed whose client takes nothing any more."""

Receive = Callable[[], Awaitable[Any]]


class Refused(NamedTuple):
    """Why a socket is closed as soon as it is open; a reason says more than the code does by itself."""

    code: CloseCode
    reason: str | None = None


log = logging.getLogger("hunter.live")


def live_handler(live: Callable[[], Live]) -> WebsocketRouteHandler:
    """Return the route of sockets, which lets them in to whatever *live* is then."""

    async def enter(socket: WebSocket[Any, Any, Any]) -> None:
        await live().enter(socket.scope, socket.receive, socket.send)

    enter.__annotations__ = {"socket": WebSocket, "return": None}
    return WebsocketRouteHandler(PATH)(enter)


class Live:
    """Lets sockets in, and looks after them from `start` to `stop`."""

    def __init__(self, ports: Ports, origins: Sequence[str], headers: Sequence[Header]) -> None:
        self._ports = ports
        self._threads = Threads(ports.live_threads, "live")
        self._handshakes = Handshakes(ports, origins, headers, self._threads)
        self._wire = wire_of({})
        self.hub = Hub()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._looking: asyncio.Task[None] | None = None
        self._told_boards = float("-inf")
        self._is_blind = False

    async def start(self) -> None:
        """Begin to hear, and to look."""
        self._loop = asyncio.get_running_loop()
        self._ports.fan_out.listen(self._hear)
        self._looking = self._loop.create_task(self._look_again_and_again())

    async def stop(self) -> None:
        """End both; the sockets are gone by now."""
        self._loop = None
        if self._looking is not None:
            self._looking.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._looking
        self._threads.close()

    # --- who comes in -----------------------------------------------------------------------------------------

    async def enter(self, scope: Any, receive: Receive, send: Send) -> None:
        """Be a socket from its first message to its last."""
        await receive()
        asked = Asked.of(scope)
        headers = await self._handshakes.passed(asked, send)
        if headers is None:
            return
        entry = await self._admit(asked)
        if isinstance(entry, Refused):
            await turn_away(send, entry.code, entry.reason, headers)
            return
        # Only now: whatever happens once a client sees its socket open comes after the number that it starts from.
        await accept(send, headers)
        admitted, after = entry
        socket = Socket(
            signed_in=admitted.signed_in,
            position=Position(admitted.last_seq if after is None else after),
            clock=self._ports.clock,
            send=send,
            read=self._missed,
            hang_up=scope.get("extensions", {}).get(HANG_UP),
        )
        # No wait between these, so that nobody slips in between.
        if self.hub.count_of(socket.hunter_id) >= MOST_OF_AN_ACCOUNT:
            await close(send, CloseCode.TOO_MANY, TOO_MANY_SOCKETS)
            return
        if len(self.hub) >= MOST_SOCKETS:
            await close(send, CloseCode.TRY_LATER)
            return
        self.hub.add(socket)
        try:
            socket.catch_up()
            while (message := await receive())["type"] == "websocket.receive":
                socket.take(message)
        finally:
            self.hub.remove(socket)
            await socket.end()

    async def _admit(self, asked: Asked) -> tuple[Admitted, int | None] | Refused:
        """Return whom the ticket lets in, and after which number they asked for."""
        now = self._ports.clock.now()
        try:
            query = self._wire.query(query_of(asked), SocketQuery)
            admitted = await self._threads.run(
                lambda: use_ticket(store=self._ports.store, ticket=query.ticket, now=now)
            )
        except InvalidInput as error:
            return Refused(CloseCode.BAD_MESSAGE, str(error))
        except Unauthenticated:
            return Refused(CloseCode.SIGNED_OUT)
        except TryLater:
            return Refused(CloseCode.TRY_LATER)
        except Exception:
            log.exception("a socket could not be let in")
            return Refused(CloseCode.FAILED)
        return admitted, query.after

    # --- what they hear ---------------------------------------------------------------------------------------

    def _hear(self, events: Sequence[OutboxEvent]) -> None:
        """Take news from whatever thread it comes."""
        loop = self._loop
        if loop is not None:
            with contextlib.suppress(RuntimeError):
                # A loop that is closed has no sockets.
                loop.call_soon_threadsafe(self.hub.hear, events)

    async def _missed(self, hunter_id: HunterId, after: int) -> list[OutboxEvent]:
        """Return the events after a number, once the store answers."""

        def read() -> list[OutboxEvent]:
            with self._ports.store.read() as uow:
                return list(missed(uow, hunter_id, after))

        while True:
            try:
                return await self._threads.run(read)
            except TryLater:
                await asyncio.sleep(LOOK_SECONDS)

    # --- who has to leave -------------------------------------------------------------------------------------

    async def _look_again_and_again(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                await self.look()
            except TryLater as error:
                # Nobody can tell whether a session has ended; as soon as somebody can, it acts.
                if not self._is_blind:
                    log.warning("sessions behind sockets cannot be looked at: %s", error)
                self._is_blind = True
            except Exception:
                log.exception("sessions behind sockets cannot be looked at")
            else:
                self._is_blind = False

    async def look(self) -> None:
        """Look at the sessions of all sockets, and at the last numbers of their hunters."""
        sessions = self.hub.sessions()
        if not sessions:
            return

        def read() -> Any:
            with self._ports.store.read() as uow:
                return uow.watch.look(sessions)

        now = self._ports.clock.now()
        self.hub.look(sessions, await self._threads.run(read), now)
        moment = asyncio.get_running_loop().time()
        if moment >= self._told_boards + LEADERBOARD_SECONDS and self.hub.take_boards_moved():
            self._told_boards = moment
            self.hub.publish(Channel.LEADERBOARD, notice(frames.LEADERBOARD_CHANGED, now))

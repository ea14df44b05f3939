"""
The way of every request, in the order in which it can be refused: 429, 401, 413, 415, 400, 422, 404, state (SPEC 4).

The body is read first, and never more of it than the limit; everything else happens in one thread, so that
a request costs one hand-over: the session is checked, the request is counted, then the body is looked at, then
the route runs.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import attrs

from hunter_api import wire
from hunter_api.answers import Call
from hunter_api.door.admission import admit, bearer_of
from hunter_api.door.asked import Asked, cookies_of, path_arguments, query_of, request_id_of
from hunter_api.door.bodies import BODY_LIMIT, ClientGone, json_of, read_body
from hunter_api.door.replies import REPLAYED, Reply, refusal, reply_of
from hunter_api.door.threads import KeysUnderWay, KeyUnderWay, Threads
from hunter_api.door.watch import Watch
from hunter_api.errors import BodyTooLarge, BodyTooSlow, InternalError
from hunter_api.limits import Count
from hunter_api.log_lines import answering
from hunter_api.metrics import COMPLETED, VOIDED
from hunter_api.operations import Lane, Operation
from hunter_api.ports import Ports
from hunter_core.accounts.api_token import TokenHolder
from hunter_core.accounts.session import Client, SignedIn
from hunter_core.errors import HunterError, IdempotencyInProgress
from hunter_core.keys import KeyedRequest

if TYPE_CHECKING:
    from datetime import datetime

    from litestar.types import Receive, Scope


BODY_SECONDS = 30.0
"""Seconds that a body may take to arrive."""

KEY_WAIT = 5.0
"""Seconds that a request waits for another one with its Idempotency-Key (SPEC 10, Keys)."""

MOST_SIGN_INS = 256
"""Requests that may wait for a thread that hashes passwords: more than come at once, and a flood is told so at once."""

log = logging.getLogger("hunter.api")


class Door:
    """Lets requests in to the routes, and answers out."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._lanes = {
            Lane.STORE: Threads(ports.threads, "store"),
            Lane.PASSWORDS: Threads(ports.password_threads, "passwords", waiting=MOST_SIGN_INS),
            Lane.PROVIDERS: Threads(ports.provider_threads, "providers"),
            Lane.EXPORTS: Threads(ports.export_threads, "exports"),
            Lane.HEALTH: Threads(1, "health"),
        }
        self._metrics = ports.metrics
        self._series: dict[Callable[..., Any], tuple[str, Callable[[], None] | None]] = {}
        for lane, threads in self._lanes.items():
            self._metrics.watch("hunter_lane_requests", threads.count, lane=lane.name.lower())
        self._keys = KeysUnderWay()
        self._watch = Watch(ports.gate.log)
        self._wire = wire.wire_of(wire.bounds_of(ports.rulebook.limits))

    def close(self) -> None:
        """End the threads; the server has answered everybody."""
        for threads in self._lanes.values():
            threads.close()

    async def enter(self, operation: Operation, scope: Scope, receive: Receive) -> Reply:
        """Return the answer to a request for *operation*; never raises for anything that a client sent."""
        began = time.perf_counter()
        count = Count(self._ports.limits, operation.limit)
        asked = Asked.of(scope)
        tracing = self._ports.tracing
        if tracing is None:
            reply = await self._told(operation, asked, count, receive)
        else:
            route, _ = self._series_of(operation)
            traceparent, request_id = asked.header(b"traceparent"), request_id_of(asked.scope)
            with tracing.request(operation.method, route, traceparent, request_id) as answered:
                reply = await self._told(operation, asked, count, receive)
                answered(reply.status)
        self._count(operation, asked.scope["method"], reply, time.perf_counter() - began)
        return attrs.evolve(reply, headers=[*reply.headers, *count.headers(self._ports.clock)])

    def _count(self, operation: Operation, method: str, reply: Reply, seconds: float) -> None:
        route, effect = self._series.get(operation.handle) or self._series_of(operation)
        self._metrics.answered(route, method, reply.status, seconds)
        if effect is not None and reply.status == 200 and REPLAYED not in reply.headers:
            effect()

    def _series_of(self, operation: Operation) -> tuple[str, Callable[[], None] | None]:
        """Return under which route an operation is counted, and what is counted besides when it succeeds."""
        effects = {COMPLETED: self._metrics.completed, VOIDED: self._metrics.voided}
        series = operation.wire_path, effects.get(operation.name)
        self._series[operation.handle] = series
        return series

    async def _told(self, operation: Operation, asked: Asked, count: Count, receive: Receive) -> Reply:
        with answering(request_id_of(asked.scope)) as request:
            return await self._answered(operation, asked, count, receive, request.id)

    async def _answered(
        self, operation: Operation, asked: Asked, count: Count, receive: Receive, request_id: str
    ) -> Reply:
        try:
            return await self._answer(operation, asked, count, receive)
        except HunterError as error:
            return refusal(error, request_id)
        except ClientGone:
            return Reply(400, [], b"")
        except Exception:
            # The one place where what nobody foresaw ends: the log has all of it, the client its id.
            log.exception("request %s failed: %s %s", request_id, operation.method, operation.path)
            return refusal(InternalError(), request_id)

    async def _answer(self, operation: Operation, asked: Asked, count: Count, receive: Receive) -> Reply:
        if operation.lane is Lane.AT_ONCE:
            return self._work(operation, asked, count, b"")
        body: bytes | None = b""
        if operation.body is not None:
            try:
                async with asyncio.timeout(BODY_SECONDS):
                    body = await read_body(asked, receive)
            except TimeoutError as error:
                raise BodyTooSlow(BODY_SECONDS) from error
        threads = self._lanes[operation.lane]
        deadline = asyncio.get_running_loop().time() + KEY_WAIT
        while True:
            try:
                reply = await threads.run(lambda: self._work(operation, asked, count, body))
            except KeyUnderWay as busy:
                left = deadline - asyncio.get_running_loop().time()
                first = asyncio.wrap_future(busy.finished)
                if left <= 0 or not (await asyncio.wait([first], timeout=left))[0]:
                    raise IdempotencyInProgress from busy
            else:
                if reply.held > 0:
                    # The thread is given back: others are served meanwhile.
                    await asyncio.sleep(reply.held)
                return reply

    def _work(self, operation: Operation, asked: Asked, count: Count, body: bytes | None) -> Reply:
        """Answer; *body* is None when there is more of it than is read."""
        now = self._ports.clock.now()
        address = self._ports.limits.proxies.client(asked.peer, asked.all_of(b"x-forwarded-for"))
        client = Client.of(asked.header(b"user-agent"), address)
        try:
            signed_in = admit(self._ports, operation, asked, count, address, client, now)
        except HunterError as error:
            self._watch.refused(error, operation, address=address, client=client, now=now)
            raise
        try:
            reply = self._serve(operation, asked, signed_in, client, body, now)
        except HunterError as error:
            account_id = None if signed_in is None else signed_in.account_id
            self._watch.broken(
                error, operation, account_id=account_id, address=address, client=client, now=now
            )
            raise
        if signed_in is None or operation.method == "GET":
            return reply
        held = self._ports.hiding(signed_in.account_id)
        return attrs.evolve(reply, held=held) if held else reply

    def _serve(
        self,
        operation: Operation,
        asked: Asked,
        signed_in: SignedIn | TokenHolder | None,
        client: Client,
        body: bytes | None,
        now: datetime,
    ) -> Reply:
        """Look at what a request brings, and let the route answer."""
        key = None
        arguments: dict[str, Any] = {}
        if operation.body is not None:
            if body is None:
                raise BodyTooLarge(BODY_LIMIT)
            value = json_of(operation, asked, body)
            if operation.keyed and signed_in is not None and b"idempotency-key" in asked.headers:
                key = KeyedRequest.of(
                    account_id=signed_in.account_id,
                    key=asked.all_of(b"idempotency-key"),
                    method=operation.method,
                    path=asked.scope["path"],
                    body=body,
                )
            arguments["body"] = self._wire.structure(value, operation.body)
        if operation.query is not None:
            arguments["query"] = self._wire.query(query_of(asked), operation.query)
        arguments |= path_arguments(operation, asked)
        call = Call(
            ports=self._ports,
            now=now,
            client=client,
            signed_in=signed_in,
            key=key,
            origin=self._origin(asked),
            cookies=cookies_of(asked),
            bearer="" if operation.signed_in else bearer_of(asked),
        )
        if key is None:
            return reply_of(operation, asked, operation.handle(call, **arguments))
        with self._keys.holding(key):
            return reply_of(operation, asked, operation.handle(call, **arguments))

    def _origin(self, asked: Asked) -> str:
        said = asked.all_of(b"x-forwarded-proto")
        scheme = self._ports.limits.proxies.scheme(asked.peer, asked.scope["scheme"], said)
        return f"{scheme}://{asked.header(b'host')}"

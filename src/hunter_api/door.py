"""
The way of every request, in the order in which it can be refused: 429, 401, 413, 415, 400, 422, 404, state (SPEC 4).

The body is read first, and never more of it than the limit; everything else happens in one thread, so that
a request costs one hand-over: the session is checked, the request is counted, then the body is looked at, then
the route runs.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import os
import re
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, BinaryIO
from urllib.parse import parse_qsl
from uuid import UUID, uuid4

import attrs

from hunter_api import wire
from hunter_api.answers import Answer, Call
from hunter_api.errors import BodyTooLarge, BodyTooSlow, InternalError, MalformedJson, UnsupportedMediaType
from hunter_api.limits import Count
from hunter_api.log_lines import REQUEST, answering
from hunter_api.metrics import COMPLETED, VOIDED
from hunter_api.operations import Lane, Operation, camel_case
from hunter_api.ports import Ports
from hunter_api.problems import body_of, headers_of, status_of
from hunter_api.threads import KeysUnderWay, KeyUnderWay, Threads
from hunter_api.watch import Watch
from hunter_api.wire_values import parse_json
from hunter_core.accounts.api_token import PREFIX, TokenHolder
from hunter_core.accounts.api_tokens import authenticate_token, check_scope, note_use
from hunter_core.accounts.authenticate import NOT_SIGNED_IN, authenticate
from hunter_core.accounts.session import Client, SignedIn
from hunter_core.errors import (
    HunterError,
    IdempotencyInProgress,
    InvalidInput,
    NotFound,
    TryLater,
    Unauthenticated,
)
from hunter_core.keys import KeyedRequest

if TYPE_CHECKING:
    from datetime import datetime

    from litestar.types import Receive, Scope, Send

BODY_LIMIT = 64 * 1024
"""Bytes of the largest body that is read (SPEC 4)."""

BODY_SECONDS = 30.0
"""Seconds that a body may take to arrive."""

KEY_WAIT = 5.0
"""Seconds that a request waits for another one with its Idempotency-Key (SPEC 10, Keys)."""

MOST_SIGN_INS = 256
"""Requests that may wait for a thread that hashes passwords: more than come at once, and a flood is told so at once."""

log = logging.getLogger("hunter.api")

_PARAMETER = re.compile(r"\{(\w+)\}")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE | re.ASCII)
_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,128}")
_JSON_TYPE = re.compile(r"application/json\s*(;\s*charset\s*=\s*\"?utf-?8\"?\s*)?", re.IGNORECASE | re.ASCII)
# The scheme in any case (RFC 9110, 11.1), and a token of the letters that it may have (RFC 6750, 2.1).
_BEARER = re.compile(r"[Bb][Ee][Aa][Rr][Ee][Rr] +([A-Za-z0-9._~+/-]+=*)", re.ASCII)
_LONGEST_TOKEN = 4096
_PIECE = 64 * 1024

Headers = list[tuple[bytes, bytes]]


class ClientGone(Exception):
    """The client closed the connection before it had sent its body; nobody waits for an answer."""


@attrs.frozen
class Reply:
    """A whole HTTP answer; an ASGI application that sends it."""

    status: int
    headers: Headers
    body: bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the answer; a HEAD is told the length of a body, and gets none."""
        headers = self.headers
        if self.status not in {204, 304}:
            headers = [*headers, (b"content-length", b"%d" % len(self.body))]
        is_head = scope.get("method") == "HEAD"
        start: Any = {"type": "http.response.start", "status": self.status, "headers": headers}
        await send(start)
        await send({"type": "http.response.body", "body": b"" if is_head else self.body, "more_body": False})


@attrs.frozen
class FileReply(Reply):
    """An answer whose body is in a file, sent from it piece by piece; the file is closed in the end."""

    file: BinaryIO
    size: int

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the answer, as fast as the client reads; a HEAD is told the length of a body, and gets none."""
        with self.file:
            headers = [*self.headers, (b"content-length", b"%d" % self.size)]
            start: Any = {"type": "http.response.start", "status": self.status, "headers": headers}
            await send(start)
            left = 0 if scope.get("method") == "HEAD" else self.size
            while left > 0:
                piece = self.file.read(min(left, _PIECE))
                left -= len(piece)
                await send({"type": "http.response.body", "body": piece, "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})


@attrs.frozen(kw_only=True)
class Asked:
    """What a request says of itself before its body."""

    scope: Mapping[str, Any]
    headers: Mapping[bytes, bytes]

    @classmethod
    def of(cls, scope: Mapping[str, Any]) -> Asked:
        """Return what the ASGI *scope* holds; of a header that comes twice, the last one (but see `all_of`)."""
        return cls(scope=scope, headers=dict(scope["headers"]))

    @property
    def peer(self) -> str | None:
        """The address at the other end of the connection."""
        peer = self.scope.get("client")
        return peer[0] if peer else None

    def header(self, name: bytes) -> str:
        """Return a header, empty where there is none."""
        return self.headers.get(name, b"").decode("latin-1")

    def all_of(self, name: bytes) -> str:
        """
        Return a header with all that is said under its name, joined as RFC 9110 (5.3) joins them.

        One that may come once is then no good when it came twice, and nobody has to know which was meant.
        """
        return b", ".join(value for known, value in self.scope["headers"] if known == name).decode("latin-1")


def request_id_of(scope: Any) -> str:
    """Return the request's id: the one that it brought, when it is a sane one, else a new one; always the same."""
    known = scope.get("hunter.request_id")
    if known is None:
        brought = next((value for name, value in scope["headers"] if name == b"x-request-id"), b"")
        known = brought.decode() if _REQUEST_ID.fullmatch(brought) else str(uuid4())
        scope["hunter.request_id"] = known
    return str(known)


_JSON = (b"content-type", b"application/json")
_NO_STORE = (b"cache-control", b"no-store")
_KEEP_AND_ASK = (b"cache-control", b"private, no-cache")
_REPLAYED = (b"idempotency-replayed", b"true")


def refusal(error: HunterError, request_id: str) -> Reply:
    """Return the answer that says *error*."""
    headers = [_JSON, _NO_STORE, *headers_of(error)]
    return Reply(status_of(type(error)).value, headers, body_of(error, request_id))


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
        self._wire = wire.Wire(wire.bounds_of(ports.rulebook.limits))

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
            reply = await self._reply(operation, asked, count, receive)
        else:
            route, _ = self._series_of(operation)
            with tracing.request(operation.method, route, asked.header(b"traceparent")) as answered:
                reply = await self._reply(operation, asked, count, receive)
                answered(reply.status)
        self._count(operation, asked.scope["method"], reply, time.perf_counter() - began)
        return attrs.evolve(reply, headers=[*reply.headers, *count.headers(self._ports.clock)])

    def _count(self, operation: Operation, method: str, reply: Reply, seconds: float) -> None:
        route, effect = self._series.get(operation.handle) or self._series_of(operation)
        self._metrics.answered(route, method, reply.status, seconds)
        if effect is not None and reply.status == 200 and _REPLAYED not in reply.headers:
            effect()

    def _series_of(self, operation: Operation) -> tuple[str, Callable[[], None] | None]:
        """Return under which route an operation is counted, and what is counted besides when it succeeds."""
        effects = {COMPLETED: self._metrics.completed, VOIDED: self._metrics.voided}
        path = _PARAMETER.sub(lambda match: f"{{{camel_case(match[1])}}}", operation.path)
        series = path, effects.get(operation.name)
        self._series[operation.handle] = series
        return series

    async def _reply(self, operation: Operation, asked: Asked, count: Count, receive: Receive) -> Reply:
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
                    body = await _read_body(asked, receive)
            except TimeoutError as error:
                raise BodyTooSlow(BODY_SECONDS) from error
        threads = self._lanes[operation.lane]
        deadline = asyncio.get_running_loop().time() + KEY_WAIT
        while True:
            try:
                return await threads.run(lambda: self._work(operation, asked, count, body))
            except KeyUnderWay as busy:
                left = deadline - asyncio.get_running_loop().time()
                first = asyncio.wrap_future(busy.finished)
                if left <= 0 or not (await asyncio.wait([first], timeout=left))[0]:
                    raise IdempotencyInProgress from busy

    def _work(self, operation: Operation, asked: Asked, count: Count, body: bytes | None) -> Reply:
        """Answer; *body* is None when there is more of it than is read."""
        now = self._ports.clock.now()
        address = self._ports.limits.proxies.client(asked.peer, asked.all_of(b"x-forwarded-for"))
        client = Client.of(asked.header(b"user-agent"), address)
        try:
            signed_in = self._admit(operation, asked, count, address, client, now)
        except HunterError as error:
            self._watch.refused(error, operation, address=address, client=client, now=now)
            raise
        try:
            return self._serve(operation, asked, signed_in, client, body, now)
        except HunterError as error:
            account_id = None if signed_in is None else signed_in.account_id
            self._watch.broken(
                error, operation, account_id=account_id, address=address, client=client, now=now
            )
            raise

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
            value = _json_of(operation, asked, body)
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
        arguments |= _path_arguments(operation, asked)
        call = Call(
            ports=self._ports,
            now=now,
            client=client,
            signed_in=signed_in,
            key=key,
            origin=self._origin(asked),
            cookies=_cookies_of(asked),
            held="" if operation.signed_in else _bearer_of(asked),
        )
        if key is None:
            return _reply(operation, asked, operation.handle(call, **arguments))
        with self._keys.holding(key):
            return _reply(operation, asked, operation.handle(call, **arguments))

    def _origin(self, asked: Asked) -> str:
        said = asked.all_of(b"x-forwarded-proto")
        scheme = self._ports.limits.proxies.scheme(asked.peer, asked.scope["scheme"], said)
        return f"{scheme}://{asked.header(b'host')}"

    def _admit(
        self,
        operation: Operation,
        asked: Asked,
        count: Count,
        address: str | None,
        client: Client,
        now: datetime,
    ) -> SignedIn | TokenHolder | None:
        """
        Count the request: for the account whose session or token stands behind it, else for the client's address.

        So nobody is counted for whom they only claim to be, and a flood of requests without a session fills
        no account's bucket. Past the limit it is told 429 in the place of 401.
        """
        if not operation.signed_in:
            count.by_address(address, now)
            return None
        try:
            signed_in = self._check_bearer(asked, now)
        except HunterError:
            count.by_address(address, now)
            raise
        request = REQUEST.get()
        if request is not None:
            request.account_id = signed_in.account_id
        count.by_account(signed_in.account_id, now)
        if isinstance(signed_in, TokenHolder):
            self._note_use(signed_in, now)
            check_scope(
                holder=signed_in,
                needed=operation.scope,
                what=operation.name,
                log=self._ports.gate.log,
                client=client,
                now=now,
            )
            return signed_in
        self._ports.last_use.note(signed_in, now)
        return signed_in

    def _check_bearer(self, asked: Asked, now: datetime) -> SignedIn | TokenHolder:
        token = _bearer_of(asked)
        if not token:
            raise Unauthenticated(NOT_SIGNED_IN).because("NO_TOKEN")
        with self._ports.store.read() as uow:
            if token.startswith(PREFIX):
                return authenticate_token(tokens=uow.api_tokens, token=token, now=now)
            return authenticate(sessions=uow.sessions, tokens=self._ports.gate.access, token=token, now=now)

    def _note_use(self, holder: TokenHolder, now: datetime) -> None:
        try:
            note_use(store=self._ports.store, holder=holder, now=now)
        except TryLater as error:
            # Nobody is refused because it could not be noted; the next request notes it.
            log.warning("the use of an API token was not noted: %s", error)


def _bearer_of(asked: Asked) -> str:
    """Return the token of the header Authorization, empty where there is none that could be good."""
    # Of several headers, joined by commas, none is good.
    bearer = _BEARER.fullmatch(asked.all_of(b"authorization"))
    return bearer[1] if bearer is not None and len(bearer[1]) <= _LONGEST_TOKEN else ""


async def _read_body(asked: Asked, receive: Receive) -> bytes | None:
    """Return the body; None, without reading on, when it is over the limit."""
    declared = asked.headers.get(b"content-length", b"")
    if declared.isdigit() and int(declared[:20]) > BODY_LIMIT:
        return None
    parts: list[bytes] = []
    size = 0
    while True:
        message: Any = await receive()
        if message["type"] != "http.request":
            raise ClientGone
        part = message.get("body", b"")
        size += len(part)
        if size > BODY_LIMIT:
            return None
        parts.append(part)
        if not message.get("more_body", False):
            return b"".join(parts)


def _json_of(operation: Operation, asked: Asked, body: bytes) -> object:
    if not body:
        if operation.body_is_needed:
            raise MalformedJson("The body is empty; send a JSON object.")
        return {}
    if not _JSON_TYPE.fullmatch(asked.all_of(b"content-type").strip()):
        raise UnsupportedMediaType
    return parse_json(body)


def query_of(asked: Asked) -> dict[str, str]:
    """Return the query parameters; one that comes twice is refused, for nobody knows which was meant."""
    raw = asked.scope.get("query_string", b"")
    if not raw:
        return {}
    try:
        pairs = parse_qsl(
            raw.decode("ascii"), keep_blank_values=True, encoding="utf-8", errors="strict", max_num_fields=100
        )
    except ValueError as error:
        raise InvalidInput("query", "must be UTF-8, with at most 100 parameters") from error
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = dict.fromkeys(name for name in names if names.count(name) > 1)
        raise InvalidInput.of((wire.printable(name), "must be given once") for name in twice)
    return found


def _cookies_of(asked: Asked) -> dict[str, str]:
    """Return the cookies; of one that comes twice the first, which is the one of the longest path (RFC 6265, 5.4)."""
    raw = asked.headers.get(b"cookie")
    if raw is None:
        return {}
    found: dict[str, str] = {}
    for pair in raw.decode("latin-1").split(";"):
        name, _, value = pair.partition("=")
        found.setdefault(name.strip(), value.strip())
    return found


def _path_arguments(operation: Operation, asked: Asked) -> dict[str, UUID | str]:
    found: dict[str, UUID | str] = {}
    for name in operation.path_parameters:
        raw = asked.scope["path_params"][name]
        if not name.endswith("_id"):
            found[name] = raw
        elif _UUID.fullmatch(raw):
            found[name] = UUID(raw)
        else:
            # What is no id is answered like an id that nothing has (SPEC 4, Status).
            raise NotFound(name.removesuffix("_id"), raw)
    return found


def _reply(operation: Operation, asked: Asked, answer: Answer[Any]) -> Reply:
    if answer.file is not None:
        size = answer.file.seek(0, os.SEEK_END)
        answer.file.seek(0)
        return FileReply(answer.status, [_JSON, _NO_STORE], b"", answer.file, size)
    if not operation.listed:
        if answer.status == 204:
            return Reply(204, [_NO_STORE, *answer.headers], b"")
        headers = [_JSON, _NO_STORE, _REPLAYED] if answer.replayed else [_JSON, _NO_STORE]
        if not answer.body:
            headers.remove(_JSON)
        return Reply(answer.status, [*headers, *answer.headers], answer.body)
    etag = b'"%s"' % hashlib.blake2b(answer.body, digest_size=12).hexdigest().encode()
    headers = [_KEEP_AND_ASK, (b"etag", etag)]
    if _is_known(asked.headers.get(b"if-none-match", b""), etag):
        return Reply(304, headers, b"")
    return Reply(answer.status, [_JSON, *headers], answer.body)


def _is_known(sent: bytes, etag: bytes) -> bool:
    """Tell whether the If-None-Match *sent* names *etag*, by the weak comparison (RFC 9110, 13.1.2)."""
    return sent == b"*" or etag in (item.strip().removeprefix(b"W/") for item in sent.split(b","))

"""The application: every operation under its path, behind one door. It knows no adapter (DESIGN 1)."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from litestar import Litestar, Request, Response
from litestar.config.cors import CORSConfig
from litestar.datastructures import State
from litestar.exceptions import HTTPException, MethodNotAllowedException, NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.types import Message, Scope

from hunter_api import errors as api
from hunter_api.docs_page import DocsPage
from hunter_api.door import Door, Reply, refusal, request_id_of
from hunter_api.limits import HEADERS as RATE_LIMIT_HEADERS
from hunter_api.live.room import Live, live_handler
from hunter_api.metrics import UNMATCHED, method_of
from hunter_api.operations import Operation
from hunter_api.ports import Ports
from hunter_api.routes import ALL_ROUTES
from hunter_api.security_headers import Header, security_headers, with_security
from hunter_core.errors import HunterError

log = logging.getLogger("hunter.api")


def operations() -> list[Operation]:
    """Return every operation, in the order of its feature."""
    return [operation for routes in ALL_ROUTES for operation in routes.operations]


class Inside:
    """
    What is inside an application: all that it remembers from one request to the next is here.

    The paths in front of it are the same for whoever is inside, and many times as dear to put up: so somebody else
    may move in while the application is closed.
    """

    ports: Ports
    door: Door
    live: Live

    def __init__(self, ports: Ports, origins: Sequence[str], headers: Sequence[Header]) -> None:
        self._origins, self._headers = origins, headers
        self.move_in(ports)

    def move_in(self, ports: Ports) -> None:
        """Let all of it be new, over *ports*."""
        self.ports, self.door, self.live = ports, Door(ports), Live(ports, self._origins, self._headers)
        hub = self.live.hub
        ports.metrics.watch("hunter_sockets", lambda: len(hub))

    @asynccontextmanager
    async def while_open(self, _: Litestar) -> AsyncIterator[None]:
        """Begin, and end in order."""
        await self.live.start()
        yield
        await self.live.stop()
        self.door.close()
        self.ports.close()


def create_app(ports: Ports, *, origins: Sequence[str] = (), strict: bool = False) -> Litestar:
    """
    Return the application over *ports*; it closes them when the server stops.

    Pages of *origins* may call it from a browser. Under the *strict* profile, browsers are asked for more.
    """
    headers = security_headers(strict=strict)
    inside = Inside(ports, origins, headers)
    page = DocsPage(operations(), ports.rulebook)
    return Litestar(
        route_handlers=[
            *_handlers(inside, operations()),
            live_handler(lambda: inside.live),
            *page.handlers(),
        ],
        before_send=[_adding(headers)],
        exception_handlers={Exception: _unrouted(inside)},
        lifespan=[inside.while_open],
        state=State({"inside": inside}),
        cors_config=_cors(origins) if origins else None,
        logging_config=None,
        openapi_config=None,
        # The door reads bodies, with a limit of its own.
        request_max_body_size=None,
    )


def _cors(origins: Sequence[str]) -> CORSConfig:
    return CORSConfig(
        allow_origins=list(origins),
        # For the one cookie that there is: it ties the linking of an identity to the browser, and opens nothing.
        allow_credentials=True,
        allow_methods=["GET", "POST", "PATCH", "DELETE"],
        allow_headers=["Authorization", "Content-Type", "Idempotency-Key", "If-None-Match", "X-Request-Id"],
        expose_headers=["ETag", "Idempotency-Replayed", "Retry-After", "X-Request-Id", *RATE_LIMIT_HEADERS],
    )


def _handlers(inside: Inside, found: Iterable[Operation]) -> Iterable[HTTPRouteHandler]:
    """Yield a handler for every path: with all its methods in one, Litestar knows what to allow."""
    by_path: dict[str, dict[str, Operation]] = {}
    for operation in found:
        methods = by_path.setdefault(operation.path, {})
        methods[operation.method] = operation
        # What sends a browser on may use something up: nobody does that by looking at its headers.
        if operation.method == "GET" and operation.status == 200:
            methods["HEAD"] = operation
    for path, methods in by_path.items():
        yield _handler(inside, path, methods)


def _handler(inside: Inside, path: str, methods: dict[str, Operation]) -> HTTPRouteHandler:
    async def enter(request: Request[Any, Any, Any]) -> Reply:
        return await inside.door.enter(methods[request.scope["method"]], request.scope, request.receive)

    # Litestar looks names up where a function was written; these are not in that module's globals.
    enter.__annotations__ = {"request": Request, "return": Reply}
    litestar_path = path.replace("}", ":str}")
    return HTTPRouteHandler(litestar_path, http_method=list(methods), status_code=200, name=path)(enter)  # type: ignore[arg-type]


def _adding(security: Sequence[Header]) -> Callable[[Message, Scope], Awaitable[None]]:
    """Return what gives every answer, whoever made it, its id and the headers that browsers are to obey."""

    async def add_headers(message: Message, scope: Scope) -> None:
        if message["type"] == "http.response.start":
            request_id = (b"x-request-id", request_id_of(scope).encode())
            message["headers"] = with_security([*message.get("headers", ()), request_id], security)

    return add_headers


def _unrouted(inside: Inside) -> Callable[[Request[Any, Any, Any], Exception], Response[bytes]]:
    """Return what answers a request that found no operation, and counts it: all under one route."""

    def answer(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
        said = _refused(request, error)
        method, status = method_of(request.scope["method"]), said.status_code or 500
        inside.ports.metrics.answered(UNMATCHED, method, status, None)
        return said

    return answer


def _refused(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    request_id = request_id_of(request.scope)
    match error:
        case NotFoundException():
            refused: HunterError = api.RouteNotFound()
        case MethodNotAllowedException():
            refused = api.MethodNotAllowed((error.headers or {}).get("allow", ""))
        case HTTPException(status_code=400):
            refused = api.BadRequest(f"{error.detail}.")
        case _:
            log.error("request %s failed on its way to an operation", request_id, exc_info=error)
            refused = api.InternalError()
    said = refusal(refused, request_id)
    headers = {name.decode(): value.decode() for name, value in said.headers if name != b"content-type"}
    return Response(said.body, status_code=said.status, media_type="application/json", headers=headers)

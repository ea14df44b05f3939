"""An answer as it goes out: its headers, its body or file, its ETag, and what a refusal looks like (SPEC 4)."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING, Any, BinaryIO

import attrs

from hunter_api.answers import Answer
from hunter_api.door.asked import Asked
from hunter_api.operations import Operation
from hunter_api.problems import body_of, headers_of, status_of
from hunter_core.errors import HunterError

if TYPE_CHECKING:
    from litestar.types import Receive, Scope, Send


_PIECE = 64 * 1024
Headers = list[tuple[bytes, bytes]]


@attrs.frozen
class Reply:
    """
    A whole HTTP answer; an ASGI application that sends it.

    Attributes:
        held: Seconds for which it is held back: what it says is not so before.
    """

    status: int
    headers: Headers
    body: bytes
    held: float = attrs.field(default=0.0, kw_only=True)

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


_JSON = (b"content-type", b"application/json")
_NO_STORE = (b"cache-control", b"no-store")
_KEEP_AND_ASK = (b"cache-control", b"private, no-cache")
REPLAYED = (b"idempotency-replayed", b"true")


def refusal(error: HunterError, request_id: str) -> Reply:
    """Return the answer that says *error*."""
    headers = [_JSON, _NO_STORE, *headers_of(error)]
    return Reply(status_of(type(error)).value, headers, body_of(error, request_id))


def reply_of(operation: Operation, asked: Asked, answer: Answer[Any]) -> Reply:
    """Return the HTTP answer that brings a route's *answer*: a file, or bytes, or 304 where the client has them."""
    if answer.file is not None:
        size = answer.file.seek(0, os.SEEK_END)
        answer.file.seek(0)
        return FileReply(answer.status, [_JSON, _NO_STORE], b"", answer.file, size)
    if not operation.listed:
        if answer.status == 204:
            return Reply(204, [_NO_STORE, *answer.headers], b"")
        headers = [_JSON, _NO_STORE, REPLAYED] if answer.replayed else [_JSON, _NO_STORE]
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

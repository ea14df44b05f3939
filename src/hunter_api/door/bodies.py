"""The body of a request: never more of it is read than the limit, and it is JSON (SPEC 4)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from hunter_api.door.asked import Asked
from hunter_api.errors import MalformedJson, UnsupportedMediaType
from hunter_api.operations import Operation
from hunter_api.wire.values import parse_json

if TYPE_CHECKING:
    from litestar.types import Receive


BODY_LIMIT = 64 * 1024
"""Bytes of the largest body that is read (SPEC 4)."""

_JSON_TYPE = re.compile(r"application/json\s*(;\s*charset\s*=\s*\"?utf-?8\"?\s*)?", re.IGNORECASE | re.ASCII)


class ClientGone(Exception):
    """The client closed the connection before it had sent its body; nobody waits for an answer."""


async def read_body(asked: Asked, receive: Receive) -> bytes | None:
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


def json_of(operation: Operation, asked: Asked, body: bytes) -> object:
    """Return what the JSON of *body* says; without a body, an empty object where the operation needs none."""
    if not body:
        if operation.body_is_needed:
            raise MalformedJson("The body is empty; send a JSON object.")
        return {}
    if not _JSON_TYPE.fullmatch(asked.all_of(b"content-type").strip()):
        raise UnsupportedMediaType
    return parse_json(body)

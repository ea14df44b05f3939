"""What a request says of itself before its body: its headers, its id, its query, its cookies and its path."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID, uuid4

import attrs

from hunter_api import wire
from hunter_api.operations import Operation
from hunter_core.errors import InvalidInput, NotFound

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE | re.ASCII)
_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,128}")


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


def cookies_of(asked: Asked) -> dict[str, str]:
    """Return the cookies; of one that comes twice the first, which is the one of the longest path (RFC 6265, 5.4)."""
    raw = asked.headers.get(b"cookie")
    if raw is None:
        return {}
    found: dict[str, str] = {}
    for pair in raw.decode("latin-1").split(";"):
        name, _, value = pair.partition("=")
        found.setdefault(name.strip(), value.strip())
    return found


def path_arguments(operation: Operation, asked: Asked) -> dict[str, UUID | str]:
    """Return what the path brings, by the names of the route's arguments."""
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

"""Every header that an answer may carry, as the document says it."""

from __future__ import annotations

from hunter_api.limits import HEADERS as RATE_LIMIT_HEADERS
from hunter_api.openapi.schemas import Json
from hunter_api.operations import Operation

HEADERS: Json = {
    "X-Request-Id": {
        "description": "The id of the request: the one that it brought, or a new one.",
        "required": True,
        "schema": {"type": "string"},
    },
    "Retry-After": {
        "description": "After how many seconds to try again.",
        "required": True,
        "schema": {"type": "integer", "minimum": 0},
    },
    "X-RateLimit-Limit": {
        "description": "How many requests pass in any window of time.",
        "required": True,
        "schema": {"type": "integer", "minimum": 1},
    },
    "X-RateLimit-Remaining": {
        "description": "How many more would pass now.",
        "required": True,
        "schema": {"type": "integer", "minimum": 0},
    },
    "X-RateLimit-Reset": {
        "description": "The second of the epoch from which one more passes.",
        "required": True,
        "schema": {"type": "integer"},
    },
    "RateLimit": {
        "description": "The limit's name, what remains (`r`), and after how many seconds there is more (`t`).",
        "required": True,
        "schema": {"type": "string"},
    },
    "RateLimit-Policy": {
        "description": "The limit's name, how many requests (`q`) pass in how many seconds (`w`).",
        "required": True,
        "schema": {"type": "string"},
    },
    "WWW-Authenticate": {"required": True, "schema": {"const": "Bearer"}},
    "ETag": {"required": True, "schema": {"type": "string"}},
    "Cache-Control": {"required": True, "schema": {"type": "string"}},
    "Location": {
        "description": "Where the browser goes now.",
        "required": True,
        "schema": {"type": "string", "format": "uri"},
    },
    "Clear-Site-Data": {
        "description": "That a browser forgets what it kept of this origin: cache and storage.",
        "required": True,
        "schema": {"type": "string"},
    },
    "Set-Cookie": {
        "description": "Ties the sign-in that has begun to this browser, or forgets that. It opens nothing by itself.",
        "schema": {"type": "string"},
    },
    "Idempotency-Replayed": {
        "description": "There when the answer is the one that was given before.",
        "schema": {"const": "true"},
    },
}


def limit_headers(operation: Operation) -> tuple[str, ...]:
    """Return the names of the headers that tell of the operation's limit."""
    return () if operation.limit is None else RATE_LIMIT_HEADERS


def header_refs(*names: str) -> Json:
    """Return the headers of these names, as references to what the document says of them."""
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}

"""The OpenAPI 3.1 document, worked out from the operations: every status, every refusal, every rule (SPEC 4)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from types import NoneType
from typing import Any, get_type_hints

import msgspec

from hunter_api import VERSION
from hunter_api.limits import HEADERS as RATE_LIMIT_HEADERS
from hunter_api.operations import Operation, camel_case
from hunter_api.problems import status_of
from hunter_api.schemas.common import MailUnderWayView
from hunter_api.schemas.schedules import SCHEDULE_SCHEMA, ScheduleValue
from hunter_api.wire import Bounds, field_name
from hunter_core import errors as core
from hunter_core.accounts.api_token import PREFIX
from hunter_core.errors import HunterError
from hunter_core.keys import LONGEST_KEY

Json = dict[str, Any]

REFERENCE = "#/components/schemas/{name}"
_SESSION = "session"
_TOKEN = "apiToken"  # noqa: S105 - the name of a scheme
_INTRODUCTION = """\
Quests pay XP, XP makes levels and ranks, and every point is in a ledger.

Success is `{"success": true, "data": …}`, failure `{"success": false, "error": {"code", "message", "details"?,
"requestId"}}`. Codes are stable. Unknown JSON fields are refused; unknown query parameters are not looked at.
Instants are ISO 8601 with `Z`.
"""


def document(operations: Iterable[Operation], bounds: Mapping[str, Bounds]) -> Json:
    """Return the document; *bounds* are the numbers that the rulebook in force sets."""
    found = list(operations)
    schemas = _schemas(found, bounds)
    paths: dict[str, Json] = {}
    for operation in found:
        path = operation.wire_path
        described = _operation(operation, schemas)
        if links := _links(operation, found):
            described["responses"][str(operation.status)]["links"] = links
        paths.setdefault(path, {})[operation.method.lower()] = described
    tags = dict.fromkeys(operation.tag for operation in found)
    queries = {operation.query.__name__ for operation in found if operation.query is not None}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Hunter System", "version": VERSION, "description": _INTRODUCTION},
        "servers": [{"url": "/"}],
        "tags": [{"name": tag} for tag in tags],
        "paths": paths,
        "components": {
            "schemas": {name: schema for name, schema in sorted(schemas.items()) if name not in queries},
            "headers": _HEADERS,
            "securitySchemes": {
                _SESSION: {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "JWT",
                    "description": "The `token` of register, login or refresh.",
                },
                _TOKEN: {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": PREFIX + "…",
                    "description": "An API token; its scope is READ, or WRITE, which includes READ.",
                },
            },
        },
    }


# --- an operation ----------------------------------------------------------------------------------------------


def _operation(operation: Operation, schemas: Mapping[str, Json]) -> Json:
    described: Json = {
        "operationId": operation.name,
        "summary": operation.summary,
        "tags": [operation.tag],
        "security": _security(operation),
        "responses": _responses(operation),
    }
    if operation.description:
        described["description"] = operation.description
    if parameters := _parameters(operation, schemas):
        described["parameters"] = parameters
    if operation.body is not None:
        schema = schemas[operation.body.__name__]
        described["requestBody"] = {
            "required": operation.body_is_needed,
            "content": {
                "application/json": {
                    "schema": {"$ref": REFERENCE.format(name=operation.body.__name__)},
                    "example": _example(schema, schemas),
                }
            },
        }
    return described


def _security(operation: Operation) -> list[Json]:
    """Return what lets a request in: a session, or an API token of the scope that is named."""
    if not operation.signed_in:
        return []
    by_token: list[Json] = [{_TOKEN: [operation.scope.value]}] if operation.scope else []
    return [{_SESSION: []}, *by_token]


def _links(operation: Operation, others: list[Operation]) -> Json:
    """Return where the ids in the operation's answer lead: to what takes one of them, and nothing besides."""
    links: Json = {}
    for other in others:
        if operation.gives and other.path_parameters and set(other.path_parameters) <= set(operation.gives):
            links[other.name] = {
                "operationId": other.name,
                "parameters": {
                    camel_case(name): f"$response.body#{operation.gives[name]}"
                    for name in other.path_parameters
                },
            }
    return links


def _parameters(operation: Operation, schemas: Mapping[str, Json]) -> list[Json]:
    found: list[Json] = []
    for name in operation.path_parameters:
        schema: Json = {"type": "string", "format": "uuid"} if name.endswith("_id") else {"type": "string"}
        found.append({"name": camel_case(name), "in": "path", "required": True, "schema": schema})
    if operation.query is not None:
        schema = schemas[operation.query.__name__]
        for name, rule in schema["properties"].items():
            rule = dict(_without_null(rule))
            description = rule.pop("description", None)
            parameter = {
                "name": name,
                "in": "query",
                "required": name in schema.get("required", ()),
                "schema": rule,
            }
            found.append(parameter if description is None else {**parameter, "description": description})
    if operation.keyed:
        found.append(_IDEMPOTENCY_KEY)
    if operation.listed:
        found.append(_IF_NONE_MATCH)
    return found


_IDEMPOTENCY_KEY: Json = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": (
        "Makes the request good for one time: sent again with the same key, method, path and body within 24 "
        "hours, it is answered with what it was answered then, and `Idempotency-Replayed: true`."
    ),
    "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY, "pattern": "^[!-~]+$"},
}
_IF_NONE_MATCH: Json = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "The `ETag` of what the client has: 304 where nothing changed.",
    "schema": {"type": "string"},
}
_HEADERS: Json = {
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


# --- its answers -----------------------------------------------------------------------------------------------


def _responses(operation: Operation) -> Json:
    responses = {str(operation.status): _success(operation)}
    if operation.or_accepted:
        responses["202"] = _mail_under_way(operation)
    if operation.listed:
        responses["304"] = {
            "description": "Nothing changed since.",
            "headers": _headers("X-Request-Id", "ETag", "Cache-Control", *_limit_headers(operation)),
        }
    by_status: dict[HTTPStatus, list[type[HunterError]]] = defaultdict(list)
    for refusal in operation.all_refusals:
        by_status[status_of(refusal)].append(refusal)
    for status, refusals in sorted(by_status.items()):
        responses[str(status.value)] = _failure(operation, status, refusals)
    return responses


def _success(operation: Operation) -> Json:
    names = ["X-Request-Id", "Cache-Control"]
    names += ["ETag"] if operation.listed else []
    names += ["Idempotency-Replayed"] if operation.keyed else []
    names += operation.sends
    names += _limit_headers(operation)
    described: Json = {
        "description": HTTPStatus(operation.status).phrase + ".",
        "headers": _headers(*names),
    }
    if operation.view is not NoneType:
        schema = {
            "type": "object",
            "required": ["success", "data"],
            "properties": {
                "success": {"const": True},
                "data": {"$ref": REFERENCE.format(name=operation.view.__name__)},
            },
        }
        described["content"] = {"application/json": {"schema": schema}}
    return described


def _mail_under_way(operation: Operation) -> Json:
    schema = {
        "type": "object",
        "required": ["success", "data"],
        "properties": {
            "success": {"const": True},
            "data": {"$ref": REFERENCE.format(name=MailUnderWayView.__name__)},
        },
    }
    return {
        "description": "Accepted: a mail tells more.",
        "headers": _headers("X-Request-Id", "Cache-Control", *_limit_headers(operation)),
        "content": {"application/json": {"schema": schema}},
    }


def _failure(operation: Operation, status: HTTPStatus, refusals: list[type[HunterError]]) -> Json:
    names = ["X-Request-Id", "Cache-Control", *_limit_headers(operation)]
    if status in (HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS):
        names.append("Retry-After")
    if status is HTTPStatus.UNAUTHORIZED:
        names.append("WWW-Authenticate")
    codes = list(dict.fromkeys(refusal.code for refusal in refusals))
    narrowed = {"properties": {"error": {"properties": {"code": {"enum": codes}}}}}
    meanings = {
        refusal.code: (refusal.__doc__ or "").partition("\n")[0].strip() for refusal in reversed(refusals)
    }
    return {
        "description": " ".join(f"`{code}`: {meanings[code]}" for code in codes),
        "headers": _headers(*names),
        "content": {
            "application/json": {
                "schema": {"allOf": [{"$ref": REFERENCE.format(name="Failure")}, narrowed]},
                "examples": {code: {"value": _failed(code, meanings[code])} for code in codes},
            }
        },
    }


def _limit_headers(operation: Operation) -> tuple[str, ...]:
    return () if operation.limit is None else RATE_LIMIT_HEADERS


def _headers(*names: str) -> Json:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _failed(code: str, message: str) -> Json:
    error: Json = {"code": code, "message": message}
    if code == core.InvalidInput.code:
        error["details"] = [{"field": "title", "message": "must have 1 to 120 characters"}]
    error["requestId"] = "0f7c4d58-6d0e-4f0b-9c39-0b7f6a1f2a11"
    return {"success": False, "error": error}


_FAILURE: Json = {
    "title": "Failure",
    "description": "Why a request was not granted.",
    "type": "object",
    "required": ["success", "error"],
    "additionalProperties": False,
    "properties": {
        "success": {"const": False},
        "error": {
            "type": "object",
            "required": ["code", "message", "requestId"],
            "additionalProperties": False,
            "properties": {
                "code": {"type": "string", "description": "Stable: what programs go by."},
                "message": {"type": "string", "description": "For people; it may change."},
                "details": {
                    "type": "array",
                    "description": "Every field that breaks its rule.",
                    "items": {
                        "type": "object",
                        "required": ["field", "message"],
                        "additionalProperties": False,
                        "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
                    },
                },
                "requestId": {"type": "string"},
            },
        },
    },
}


# --- the classes -----------------------------------------------------------------------------------------------


def _schemas(operations: list[Operation], bounds: Mapping[str, Bounds]) -> dict[str, Json]:
    requests = [kind for each in operations for kind in (each.body, each.query) if kind is not None]
    views = [each.view for each in operations if each.view is not NoneType]
    kinds = list(dict.fromkeys([*requests, *views]))
    _, found = msgspec.json.schema_components(kinds, schema_hook=_unknown, ref_template=REFERENCE)
    schemas: dict[str, Json] = {**found, "Schedule": SCHEDULE_SCHEMA, "Failure": _FAILURE}
    for kind in requests:
        schemas[kind.__name__] = _request(kind, schemas[kind.__name__], bounds)
    return schemas


def _unknown(kind: type) -> Json:
    if kind is ScheduleValue:
        return {"$ref": REFERENCE.format(name="Schedule")}
    raise NotImplementedError(kind)


def _request(kind: type[Any], schema: Json, bounds: Mapping[str, Bounds]) -> Json:
    """Return *schema* as requests are read: by the names of the wire, nothing unknown, the rulebook's bounds."""
    properties = {
        field_name(name): _bounded(rule, kind, name, bounds) for name, rule in schema["properties"].items()
    }
    read = {**schema, "additionalProperties": False, "properties": properties}
    if needed := schema.get("required"):
        read["required"] = [field_name(name) for name in needed]
    return read


def _bounded(rule: Json, kind: type[Any], name: str, bounds: Mapping[str, Bounds]) -> Json:
    limit = _limit_of(kind, name)
    if limit is None:
        return rule
    low, high = bounds[limit]

    def narrow(arm: Json) -> Json:
        if arm.get("type") == "integer":
            return {**arm, "minimum": low, "maximum": high}
        return {**arm, "maxItems": high} if arm.get("type") == "array" else arm

    if "anyOf" in rule:
        return {**rule, "anyOf": [narrow(arm) for arm in rule["anyOf"]]}
    return narrow(rule)


def _limit_of(kind: type[Any], name: str) -> str | None:
    """Return the name of the rulebook's bounds in the annotation of a field, wherever in it they stand."""
    hint: Any = get_type_hints(kind, include_extras=True)[name]
    waiting = [hint]
    while waiting:
        each = waiting.pop()
        if isinstance(each, msgspec.Meta):
            if each.extra is not None and "limit" in each.extra:
                return str(each.extra["limit"])
            continue
        waiting.extend(getattr(each, "__metadata__", ()))
        waiting.extend(getattr(each, "__args__", ()))
    return None


def _without_null(rule: Json) -> Json:
    """Return the rule of a query parameter, which is left out and never null."""
    arms = [arm for arm in rule.get("anyOf", ()) if arm != {"type": "null"}]
    if len(arms) != 1:
        return rule
    shared = {name: value for name, value in rule.items() if name != "anyOf" and value is not None}
    return {**arms[0], **shared}


def _example(schema: Json, schemas: Mapping[str, Json]) -> Any:
    """Return a value of *schema*: its own example, or one made of those of its needed parts."""
    if "$ref" in schema:
        return _example(schemas[schema["$ref"].rpartition("/")[2]], schemas)
    if schema.get("examples"):
        return schema["examples"][0]
    if "anyOf" in schema:
        return _example(schema["anyOf"][0], schemas)
    if "enum" in schema:
        return schema["enum"][0]
    if schema.get("type") == "object":
        shown = schema.get("required") or list(schema["properties"])[:2]
        return {name: _example(schema["properties"][name], schemas) for name in shown}
    return {"boolean": True, "integer": 1, "array": [], "string": "text"}.get(str(schema.get("type")))

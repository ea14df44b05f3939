"""The OpenAPI 3.1 document, worked out from the operations: every status, every refusal, every rule (SPEC 4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from hunter_api import VERSION
from hunter_api.openapi.answers import responses_of
from hunter_api.openapi.headers import HEADERS
from hunter_api.openapi.parameters import parameters_of
from hunter_api.openapi.schemas import REFERENCE, Json, example_of, schemas_of
from hunter_api.operations import Operation, camel_case
from hunter_api.wire import Bounds
from hunter_core.accounts.api_token import PREFIX

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
    schemas = schemas_of(found, bounds)
    paths: dict[str, Json] = {}
    for operation in found:
        path = operation.wire_path
        described = _described(operation, schemas)
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
            "headers": HEADERS,
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


def _described(operation: Operation, schemas: Mapping[str, Json]) -> Json:
    described: Json = {
        "operationId": operation.name,
        "summary": operation.summary,
        "tags": [operation.tag],
        "security": _security(operation),
        "responses": responses_of(operation),
    }
    if operation.description:
        described["description"] = operation.description
    if parameters := parameters_of(operation, schemas):
        described["parameters"] = parameters
    if operation.body is not None:
        schema = schemas[operation.body.__name__]
        described["requestBody"] = {
            "required": operation.body_is_needed,
            "content": {
                "application/json": {
                    "schema": {"$ref": REFERENCE.format(name=operation.body.__name__)},
                    "example": example_of(schema, schemas),
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

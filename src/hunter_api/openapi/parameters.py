"""What a request carries besides its body, as the document says it: path, query and headers."""

from __future__ import annotations

from collections.abc import Mapping

from hunter_api.openapi.schemas import Json
from hunter_api.operations import Operation, camel_case
from hunter_core.keys import LONGEST_KEY


def parameters_of(operation: Operation, schemas: Mapping[str, Json]) -> list[Json]:
    """Return what a request for *operation* carries besides its body."""
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


def _without_null(rule: Json) -> Json:
    """Return the rule of a query parameter, which is left out and never null."""
    arms = [arm for arm in rule.get("anyOf", ()) if arm != {"type": "null"}]
    if len(arms) != 1:
        return rule
    shared = {name: value for name, value in rule.items() if name != "anyOf" and value is not None}
    return {**arms[0], **shared}

"""The classes of requests and answers as JSON Schema: as they are read, with the bounds of the rulebook."""

from __future__ import annotations

from collections.abc import Mapping
from types import NoneType
from typing import Any, get_type_hints

import msgspec

from hunter_api.operations import Operation
from hunter_api.schemas.schedules import SCHEDULE_SCHEMA, ScheduleValue
from hunter_api.wire import Bounds, field_name

Json = dict[str, Any]
REFERENCE = "#/components/schemas/{name}"

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


def schemas_of(operations: list[Operation], bounds: Mapping[str, Bounds]) -> dict[str, Json]:
    """Return the schema of every class that the operations take or answer, by its name."""
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
    raise TypeError(f"{kind.__name__} has no schema: say here what it is on the wire.")


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


def example_of(schema: Json, schemas: Mapping[str, Json]) -> Any:
    """Return a value of *schema*: its own example, or one made of those of its needed parts."""
    if "$ref" in schema:
        return example_of(schemas[schema["$ref"].rpartition("/")[2]], schemas)
    if schema.get("examples"):
        return schema["examples"][0]
    if "anyOf" in schema:
        return example_of(schema["anyOf"][0], schemas)
    if "enum" in schema:
        return schema["enum"][0]
    if schema.get("type") == "object":
        shown = schema.get("required") or list(schema["properties"])[:2]
        return {name: example_of(schema["properties"][name], schemas) for name in shown}
    return {"boolean": True, "integer": 1, "array": [], "string": "text"}.get(str(schema.get("type")))

"""Everything that a field must not be, worked out of the OpenAPI document: too short, too long, of another kind, …"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Json = dict[str, Any]

NUL = "a\0bcd"
HALF = "a\ud800bcd"
"""Half of a surrogate pair: JSON can say it, UTF-8 cannot."""

BEYOND = [2**63, -(2**63) - 1, 10**40, -(10**40)]
_KINDS: Mapping[str, list[Any]] = {
    "string": [7, 1.5, True, [], ["text"], {}, {"text": "text"}],
    "integer": [1.5, 1e300, "1", "", True, False, [], [1], {}],
    "boolean": [0, 1, "true", "false", "", [], {}],
    "array": ["strength", "", 3, True, {}, {"0": "strength"}],
    "object": ["EVERY_DAY", "", 3, True, [], [{}]],
}
_FORMATS: Mapping[str, list[str]] = {
    "date": ["", "yesterday", "2026-02-30", "2026-13-01", "20261122", "22-11-2026", "2026-11-22T00:00:00Z"],
    "date-time": [
        "",
        "now",
        "2026-11-22",
        "2026-11-22T08:30:00",
        "2026-02-30T08:30:00Z",
        "2026-11-22T25:00:00Z",
        "2026-11-22T08:30:00+99:00",
        "2026-11-22 08:30:00Z",
        "1795336200",
        "0000-01-01T00:00:00Z",
    ],
    "uuid": ["", "1", "not-a-uuid"],
}

# What the document says in words only.
WORDS: Mapping[str, list[Any]] = {
    "email": [
        "jin",
        "@",
        "jin@",
        "@example.com",
        "a@b@example.com",
        "jin @example.com",
        "a" * 250 + "@b.example",
    ],
    "password": [
        "Short1!",
        "alllowercase1!",
        "ALLUPPERCASE1!",
        "NoDigitsHere!",
        "NoSymbols123",
        "Password1!",
    ],
    "hunterName": [
        "ab",
        "x" * 25,
        "has space",
        "dot.dot",
        "me",
        "ADMIN",
        "ｓｙｓｔｅｍ",
        "<script>",
        "😀😀😀",
    ],
    "timezone": ["Mars/Olympus", "europe/paris ", "../../etc/passwd", "localtime", "+02:00"],
    "dayStart": ["12:01", "24:00", "4:00", "04:60", "04:00:00", "-1:00"],
    "restDays": [["MON", "TUE", "WED"], ["MON", "MON"], ["mon"], ["MONDAY"], [0]],
    "avatarUrl": [
        "http://example.com/a.png",
        "javascript:alert(1)",
        "https://",
        "//example.com",
        "ftp://a.b",
    ],
    "language": ["", "e", "english language", "en_", "123"],
    "title": ["", "x" * 121],
    "attributes": [["wisdom"], ["strength", "strength"], ["STRENGTH"], [None], ["strength"] * 50],
    "reminderTime": ["24:00", "7:30", "07:60", "noon", "2026-11-22", "2026-11-22T07:30:00"],
    "frequency": ["HOURLY", "daily", ""],
    "schedule": [
        {},
        {"kind": "SOMETIMES"},
        {"kind": "EVERY_DAY", "more": 1},
        {"kind": "WEEKDAYS"},
        {"kind": "WEEKDAYS", "days": []},
        {"kind": "WEEKDAYS", "days": ["MON", "MON"]},
        {"kind": "WEEKDAYS", "days": ["mon"]},
        {"kind": "EVERY_N_DAYS", "n": 0, "from": "2026-11-22"},
        {"kind": "EVERY_N_DAYS", "n": 2**63, "from": "2026-11-22"},
        {"kind": "EVERY_N_DAYS", "n": 2, "from": "2026-02-30"},
        {"kind": "TIMES", "times": 0, "period": "WEEK"},
        {"kind": "TIMES", "times": 2, "period": "YEAR"},
        {"kind": "TIMES", "times": 2, "period": "WEEK", "rolling": 1},
        {"kind": "TIMES", "times": "2", "period": "WEEK"},
        {"kind": NUL},
        {"kind": HALF},
    ],
    "notes": ["x" * 2001],
    "description": ["x" * 2001],
    "completedAt": ["2020-01-01T00:00:00Z", "2030-01-01T00:00:00Z"],
    "timeSpent": [0, -1, 86_401],
    "estimatedTime": [0, -1, 86_401],
    "baseXP": [0, -1, 501],
    "completionsPerDay": [0, -1, 51],
    "day": ["1999-01-01", "2100-01-01"],
}


def resolved(schema: Json, document: Json) -> Json:
    """Return *schema*, or what it refers to."""
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def bad_values(name: str, schema: Json, document: Json, *, words: bool = True) -> Iterator[Any]:
    """
    Yield what the field *name* must not be.

    Args:
        words: Also by the rules that the document gives in words only.
    """
    schema = resolved(schema, document)
    arms = [resolved(arm, document) for arm in schema.get("anyOf") or schema.get("oneOf") or [schema]]
    kinds = {str(arm.get("type", "object")) if "enum" not in arm else "string" for arm in arms}
    if "null" not in kinds:
        yield None
    kinds.discard("null")
    for kind in kinds:
        yield from (value for value in _KINDS[kind] if not _is_of(value, kinds))
    for arm in arms:
        yield from _against(arm)
    if words:
        yield from WORDS.get(name, ())


def _is_of(value: Any, kinds: set[str]) -> bool:
    names = {bool: "boolean", int: "integer", str: "string", list: "array", dict: "object"}
    return names.get(type(value), "number") in kinds


def _against(arm: Json) -> Iterator[Any]:
    if "enum" in arm:
        yield from ("", "UNKNOWN", NUL, HALF, "x" * 10_000)
        yield from (word.swapcase() for word in arm["enum"][:1])
        return
    match arm.get("type"):
        case "string":
            yield from (NUL, HALF)
            if least := arm.get("minLength"):
                yield "x" * (least - 1)
            yield "x" * (arm.get("maxLength", 60_000) + 1)
            yield from _FORMATS.get(arm.get("format", ""), ())
            if "pattern" in arm:
                yield "\x7f"
        case "integer":
            yield from BEYOND
            if "minimum" in arm:
                yield arm["minimum"] - 1
            if "maximum" in arm:
                yield arm["maximum"] + 1
        case "array":
            yield [[]]
            yield [None]
            yield [NUL]
            yield [HALF]
        case "object":
            yield {"unknownName": 1}


def bad_texts(schema: Json) -> Iterator[str]:
    """Yield what a query parameter must not be."""
    if "enum" in schema:
        yield from ("", "UNKNOWN", schema["enum"][0].swapcase(), NUL)
        return
    match schema.get("type"):
        case "integer":
            yield from ("", "abc", "1.5", "1e3", " 1", "１", "NaN", NUL, *map(str, BEYOND))
            if "minimum" in schema:
                yield str(schema["minimum"] - 1)
            if "maximum" in schema:
                yield str(schema["maximum"] + 1)
        case "boolean":
            yield from ("", "yes", "1", "TRUE", NUL)
        case _:
            yield NUL
            yield from _FORMATS.get(schema.get("format", ""), ())
            if "pattern" in schema:
                yield from ("", "\x7f")

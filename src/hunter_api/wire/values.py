"""JSON in: bytes to values, and each value to what a field may hold, said so that it reads after the field's name."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from enum import StrEnum
from itertools import islice
from typing import Any, NoReturn
from uuid import UUID

from hunter_api.errors import MalformedJson
from hunter_api.schemas.schedules import ScheduleValue
from hunter_core.errors import InvalidInput

Hook = Callable[[Any, Any], Any]
"""What reads a value as a type; cattrs calls it with both."""

_INT64 = 2**63
_BEYOND = 10**20
_MOST_TWICE = 100
_LONGEST_NUMBER = 20
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})", re.ASCII)
_FIRST_YEAR = 1970
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", re.ASCII)


class Problem(ValueError):
    """What is wrong with one value, said so that it reads after the field's name."""


# --- bytes to JSON ---------------------------------------------------------------------------------------------


def parse_json(body: bytes) -> object:
    """
    Return the JSON value of *body*.

    Raises:
        MalformedJson: If it is not UTF-8, not JSON, nested too deeply, or has NaN or Infinity.
        InvalidInput: If an object names something twice: one parser takes the first, another the last, and
            whoever looked at the request before us may have seen the other one (RFC 8259, 4).
    """
    twice: dict[str, None] = {}

    def read(pairs: list[tuple[str, object]]) -> dict[str, object]:
        found = dict(pairs)
        if len(found) != len(pairs):
            counted = Counter(name for name, _ in pairs)
            twice.update((name, None) for name, times in counted.items() if times > 1)
        return found

    try:
        value: object = json.loads(
            body.decode(), parse_constant=_no_number, parse_int=whole_number, object_pairs_hook=read
        )
    except UnicodeDecodeError as error:
        raise MalformedJson("The body is not UTF-8.") from error
    except RecursionError as error:
        raise MalformedJson("The body is nested too deeply.") from error
    except ValueError as error:
        raise MalformedJson(f"The body is not JSON: {error}.") from error
    if twice:
        raise InvalidInput.of((name, "must be given once") for name in islice(twice, _MOST_TWICE))
    return value


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON number")


def whole_number(digits: str) -> int:
    """Return the number that *digits* write; for very long ones, some number that is out of every range."""
    # Longer ones are out of every range; Python refuses to read thousands of digits, and need not try.
    return int(digits) if len(digits) <= _LONGEST_NUMBER else _BEYOND


# --- JSON to a request class -----------------------------------------------------------------------------------


def _text(value: Any, _: Any) -> str:
    if not isinstance(value, str):
        raise Problem("must be text")
    if "\0" in value:
        raise Problem("must not contain the character NUL")
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise Problem("must not contain half of a surrogate pair") from None
    return value


def _int(value: Any, _: Any) -> int:
    if type(value) is not int:
        raise Problem("must be a whole number")
    if not -_INT64 <= value < _INT64:
        raise Problem("must be a whole number of 64 bits")
    return value


def _bool(value: Any, _: Any) -> bool:
    if type(value) is not bool:
        raise Problem("must be true or false")
    return value


def _word(value: Any, words: type[StrEnum]) -> StrEnum:
    try:
        return words(value) if isinstance(value, str) else words("")
    except ValueError:
        raise Problem(f"must be one of {', '.join(words)}") from None


def _date(value: Any, _: Any) -> date:
    if isinstance(value, str) and _DATE.fullmatch(value) and int(value[:4]) >= _FIRST_YEAR:
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass  # 2026-02-30: refused below, in the same words
    raise Problem(f"must be a date from {_FIRST_YEAR} to 9999, written YYYY-MM-DD")


def _instant(value: Any, _: Any) -> datetime:
    if isinstance(value, str) and _INSTANT.fullmatch(value) and int(value[:4]) >= _FIRST_YEAR:
        try:
            return datetime.fromisoformat(value.upper()).astimezone(UTC)
        except (ValueError, OverflowError):
            pass  # a 30th of February, an offset of 25 hours, the end of 9999: refused below, in the same words
    raise Problem(
        f"must be an instant from {_FIRST_YEAR} to 9999 with its offset, such as 2026-11-22T08:30:00Z"
    )


def _uuid(value: Any, _: Any) -> UUID:
    if isinstance(value, str) and _UUID.fullmatch(value):
        return UUID(value)
    raise Problem("must be a UUID")


PLAIN: Mapping[Any, Hook] = {
    str: _text,
    StrEnum: _word,  # more special than `str`, so it is the one that is found
    int: _int,
    bool: _bool,
    date: _date,
    datetime: _instant,
    UUID: _uuid,
    ScheduleValue: ScheduleValue.read,
}

"""What is wrong with a request: every problem under the name of its field, not only the first."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TypeVar

from cattrs import BaseValidationError, Converter
from cattrs.errors import ClassValidationError, ForbiddenExtraKeysError, IterableValidationError

from hunter_api.wire.values import Problem
from hunter_core.errors import InvalidInput

T = TypeVar("T")

WHOLE_BODY = "body"
"""The name under which a problem of the body as a whole is reported."""

_LONGEST_NAME = 100
_MOST_PROBLEMS = 100


def field_name(attribute: str) -> str:
    """Return the name on the wire of an attribute of a request class."""
    return attribute.removesuffix("_")


def structured(converter: Converter, value: object, kind: type[T]) -> T:
    """
    Return what *converter* makes of *value*.

    Raises:
        InvalidInput: With every problem that it has.
    """
    try:
        return converter.structure(value, kind)
    except (BaseValidationError, Problem) as error:
        found = list(islice(_problems(error, ""), _MOST_PROBLEMS))
        raise InvalidInput.of(found) from error


def _problems(error: BaseException, where: str) -> Iterator[tuple[str, str]]:
    """Yield every (field, message) of what cattrs collected: fields of objects as a.b, of lists as a[0]."""
    match error:
        case ClassValidationError():
            named, others = error.group_exceptions()
            for inner, note in named:
                name = field_name(note.name)
                yield from _problems(inner, f"{where}.{name}" if where else name)
            for inner in others:
                yield from _problems(inner, where)
        case IterableValidationError():
            numbered, others = error.group_exceptions()
            for inner, place in numbered:
                yield from _problems(inner, f"{where}[{place.index}]")
            for inner in others:
                yield from _problems(inner, where)
        case ForbiddenExtraKeysError():
            for name in sorted(error.extra_fields):
                yield f"{where}.{printable(name)}" if where else printable(name), "is not a known field"
        case KeyError():
            yield where, "is needed"
        case InvalidInput():
            yield from error.problems
        case Problem():
            yield where or WHOLE_BODY, str(error)
        case _:
            raise error


def printable(name: str) -> str:
    """Return a name from outside so that it can be repeated in an answer: no surrogate halves, not too long."""
    return name[:_LONGEST_NAME].encode(errors="backslashreplace").decode()

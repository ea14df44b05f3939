"""
The one way in and out: bytes become a request class by cattrs, an answer class becomes bytes by msgspec.

A field's rules are declared once, as `Annotated[…, msgspec.Meta(…)]`: they are enforced here and printed in
the OpenAPI document. Every problem of a request is reported, not only the first.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from types import NoneType, UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

import attrs
import msgspec
from cattrs import BaseValidationError, Converter
from cattrs.errors import ClassValidationError, ForbiddenExtraKeysError, IterableValidationError
from cattrs.gen import make_dict_structure_fn, override
from msgspec import Meta, UnsetType

from hunter_api.schemas.schedules import ScheduleValue
from hunter_api.wire_values import PLAIN, Hook, Problem, whole_number
from hunter_core.errors import InvalidInput
from hunter_core.rules.rulebook import Limits

T = TypeVar("T")
Check = tuple[Callable[[Any], bool], str]
Bounds = tuple[int, int]

WHOLE_BODY = "body"
"""The name under which a problem of the body as a whole is reported."""

_LONGEST_NAME = 100
_MOST_PROBLEMS = 100


# --- the rules of `Meta` ---------------------------------------------------------------------------------------


class Wire:
    """
    Reads requests.

    *bounds* are the numbers that the rulebook in force sets (`bounds_of`): a rule names one by
    `Meta(extra={"limit": …})`, and so the rulebook stays the only place where they are written.
    """

    def __init__(self, bounds: Mapping[str, Bounds]) -> None:
        self._bounds = bounds
        self._bodies = self._converter()
        self._queries = self._converter()
        self._queries.register_structure_hook(int, _from_text(PLAIN[int], r"-?\d+", whole_number))
        self._queries.register_structure_hook(bool, _from_text(PLAIN[bool], r"true|false", "true".__eq__))

    def structure(self, value: object, kind: type[T]) -> T:
        """
        Return the request that the JSON *value* says.

        Raises:
            InvalidInput: Naming every field that breaks its rule, is missing, or is not known.
        """
        return _structured(self._bodies, value, kind)

    def query(self, parameters: Mapping[str, str], kind: type[T]) -> T:
        """
        Return the query parameters as *kind*; names that it does not have are not looked at.

        Raises:
            InvalidInput: Naming every parameter that breaks its rule or is missing.
        """
        names = {field_name(field.name) for field in attrs.fields(kind)}  # type: ignore[arg-type]
        return _structured(
            self._queries, {name: parameters[name] for name in names & parameters.keys()}, kind
        )

    def _converter(self) -> Converter:
        converter = Converter(detailed_validation=True, forbid_extra_keys=True)

        def annotated(kind: Any) -> Hook:
            base, *metadata = get_args(kind)
            hook: Hook = converter.get_structure_hook(base)
            for meta in metadata:
                if isinstance(meta, Meta):
                    hook = _checked(
                        hook, base, list(self._checks(meta, "items" if _is_tuple(base) else "characters"))
                    )
            return hook

        def without_unset(kind: Any) -> Hook:
            inner: Any = Union[tuple(arm for arm in get_args(kind) if arm is not UnsetType)]  # noqa: UP007 - of as many as there are
            hook: Hook = converter.get_structure_hook(inner)
            return lambda value, _: hook(value, inner)

        def optional(kind: Any) -> Hook:
            (inner,) = (arm for arm in get_args(kind) if arm is not NoneType)
            hook: Hook = converter.get_structure_hook(inner)
            return lambda value, _: None if value is None else hook(value, inner)

        def items(kind: Any) -> Hook:
            inner: Any = list[get_args(kind)[0]]  # type: ignore[misc]
            hook: Hook = converter.get_structure_hook(inner)

            def structure(value: Any, _: Any) -> tuple[Any, ...]:
                if not isinstance(value, list):
                    raise Problem("must be a list")
                return tuple(hook(value, inner))

            return structure

        def fields(kind: Any) -> Hook:
            # `from` is a word of Python's: an attribute is called `from_`, and its field `from`.
            renamed: dict[str, Any] = {
                field.name: override(rename=field_name(field.name))
                for field in attrs.fields(kind)
                if field.name.endswith("_")
            }
            hook = make_dict_structure_fn(kind, converter, **renamed)

            def structure(value: Any, _: Any) -> Any:
                if not isinstance(value, dict):
                    raise Problem("must be a JSON object")
                return hook(value, kind)

            return structure

        # cattrs asks those registered last first.
        converter.register_structure_hook_factory(attrs.has, fields)
        converter.register_structure_hook_factory(_is_tuple, items)
        converter.register_structure_hook_factory(_is_optional, optional)
        converter.register_structure_hook_factory(_has_unset, without_unset)
        converter.register_structure_hook_factory(_is_annotated, annotated)
        for plain, hook in PLAIN.items():
            converter.register_structure_hook(plain, hook)
        return converter

    def _checks(self, meta: Meta, parts: str) -> Iterator[Check]:
        """Yield what a value, of *parts* where it has a length, must hold to, each with the sentence if it does not."""
        extra = meta.extra or {}
        said: str | None = extra.get("message")
        if "limit" in extra:
            low, high = self._bounds[extra["limit"]]
            yield (
                (lambda v: low <= _size(v) <= high),
                (_length(low, high, parts) if parts == "items" else _range(low, high)),
            )
        if meta.min_length is not None or meta.max_length is not None:
            least, most = meta.min_length or 0, meta.max_length
            yield (
                (lambda v: least <= len(v) and (most is None or len(v) <= most)),
                said or _length(least, most, parts),
            )
        if meta.pattern is not None:
            pattern = re.compile(meta.pattern.removesuffix("$") + r"\Z")
            yield (lambda v: pattern.search(v) is not None), said or f"must match {meta.pattern}"
        if meta.ge is not None and meta.le is not None:
            lowest, highest = meta.ge, meta.le
            yield (lambda v: lowest <= v <= highest), _range(lowest, highest)
        if (meta.extra_json_schema or {}).get("uniqueItems"):
            yield (lambda v: len(set(v)) == len(v)), said or "must not name anything twice"


def field_name(attribute: str) -> str:
    """Return the name on the wire of an attribute of a request class."""
    return attribute.removesuffix("_")


def bounds_of(limits: Limits) -> dict[str, Bounds]:
    """Return the bounds of fields that the rulebook sets."""
    return {
        "baseXP": (limits.least_base_xp, limits.most_base_xp),
        "completionsPerDay": (1, limits.completions_per_day),
        "seconds": (1, limits.most_seconds),
        "restDays": (0, limits.rest_days),
    }


def _checked(inner: Hook, kind: Any, checks: list[Check]) -> Hook:
    def structure(value: Any, _: Any) -> Any:
        result = inner(value, kind)
        for holds, message in checks:
            if not holds(result):
                raise Problem(message)
        return result

    return structure


def _size(value: Any) -> int:
    """Return a number itself, and of a list how many items it has."""
    return value if isinstance(value, int) else len(value)


def _length(least: int, most: int | None, parts: str) -> str:
    if most is None:
        return f"must have at least {least} {parts}"
    return f"must have {least} to {most} {parts}" if least else f"must have at most {most} {parts}"


def _range(low: Any, high: Any) -> str:
    return f"must be from {low} to {high}"


def _is_tuple(kind: Any) -> bool:
    origin: Any = get_origin(kind)
    return origin is tuple


def _is_annotated(kind: Any) -> bool:
    origin: Any = get_origin(kind)
    return origin is Annotated


def _is_optional(kind: Any) -> bool:
    arms = get_args(kind)
    return get_origin(kind) in (Union, UnionType) and len(arms) == 2 and NoneType in arms


def _has_unset(kind: Any) -> bool:
    return get_origin(kind) in (Union, UnionType) and UnsetType in get_args(kind)


def _from_text(inner: Hook, pattern: str, read: Callable[[str], Any]) -> Hook:
    form = re.compile(pattern, re.ASCII)

    def structure(value: Any, kind: Any) -> Any:
        return inner(read(value) if isinstance(value, str) and form.fullmatch(value) else value, kind)

    return structure


# --- what is wrong ---------------------------------------------------------------------------------------------


def _structured(converter: Converter, value: object, kind: type[T]) -> T:
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


# --- an answer class to bytes ----------------------------------------------------------------------------------


def _written(value: object) -> object:
    if isinstance(value, ScheduleValue):
        return value.written()
    raise TypeError(f"{type(value).__name__} is not part of any answer")


_encoder = msgspec.json.Encoder(enc_hook=_written)


def success(view: object) -> bytes:
    """Return the envelope of an answer that holds *view*."""
    return b'{"success":true,"data":' + _encoder.encode(view) + b"}"


def encoded(view: object) -> bytes:
    """Return *view*, a part of an answer that is written in parts."""
    return _encoder.encode(view)


def failure(code: str, message: str, request_id: str, details: list[dict[str, str]] | None) -> bytes:
    """Return the envelope of a refusal."""
    error: dict[str, Any] = {"code": code, "message": message}
    if details:
        error["details"] = details
    error["requestId"] = request_id
    return _encoder.encode({"success": False, "error": error})

"""
Bytes become a request class: a field's rules are declared once, and enforced here.

They are `Annotated[…, msgspec.Meta(…)]`, and printed in the OpenAPI document. What no schema can say is a function
of the core, named by `Meta(extra={"check": …})`: it takes the value, and raises InvalidInput. It is asked of a body
that is refused anyway, so that one answer names all; of any other the use case asks it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

import attrs
from cattrs import Converter
from cattrs.gen import make_dict_structure_fn, override
from msgspec import Meta, UnsetType

from hunter_api.wire.problems import field_name, structured
from hunter_api.wire.values import PLAIN, Hook, Problem, whole_number
from hunter_core.errors import InvalidInput
from hunter_core.rules.rulebook import Limits

T = TypeVar("T")
Check = tuple[Callable[[Any], bool], str]
Bounds = tuple[int, int]


def wire_of(bounds: Mapping[str, Bounds]) -> Wire:
    """Return what reads requests by these *bounds*: the same one each time, for it remembers no request."""
    return _wire_of(tuple(sorted(bounds.items())))


@cache
def _wire_of(bounds: tuple[tuple[str, Bounds], ...]) -> Wire:
    return Wire(dict(bounds))


class Wire:
    """
    Reads requests.

    *bounds* are the numbers that the rulebook in force sets (`bounds_of`): a rule names one by
    `Meta(extra={"limit": …})`, and so the rulebook stays the only place where they are written.
    """

    def __init__(self, bounds: Mapping[str, Bounds]) -> None:
        self._bounds = bounds
        self._bodies = self._converter(asks_core=False)
        self._refused_bodies = self._converter(asks_core=True)
        self._queries = self._converter(asks_core=False)
        self._queries.register_structure_hook(int, _from_text(PLAIN[int], r"-?\d+", whole_number))
        self._queries.register_structure_hook(bool, _from_text(PLAIN[bool], r"true|false", "true".__eq__))

    def structure(self, value: object, kind: type[T]) -> T:
        """
        Return the request that the JSON *value* says.

        Raises:
            InvalidInput: Naming every field that breaks its rule, is missing, or is not known.
        """
        try:
            return structured(self._bodies, value, kind)
        except InvalidInput:
            # No use case will see it: so what one would say of the fields that are there is said here.
            return structured(self._refused_bodies, value, kind)

    def query(self, parameters: Mapping[str, str], kind: type[T]) -> T:
        """
        Return the query parameters as *kind*; names that it does not have are not looked at.

        Raises:
            InvalidInput: Naming every parameter that breaks its rule or is missing.
        """
        names = {field_name(field.name) for field in attrs.fields(kind)}  # type: ignore[arg-type]
        return structured(self._queries, {name: parameters[name] for name in names & parameters.keys()}, kind)

    def _converter(self, *, asks_core: bool) -> Converter:
        converter = Converter(detailed_validation=True, forbid_extra_keys=True)

        def annotated(kind: Any) -> Hook:
            base, *metadata = get_args(kind)
            hook: Hook = converter.get_structure_hook(base)
            for meta in metadata:
                if isinstance(meta, Meta):
                    hook = _checked(
                        hook, base, list(self._checks(meta, "items" if _is_tuple(base) else "characters"))
                    )
                    if asks_core and (check := (meta.extra or {}).get("check")):
                        hook = _held_to(hook, base, check)
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


def _held_to(inner: Hook, kind: Any, check: Callable[[Any], object]) -> Hook:
    """Return what reads a value, and asks the core about it."""

    def structure(value: Any, _: Any) -> Any:
        result = inner(value, kind)
        try:
            check(result)
        except InvalidInput as error:
            raise Problem(error.problems[0][1]) from None
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

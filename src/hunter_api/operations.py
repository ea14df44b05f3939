"""
A route is a value: what it takes, what it answers and how it can refuse, declared once.

The application serves it, the OpenAPI document prints it and `hunter routes` lists it, all from the same
declaration, so that the three cannot disagree.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from enum import Enum
from typing import Any, TypeVar, get_args, get_type_hints

import attrs

from hunter_api import errors as api
from hunter_api.answers import Answer
from hunter_core import errors as core
from hunter_core.accounts.api_token import Scope
from hunter_core.errors import HunterError
from hunter_core.limits.limit import LimitName

Handler = TypeVar("Handler", bound=Callable[..., Answer[Any]])

_PARAMETER = re.compile(r"\{(\w+)\}")


class Lane(Enum):
    """Where a request runs: passwords take a quarter of a second each, and must not keep others waiting."""

    AT_ONCE = "on the event loop: it asks nobody"
    STORE = "in a thread that may ask the store"
    PASSWORDS = "in a thread that may hash passwords, too"
    PROVIDERS = "in a thread that may wait for somebody else's server"
    EXPORTS = "in one of a few threads of their own: a whole account takes a while"
    HEALTH = "in a thread of its own: whoever asks for health must not queue with the sick"


@attrs.frozen(kw_only=True)
class Operation:
    """
    One method of one path.

    Attributes:
        path: With its parameters in braces, each the name of an argument of `handle`; `…_id` is an id.
        handle: The route; it gets a `Call`, its path ids, and `body` and `query` where it declares them.
        status: What it answers when it succeeds.
        body: The class of its JSON body, None without one.
        query: The class of its query parameters, None without any.
        view: The class of its answer's `data`, NoneType without one.
        refusals: The refusals of its own; `all_refusals` adds those that follow from the rest.
        signed_in: Whether it takes a session.
        scope: What an API token needs to come here; None where only a session will do.
        keyed: Whether it takes an Idempotency-Key.
        listed: Whether it is a list that a client may keep and ask for again by its ETag (SPEC 10, Caches).
        limit: Under which rate limit its requests count, None under none.
        lane: Where it runs.
        gives: The ids in its answer that other operations take, by the name of the parameter, each as a JSON
            pointer: what the document links by.
        or_accepted: Whether it may answer 202 with an empty object instead: then a mail tells more.
        sends: The headers that its answer carries besides those that every one has.
    """

    method: str
    path: str
    handle: Callable[..., Answer[Any]]
    tag: str
    status: int
    body: type[Any] | None
    query: type[Any] | None
    view: Any
    refusals: tuple[type[HunterError], ...]
    signed_in: bool
    scope: Scope | None
    keyed: bool
    listed: bool
    limit: LimitName | None
    lane: Lane
    gives: Mapping[str, str]
    or_accepted: bool = False
    sends: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The name that clients generate a function from: `complete_quest` is completeQuest."""
        return camel_case(self.handle.__name__)

    @property
    def summary(self) -> str:
        """The first line of the route's docstring."""
        return inspect.cleandoc(self.handle.__doc__ or "").partition("\n")[0].rstrip(".")

    @property
    def description(self) -> str:
        """The docstring after its first line."""
        return inspect.cleandoc(self.handle.__doc__ or "").partition("\n")[2].strip()

    @property
    def path_parameters(self) -> tuple[str, ...]:
        """The names of the path's parameters."""
        return tuple(_PARAMETER.findall(self.path))

    @property
    def wire_path(self) -> str:
        """The path with its parameters spelled as on the wire."""
        return _PARAMETER.sub(lambda match: f"{{{camel_case(match[1])}}}", self.path)

    @property
    def body_is_needed(self) -> bool:
        """Whether an empty body is refused: there is a field without a default."""
        if self.body is None:
            return False
        return any(field.default is attrs.NOTHING for field in attrs.fields(self.body))

    @property
    def all_refusals(self) -> tuple[type[HunterError], ...]:
        """Every refusal that a client may meet here."""
        return tuple(dict.fromkeys([*self._general_refusals(), *self.refusals]))

    def _general_refusals(self) -> Iterator[type[HunterError]]:
        if self.limit is not None:
            yield core.RateLimitExceeded
        if self.signed_in:
            yield core.Unauthenticated
            if self.scope is not Scope.READ:
                yield core.Forbidden
        if self.body is not None:
            yield from (api.BodyTooSlow, api.BodyTooLarge, api.UnsupportedMediaType)
            yield from (api.MalformedJson, core.InvalidInput)
        if self.query is not None and attrs.fields(self.query):
            yield core.InvalidInput
        if self.path_parameters:
            yield core.NotFound
        if self.keyed:
            yield from (core.IdempotencyKeyInvalid, core.IdempotencyKeyReused, core.IdempotencyInProgress)
        if self.lane is not Lane.AT_ONCE:
            yield from (core.StoreUnavailable, core.TooBusy)
            if self.method != "GET":
                yield core.OutcomeUnknown


class Routes:
    """
    Collects the operations of one feature, in the order of their declaration; they count under *limit*.

    With *tokens* API tokens reach them, too: READ what is a GET, WRITE all. Else only those that say so.
    """

    def __init__(
        self, tag: str, base: str, *, limit: LimitName | None = LimitName.OTHER, tokens: bool = False
    ) -> None:
        self.tag, self.base, self.limit, self.tokens = tag, base, limit, tokens
        self.operations: list[Operation] = []

    def get(self, path: str, **options: Any) -> Callable[[Handler], Handler]:
        """Declare the decorated function as the GET of *path*; options are those of `_declare`."""
        return self._declare("GET", path, **options)

    def post(self, path: str, **options: Any) -> Callable[[Handler], Handler]:
        """Declare the decorated function as the POST of *path*."""
        return self._declare("POST", path, **options)

    def patch(self, path: str, **options: Any) -> Callable[[Handler], Handler]:
        """Declare the decorated function as the PATCH of *path*."""
        return self._declare("PATCH", path, **options)

    def delete(self, path: str, **options: Any) -> Callable[[Handler], Handler]:
        """Declare the decorated function as the DELETE of *path*."""
        return self._declare("DELETE", path, **options)

    def _declare(
        self,
        method: str,
        path: str,
        *,
        status: int = 200,
        refuses: tuple[type[HunterError], ...] = (),
        signed_in: bool = True,
        tokens: bool | None = None,
        keyed: bool = False,
        listed: bool = False,
        limit: LimitName | None = None,
        lane: Lane = Lane.STORE,
        gives: Mapping[str, str] | None = None,
        or_accepted: bool = False,
        sends: tuple[str, ...] = (),
    ) -> Callable[[Handler], Handler]:
        reached = signed_in and (self.tokens if tokens is None else tokens)
        scope = (Scope.READ if method == "GET" else Scope.WRITE) if reached else None

        def declare(handle: Handler) -> Handler:
            hints = get_type_hints(handle)
            (view,) = get_args(hints["return"])
            self.operations.append(
                Operation(
                    method=method,
                    path=self.base + path,
                    handle=handle,
                    tag=self.tag,
                    status=status,
                    body=hints.get("body"),
                    query=hints.get("query"),
                    view=view,
                    refusals=refuses,
                    signed_in=signed_in,
                    scope=scope,
                    keyed=keyed,
                    listed=listed,
                    limit=limit or self.limit,
                    lane=lane,
                    gives=gives or {},
                    or_accepted=or_accepted,
                    sends=sends,
                )
            )
            return handle

        return declare


def camel_case(name: str) -> str:
    """Return *name* as JSON and paths spell it: `quest_id` is questId."""
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)

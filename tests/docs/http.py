"""Printers of what HTTP says: error codes, operations and settings."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

import hunter_api
import hunter_core
from hunter_api.app import operations
from hunter_api.problems import STATUS, status_of
from hunter_api.settings import Settings, variable
from hunter_api.settings.redis_url import ANYWHERE, WITH_TLS
from hunter_core.accounts.security_log import MEANINGS, SAMPLED, SecurityEventKind
from hunter_core.errors import HunterError
from hunter_core.limits.limit import LimitName
from tests.docs.pages import modules_of
from tests.docs.printed import Printer, table

# Families, which are never raised themselves, and what only the start of the server meets.
NEVER_ANSWERED = {"ERROR", "REFUSED", "QUEST_REFUSED", "RULEBOOK_INVALID"}


def refusals() -> Iterator[type[HunterError]]:
    """Yield every refusal that any module of core and API defines."""
    modules_of(hunter_core)
    modules_of(hunter_api)
    todo: list[type[HunterError]] = [HunterError]
    while todo:
        kind = todo.pop(0)
        yield kind
        todo.extend(kind.__subclasses__())


def errors() -> str:
    """Every code with its status and its meaning, by status."""
    known = list(STATUS)
    meanings: dict[tuple[int, str], list[str]] = {}
    for kind in sorted(refusals(), key=lambda kind: known.index(kind) if kind in known else len(known)):
        if kind.code not in NEVER_ANSWERED:
            meaning = (kind.__doc__ or "").strip().splitlines()[0].strip().removesuffix(".")
            said = meanings.setdefault((status_of(kind).value, kind.code), [])
            if meaning not in said:
                said.append(meaning)
    rows = [(status, f"`{code}`", "; or: ".join(said)) for (status, code), said in sorted(meanings.items())]
    return table(["status", "code", "meaning"], rows, right="r")


def settings() -> str:
    """Every setting with its default and its meaning."""
    rows = []
    for field in attrs.fields(Settings):
        default = field.metadata["shown"] or f"`{_written(field.default)}`"
        rows.append((f"`{variable(field)}`", default, field.metadata["meaning"]))
    return table(["variable", "default", "meaning"], rows)


def redis_options() -> str:
    """The options that the address of Redis may have."""
    rows = [
        *((f"`{name}`", option.meaning) for name, option in ANYWHERE.items()),
        *((f"`{name}`, with `rediss://`", option.meaning) for name, option in WITH_TLS.items()),
    ]
    return table(["option", "meaning"], rows)


def env_example() -> str:
    """The file `.env.example`: every setting with its meaning, commented out, as it is when it is not set."""
    parts = [
        "# Every setting of `hunter`. What is commented out is the default, or an example where there is none.\n"
    ]
    for field in attrs.fields(Settings):
        value = field.metadata["example"] or _written(field.default)
        shown = field.metadata["shown"]
        meaning = field.metadata["meaning"] + (f" Default: {shown}." if shown else "")
        parts.append(f"# {meaning}\n#{variable(field)}={value}\n")
    return "\n".join(parts)


def _written(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def routes() -> str:
    """Every operation with what it answers, and whether it takes an API token or a key, or may be kept."""
    rows = []
    for operation in operations():
        marks = [
            *(["open to all"] if not operation.signed_in else []),
            *([f"token: {operation.scope}"] if operation.scope else []),
            *(["`Idempotency-Key`"] if operation.keyed else []),
            *(["`ETag`"] if operation.listed else []),
        ]
        path = f"`{operation.method} {operation.wire_path}`"
        rows.append((path, operation.status, operation.summary, ", ".join(marks)))
    return table(["operation", "answers", "what it does", ""], rows, right=" r")


def rate_limits() -> str:
    """Every rate limit with its default and what counts under it."""
    settings = {field.name: field.default for field in attrs.fields(Settings)}
    rows = []
    for name in LimitName:
        rate = settings[f"limit_{name}"]
        assert rate is not None
        found = [operation for operation in operations() if operation.limit is name]
        tags = dict.fromkeys(operation.tag for operation in found)
        # A feature as a whole, or the operations of it that have this limit.
        said = [
            f"all of {tag}"
            if all(operation.limit is name for operation in operations() if operation.tag == tag)
            else ", ".join(f"`{each.method} {each.wire_path}`" for each in found if each.tag == tag)
            for tag in tags
        ]
        rows.append((name.value, f"{rate.requests} in {rate.seconds} s", "; ".join(said)))
    return table(["limit", "by default", "counts"], rows)


def security_events() -> str:
    """Every kind of line in the security log, with what it says."""
    rows = [
        (
            f"`{kind.value}`",
            MEANINGS[kind],
            "at most one line a minute from one place" if kind in SAMPLED else "",
        )
        for kind in SecurityEventKind
    ]
    return table(["event", "what happened", ""], rows)


PRINTERS: dict[str, Printer] = {
    "errors": errors,
    "settings": settings,
    "redis-options": redis_options,
    "operations": routes,
    "rate-limits": rate_limits,
    "security-events": security_events,
}

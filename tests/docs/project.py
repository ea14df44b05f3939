"""Printers of the project itself: its rooms, and its decision records."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import partial

from tests.docs.pages import ROOT
from tests.docs.printed import Printer, table

_SOURCE = re.compile(r" \((SPEC|DESIGN|issue) [^)]*\)")


def rooms(package: str) -> str:
    """Every room of a package, with what its first line says of it."""
    return table(["room", "what is in it"], _rooms(package))


def _rooms(package: str) -> Iterator[tuple[str, str]]:
    for room in sorted((ROOT / "src" / package).glob("*/__init__.py")):
        said = ast.get_docstring(ast.parse(room.read_text(encoding="utf-8")))
        assert said, f"{room} does not say what is in it"
        first = _SOURCE.sub("", said.partition("\n")[0]).rstrip(".")
        yield f"`{room.parent.name}/`", first


def decisions() -> str:
    """Every decision record by its number and title."""
    rows = []
    for record in sorted((ROOT / "docs/decisions").glob("0*.md")):
        number, title = record.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ").split(" ", 1)
        rows.append((number, f"[{title}]({record.name})"))
    return table(["", "decision"], rows)


PRINTERS: dict[str, Printer] = {
    "decisions": decisions,
    "rooms-of-the-core": partial(rooms, "hunter_core"),
    "rooms-of-the-adapters": partial(rooms, "hunter_adapters"),
    "rooms-of-the-api": partial(rooms, "hunter_api"),
}

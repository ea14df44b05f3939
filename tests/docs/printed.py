"""
The parts of the documentation that are printed from the code, so that they cannot go stale.

`<!-- printed: NAME -->` and `<!-- end of NAME -->` hold what the printer of that name makes of the code;
`python -m tests.docs.write` puts it there, and a test finds what is no longer true.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

from tests.docs.pages import pages

_REGION = re.compile(
    r"(?P<begin><!-- printed: (?P<name>[a-z-]+) -->\n)(?P<text>.*?)(?P<end><!-- end of (?P=name) -->)",
    re.DOTALL,
)

Printer = Callable[[], str]


class Region(NamedTuple):
    """A printed part of a page: what is there, and the name of its printer."""

    page: Path
    name: str
    text: str


def regions() -> list[Region]:
    """Return every printed part of every page."""
    return [
        Region(page, match["name"], match["text"])
        for page in pages()
        for match in _REGION.finditer(page.read_text(encoding="utf-8"))
    ]


def rewritten(page: Path, printers: Mapping[str, Printer]) -> str:
    """Return the text of *page* with every printed part printed anew."""
    return _REGION.sub(
        lambda match: match["begin"] + printers[match["name"]]() + match["end"],
        page.read_text(encoding="utf-8"),
    )


def table(headings: Sequence[str], rows: Iterable[Sequence[object]], *, right: str = "") -> str:
    """Return a Markdown table; *right* holds an `r` at the place of each column of numbers."""
    signs = ["---:" if right[place : place + 1] == "r" else "---" for place in range(len(headings))]
    lines = [headings, signs, *rows]
    return "".join(f"| {' | '.join(str(cell) for cell in line)} |\n" for line in lines)


def number(value: int | None) -> str:
    """Return *value* with narrow spaces between its thousands; a dash for None."""
    return "-" if value is None else f"{value:,}".replace(",", "\u202f")


def share(value: Fraction) -> str:
    """Return *value* as a percentage when that is exact, else as a fraction."""
    percent = value * 100
    return f"{percent.numerator} %" if percent.denominator == 1 else str(value)

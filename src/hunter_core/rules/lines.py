"""Which line of a TOML text a key stands on: tomllib checks the text, and this finds the places again."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

Path = tuple[str, ...]

_BARE_OR_QUOTED = re.compile(r"""\s*(?:([A-Za-z0-9_-]+)|"((?:[^"\\]|\\.)*)"|'([^']*)')\s*""")
_STRINGS = ('"""', "'''", '"', "'")


class Lines:
    """
    The line of every table header and of every key that stands in one, of a valid TOML text.

    What lies inside of inline tables and arrays is found at the line of the key that holds it.
    """

    def __init__(self, text: str, source: str = "") -> None:
        self.source = source
        self._lines: dict[Path, int] = {}
        for path, line in _keys(text):
            for length in range(1, len(path) + 1):
                self._lines.setdefault(path[:length], line)

    def known(self, path: Sequence[str]) -> int:
        """Return how much of *path*, from its beginning, has a line of its own."""
        length = len(path)
        while length and tuple(path[:length]) not in self._lines:
            length -= 1
        return length

    def line(self, path: Sequence[str]) -> int:
        """Return the line of *path*, or of what holds it; 1 where neither is there."""
        return self._lines.get(tuple(path[: self.known(path)]), 1)


def _keys(text: str) -> Iterator[tuple[Path, int]]:
    table: Path = ()
    at, end = 0, len(text)
    while at < end:
        stop = text.find("\n", at)
        stop = end if stop < 0 else stop
        start = re.compile(r"[ \t]*").match(text, at)
        first = start.end() if start else at
        if first >= stop or text[first] in "#\r":
            at = stop + 1
            continue
        line = text.count("\n", 0, first) + 1
        if text[first] == "[":
            table, after = _dotted(text, first + (2 if text[first + 1 : first + 2] == "[" else 1))
            yield table, line
            at = _end_of_value(text, after)
        else:
            path, after = _dotted(text, first)
            yield table + path, line
            at = _end_of_value(text, after + 1)
        at += 1


def _dotted(text: str, at: int) -> tuple[Path, int]:
    parts: list[str] = []
    while match := _BARE_OR_QUOTED.match(text, at):
        parts.append(next(part for part in match.groups() if part is not None))
        at = match.end()
        if text[at : at + 1] != ".":
            break
        at += 1
    return tuple(parts), at


def _end_of_value(text: str, at: int) -> int:
    """Return where the line ends on which the value that begins at *at* ends."""
    depth, end = 0, len(text)
    while at < end:
        character = text[at]
        if character == "\n" and depth <= 0:
            return at
        if character == "#":
            stop = text.find("\n", at)
            at = end if stop < 0 else stop
            continue
        quote = next((mark for mark in _STRINGS if text.startswith(mark, at)), None)
        if quote:
            at = _end_of_string(text, at + len(quote), quote)
            continue
        depth += (character in "[{") - (character in "]}")
        at += 1
    return end


def _end_of_string(text: str, at: int, quote: str) -> int:
    while at < len(text) and not text.startswith(quote, at):
        at += 2 if text[at] == "\\" and quote[0] == '"' else 1
    at += len(quote)
    # Up to two quotes may stand right before the closing three (TOML 1.0, String).
    while len(quote) == 3 and text.startswith(quote[0], at):
        at += 1
    return at

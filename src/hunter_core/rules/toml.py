"""A rulebook is read from TOML strictly: every key is needed and known, and no number is a float (SPEC 2)."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from os import PathLike
from pathlib import Path as FilePath
from typing import Any, Final

from hunter_core.rules.findings import Finding, RulebookUnreadable, Severity
from hunter_core.rules.lines import Lines, Path
from hunter_core.rules.rulebook import Rulebook
from hunter_core.rules.schema import rulebook_of
from hunter_core.rules.section import Problem, Section

SHIPPED: Final = ("classic", "modern")
LARGEST_FILE: Final = 1 << 20

# An extending file lays its tables over those of the same name, key by key, one level deep: a rank, an
# achievement or a limit is replaced whole and the others stay. These are its own, or are replaced whole.
_NOT_INHERITED: Final = ("name", "version")
_REPLACED_WHOLE: Final = ("curve",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A rulebook with the text that it came from, so that a finding can name its line."""

    rulebook: Rulebook
    lines: tuple[Lines, ...]

    def finding(self, code: str, severity: Severity, path: Path, sentence: str) -> Finding:
        """Return a finding at the line of *path*."""
        return _finding(self.lines, code, severity, path, sentence)


def load_rulebook(name_or_path: str | PathLike[str]) -> Rulebook:
    """
    Return the shipped rulebook of this name ("classic", "modern"), or the one in the TOML file at this path.

    Raises:
        RulebookInvalid: If there is none, or it cannot be read; the message has a line for all there is to mend.
    """
    text, source = rulebook_text(name_or_path)
    return parse_rulebook(text, source)


def rulebook_text(name_or_path: str | PathLike[str]) -> tuple[str, str]:
    """
    Return the TOML text of a rulebook, and what to call it in findings.

    Raises:
        RulebookInvalid: If there is none, it is not UTF-8, or larger than 1 MiB.
    """
    if str(name_or_path) in SHIPPED:
        source = f"{name_or_path}.toml"
        return resources.files("hunter_core.rules").joinpath(source).read_text(encoding="utf-8"), source
    path = FilePath(name_or_path)
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
        if len(content) > LARGEST_FILE:
            raise _unreadable("FILE_TOO_LARGE", str(path), f"a rulebook has at most {LARGEST_FILE} bytes")
        return content.decode(), str(path)
    except OSError as error:
        shipped = ", ".join(SHIPPED)
        why = f"there is no such rulebook: name one of {shipped}, or a TOML file ({error.strerror})"
        raise _unreadable("NO_SUCH_RULEBOOK", str(path), why) from error
    except UnicodeDecodeError as error:
        raise _unreadable("TOML_SYNTAX", str(path), "the file is not UTF-8; save it as UTF-8") from error


def parse_rulebook(text: str, source: str = "<text>") -> Rulebook:
    """
    Return the rulebook that *text* spells.

    Raises:
        RulebookInvalid: If it spells none.
    """
    return read_rulebook(text, source).rulebook


def read_rulebook(text: str, source: str = "<text>") -> Reading:
    """
    Return the rulebook that *text* spells, with its lines.

    Raises:
        RulebookInvalid: If it spells none.
    """
    document, lines = _document(text, source)
    sources: tuple[Lines, ...] = (lines,)
    if "extends" in document:
        base = document.pop("extends")
        if base not in SHIPPED:
            sentence = f"`extends` names one of {', '.join(SHIPPED)}, not {base!r}"
            raise _unreadable("UNKNOWN_BASE", source, sentence, lines.line(("extends",)))
        below, base_lines = _extended(base)
        document = _laid_over(below, document)
        sources = (lines, *base_lines)
    problems: list[Problem] = []
    rulebook = rulebook_of(Section(document, (), problems))
    if rulebook is None or problems:
        raise RulebookUnreadable(_problem(sources, problem) for problem in problems)
    return Reading(rulebook=rulebook, lines=sources)


def _extended(name: str) -> tuple[dict[str, Any], tuple[Lines, ...]]:
    text, source = rulebook_text(name)
    document, lines = _document(text, source)
    if "extends" not in document:
        return document, (lines,)
    # A shipped one may extend a shipped one; that these never go in a circle is seen by loading each of them.
    below, further = _extended(document.pop("extends"))
    return _laid_over(below, document), (lines, *further)


def _laid_over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    merged = {key: value for key, value in below.items() if key not in _NOT_INHERITED}
    for key, value in above.items():
        under = merged.get(key)
        if isinstance(under, dict) and isinstance(value, dict) and key not in _REPLACED_WHOLE:
            merged[key] = {**under, **value}
        else:
            merged[key] = value
    return merged


def _document(text: str, source: str) -> tuple[dict[str, Any], Lines]:
    try:
        return tomllib.loads(text), Lines(text.replace("\r\n", "\n"), source)
    except (ValueError, RecursionError) as error:
        found = re.search(r"at line (\d+)", str(error))
        line = int(found[1]) if found else 1
        raise _unreadable("TOML_SYNTAX", source, f"this is not TOML: {error}", line) from error


def _unreadable(code: str, source: str, sentence: str, line: int = 1) -> RulebookUnreadable:
    return RulebookUnreadable([Finding(code, Severity.ERROR, line, sentence, source)])


def _problem(lines: tuple[Lines, ...], problem: Problem) -> Finding:
    # A key that is missing is missing from the table that should have it, wherever that was begun first.
    path = problem.path[:-1] if problem.code == "MISSING_KEY" else problem.path
    return _finding(lines, problem.code, Severity.ERROR, path, problem.sentence)


def _finding(lines: tuple[Lines, ...], code: str, severity: Severity, path: Path, sentence: str) -> Finding:
    # The file that knows most of the path wins, and of equals the extending one.
    best = max(lines, key=lambda one: one.known(path))
    return Finding(code, severity, best.line(path), sentence, best.source)

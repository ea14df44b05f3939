"""One table of a TOML document while it is read: each value as what it must be, or a note of what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from fractions import Fraction
from typing import Any, Final, NamedTuple, TypeVar

from hunter_core.rules.ranks import RanksNotRising

# Beyond 2^53 a double, which is what JSON readers and sorted sets have, no longer holds every whole number.
MOST_XP: Final = 1 << 53
NOT_EXACT: Final = "beyond 2^53, where a double no longer holds every whole number"
MOST_PART: Final = 1_000_000

T = TypeVar("T")
Word = TypeVar("Word", bound=StrEnum)


class Problem(NamedTuple):
    """What keeps a document from being a rulebook, and where."""

    code: str
    path: tuple[str, ...]
    sentence: str


class Section:
    """
    One table of the document while it is being read.

    Every reader returns the value, or None after it has noted why there is none; `close` notes what nobody
    asked for.
    """

    def __init__(self, content: Mapping[str, Any], path: tuple[str, ...], problems: list[Problem]) -> None:
        self.path, self._content, self._problems = path, content, problems
        self._asked: list[str] = []

    def __contains__(self, key: str) -> bool:
        """Say whether the document has this key."""
        return key in self._content

    def __iter__(self) -> Iterator[str]:
        """Yield the keys in their order."""
        return iter(self._content)

    def __len__(self) -> int:
        """Return how many keys there are."""
        return len(self._content)

    def note(self, code: str, key: str | None, sentence: str) -> None:
        """Note a problem with *key*, or with the table itself."""
        path = self.path if key is None else (*self.path, key)
        name = ".".join(path)
        self._problems.append(Problem(code, path, f"{name}: {sentence}" if name else sentence))

    def value(self, key: str) -> Any:
        """Return the raw value of a key that must be there."""
        self._asked.append(key)
        if key not in self._content:
            self.note("MISSING_KEY", key, "it is missing; add it")
        return self._content.get(key)

    def integer(self, key: str, least: int = 0, most: int = MOST_XP) -> int | None:
        """Return a whole number from *least* to *most*."""
        value = self.value(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int):
            self.note("WRONG_TYPE", key, f"write a whole number, not {value!r}")
            return None
        if value > MOST_XP:
            self.note("NOT_EXACT", key, f"{value} is {NOT_EXACT}")
            return None
        if not least <= value <= most:
            self.note("OUT_OF_RANGE", key, f"{value} is not between {least} and {most}")
            return None
        return value

    def text(self, key: str, most: int = 500) -> str | None:
        """Return a text that is not empty."""
        value = self.value(key)
        if value is None:
            return None
        if not isinstance(value, str):
            self.note("WRONG_TYPE", key, f"write a text in quotes, not {value!r}")
            return None
        if not value.strip() or len(value) > most:
            self.note("OUT_OF_RANGE", key, f"write 1 to {most} characters")
            return None
        return value

    def fraction(self, key: str) -> Fraction | None:
        """Return an exact share: a whole number, or a text like "7/10"."""
        value = self.value(key)
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MOST_PART:
            return Fraction(value)
        if isinstance(value, str) and (match := re.fullmatch(r"(\d{1,7})/(\d{1,7})", value, re.ASCII)):
            over, under = int(match[1]), int(match[2])
            if over <= MOST_PART and 0 < under <= MOST_PART:
                return Fraction(over, under)
        if value is not None:
            exact = f'write a whole number or a fraction in quotes, such as "7/10", not {value!r}'
            self.note("WRONG_TYPE", key, exact)
        return None

    def word(self, key: str, words: type[Word]) -> Word | None:
        """Return a member of the enum *words*."""
        value = self.value(key)
        if value is None:
            return None
        members = {member.value: member for member in words}
        if not isinstance(value, str) or value not in members:
            self.note("WRONG_TYPE", key, f"write one of {', '.join(members)}, not {value!r}")
            return None
        return members[value]

    def section(self, key: str) -> Section | None:
        """Return the table *key*."""
        return self._section(self.value(key), key)

    def sections(self, key: str) -> list[Section] | None:
        """Return the tables that the list *key* holds."""
        value = self.value(key)
        if value is None:
            return None
        if not isinstance(value, list):
            self.note("WRONG_TYPE", key, f"write a list of tables, not {value!r}")
            return None
        found = [self._section(part, key) for part in value]
        return [section for section in found if section is not None] if None not in found else None

    def _section(self, value: Any, key: str) -> Section | None:
        if value is None:
            return None
        if not isinstance(value, Mapping):
            self.note("WRONG_TYPE", key, f"write a table, not {value!r}")
            return None
        return Section(value, (*self.path, key), self._problems)

    def close(self) -> None:
        """Note every key that nobody asked for."""
        for key in self._content:
            if key not in self._asked:
                known = ", ".join(self._asked)
                self.note(
                    "UNKNOWN_KEY",
                    key,
                    f"it is not known; take it out, or mend its name (known here: {known})",
                )

    def built(self, code: str, at: str | None, build: Callable[..., T], /, **parts: object) -> T | None:
        """Return `build(**parts)`; None where a part is missing or the value refuses them, noted at key *at*."""
        if any(part is None for part in parts.values()):
            return None
        try:
            return build(**parts)
        except RanksNotRising as error:
            self.note(code, error.rank, str(error))
        except ValueError as error:
            self.note(code, at, str(error))
        return None

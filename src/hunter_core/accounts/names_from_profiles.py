"""A hunter's name from what somebody is called elsewhere, by the field rules (SPEC 5)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from hunter_core.accounts.names import LONGEST_NAME, SHORTEST_NAME, check_hunter_name
from hunter_core.errors import InvalidInput

NAMELESS = "Hunter"
"""Who has no name that can be a hunter's is called this, and a number. Never a part of the address: it is private."""

LONGEST_READ = 200
"""Characters of a profile's name that are looked at."""

_FIRST_NUMBERS = range(2, 10)
_GAPS = re.compile(r"_{2,}")


def name_from(profile_name: str | None) -> str:
    """
    Return the hunter name that *profile_name* makes: spaces become `_`, what no name may hold is left out.

    What remains too short, or is a reserved word, makes `NAMELESS`.
    """
    written = unicodedata.normalize("NFKC", (profile_name or "")[:LONGEST_READ])
    spaced = "".join("_" if letter.isspace() else letter for letter in written)
    name = _GAPS.sub("_", "".join(letter for letter in spaced if _may_stand(letter))).strip("_-")
    name = name[:LONGEST_NAME].rstrip("_-")
    try:
        return check_hunter_name(name)
    except InvalidInput:
        return NAMELESS


def numbered(name: str, number: int) -> str:
    """Return *name* with *number* after it, cut to fit."""
    digits = str(number)
    return name[: LONGEST_NAME - len(digits)] + digits


def candidates(name: str, chances: Iterator[int], *, small_numbers: bool = True) -> Iterator[str]:
    """
    Yield *name*, then it with a small number, then with the numbers of *chances*, which nobody else tries.

    `NAMELESS` always gets a number. Without *small_numbers*, only those of *chances* follow.
    """
    if name != NAMELESS:
        yield name
    if small_numbers:
        yield from (numbered(name, number) for number in _FIRST_NUMBERS)
    yield from (numbered(name, number) for number in chances)


def _may_stand(letter: str) -> bool:
    try:
        # Asked of three of it, so that only what it is decides, not how short it is.
        check_hunter_name(letter * SHORTEST_NAME)
    except InvalidInput:
        return False
    return True

"""The passwords that are tried first, shipped compressed; where they come from: docs/decisions/0007-passwords.md."""

from __future__ import annotations

import gzip
import itertools
from functools import cache
from importlib.resources import files


class CommonPasswords:
    """
    A block-list of passwords, looked up in NFKC and case folded.

    It is one text with a line for each and is searched as such: half a megabyte, where a set takes six, and a
    tenth of a millisecond beside a hash that takes a quarter of a second.
    """

    def __init__(self, lines: str) -> None:
        self._lines = f"\n{lines}\n".encode()

    def __contains__(self, password: object) -> bool:
        """Tell whether *password*, in any case, is on the list."""
        if not isinstance(password, str) or not password or "\n" in password:
            return False
        return f"\n{password.casefold()}\n".encode("utf-8", "surrogatepass") in self._lines

    def __len__(self) -> int:
        """Return how many are on the list."""
        return self._lines.count(b"\n") - 1

    def joined(self, password: str) -> bool:
        """Tell whether *password* is one of the list, two of them joined, a piece over and over, or `abcdef…`."""
        folded = password.casefold()
        if folded in self or _repeats(folded) or _counts(folded):
            return True
        return any(folded[:cut] in self and folded[cut:] in self for cut in range(1, len(folded)))


LONGEST_PIECE = 5
"""Characters of a piece that makes no password, however often it is repeated."""


def _repeats(text: str) -> bool:
    return any(text == (text[:size] * len(text))[: len(text)] for size in range(1, LONGEST_PIECE + 1))


def _counts(text: str) -> bool:
    """Tell whether each letter is the one after, or before, the letter that it follows."""
    steps = {ord(after) - ord(before) for before, after in itertools.pairwise(text)}
    return len(steps) == 1 and steps <= {1, -1}


@cache
def common_passwords() -> CommonPasswords:
    """Return the list that ships, read when it is first asked for."""
    packed = files("hunter_core.accounts").joinpath("common_passwords.txt.gz").read_bytes()
    return CommonPasswords(gzip.decompress(packed).decode())

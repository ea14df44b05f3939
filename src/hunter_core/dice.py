"""Dice whose roll follows from the completion's id and the attribute's name alone (SPEC 2, Attribute gains)."""

from __future__ import annotations

from hashlib import blake2b

from hunter_core.ids import CompletionId
from hunter_core.words import Attribute

_PERSON = b"hunter.dice"
_DRAW = 8
_STARTS = range(0, 8 * _DRAW, _DRAW)
_RANGE = 1 << (8 * _DRAW)


class HashDice:
    """
    Rolls by a keyed hash: the same completion and attribute roll the same on every machine, for ever.

    BLAKE2b keyed with the completion's id gives draws of 64 bits; a draw beyond the last whole multiple of
    the span is thrown away and the next one taken, so that every number is exactly as likely as the others.
    """

    __slots__ = ()

    def roll(self, completion_id: CompletionId, attribute: Attribute, low: int, high: int) -> int:
        """
        Return a uniform whole number from *low* to *high*, both included.

        Raises:
            ValueError: If there is no such number, or more of them than 64 bits tell apart.
        """
        span = high - low + 1
        if not 1 <= span <= _RANGE:
            raise ValueError(f"there is no roll from {low} to {high}")
        fair = _RANGE - _RANGE % span
        block = 0
        while True:
            digest = blake2b(
                attribute.encode(), key=completion_id.bytes, person=_PERSON, salt=block.to_bytes(8, "big")
            ).digest()
            for start in _STARTS:
                draw = int.from_bytes(digest[start : start + _DRAW], "big")
                if draw < fair:
                    return low + draw % span
            block += 1

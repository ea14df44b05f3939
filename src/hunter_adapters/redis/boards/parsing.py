"""What lies in Redis is read as we write it; where it has another form, somebody else wrote it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from uuid import UUID

from hunter_adapters.redis.connection import KeyUnusable
from hunter_core.ids import AccountId, HunterId

_NOT_OURS = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""What comes of parsing what somebody else wrote."""


@contextmanager
def parsing() -> Iterator[None]:
    """
    Parse within this what Redis told, and nothing else: a mistake of ours would be taken for theirs.

    Raises:
        KeyUnusable: If it is not as we write it.
    """
    try:
        yield
    except _NOT_OURS as error:
        raise KeyUnusable(type(error).__name__) from error


def hunters_of(fields: Iterable[bytes]) -> list[HunterId]:
    """
    Return the hunters whose ids *fields* of a hash are.

    Raises:
        KeyUnusable: If one of them is no id.
    """
    with parsing():
        return [HunterId(AccountId(UUID(bytes=each))) for each in fields]

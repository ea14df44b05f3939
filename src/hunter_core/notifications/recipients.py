"""How hunters are to be told: what they want, and where they can be reached; read for many at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from hunter_core.hunters.settings import Settings
from hunter_core.ids import HunterId, PushTargetId


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """
    How a hunter is to be told.

    Attributes:
        last_seq: The last number given to an event of theirs; 0 before the first.
        email: The address of their account, proved or not.
        takes_mail: Whether that address is proved, and the account in use.
        push_targets: Where they want to be told, the oldest first.
    """

    settings: Settings
    last_seq: int
    email: str
    takes_mail: bool
    push_targets: tuple[PushTargetId, ...] = ()


class Recipients(Protocol):
    """Knows how hunters are to be told."""

    def of(self, hunter_ids: Iterable[HunterId]) -> Mapping[HunterId, Recipient]:
        """Return how these hunters are to be told, locked or not, many by one read; who is not there is left out."""
        ...

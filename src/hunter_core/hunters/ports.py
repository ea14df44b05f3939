"""What use cases ask of a store of hunters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from hunter_core.hunters.hunter import Hunter
from hunter_core.ids import HunterId


class Hunters(Protocol):
    """Keeps hunters, a row each."""

    def add(self, hunter: Hunter) -> None:
        """
        Keep a new hunter.

        Raises:
            HunterNameTaken: If another hunter's name is the same on casefold.
        """
        ...

    def lock(self, hunter_id: HunterId) -> Hunter:
        """
        Return the hunter, locked against every other writer until the transaction ends.

        Raises:
            NotFound: If there is no such hunter.
            StoreUnavailable: If the lock was not to be had in time.
        """
        ...

    def lock_all(self, hunter_ids: Iterable[HunterId]) -> Sequence[Hunter]:
        """
        Return these hunters, locked like one, in the order of their ids; who is not there is left out.

        Raises:
            StoreUnavailable: If a lock was not to be had in time.
        """
        ...

    def get(self, hunter_id: HunterId) -> Hunter:
        """
        Return the hunter, not locked.

        Raises:
            NotFound: If there is no such hunter.
        """
        ...

    def get_all(self, hunter_ids: Iterable[HunterId]) -> Mapping[HunterId, Hunter]:
        """Return these hunters, not locked, many by one read; who is not there is left out."""
        ...

    def by_name(self, name: str) -> Hunter:
        """
        Return the hunter of that name, on casefold.

        Raises:
            NotFound: If there is no such hunter.
        """
        ...

    def save(self, hunter: Hunter) -> None:
        """
        Keep *hunter*, which is locked, as it is now.

        Raises:
            HunterNameTaken: If another hunter's name is the same on casefold.
        """
        ...

"""What every use case asks of the world: the time, chance, and a transaction."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from hunter_core.ids import CompletionId
from hunter_core.words import Attribute

if TYPE_CHECKING:
    from hunter_core.accounts.ports import Accounts, HunterSettings, Sessions
    from hunter_core.completions.situation import Completions, Situations, Unlocks
    from hunter_core.events import Outbox
    from hunter_core.hunters.ports import Hunters
    from hunter_core.keys import IdempotencyKeys
    from hunter_core.ledger.ports import Days, Histories, Ledger
    from hunter_core.quests.ports import QuestHistory, Quests, Skips


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""
        ...


class Dice(Protocol):
    """Rolls attribute gains."""

    def roll(self, completion_id: CompletionId, attribute: Attribute, low: int, high: int) -> int:
        """Return a uniform whole number from *low* to *high*, always the same for the same completion and name."""
        ...


class UnitOfWork(Protocol):
    """
    One transaction over every port. What is not committed did not happen.

    A use case locks the hunter first and reads what it decides on after (SPEC 7).
    """

    @property
    def accounts(self) -> Accounts: ...
    @property
    def sessions(self) -> Sessions: ...
    @property
    def settings(self) -> HunterSettings: ...
    @property
    def hunters(self) -> Hunters: ...
    @property
    def quests(self) -> Quests: ...
    @property
    def quest_history(self) -> QuestHistory: ...
    @property
    def skips(self) -> Skips: ...
    @property
    def situations(self) -> Situations: ...
    @property
    def completions(self) -> Completions: ...
    @property
    def unlocks(self) -> Unlocks: ...
    @property
    def ledger(self) -> Ledger: ...
    @property
    def days(self) -> Days: ...
    @property
    def histories(self) -> Histories: ...
    @property
    def outbox(self) -> Outbox: ...
    @property
    def keys(self) -> IdempotencyKeys: ...

    def commit(self) -> None:
        """
        Make everything of this transaction last.

        Raises:
            OutcomeUnknown: If the connection was lost before the answer came.
            StoreUnavailable: If the database refused for now; nothing was changed.
        """
        ...


class Store(Protocol):
    """Opens transactions."""

    def write(self) -> AbstractContextManager[UnitOfWork]:
        """
        Return a transaction that may change things; leaving it without `commit` changes nothing.

        Raises:
            StoreUnavailable: If the database is away or busy for too long.
        """
        ...

    def read(self) -> AbstractContextManager[UnitOfWork]:
        """
        Return a transaction that only reads.

        Raises:
            StoreUnavailable: If the database is away or busy for too long.
        """
        ...

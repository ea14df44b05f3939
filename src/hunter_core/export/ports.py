"""What an export asks of a store: everything of one account, in parts that fit into memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from hunter_core.accounts.account import Account
from hunter_core.export.records import Pattern, SecondFactor
from hunter_core.hunters.hunter import Hunter
from hunter_core.hunters.settings import Settings
from hunter_core.ids import AccountId

PART = 500
"""Rows that are in memory at one time."""


class Section(StrEnum):
    """The lists of an export, in their order, under the names that they have in it."""

    IDENTITIES = "identities"
    SESSIONS = "sessions"
    API_TOKENS = "apiTokens"
    MAILS = "mails"
    QUESTS = "quests"
    SKIPS = "skips"
    COMPLETIONS = "completions"
    LEDGER = "ledger"
    UNLOCKS = "unlocks"
    DAYS = "dailyStats"
    SCORES = "scores"
    NOTIFICATIONS = "notifications"
    PUSH_TARGETS = "pushTargets"
    WEBHOOKS = "webhooks"
    FRIENDSHIPS = "friendships"
    GUILDS = "guilds"
    RECOMMENDATIONS = "recommendations"


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What there is one of."""

    account: Account
    hunter: Hunter
    settings: Settings
    second_factor: SecondFactor | None
    pattern: Pattern | None


class Archive(Protocol):
    """Reads everything that is kept of an account."""

    def head(self, account_id: AccountId) -> Head:
        """
        Return what there is one of.

        Raises:
            NotFound: If there is no such account.
        """
        ...

    def rows(self, account_id: AccountId, section: Section) -> Iterator[Sequence[Any]]:
        """
        Yield the rows of *section*, at most `PART` at a time, none twice, in an order that stays.

        Values: `Identity`, `Session`, `ApiToken`, `Mail`, `Quest`, `Skip`, `Completion` (by local day, voided
        ones too), `LedgerEntry` (by `seq`), `NamedUnlock`, `DayRow` (ascending), `Score`, `Notification`
        (also those that are to be sent, or were removed), `PushTarget`, `Webhook`, `Friend`,
        `Membership`, `Suggestion`.
        """
        ...

"""Tables that are copied where they are written: a transaction sees its own changes and what was committed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from typing import Generic, TypeVar
from uuid import UUID

from hunter_core.accounts.account import Account
from hunter_core.accounts.api_token import ApiToken
from hunter_core.accounts.attempts import Checks
from hunter_core.accounts.code import OneTimeCode
from hunter_core.accounts.identity import Identity
from hunter_core.accounts.session import Session
from hunter_core.accounts.two_factor import TwoFactor
from hunter_core.completions.completion import Completion
from hunter_core.completions.unlock import Unlock
from hunter_core.events import OutboxEvent
from hunter_core.hunters.hunter import Hunter
from hunter_core.hunters.settings import Settings
from hunter_core.ids import (
    AccountId,
    ApiTokenId,
    CodeId,
    CompletionId,
    HunterId,
    IdentityId,
    MailId,
    NotificationId,
    PushTargetId,
    QuestId,
    SessionId,
    UnlockId,
    WebhookId,
)
from hunter_core.keys import StoredAnswer
from hunter_core.leaderboard.order import Score
from hunter_core.leaderboard.read import is_listed
from hunter_core.ledger.days import DayRow
from hunter_core.ledger.entry import LedgerEntry
from hunter_core.mail.mail import Mail
from hunter_core.notifications.notification import Notification
from hunter_core.notifications.ports import Agenda
from hunter_core.notifications.push import PushDelivery, PushTarget
from hunter_core.quests.quest import Quest
from hunter_core.relay.ports import Waiting
from hunter_core.webhooks.delivery import WebhookDelivery
from hunter_core.webhooks.webhook import Webhook

Key = TypeVar("Key")
Row = TypeVar("Row")


class ConstraintViolated(Exception):
    """A row breaks what a database would hold by a constraint: a mistake of the caller's, not of a hunter's."""


class NotLocked(Exception):
    """A row was written whose hunter, account or session was not locked first (SPEC 7)."""


class Table(Generic[Key, Row]):
    """
    Rows by key, in parts: one for each hunter, or a single one for all.

    A fork shares every part with the table that it was made of, and copies a part when it first writes to it.
    """

    __slots__ = ("_own", "_parts", "_writable")

    def __init__(
        self, parts: Mapping[UUID | None, dict[Key, Row]] | None = None, *, writable: bool = False
    ) -> None:
        self._parts: dict[UUID | None, dict[Key, Row]] = {} if parts is None else dict(parts)
        self._own: set[UUID | None] = set()
        self._writable = writable

    def fork(self, *, writable: bool) -> Table[Key, Row]:
        """Return a table with the same rows, whose changes this one does not see."""
        return Table(self._parts, writable=writable)

    def close(self) -> None:
        """Take no more changes."""
        self._writable = False

    def rows(self, part: UUID | None = None) -> Mapping[Key, Row]:
        """Return the rows of *part*, in the order in which they were added; not to be changed."""
        return self._parts.get(part, {})

    def edit(self, part: UUID | None = None) -> dict[Key, Row]:
        """Return the rows of *part*, to be changed."""
        if not self._writable:
            raise RuntimeError(
                "This transaction only reads, or is over: write in `with store.write() as uow`."
            )
        if part not in self._own:
            self._parts[part] = dict(self._parts.get(part, {}))
            self._own.add(part)
        return self._parts[part]

    def add(self, key: Key, row: Row, part: UUID | None = None) -> None:
        """
        Add a row.

        Raises:
            ConstraintViolated: If there is one with this key.
        """
        rows = self.edit(part)
        if key in rows:
            raise ConstraintViolated(f"There is a row with the key {key} already.")
        rows[key] = row


def _table() -> Table[Key, Row]:
    return Table()


@dataclass(slots=True)
class Tables:
    """Every table. Those of accounts, sessions, hunters and names have one part, the others one for each hunter."""

    accounts: Table[AccountId, Account] = field(default_factory=_table)
    sessions: Table[SessionId, Session] = field(default_factory=_table)
    codes: Table[CodeId, OneTimeCode] = field(default_factory=_table)
    password_checks: Table[bytes, tuple[Checks, datetime]] = field(default_factory=_table)
    two_factors: Table[AccountId, TwoFactor] = field(default_factory=_table)
    recovery_codes: Table[bytes, datetime | None] = field(default_factory=_table)
    identities: Table[IdentityId, Identity] = field(default_factory=_table)
    api_tokens: Table[ApiTokenId, ApiToken] = field(default_factory=_table)
    mails: Table[MailId, Mail] = field(default_factory=_table)
    settings: Table[HunterId, Settings] = field(default_factory=_table)
    hunters: Table[HunterId, Hunter] = field(default_factory=_table)
    quests: Table[QuestId, Quest] = field(default_factory=_table)
    skips: Table[tuple[QuestId, date], datetime] = field(default_factory=_table)
    completions: Table[CompletionId, Completion] = field(default_factory=_table)
    unlocks: Table[UnlockId, Unlock] = field(default_factory=_table)
    entries: Table[int, LedgerEntry] = field(default_factory=_table)
    days: Table[date, DayRow] = field(default_factory=_table)
    scores: Table[str, Score] = field(default_factory=_table)
    outbox: Table[int, OutboxEvent] = field(default_factory=_table)
    waiting: Table[int, Waiting] = field(default_factory=_table)
    relayed: Table[int, datetime] = field(default_factory=_table)
    erased: Table[HunterId, datetime] = field(default_factory=_table)
    live_tickets: Table[bytes, tuple[SessionId, datetime]] = field(default_factory=_table)
    notifications: Table[NotificationId, Notification] = field(default_factory=_table)
    agendas: Table[HunterId, Agenda] = field(default_factory=_table)
    push_targets: Table[PushTargetId, PushTarget] = field(default_factory=_table)
    push_deliveries: Table[tuple[PushTargetId, NotificationId], PushDelivery] = field(default_factory=_table)
    webhooks: Table[WebhookId, Webhook] = field(default_factory=_table)
    webhook_deliveries: Table[tuple[WebhookId, UUID], WebhookDelivery] = field(default_factory=_table)
    keys: Table[str, StoredAnswer] = field(default_factory=_table)
    rulebook: Table[str, str] = field(default_factory=_table)

    def fork(self, *, writable: bool) -> Tables:
        """Return tables with the same rows, whose changes these do not see."""
        forks = {each.name: getattr(self, each.name).fork(writable=writable) for each in fields(self)}
        return Tables(**forks)

    def listed(self, hunter: Hunter) -> bool:
        """Tell whether *hunter* is on the boards, as activity and settings say."""
        settings = self.settings.rows().get(hunter.id)
        return settings is not None and is_listed(hunter, settings)

    def close(self) -> None:
        """Take no more changes."""
        for each in fields(self):
            getattr(self, each.name).close()

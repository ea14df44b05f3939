"""A transaction over every port in memory."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Self

from hunter_adapters.memory.accounts import MemoryAccounts, MemorySessions, MemorySettings
from hunter_adapters.memory.analytics import MemoryAnalytics
from hunter_adapters.memory.api_tokens import MemoryApiTokens
from hunter_adapters.memory.archive import MemoryArchive
from hunter_adapters.memory.backlog import MemoryBacklog
from hunter_adapters.memory.completions import MemoryCompletions, MemoryUnlocks
from hunter_adapters.memory.erasures import MemoryErasures
from hunter_adapters.memory.hunters import MemoryHunters
from hunter_adapters.memory.identities import MemoryIdentities
from hunter_adapters.memory.keys import MemoryKeys
from hunter_adapters.memory.ledger import MemoryDays, MemoryHistories, MemoryLedger
from hunter_adapters.memory.live import MemoryLiveTickets, MemoryWatch
from hunter_adapters.memory.locks import Locks
from hunter_adapters.memory.mails import MemoryCodes, MemoryMails
from hunter_adapters.memory.notifications import (
    MemoryAgendas,
    MemoryNotifications,
    MemoryPushDeliveries,
    MemoryPushTargets,
)
from hunter_adapters.memory.outbox import MemoryOutbox
from hunter_adapters.memory.password_checks import MemoryPasswordChecks
from hunter_adapters.memory.purges import MemoryPurges
from hunter_adapters.memory.quests import MemoryQuestHistory, MemoryQuests, MemorySkips
from hunter_adapters.memory.recipients import MemoryRecipients
from hunter_adapters.memory.roster import MemoryRoster
from hunter_adapters.memory.scores import MemoryScores
from hunter_adapters.memory.situations import MemorySituations
from hunter_adapters.memory.tables import Tables
from hunter_adapters.memory.two_factor import MemoryRecoveryCodes, MemoryTwoFactors
from hunter_adapters.memory.webhooks import MemoryWebhookDeliveries, MemoryWebhooks


class MemoryUnitOfWork:
    """Implements `hunter_core.ports.UnitOfWork` on a fork of the store's tables."""

    def __init__(self, tables: Tables, *, publish: Callable[[Tables], None] | None) -> None:
        self._publish = publish
        self.committed = False
        self._locks = locks = Locks(writes=publish is not None)
        self._tables = tables = tables.fork(writable=publish is not None)
        self.accounts = MemoryAccounts(tables, locks)
        self.sessions = MemorySessions(tables, locks)
        self.codes = MemoryCodes(tables, locks)
        self.password_checks = MemoryPasswordChecks(tables, locks)
        self.two_factors = MemoryTwoFactors(tables, locks)
        self.recovery_codes = MemoryRecoveryCodes(tables, locks)
        self.identities = MemoryIdentities(tables, locks)
        self.roster = MemoryRoster(tables)
        self.archive = MemoryArchive(tables)
        self.purges = MemoryPurges(tables, locks)
        self.erasures = MemoryErasures(tables, locks)
        self.api_tokens = MemoryApiTokens(tables, locks)
        self.mails = MemoryMails(tables, locks)
        self.settings = MemorySettings(tables, locks)
        self.hunters = MemoryHunters(tables, locks)
        self.quests = MemoryQuests(tables, locks)
        self.quest_history = MemoryQuestHistory(tables)
        self.skips = MemorySkips(tables, locks)
        self.situations = MemorySituations(tables)
        self.completions = MemoryCompletions(tables, locks)
        self.unlocks = MemoryUnlocks(tables, locks)
        self.ledger = MemoryLedger(tables, locks)
        self.days = MemoryDays(tables, locks)
        self.scores = MemoryScores(tables, locks)
        self.analytics = MemoryAnalytics(tables)
        self.histories = MemoryHistories(tables, locks)
        self.outbox = MemoryOutbox(tables, locks)
        self.backlog = MemoryBacklog(tables, locks)
        self.recipients = MemoryRecipients(tables)
        self.notifications = MemoryNotifications(tables, locks)
        self.agendas = MemoryAgendas(tables, locks)
        self.push_targets = MemoryPushTargets(tables, locks)
        self.push_deliveries = MemoryPushDeliveries(tables)
        self.webhooks = MemoryWebhooks(tables, locks)
        self.webhook_deliveries = MemoryWebhookDeliveries(tables)
        self.live_tickets = MemoryLiveTickets(tables)
        self.watch = MemoryWatch(tables)
        self.keys = MemoryKeys(tables)

    def commit(self) -> None:
        """
        Make everything of this transaction last, and end it.

        Raises:
            RuntimeError: If this transaction only reads, or is over.
        """
        if self._publish is None:
            raise RuntimeError("This transaction only reads, or is over: there is nothing to commit.")
        publish = self._end()
        publish(self._tables)
        self.committed = True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def _end(self) -> Callable[[Tables], None]:
        # A port that outlives its transaction must not write into tables that are published, or never will be.
        publish, self._publish = self._publish, None
        self._tables.close()
        self._locks.close()
        return publish or _nowhere


def _nowhere(tables: Tables) -> None:
    """Publish nothing."""

"""One transaction over every port."""

from __future__ import annotations

from sqlalchemy import String, column, select, table

from hunter_adapters.sql.accounts import SqlAccounts
from hunter_adapters.sql.achievements import SqlAchievements
from hunter_adapters.sql.analytics import SqlAnalytics
from hunter_adapters.sql.api_tokens import SqlApiTokens
from hunter_adapters.sql.archive import SqlArchive
from hunter_adapters.sql.backlog import SqlBacklog
from hunter_adapters.sql.codes import SqlCodes
from hunter_adapters.sql.completions import SqlCompletions
from hunter_adapters.sql.days import SqlDays
from hunter_adapters.sql.erasures import SqlErasures
from hunter_adapters.sql.histories import SqlHistories
from hunter_adapters.sql.hunters import SqlHunters
from hunter_adapters.sql.identities import SqlIdentities
from hunter_adapters.sql.keys import SqlIdempotencyKeys
from hunter_adapters.sql.ledger import SqlLedger
from hunter_adapters.sql.live import SqlLiveTickets, SqlWatch
from hunter_adapters.sql.mails import SqlMails
from hunter_adapters.sql.notifications import SqlAgendas, SqlNotifications
from hunter_adapters.sql.outbox import SqlOutbox
from hunter_adapters.sql.password_checks import SqlPasswordChecks
from hunter_adapters.sql.purges import SqlPurges
from hunter_adapters.sql.pushes import SqlPushDeliveries, SqlPushTargets
from hunter_adapters.sql.quests import SqlQuestHistory, SqlQuests, SqlSkips
from hunter_adapters.sql.recipients import SqlRecipients
from hunter_adapters.sql.roster import SqlRoster
from hunter_adapters.sql.scores import SqlScores
from hunter_adapters.sql.sessions import SqlSessions
from hunter_adapters.sql.settings import SqlHunterSettings
from hunter_adapters.sql.situations import SqlSituations
from hunter_adapters.sql.statements import Statement
from hunter_adapters.sql.transaction import Transaction
from hunter_adapters.sql.two_factor import SqlRecoveryCodes, SqlTwoFactors
from hunter_adapters.sql.unlocks import SqlUnlocks
from hunter_adapters.sql.webhooks import SqlWebhookDeliveries, SqlWebhooks

# Alembic's own table, which is none of ours.
_REVISION = Statement(select(column("version_num", String)).select_from(table("alembic_version")))


class SqlUnitOfWork:
    """The ports of one transaction, each made when it is asked for."""

    __slots__ = ("_sql",)

    def __init__(self, transaction: Transaction) -> None:
        self._sql = transaction

    @property
    def accounts(self) -> SqlAccounts:
        return SqlAccounts(self._sql)

    @property
    def sessions(self) -> SqlSessions:
        return SqlSessions(self._sql)

    @property
    def codes(self) -> SqlCodes:
        return SqlCodes(self._sql)

    @property
    def password_checks(self) -> SqlPasswordChecks:
        return SqlPasswordChecks(self._sql)

    @property
    def two_factors(self) -> SqlTwoFactors:
        return SqlTwoFactors(self._sql)

    @property
    def recovery_codes(self) -> SqlRecoveryCodes:
        return SqlRecoveryCodes(self._sql)

    @property
    def identities(self) -> SqlIdentities:
        return SqlIdentities(self._sql)

    @property
    def roster(self) -> SqlRoster:
        return SqlRoster(self._sql)

    @property
    def archive(self) -> SqlArchive:
        return SqlArchive(self._sql)

    @property
    def purges(self) -> SqlPurges:
        return SqlPurges(self._sql)

    @property
    def erasures(self) -> SqlErasures:
        return SqlErasures(self._sql)

    @property
    def api_tokens(self) -> SqlApiTokens:
        return SqlApiTokens(self._sql)

    @property
    def mails(self) -> SqlMails:
        return SqlMails(self._sql)

    @property
    def settings(self) -> SqlHunterSettings:
        return SqlHunterSettings(self._sql)

    @property
    def hunters(self) -> SqlHunters:
        return SqlHunters(self._sql)

    @property
    def quests(self) -> SqlQuests:
        return SqlQuests(self._sql)

    @property
    def quest_history(self) -> SqlQuestHistory:
        return SqlQuestHistory(self._sql)

    @property
    def skips(self) -> SqlSkips:
        return SqlSkips(self._sql)

    @property
    def situations(self) -> SqlSituations:
        return SqlSituations(self._sql)

    @property
    def completions(self) -> SqlCompletions:
        return SqlCompletions(self._sql)

    @property
    def unlocks(self) -> SqlUnlocks:
        return SqlUnlocks(self._sql)

    @property
    def ledger(self) -> SqlLedger:
        return SqlLedger(self._sql)

    @property
    def days(self) -> SqlDays:
        return SqlDays(self._sql)

    @property
    def scores(self) -> SqlScores:
        return SqlScores(self._sql)

    @property
    def analytics(self) -> SqlAnalytics:
        return SqlAnalytics(self._sql)

    @property
    def histories(self) -> SqlHistories:
        return SqlHistories(self._sql)

    @property
    def outbox(self) -> SqlOutbox:
        return SqlOutbox(self._sql)

    @property
    def backlog(self) -> SqlBacklog:
        return SqlBacklog(self._sql)

    @property
    def recipients(self) -> SqlRecipients:
        return SqlRecipients(self._sql)

    @property
    def notifications(self) -> SqlNotifications:
        return SqlNotifications(self._sql)

    @property
    def agendas(self) -> SqlAgendas:
        return SqlAgendas(self._sql)

    @property
    def push_targets(self) -> SqlPushTargets:
        return SqlPushTargets(self._sql)

    @property
    def push_deliveries(self) -> SqlPushDeliveries:
        return SqlPushDeliveries(self._sql)

    @property
    def webhooks(self) -> SqlWebhooks:
        return SqlWebhooks(self._sql)

    @property
    def webhook_deliveries(self) -> SqlWebhookDeliveries:
        return SqlWebhookDeliveries(self._sql)

    @property
    def live_tickets(self) -> SqlLiveTickets:
        return SqlLiveTickets(self._sql)

    @property
    def watch(self) -> SqlWatch:
        return SqlWatch(self._sql)

    @property
    def keys(self) -> SqlIdempotencyKeys:
        return SqlIdempotencyKeys(self._sql)

    @property
    def achievements(self) -> SqlAchievements:
        return SqlAchievements(self._sql)

    @property
    def sql(self) -> Transaction:
        """The transaction itself, for what reads across ports."""
        return self._sql

    def schema_revision(self) -> str | None:
        """Return the revision that the schema was migrated to; fails in the driver's words where it never was."""
        row = self._sql.row(_REVISION)
        return None if row is None else str(row[0])

    def commit(self) -> None:
        self._sql.commit()

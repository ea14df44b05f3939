"""Every port of a store, held to its contract over memory, SQLite and PostgreSQL."""

from __future__ import annotations

from hunter_adapters.testing import contract


class TestStore(contract.StoreContract):
    pass


class TestOverlappingWriters(contract.OverlappingWritersContract):
    pass


class TestOverlappingRequests(contract.OverlappingRequestsContract):
    pass


class TestAccounts(contract.AccountsContract):
    pass


class TestSessions(contract.SessionsContract):
    pass


class TestIdentities(contract.IdentitiesContract):
    pass


class TestHunterSettings(contract.HunterSettingsContract):
    pass


class TestHunters(contract.HuntersContract):
    pass


class TestQuests(contract.QuestsContract):
    pass


class TestQuestHistory(contract.QuestHistoryContract):
    pass


class TestSkips(contract.SkipsContract):
    pass


class TestCompletions(contract.CompletionsContract):
    pass


class TestUnlocks(contract.UnlocksContract):
    pass


class TestSituations(contract.SituationsContract):
    pass


class TestLedger(contract.LedgerContract):
    pass


class TestDays(contract.DaysContract):
    pass


class TestAnalytics(contract.AnalyticsContract):
    pass


class TestHistories(contract.HistoriesContract):
    pass


class TestOutbox(contract.OutboxContract):
    pass


class TestNotifications(contract.NotificationsContract):
    pass


class TestRecipients(contract.RecipientsContract):
    pass


class TestAgendas(contract.AgendasContract):
    pass


class TestPushes(contract.PushesContract):
    pass


class TestBacklog(contract.BacklogContract):
    pass


class TestRelay(contract.RelayContract):
    pass


class TestIdempotencyKeys(contract.IdempotencyKeysContract):
    pass


class TestPasswordChecks(contract.PasswordChecksContract):
    pass


class TestLive(contract.LiveContract):
    pass


class TestCodes(contract.CodesContract):
    pass


class TestMails(contract.MailsContract):
    pass


class TestArchive(contract.ArchiveContract):
    pass


class TestErasures(contract.ErasuresContract):
    pass


class TestPurges(contract.PurgesContract):
    pass


class TestRoster(contract.RosterContract):
    pass


class TestStories(contract.StoriesContract):
    pass


class TestTwoFactors(contract.TwoFactorsContract):
    pass


class TestRecoveryCodes(contract.RecoveryCodesContract):
    pass


class TestApiTokens(contract.ApiTokensContract):
    pass


class TestWebhooks(contract.WebhooksContract):
    """Webhooks."""


class TestWebhookDeliveries(contract.WebhookDeliveriesContract):
    """What is on its way to webhooks."""

"""
The contract of the ports of a store: subclass each under a name that pytest collects, and give a fixture `under_test`.

    class TestHunters(HuntersContract): ...

    @pytest.fixture
    def under_test() -> UnderTest: ...
"""

from hunter_adapters.testing.contract.accounts import (
    AccountsContract,
    HunterSettingsContract,
    SessionsContract,
)
from hunter_adapters.testing.contract.analytics import AnalyticsContract
from hunter_adapters.testing.contract.api_tokens import ApiTokensContract
from hunter_adapters.testing.contract.archive import ArchiveContract
from hunter_adapters.testing.contract.backlog import BacklogContract
from hunter_adapters.testing.contract.boards import BoardsContract, BoardsUnderTest, Contestant
from hunter_adapters.testing.contract.codes import CodesContract
from hunter_adapters.testing.contract.completions import CompletionsContract, UnlocksContract
from hunter_adapters.testing.contract.erasures import ErasuresContract
from hunter_adapters.testing.contract.hunters import HuntersContract
from hunter_adapters.testing.contract.identities import IdentitiesContract
from hunter_adapters.testing.contract.ledger import DaysContract, HistoriesContract, LedgerContract
from hunter_adapters.testing.contract.limits import LimiterContract
from hunter_adapters.testing.contract.live import LiveContract
from hunter_adapters.testing.contract.mails import MailsContract
from hunter_adapters.testing.contract.messages import IdempotencyKeysContract, OutboxContract
from hunter_adapters.testing.contract.notifications import (
    AgendasContract,
    NotificationsContract,
)
from hunter_adapters.testing.contract.overlapping_writers import OverlappingWritersContract
from hunter_adapters.testing.contract.password_checks import PasswordChecksContract
from hunter_adapters.testing.contract.purges import PurgesContract
from hunter_adapters.testing.contract.pushes import PushesContract
from hunter_adapters.testing.contract.quests import QuestHistoryContract, QuestsContract, SkipsContract
from hunter_adapters.testing.contract.races import OverlappingRequestsContract
from hunter_adapters.testing.contract.recipients import RecipientsContract
from hunter_adapters.testing.contract.relay import RelayContract
from hunter_adapters.testing.contract.roster import RosterContract
from hunter_adapters.testing.contract.situations import SituationsContract
from hunter_adapters.testing.contract.stories import StoriesContract
from hunter_adapters.testing.contract.transactions import StoreContract
from hunter_adapters.testing.contract.two_factor import RecoveryCodesContract, TwoFactorsContract
from hunter_adapters.testing.contract.under_test import CommitFailed, UnderTest
from hunter_adapters.testing.contract.webhook_deliveries import WebhookDeliveriesContract
from hunter_adapters.testing.contract.webhooks import WebhooksContract

__all__ = [
    "AccountsContract",
    "AgendasContract",
    "AnalyticsContract",
    "ApiTokensContract",
    "ArchiveContract",
    "BacklogContract",
    "BoardsContract",
    "BoardsUnderTest",
    "CodesContract",
    "CommitFailed",
    "CompletionsContract",
    "Contestant",
    "DaysContract",
    "ErasuresContract",
    "HistoriesContract",
    "HunterSettingsContract",
    "HuntersContract",
    "IdempotencyKeysContract",
    "IdentitiesContract",
    "LedgerContract",
    "LimiterContract",
    "LiveContract",
    "MailsContract",
    "NotificationsContract",
    "OutboxContract",
    "OverlappingRequestsContract",
    "OverlappingWritersContract",
    "PasswordChecksContract",
    "PurgesContract",
    "PushesContract",
    "QuestHistoryContract",
    "QuestsContract",
    "RecipientsContract",
    "RecoveryCodesContract",
    "RelayContract",
    "RosterContract",
    "SessionsContract",
    "SituationsContract",
    "SkipsContract",
    "StoreContract",
    "StoriesContract",
    "TwoFactorsContract",
    "UnderTest",
    "UnlocksContract",
    "WebhookDeliveriesContract",
    "WebhooksContract",
]

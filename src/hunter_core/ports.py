"""What every use case asks of the world: the time, chance, and a transaction."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from typing import TYPE_CHECKING, Protocol, TypeVar

from hunter_core.ids import CompletionId
from hunter_core.words import Attribute

if TYPE_CHECKING:
    from hunter_core.accounts.administration import Roster
    from hunter_core.accounts.api_token import ApiTokens
    from hunter_core.accounts.attempts import PasswordChecks
    from hunter_core.accounts.codes import Codes
    from hunter_core.accounts.erasure import Erasures
    from hunter_core.accounts.identity import Identities
    from hunter_core.accounts.ports import Accounts, HunterSettings, Sessions
    from hunter_core.accounts.purge import Purges
    from hunter_core.accounts.two_factor import RecoveryCodes, TwoFactors
    from hunter_core.analytics.ports import Analytics
    from hunter_core.completions.situation import Completions, Situations, Unlocks
    from hunter_core.events import Outbox
    from hunter_core.export.ports import Archive
    from hunter_core.hunters.ports import Hunters
    from hunter_core.keys import IdempotencyKeys
    from hunter_core.leaderboard.scores import Scores
    from hunter_core.ledger.ports import Days, Histories, Ledger
    from hunter_core.live.ports import Watch
    from hunter_core.live.tickets import LiveTickets
    from hunter_core.mail.ports import Mails
    from hunter_core.notifications.ports import Agendas, Notifications, PushDeliveries, PushTargets
    from hunter_core.notifications.recipients import Recipients
    from hunter_core.quests.ports import QuestHistory, Quests, Skips
    from hunter_core.relay.ports import Backlog
    from hunter_core.webhooks.ports import WebhookDeliveries, Webhooks

Result = TypeVar("Result")


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
    def accounts(self) -> Accounts:
        """Who signs in."""
        ...

    @property
    def sessions(self) -> Sessions:
        """Where they are signed in."""
        ...

    @property
    def codes(self) -> Codes:
        """What is good once."""
        ...

    @property
    def two_factors(self) -> TwoFactors:
        """What codes are made of."""
        ...

    @property
    def recovery_codes(self) -> RecoveryCodes:
        """What is good where the app is gone."""
        ...

    @property
    def password_checks(self) -> PasswordChecks:
        """How often passwords were checked."""
        ...

    @property
    def identities(self) -> Identities:
        """Who they are elsewhere."""
        ...

    @property
    def roster(self) -> Roster:
        """Who there is."""
        ...

    @property
    def archive(self) -> Archive:
        """Everything of one account."""
        ...

    @property
    def purges(self) -> Purges:
        """What is of no use any more."""
        ...

    @property
    def erasures(self) -> Erasures:
        """Who leaves for good."""
        ...

    @property
    def api_tokens(self) -> ApiTokens:
        """What scripts come with."""
        ...

    @property
    def mails(self) -> Mails:
        """What is told by e-mail."""
        ...

    @property
    def settings(self) -> HunterSettings:
        """Hunters' settings."""
        ...

    @property
    def hunters(self) -> Hunters:
        """The players, locked first."""
        ...

    @property
    def quests(self) -> Quests:
        """What pays."""
        ...

    @property
    def quest_history(self) -> QuestHistory:
        """How often quests were done."""
        ...

    @property
    def skips(self) -> Skips:
        """Days on which a quest is skipped."""
        ...

    @property
    def situations(self) -> Situations:
        """What a decision depends on."""
        ...

    @property
    def completions(self) -> Completions:
        """What was done."""
        ...

    @property
    def unlocks(self) -> Unlocks:
        """Which achievements are held."""
        ...

    @property
    def ledger(self) -> Ledger:
        """Every XP that was given or taken."""
        ...

    @property
    def days(self) -> Days:
        """Days in figures."""
        ...

    @property
    def scores(self) -> Scores:
        """What hunters have on each board."""
        ...

    @property
    def analytics(self) -> Analytics:
        """What analytics are made of."""
        ...

    @property
    def histories(self) -> Histories:
        """Whole histories, for audit and a change of rulebook."""
        ...

    @property
    def outbox(self) -> Outbox:
        """What the world is told."""
        ...

    @property
    def backlog(self) -> Backlog:
        """What of it the world was not told yet."""
        ...

    @property
    def recipients(self) -> Recipients:
        """How hunters are to be told."""
        ...

    @property
    def notifications(self) -> Notifications:
        """What hunters are told."""
        ...

    @property
    def agendas(self) -> Agendas:
        """When something is due for whom."""
        ...

    @property
    def push_targets(self) -> PushTargets:
        """Where hunters want to be told."""
        ...

    @property
    def push_deliveries(self) -> PushDeliveries:
        """What is on its way there."""
        ...

    @property
    def webhooks(self) -> Webhooks:
        """What of the hunters' own wants to be told."""
        ...

    @property
    def webhook_deliveries(self) -> WebhookDeliveries:
        """What is on its way to it."""
        ...

    @property
    def live_tickets(self) -> LiveTickets:
        """What lets sockets in."""
        ...

    @property
    def watch(self) -> Watch:
        """What sockets depend on."""
        ...

    @property
    def keys(self) -> IdempotencyKeys:
        """Answers by Idempotency-Key."""
        ...

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

    def run(self, work: Callable[[UnitOfWork], Result]) -> Result:
        """
        Do *work* in a transaction of its own, commit it, and return what it returned.

        Where another transaction stood in its way, all of it is done again, a few times; so *work* reads
        whatever it decides on, and changes nothing outside. A commit whose answer was lost is not done again.

        Raises:
            OutcomeUnknown: If the connection was lost at COMMIT.
            StoreUnavailable: If the database is away or busy for too long.
        """
        ...

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

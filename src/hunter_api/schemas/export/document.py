"""The whole export: one document with everything of an account (SPEC 4, Me; docs/reference/export.md)."""

from __future__ import annotations

from typing import Literal

import attrs

from hunter_api.schemas.export.account import (
    ExportAccountView,
    ExportApiTokenView,
    ExportIdentityView,
    ExportMailView,
    ExportSecondFactorView,
    ExportSessionView,
)
from hunter_api.schemas.export.game import (
    ExportCompletionView,
    ExportEntryView,
    ExportQuestView,
    ExportSkipView,
    ExportUnlockView,
)
from hunter_api.schemas.export.hunter import (
    ExportDayView,
    ExportHunterView,
    ExportScoreView,
    ExportSettingsView,
)
from hunter_api.schemas.export.social import (
    ExportFriendView,
    ExportGuildView,
    ExportNotificationView,
    ExportPatternView,
    ExportPushTargetView,
    ExportRecommendationView,
    ExportWebhookView,
)
from hunter_api.schemas.fields import UtcInstant

FORMAT: Literal["hunter-export/1"] = "hunter-export/1"
"""The name of the format; its number rises when something that is there changes or goes."""


@attrs.frozen(kw_only=True, slots=False)
class ExportRulebookView:
    """The rules that level, rank and streak follow from."""

    name: str
    hash: str


@attrs.frozen(kw_only=True, slots=False)
class ExportView:
    """Everything that is kept of an account, as it was at one moment."""

    format: Literal["hunter-export/1"]
    exportedAt: UtcInstant
    rulebook: ExportRulebookView
    account: ExportAccountView
    secondFactor: ExportSecondFactorView | None
    hunter: ExportHunterView
    settings: ExportSettingsView
    pattern: ExportPatternView | None
    identities: tuple[ExportIdentityView, ...]
    sessions: tuple[ExportSessionView, ...]
    apiTokens: tuple[ExportApiTokenView, ...]
    mails: tuple[ExportMailView, ...]
    quests: tuple[ExportQuestView, ...]
    skips: tuple[ExportSkipView, ...]
    completions: tuple[ExportCompletionView, ...]
    ledger: tuple[ExportEntryView, ...]
    unlocks: tuple[ExportUnlockView, ...]
    dailyStats: tuple[ExportDayView, ...]
    scores: tuple[ExportScoreView, ...]
    notifications: tuple[ExportNotificationView, ...]
    pushTargets: tuple[ExportPushTargetView, ...]
    webhooks: tuple[ExportWebhookView, ...]
    friendships: tuple[ExportFriendView, ...]
    guilds: tuple[ExportGuildView, ...]
    recommendations: tuple[ExportRecommendationView, ...]

"""
Every way the core says no, as a tree: never (Refused), not so (InvalidInput), who (NotFound), later (TryLater).

A file is a branch of it; whoever raises or catches a refusal imports it from here.
"""

from hunter_core.errors.accounts import (
    ApiTokenLimitReached,
    EmailTaken,
    HunterNameTaken,
    IdentityTaken,
    LastWayIn,
    TwoFactorAlreadyOn,
    TwoFactorNotOn,
)
from hunter_core.errors.deliveries import PushTargetLimitReached, WebhookInactive, WebhookLimitReached
from hunter_core.errors.game import (
    CompletionLimitReached,
    PauseLimitReached,
    QuestAlreadyCompleted,
    QuestExpired,
    QuestInactive,
    QuestLimitReached,
    QuestRefused,
    SettingsChangeTooSoon,
    VoidWindowPassed,
)
from hunter_core.errors.input import (
    CodeInvalid,
    IdempotencyKeyInvalid,
    IdempotencyKeyReused,
    InvalidInput,
    RulebookInvalid,
    SecondFactorWrong,
)
from hunter_core.errors.later import (
    OutcomeUnknown,
    ProviderUnavailable,
    RateLimitExceeded,
    StoreUnavailable,
    TooBusy,
    TryLater,
)
from hunter_core.errors.never import IdempotencyInProgress, Refused
from hunter_core.errors.root import HunterError
from hunter_core.errors.who import (
    Forbidden,
    InvalidCredentials,
    NotFound,
    NotVerified,
    RefreshTokenReused,
    StepUpRequired,
    TwoFactorRequired,
    Unauthenticated,
)

__all__ = [
    "ApiTokenLimitReached",
    "CodeInvalid",
    "CompletionLimitReached",
    "EmailTaken",
    "Forbidden",
    "HunterError",
    "HunterNameTaken",
    "IdempotencyInProgress",
    "IdempotencyKeyInvalid",
    "IdempotencyKeyReused",
    "IdentityTaken",
    "InvalidCredentials",
    "InvalidInput",
    "LastWayIn",
    "NotFound",
    "NotVerified",
    "OutcomeUnknown",
    "PauseLimitReached",
    "ProviderUnavailable",
    "PushTargetLimitReached",
    "QuestAlreadyCompleted",
    "QuestExpired",
    "QuestInactive",
    "QuestLimitReached",
    "QuestRefused",
    "RateLimitExceeded",
    "RefreshTokenReused",
    "Refused",
    "RulebookInvalid",
    "SecondFactorWrong",
    "SettingsChangeTooSoon",
    "StepUpRequired",
    "StoreUnavailable",
    "TooBusy",
    "TryLater",
    "TwoFactorAlreadyOn",
    "TwoFactorNotOn",
    "TwoFactorRequired",
    "Unauthenticated",
    "VoidWindowPassed",
    "WebhookInactive",
    "WebhookLimitReached",
]

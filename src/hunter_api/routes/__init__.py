"""The routes, a file a feature; each declares what it takes, answers and refuses."""

from __future__ import annotations

from hunter_api.routes import (
    account,
    achievements,
    analytics,
    api_tokens,
    auth,
    health,
    identities,
    leaderboard,
    live,
    notifications,
    providers,
    quests,
    recovery,
    sessions,
    two_factor,
    users,
    webhooks,
)

ALL_ROUTES = (
    auth.routes,
    recovery.routes,
    sessions.routes,
    providers.routes,
    identities.routes,
    two_factor.routes,
    api_tokens.routes,
    users.routes,
    account.routes,
    quests.routes,
    achievements.routes,
    leaderboard.routes,
    analytics.routes,
    notifications.routes,
    webhooks.routes,
    live.routes,
    health.routes,
)

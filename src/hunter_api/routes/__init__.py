"""The routes, a file a feature; each declares what it takes, answers and refuses."""

from __future__ import annotations

from hunter_api.routes import (
    achievements,
    analytics,
    auth,
    health,
    leaderboard,
    quests,
    recovery,
    sessions,
    users,
)

ALL_ROUTES = (
    auth.routes,
    recovery.routes,
    sessions.routes,
    users.routes,
    quests.routes,
    achievements.routes,
    leaderboard.routes,
    analytics.routes,
    health.routes,
)

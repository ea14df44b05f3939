"""Where each column of the database stands in an export, and which are left out, and why (docs/reference/export.md)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from hunter_adapters.sql.statements import columns_of
from hunter_adapters.sql.tables import metadata
from tests.docs.printed import Printer, table

POINTS = ("strength", "intelligence", "constitution", "dexterity", "charisma", "luck")

OWNER = "- it is the account's own id, at `account.id`"
COPY = "- a copy, to be found by"
SECRET = "- a secret"
QUEUE = "- when the server turns to it next"

COLUMNS: Mapping[str, Mapping[str, str]] = {
    "accounts": {
        "id": "account.id",
        "email": "account.email",
        "email_key": COPY,
        "password_hash": SECRET + "; `account.hasPassword` says whether there is one",
        "role": "account.role",
        "is_verified": "account.isVerified",
        "is_active": "account.isActive",
        "last_login": "account.lastLogin",
        "created_at": "account.createdAt",
        "updated_at": "account.updatedAt",
        "delete_at": "account.deleteAt",
        "deactivated_at": "account.deactivatedAt",
        "erased_at": "- whoever has it is gone",
    },
    "identities": {
        "id": "identities[].id",
        "account_id": OWNER,
        "issuer": "identities[].issuer",
        "subject": "identities[].subject",
        "email": "identities[].email",
        "created_at": "identities[].createdAt",
    },
    "sessions": {
        "id": "sessions[].id",
        "account_id": OWNER,
        "generation": "sessions[].refreshes",
        "salt": SECRET,
        "rotated_at": "sessions[].refreshedAt",
        "earlier": "- the seconds of grace of refresh tokens",
        "created_at": "sessions[].createdAt",
        "expires_at": "sessions[].expiresAt",
        "last_used_at": "sessions[].lastUsedAt",
        "revoked_at": "sessions[].endedAt",
        "device": "sessions[].device",
        "address": "sessions[].address",
        "authenticated_at": "sessions[].authenticatedAt",
        "stepped_up_at": "sessions[].steppedUpAt",
    },
    "api_tokens": {
        "id": "apiTokens[].id",
        "account_id": OWNER,
        "name": "apiTokens[].name",
        "scope": "apiTokens[].scope",
        "token_hash": SECRET,
        "created_at": "apiTokens[].createdAt",
        "expires_at": "apiTokens[].expiresAt",
        "last_used_at": "apiTokens[].lastUsedAt",
        "revoked_at": "apiTokens[].revokedAt",
    },
    "two_factor": {
        "account_id": OWNER,
        "secret": SECRET,
        "created_at": "secondFactor.createdAt",
        "confirmed_at": "secondFactor.confirmedAt",
        "last_step": "- what keeps a code from passing twice",
        "wrong_at_sign_in": "- the wrong codes of the last minutes",
        "wrong_in_session": "- the wrong codes of the last minutes",
    },
    "recovery_codes": {
        "id": "- it names a secret",
        "account_id": OWNER,
        "code_hash": SECRET,
        "created_at": "- it is when two-factor was set up, or the set renewed",
        "used_at": "- `secondFactor.recoveryCodesLeft` counts the unused ones",
    },
    "mails": {
        "id": "mails[].id",
        "account_id": OWNER,
        "recipient": "mails[].to",
        "address_key": COPY,
        "template": "mails[].template",
        "code_id": "- it names a secret",
        "notification_id": "- `mails[].details` has what the notification says",
        "details": "mails[].details",
        "created_at": "mails[].createdAt",
        "due_at": "- when it is tried again",
        "tries": "- how often it was tried",
        "sent_at": "mails[].sentAt",
        "parked_at": "mails[].givenUpAt",
        "last_error": "- why it was not sent the last time",
    },
    "hunters": {
        "id": "account.id",
        "name": "hunter.hunterName",
        "name_key": COPY,
        "avatar_style": "hunter.avatarStyle",
        "avatar_url": "hunter.avatarUrl",
        "is_active": "hunter.isActive",
        "calendar": "hunter.calendar",
        "total_xp": "hunter.totalXP",
        "level": "hunter.level",
        "rank": "hunter.currentRank",
        "xp_reached_at": "hunter.xpReachedAt",
        "streak": "hunter.streak",
        "max_streak": "hunter.maxStreak",
        "freezes": "hunter.freezes",
        "last_day": "hunter.lastDay",
        **{name: f"hunter.attributes.{name}" for name in POINTS},
        "completed_easy": "hunter.completed.EASY",
        "completed_normal": "hunter.completed.NORMAL",
        "completed_hard": "hunter.completed.HARD",
        "catalogue": "hunter.catalogueHash",
        "created_at": "hunter.createdAt",
        "updated_at": "hunter.updatedAt",
    },
    "hunter_settings": {
        "hunter_id": OWNER,
        "quest_reminders": "settings.questReminders",
        "streak_warnings": "settings.streakWarnings",
        "achievement_alerts": "settings.achievementAlerts",
        "email_notifications": "settings.emailNotifications",
        "push_notifications": "settings.pushNotifications",
        "daily_digest": "settings.dailyDigest",
        "theme": "settings.theme",
        "language": "settings.language",
        "animations_enabled": "settings.animationsEnabled",
        "font_size": "settings.fontSize",
        "profile_visibility": "settings.profileVisibility",
        "show_on_leaderboard": "settings.showOnLeaderboard",
        "allow_friend_requests": "settings.allowFriendRequests",
        "quiet_hours": "settings.quietHours",
    },
    "behaviour_patterns": {
        "hunter_id": OWNER,
        "preferred_time": "pattern.preferredTime",
        "avg_session_length": "pattern.avgSessionLength",
        "quest_success_rate": "pattern.questSuccessRate",
        "preferred_difficulty": "pattern.preferredDifficulty",
        "favorite_attributes": "pattern.favoriteAttributes",
        "churn_risk": "pattern.churnRisk",
        "next_quest_predict": "pattern.nextQuestPredict",
        "last_analyzed": "pattern.lastAnalyzed",
    },
    "quests": {
        "id": "quests[].id",
        "hunter_id": OWNER,
        "title": "quests[].title",
        "description": "quests[].description",
        "type": "quests[].type",
        "difficulty": "quests[].difficulty",
        "base_xp": "quests[].baseXP",
        "attributes": "quests[].attributes",
        "reminder_time": "quests[].reminderTime",
        "frequency": "quests[].frequency",
        "versions": "quests[].versions",
        "deadline": "quests[].deadline",
        "completions_per_day": "quests[].completionsPerDay",
        "estimated_time": "quests[].estimatedTime",
        "is_active": "quests[].isActive",
        "archived_at": "quests[].archivedAt",
        "is_ai_generated": "quests[].isAIGenerated",
        "ai_confidence": "quests[].aiConfidence",
        "created_day": "quests[].createdDay",
        "created_at": "quests[].createdAt",
        "updated_at": "quests[].updatedAt",
    },
    "quest_skips": {
        "quest_id": "skips[].questId",
        "local_day": "skips[].day",
        "hunter_id": OWNER,
        "skipped_at": "skips[].skippedAt",
    },
    "completions": {
        "id": "completions[].id",
        "hunter_id": OWNER,
        "quest_id": "completions[].questId",
        "completed_at": "completions[].completedAt",
        "local_day": "completions[].localDay",
        "recorded_at": "completions[].recordedAt",
        "difficulty": "completions[].difficulty",
        "base_xp": "completions[].baseXP",
        "difficulty_multiplier": "completions[].difficultyMultiplier",
        "streak_bonus": "completions[].streakBonus",
        "time_bonus": "completions[].timeBonus",
        "total_xp": "completions[].totalXP",
        **{name: f"completions[].attributeGains.{name}" for name in POINTS},
        "time_spent": "completions[].timeSpent",
        "difficulty_override": "completions[].difficultyOverride",
        "notes": "completions[].notes",
        "voided_at": "completions[].voidedAt",
    },
    "xp_entries": {
        "id": "ledger[].id",
        "hunter_id": OWNER,
        "seq": "ledger[].seq",
        "kind": "ledger[].kind",
        "source_id": "ledger[].sourceId",
        "amount": "ledger[].amount",
        **{name: f"ledger[].attributePoints.{name}" for name in POINTS},
        "local_day": "ledger[].localDay",
        "recorded_at": "ledger[].recordedAt",
        "rulebook": "ledger[].rulebook",
        "balance_after": "ledger[].balanceAfter",
    },
    "unlocks": {
        "id": "unlocks[].id",
        "hunter_id": OWNER,
        "achievement_id": "unlocks[].achievementId",
        "completion_id": "unlocks[].completionId",
        "unlocked_at": "unlocks[].unlockedAt",
        "xp_reward": "unlocks[].xpReward",
        "taken_back_at": "unlocks[].takenBackAt",
    },
    "daily_stats": {
        "hunter_id": OWNER,
        "local_day": "dailyStats[].date",
        "created": "dailyStats[].questsCreated",
        "completed": "dailyStats[].questsCompleted",
        "xp": "dailyStats[].xpGained",
        "time_spent": "dailyStats[].timeSpent",
        "streak": "dailyStats[].streak",
        "max_streak": "dailyStats[].maxStreak",
        "freezes": "dailyStats[].freezes",
        **{name: f"dailyStats[].attributePoints.{name}" for name in POINTS},
    },
    "board_scores": {
        "hunter_id": OWNER,
        "window_name": "scores[].window",
        "xp": "scores[].xp",
        "reached_at": "scores[].reachedAt",
        "is_shown": "- it follows from activity and settings",
    },
    "notifications": {
        "id": "notifications[].id",
        "hunter_id": OWNER,
        "type": "notifications[].type",
        "title": "notifications[].title",
        "message": "notifications[].message",
        "quest_id": "notifications[].questId",
        "achievement_id": "notifications[].achievementId",
        "is_read": "notifications[].isRead",
        "is_sent": "notifications[].isSent",
        "scheduled_for": "notifications[].scheduledFor",
        "sent_at": "notifications[].sentAt",
        "created_at": "notifications[].createdAt",
        "deleted_at": "notifications[].deletedAt",
    },
    "push_targets": {
        "id": "pushTargets[].id",
        "hunter_id": OWNER,
        "sealed": SECRET + "; `pushTargets[].shown` says which it is",
        "shown": "pushTargets[].shown",
        "created_at": "pushTargets[].createdAt",
        "next_at": QUEUE,
    },
    "webhooks": {
        "id": "webhooks[].id",
        "hunter_id": OWNER,
        "sealed_url": SECRET + "; `webhooks[].shown` says which it is",
        "sealed_secret": SECRET,
        "sealed_old_secret": SECRET,
        "old_secret_until": "- until when the secret before is good",
        "shown": "webhooks[].shown",
        "events": "webhooks[].events",
        "is_active": "webhooks[].isActive",
        "disabled_at": "webhooks[].disabledAt",
        "failures": "webhooks[].failures",
        "failing_since": "webhooks[].failingSince",
        "last_at": "webhooks[].lastAt",
        "last_status": "webhooks[].lastStatus",
        "last_error": "webhooks[].lastError",
        "created_at": "webhooks[].createdAt",
        "updated_at": "webhooks[].updatedAt",
        "next_at": QUEUE,
    },
    "friendships": {
        "id": "friendships[].id",
        "first_id": "- `friendships[].hunterId` is the other one",
        "second_id": "friendships[].hunterId",
        "requester_id": "- `friendships[].requestedByMe` says whether it was the owner",
        "blocker_id": "- a block is told only to who made it",
        "status": "friendships[].status",
        "created_at": "friendships[].createdAt",
        "updated_at": "friendships[].updatedAt",
    },
    "guild_members": {
        "guild_id": "guilds[].id",
        "hunter_id": OWNER,
        "role": "guilds[].role",
        "joined_at": "guilds[].joinedAt",
    },
    "recommendations": {
        "id": "recommendations[].id",
        "hunter_id": OWNER,
        "title": "recommendations[].title",
        "description": "recommendations[].description",
        "type": "recommendations[].type",
        "difficulty": "recommendations[].difficulty",
        "attributes": "recommendations[].attributes",
        "confidence": "recommendations[].confidence",
        "reason": "recommendations[].reason",
        "is_accepted": "recommendations[].isAccepted",
        "is_rejected": "recommendations[].isRejected",
        "quest_id": "recommendations[].questId",
        "created_at": "recommendations[].createdAt",
        "expires_at": "recommendations[].expiresAt",
    },
}
"""Every column of every table of which an account has rows: its place, or after `-` why it is left out."""

LEFT_OUT: Mapping[str, str] = {
    "one_time_codes": "hashes of codes that are good for minutes or a day",
    "idempotency_keys": "answers that were given in the last 24 hours, for requests sent again",
    "live_tickets": "hashes of tickets that are good for seconds",
    "outbox": "what the world was told of completions, levels and unlocks; all of it stands in the other parts",
    "agendas": "when the server looks next whether something is due; it follows from quests and settings",
    "push_deliveries": "notifications on their way to a push target; the notifications are there",
    "webhook_deliveries": "events on their way to a webhook, for seven days; what happened stands in the other parts",
    "guilds": "guilds belong to their members; the owner's are marked by `guilds[].isOwner`",
}
"""Tables of which an account has rows, and which are left out, and why."""


def owned_tables() -> Iterator[str]:
    """Yield every table that leads to an account, by foreign keys, and `accounts` itself."""
    found, waiting = {"accounts": None}, ["accounts"]
    while waiting:
        name = waiting.pop()
        for each in metadata.sorted_tables:
            if each.name not in found and any(key.column.table.name == name for key in each.foreign_keys):
                found[each.name] = None
                waiting.append(each.name)
    return iter(found)


def places() -> Iterator[tuple[str, str, str]]:
    """Yield every table and column that is exported, with its place."""
    for name, columns in COLUMNS.items():
        for column, place in columns.items():
            if not place.startswith("-"):
                yield name, column, place


def at(document: Any, place: str) -> Any:
    """
    Return what stands at *place*; of a list, its first.

    Raises:
        LookupError: If nothing stands there.
    """
    for step in place.split("."):
        document = document[step.removesuffix("[]")]
        if step.endswith("[]"):
            document = document[0]
    return document


def exported() -> str:
    """Every table with where its columns stand in an export."""
    rows = []
    for name, columns in COLUMNS.items():
        told = (place.partition(".")[0].removesuffix("[]") for place in columns.values() if place[0] != "-")
        parts = ", ".join(f"`{part}`" for part in dict.fromkeys(told))
        rows.append((f"`{name}`", parts or "how many are left, in `secondFactor`"))
    return table(["table", "where in the export"], rows)


def left_out() -> str:
    """Every table and column that is left out, with the reason."""
    rows = [(f"`{name}`", why) for name, why in LEFT_OUT.items()]
    for name, columns in COLUMNS.items():
        for column in columns_of(metadata.tables[name]):
            why = columns.get(column, "")
            if why.startswith("-") and why not in (OWNER, COPY):
                rows.append((f"`{name}.{column}`", why.removeprefix("- ")))
    return table(["left out", "what it is"], rows)


PRINTERS: dict[str, Printer] = {"exported": exported, "left-out": left_out}

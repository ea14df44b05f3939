"""Printers of the data: every table with what it keeps, and every index with the query that it serves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Index, Table, UniqueConstraint

from hunter_adapters.sql.statements import dialect
from hunter_adapters.sql.tables import metadata
from tests.docs.printed import Printer, table

KEEPS = {
    "accounts": "who signs in",
    "identities": "who they are at Google or GitHub",
    "sessions": "one sign-in on one device; no token, only what a token is derived from",
    "one_time_codes": "codes by mail and of sign-ins elsewhere; hashes only",
    "mails": "what is told by e-mail: waiting, sent, or given up; never the code that it carries",
    "password_checks": "when passwords of an address were checked lately, under a keyed hash of the address",
    "two_factor": "the second factor of an account, encrypted under a key that the database has not",
    "recovery_codes": "what takes the place of a lost second factor, once; hashes only",
    "api_tokens": "named keys for scripts; hashes only",
    "idempotency_keys": "what was answered under a key, byte for byte, for 24 h",
    "meta": "what the database knows of itself, such as the rulebook that it was last used under",
    "hunters": "the player: figures that follow from the ledger, and the calendar",
    "hunter_settings": "the hunter's choices",
    "erased_hunters": "ids of those who were erased while boards showed them, for seven days",
    "board_scores": "a hunter's XP of all time and of each day, week and month, and when it was reached",
    "daily_stats": "a hunter's local day in figures, with the streak at its end",
    "quests": "habits and tasks, each with its versions",
    "quest_skips": "days on which a quest does not count",
    "completions": "one time a hunter did a quest; a voided one stays",
    "xp_entries": "the ledger",
    "achievements": "the catalogue, as the rulebook in force has it",
    "unlocks": "which hunter has which achievement, and what earned it; one taken back stays",
    "outbox": "what the world is to be told, until seven days after it was",
    "live_tickets": "what lets a live socket in, once; hashes only",
    "notifications": "what a hunter was told, for 90 days; a removed one stays until then, unseen",
    "agendas": "when something may be due for a hunter, and until when that was seen to",
    "push_targets": "where else a hunter wants to be told; addresses sealed",
    "push_deliveries": "notifications on their way to a push target, and what came of them",
    "webhooks": "addresses of the hunters' own that are told of events; address and secret sealed",
    "webhook_deliveries": "events on their way to webhooks, and what came of them, for seven days",
    "friendships": "one row for an unordered pair (later)",
    "guilds": "guilds (later)",
    "guild_members": "who is in which guild, and as what (later)",
    "behaviour_patterns": "what was found out about a hunter's habits (later)",
    "recommendations": "quests that were suggested (later)",
}

SERVES = {
    "uq_accounts_email_key": "signing in by address; nobody registers an address twice",
    "ix_accounts_delete_at": "the accounts whose time to be erased has come",
    "uq_identities_issuer_subject": "signing in with a provider; one account for an identity",
    "ix_identities_account_id": "deleting an account with its identities",
    "ix_sessions_account_id_id": "the sessions of an account, newest last; ending all of them",
    "ix_sessions_expires_at": "purging sessions that are over",
    "ix_sessions_revoked_at": "purging sessions that were ended",
    "uq_one_time_codes_code_hash": "looking a code up",
    "ix_one_time_codes_account_id": "deleting an account with its codes",
    "ix_one_time_codes_expires_at": "purging codes that are over",
    "ix_mails_waiting": "the mails that are due, oldest first",
    "ix_mails_sent": "forgetting mails that were sent",
    "ix_mails_parked": "the mails that were given up; forgetting them",
    "ix_mails_address_key_template": "how many mails of a kind an address was sent",
    "ix_mails_account_id": "deleting an account with its mails",
    "ix_mails_code_id": "deleting a code with its mail",
    "ix_mails_notification_id": "deleting a notification with its mail",
    "ix_password_checks_last_at": "purging checks that no longer count",
    "uq_recovery_codes_account_id_code_hash": "looking a recovery code up; those of an account",
    "uq_api_tokens_token_hash": "looking a token up, at every request that comes with one",
    "ix_api_tokens_account_id_id": "the tokens of an account, oldest first",
    "ix_api_tokens_expires_at": "purging tokens that are over",
    "ix_idempotency_keys_stored_at": "purging answers after 24 h",
    "uq_hunters_name_key": "a profile by name; nobody takes a name twice",
    "ix_hunters_updated_at": "who changed since a projection was last brought up to date",
    "ix_erased_hunters_erased_at": "who was erased since a projection was last brought up to date; purging their ids",
    "ix_board_scores_order": "pages and places of every board: XP, who reached it first, id",
    "uq_quests_hunter_id_id": "the quests of a hunter; what completions and skips refer to: none is of somebody else's",
    "ix_quests_open": "the open quests of a hunter: today's, and how many there are",
    "ix_quests_open_by_deadline": "open quests whose deadline comes near",
    "ix_completions_hunter_day": "the completions of a hunter by day: audit and export",
    "ix_completions_quest_day": "how often a quest was done on a day, in a span of days, ever",
    "uq_xp_entries_hunter_id_seq": "a hunter's ledger, newest first, and its last number; no number twice",
    "uq_xp_entries_kind_source_id": "the entry of a completion, an unlock or a reversal; nothing is paid twice",
    "uq_achievements_key": "one row for a key of the rulebook",
    "uq_achievements_name": "one achievement in force for a name",
    "uq_unlocks_standing": "what a hunter has; one standing unlock for an achievement",
    "ix_unlocks_hunter_id_unlocked_at": "what a hunter has, latest first",
    "ix_unlocks_completion_id": "what a completion earned, when it is voided",
    "uq_outbox_hunter_id_seq": "a hunter's events after a number, and the last number; no number twice",
    "ix_outbox_pending": "what is still to be relayed, oldest first; since when it waits",
    "ix_outbox_heads": "the earliest of a hunter's events that wait, whose turn it is, and those after it",
    "ix_outbox_parked": "events that were given up, for `hunter outbox`",
    "ix_outbox_relayed": "purging events seven days after they were relayed",
    "ix_live_tickets_session_id": "deleting a session with its tickets",
    "ix_live_tickets_expires_at": "purging tickets that nobody used",
    "ix_notifications_pending": "what is due to be sent",
    "ix_notifications_shown": "a hunter's notifications, the latest first",
    "ix_notifications_hunter_id_id": "deleting a hunter's notifications, a few at a time",
    "ix_notifications_created_at": "purging notifications after 90 days",
    "ix_notifications_unread": "a hunter's unread notifications",
    "ix_notifications_quest_id": "deleting a quest with its notifications",
    "ix_agendas_next_at": "the hunters for whom something may be due",
    "ix_push_targets_hunter_id_id": "a hunter's push targets",
    "ix_push_targets_next_at": "the push targets that are due to be pushed to, the longest due first",
    "ix_push_deliveries_heads": "the first that waits of a target, for which the others wait",
    "ix_push_deliveries_parked": "pushes that were given up, for `hunter outbox`",
    "ix_push_deliveries_notification_id": "deleting a notification with its deliveries",
    "ix_webhooks_hunter_id_id": "the webhooks of a hunter; those of the hunters whose events are relayed",
    "ix_webhooks_next_at": "the webhooks that are due to be sent to, the longest due first",
    "ix_webhook_deliveries_heads": "the first that waits of a webhook, for which the others wait",
    "ix_webhook_deliveries_given_up": "deliveries that were given up, for `hunter outbox`",
    "ix_webhook_deliveries_webhook_id_created_at": "the latest deliveries to a webhook",
    "ix_webhook_deliveries_created_at": "purging deliveries after seven days",
    "uq_friendships_first_id_second_id": "the friends of a hunter; one row for a pair",
    "ix_friendships_second_id": "the friends of a hunter, seen from the other side",
    "ix_friendships_requester_id": "deleting a hunter with their friendships",
    "ix_friendships_blocker_id": "deleting a hunter with their friendships",
    "uq_guilds_name_key": "a guild by name; nobody takes a name twice",
    "ix_guilds_owner_id": "the guilds that a hunter owns, which are handed on before the hunter goes",
    "ix_guild_members_hunter_id": "the guilds of a hunter",
    "uq_guild_members_owner": "one owner for a guild",
    "ix_recommendations_hunter_id_id": "a hunter's recommendations, newest first",
    "ix_recommendations_quest_id": "deleting a quest with its recommendation",
}


def tables() -> str:
    """Every table with what it keeps and its primary key."""
    rows = [
        (f"`{each.name}`", KEEPS[each.name], ", ".join(f"`{column.name}`" for column in each.primary_key))
        for each in _tables()
    ]
    return table(["table", "what it keeps", "primary key"], rows)


def indexes() -> str:
    """Every index and unique constraint with its columns and what it serves."""
    rows = [
        (f"`{each.name}`", f"`{name}`", columns, where, SERVES[name])
        for each in _tables()
        for name, columns, where in _indexes(each)
    ]
    return table(["table", "index", "columns", "only where", "serves"], rows)


def _tables() -> list[Table]:
    """Return the tables in the order of `KEEPS`, and after them whatever it forgot."""
    known = list(KEEPS)
    return sorted(
        metadata.tables.values(),
        key=lambda each: known.index(each.name) if each.name in known else len(known),
    )


def _indexes(of: Table) -> Iterator[tuple[str, str, str]]:
    unique = [constraint for constraint in of.constraints if isinstance(constraint, UniqueConstraint)]
    for constraint in sorted(unique, key=_name):
        yield _name(constraint), ", ".join(f"`{column.name}`" for column in constraint.columns), ""
    for index in sorted(of.indexes, key=_name):
        columns = ", ".join(f"`{_plain(expression, of)}`" for expression in index.expressions)
        where = index.dialect_options["postgresql"]["where"]
        yield _name(index), columns, "" if where is None else f"`{_plain(where, of)}`"


def _name(named: Index | UniqueConstraint) -> str:
    preparer = dialect("postgresql").identifier_preparer
    formatted = (
        preparer.format_index(named) if isinstance(named, Index) else preparer.format_constraint(named)
    )
    return str(formatted).strip('"')


def _plain(expression: Any, of: Table) -> str:
    text = str(expression.compile(dialect=dialect("postgresql"), compile_kwargs={"literal_binds": True}))
    return text.replace(f"{of.name}.", "")


PRINTERS: dict[str, Printer] = {"tables": tables, "indexes": indexes}

"""Takes accounts out of the database: out of sight at once, then a few rows in a transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Table, case, delete, func, or_, select, update

from hunter_adapters.sql.statements import Insert, Statement, inline, number, param
from hunter_adapters.sql.tables import (
    accounts,
    agendas,
    api_tokens,
    behaviour_patterns,
    board_scores,
    completions,
    daily_stats,
    erased_hunters,
    friendships,
    guild_members,
    guilds,
    hunter_settings,
    hunters,
    idempotency_keys,
    identities,
    mails,
    notifications,
    one_time_codes,
    outbox,
    push_targets,
    quests,
    recommendations,
    recovery_codes,
    sessions,
    two_factor,
    unlocks,
    webhooks,
    xp_entries,
)
from hunter_adapters.sql.tables.social import GuildRole
from hunter_adapters.sql.transaction import Transaction
from hunter_core.ids import AccountId

GONE = "erased"
"""The name of a hunter whose rows are going; nobody reads it, and it is nobody's key."""

_DUE = Statement(
    select(accounts.c.id)
    .where(accounts.c.delete_at <= param("now", accounts.c.delete_at))
    .order_by(accounts.c.delete_at, accounts.c.id)
    .limit(number("most"))
)
_ACCOUNT = accounts.c.id == param("account_id", accounts.c.id)
# Neither key has a form that an address or a name can have, so nobody finds or misses them.
_STRIP_ACCOUNT = Statement(
    update(accounts)
    .where(_ACCOUNT)
    .values(
        email=param("nobody", accounts.c.email),
        email_key=param("nobody", accounts.c.email_key),
        password_hash=None,
        is_active=False,
        is_verified=False,
        last_login=None,
        erased_at=param("now", accounts.c.erased_at),
    )
)
_STRIP_HUNTER = Statement(
    update(hunters)
    .where(hunters.c.id == param("account_id", hunters.c.id))
    .values(name=inline(GONE), name_key=param("nobody", hunters.c.name_key), avatar_url=None, is_active=False)
)
_HIDE = Statement(
    update(board_scores)
    .where(board_scores.c.hunter_id == param("account_id", board_scores.c.hunter_id), board_scores.c.is_shown)
    .values(is_shown=False)
)


_KEEP_ID = Insert(erased_hunters, ("id", "erased_at"), onto=("id",))


def _of(table: Table, owner: str) -> Any:
    return table.c[owner] == param("account_id", table.c[owner])


_AT_ONCE = [
    Statement(delete(identities).where(_of(identities, "account_id"))),
    Statement(delete(two_factor).where(_of(two_factor, "account_id"))),
    Statement(delete(recovery_codes).where(_of(recovery_codes, "account_id"))),
    Statement(delete(api_tokens).where(_of(api_tokens, "account_id"))),
    Statement(delete(mails).where(_of(mails, "account_id"))),
    Statement(delete(push_targets).where(_of(push_targets, "hunter_id"))),
    Statement(delete(webhooks).where(_of(webhooks, "hunter_id"))),
    Statement(delete(agendas).where(_of(agendas, "hunter_id"))),
    Statement(delete(friendships).where(or_(_of(friendships, "first_id"), _of(friendships, "second_id")))),
]
"""What others see, or what lets somebody in."""


def _some(table: Table, owner: str, key: str) -> Statement:
    """Return the statement that removes some rows of *table*, told apart by *key* among those of one owner."""
    mine = _of(table, owner)
    some = select(table.c[key]).where(mine).order_by(table.c[key]).limit(number("most"))
    return Statement(delete(table).where(mine, table.c[key].in_(some)))


_IN_PARTS = [
    _some(one_time_codes, "account_id", "id"),
    _some(sessions, "account_id", "id"),
    _some(idempotency_keys, "account_id", "key"),
    _some(notifications, "hunter_id", "id"),
    _some(recommendations, "hunter_id", "id"),
    _some(outbox, "hunter_id", "seq"),
    _some(unlocks, "hunter_id", "id"),
    _some(xp_entries, "hunter_id", "seq"),
    _some(completions, "hunter_id", "id"),
    _some(daily_stats, "hunter_id", "local_day"),
    _some(board_scores, "hunter_id", "window_name"),
    # With its skips, which are few.
    _some(quests, "hunter_id", "id"),
]
"""What there may be much of, in an order in which nothing takes more along than itself."""

_LAST = [
    Statement(delete(behaviour_patterns).where(_of(behaviour_patterns, "hunter_id"))),
    Statement(delete(hunter_settings).where(_of(hunter_settings, "hunter_id"))),
    Statement(delete(hunters).where(_of(hunters, "id"))),
    Statement(delete(accounts).where(_ACCOUNT)),
]

# --- guilds -------------------------------------------------------------------------------------------------

_GUILD = guilds.c.id == param("guild_id", guilds.c.id)
_GUILD_IDS = Statement(
    select(guild_members.c.guild_id)
    .where(_of(guild_members, "hunter_id"))
    .union(select(guilds.c.id).where(_of(guilds, "owner_id")))
    .order_by("guild_id")
)
_LOCK_GUILD = Statement(select(guilds.c.owner_id).where(_GUILD).with_for_update())
_LEAVE = Statement(
    delete(guild_members).where(
        _of(guild_members, "hunter_id"),
        guild_members.c.guild_id == param("guild_id", guild_members.c.guild_id),
    )
)
_HEIR = Statement(
    select(guild_members.c.hunter_id)
    .join(hunters, hunters.c.id == guild_members.c.hunter_id)
    .where(
        guild_members.c.guild_id == param("guild_id", guild_members.c.guild_id),
        guild_members.c.hunter_id != param("account_id", guild_members.c.hunter_id),
    )
    .order_by(
        hunters.c.is_active.desc(),
        case((guild_members.c.role == inline(GuildRole.ADMIN), inline(0)), else_=inline(1)),
        guild_members.c.joined_at,
        guild_members.c.hunter_id,
    )
    .limit(inline(1))
)
_MAKE_OWNER = Statement(
    update(guild_members)
    .where(
        guild_members.c.guild_id == param("guild_id", guild_members.c.guild_id),
        guild_members.c.hunter_id == param("heir", guild_members.c.hunter_id),
    )
    .values(role=param("role", guild_members.c.role))
)
_members = (
    select(func.count())
    .select_from(guild_members)
    .where(guild_members.c.guild_id == guilds.c.id)
    .scalar_subquery()
)
_CLOSE_UP = Statement(
    update(guilds)
    .where(_GUILD)
    .values(
        owner_id=param("owner", guilds.c.owner_id),
        member_count=_members,
        updated_at=param("now", guilds.c.updated_at),
    )
)
_END_GUILD = Statement(delete(guilds).where(_GUILD))


class SqlErasures:
    """Takes accounts out of the tables."""

    __slots__ = ("_sql",)

    def __init__(self, transaction: Transaction) -> None:
        self._sql = transaction

    def due(self, now: datetime, limit: int) -> Sequence[AccountId]:
        return [row[0] for row in self._sql.rows(_DUE, now=now, most=limit)]

    def begin(self, account_id: AccountId, *, now: datetime) -> None:
        nobody = account_id.hex
        self._sql.do(_STRIP_ACCOUNT, account_id=account_id, nobody=nobody, now=now)
        self._sql.do(_STRIP_HUNTER, account_id=account_id, nobody=nobody)
        if self._sql.do(_HIDE, account_id=account_id):
            # Others saw them until now. Whoever keeps boards elsewhere may look when no row of theirs is left.
            self._sql.insert(_KEEP_ID, [(account_id, now)])
        for statement in _AT_ONCE:
            self._sql.do(statement, account_id=account_id)
        for guild_id in [row[0] for row in self._sql.rows(_GUILD_IDS, account_id=account_id)]:
            self._leave(guild_id, account_id, now)
        self._sql.hunters_changed[account_id] = None
        self._sql.hunters_hidden[account_id] = None
        self._sql.listing_changed = True

    def some(self, account_id: AccountId, limit: int) -> bool:
        left = limit
        for statement in _IN_PARTS:
            left -= self._sql.do(statement, account_id=account_id, most=left)
            if left <= 0:
                return True
        for statement in _LAST:
            self._sql.do(statement, account_id=account_id)
        self._sql.hunters_changed[account_id] = None
        return False

    def _leave(self, guild_id: Any, account_id: AccountId, now: datetime) -> None:
        """Leave a guild; what is decided on is read after its lock (SPEC 7)."""
        locked = self._sql.row(_LOCK_GUILD, guild_id=guild_id)
        if locked is None:
            return
        owner = locked[0]
        self._sql.do(_LEAVE, guild_id=guild_id, account_id=account_id)
        if owner == account_id:
            heir = self._sql.row(_HEIR, guild_id=guild_id, account_id=account_id)
            if heir is None:
                self._sql.do(_END_GUILD, guild_id=guild_id)
                return
            owner = heir[0]
            self._sql.do(_MAKE_OWNER, guild_id=guild_id, heir=owner, role=GuildRole.OWNER)
        self._sql.do(_CLOSE_UP, guild_id=guild_id, owner=owner, now=now)

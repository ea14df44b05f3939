"""Reads everything that is kept of an account, in parts, in the order of an index (`hunter_core.export`)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, case, or_, select, tuple_

from hunter_adapters.sql.accounts import SqlAccounts
from hunter_adapters.sql.api_tokens import token_of
from hunter_adapters.sql.hunters import SqlHunters
from hunter_adapters.sql.identities import identity_of
from hunter_adapters.sql.mails import mail_of
from hunter_adapters.sql.notifications import notification_of
from hunter_adapters.sql.pushes import target_of
from hunter_adapters.sql.rows import completion_of, day_of, entry_of, quest_of, unlock_of
from hunter_adapters.sql.scores import moment_of
from hunter_adapters.sql.sessions import session_of
from hunter_adapters.sql.settings import SqlHunterSettings
from hunter_adapters.sql.statements import Row, Statement, inline, param
from hunter_adapters.sql.tables import (
    achievements,
    api_tokens,
    behaviour_patterns,
    board_scores,
    completions,
    daily_stats,
    friendships,
    guild_members,
    guilds,
    hunters,
    identities,
    mails,
    notifications,
    push_targets,
    quest_skips,
    quests,
    recommendations,
    sessions,
    unlocks,
    webhooks,
    xp_entries,
)
from hunter_adapters.sql.transaction import Transaction
from hunter_adapters.sql.two_factor import SqlRecoveryCodes, SqlTwoFactors
from hunter_adapters.sql.webhooks import webhook_of
from hunter_core.export.ports import PART, Head, Section
from hunter_core.export.records import (
    Friend,
    Membership,
    NamedUnlock,
    Pattern,
    SecondFactor,
    Skip,
    Suggestion,
)
from hunter_core.ids import AccountId
from hunter_core.leaderboard.order import Score

_ME = param("account_id", hunters.c.id)


class _Part:
    """
    Reads rows of a section, in the order of some of its columns, which tell its rows apart.

    `first` has no lower bound; `following` begins after the last row that was read.
    """

    def __init__(
        self, rows: Select[Any], order: Sequence[ColumnElement[Any]], make: Callable[[Row], Any]
    ) -> None:
        # Selected once more at the end, so that the last row says where the next part begins.
        rows = rows.add_columns(*(column.label(f"order_{place}") for place, column in enumerate(order)))
        rows = rows.order_by(*order).limit(inline(PART))
        after = [param(f"after_{place}", column) for place, column in enumerate(order)]
        beyond = tuple_(*order) > tuple_(*after) if len(order) > 1 else order[0] > after[0]
        self._first, self._following = Statement(rows), Statement(rows.where(beyond))
        self._width, self._make = len(order), make

    def read(self, sql: Transaction, account_id: AccountId) -> Iterator[Sequence[Any]]:
        """Yield the rows of the account, a part at a time."""
        found = sql.rows(self._first, account_id=account_id)
        while found:
            yield [self._make(row[: -self._width]) for row in found]
            if len(found) < PART:
                return
            last = found[-1][-self._width :]
            after = {f"after_{place}": value for place, value in enumerate(last)}
            found = sql.rows(self._following, account_id=account_id, **after)


def _of(table: Table, owner: str, order: Sequence[str], make: Callable[[Row], Any]) -> _Part:
    """Return what reads the rows of *table* whose column *owner* names the account."""
    return _Part(select(table).where(table.c[owner] == _ME), [table.c[name] for name in order], make)


def _skips() -> _Part:
    mine = (
        select(quest_skips.c.quest_id, quest_skips.c.local_day, quest_skips.c.skipped_at)
        .join_from(quests, quest_skips, quest_skips.c.quest_id == quests.c.id)
        .where(quests.c.hunter_id == _ME)
    )
    return _Part(
        mine,
        [quest_skips.c.quest_id, quest_skips.c.local_day],
        lambda row: Skip(quest_id=row[0], local_day=row[1], skipped_at=row[2]),
    )


def _unlocks() -> _Part:
    named = (
        select(unlocks, achievements.c.key, achievements.c.name)
        .join(achievements, achievements.c.id == unlocks.c.achievement_id)
        .where(unlocks.c.hunter_id == _ME)
    )
    width = len(unlocks.columns)
    return _Part(
        named,
        [unlocks.c.unlocked_at, unlocks.c.id],
        lambda row: NamedUnlock(unlock=unlock_of(row), key=row[width], name=row[width + 1]),
    )


def _friends() -> _Part:
    of = friendships.c
    other = case((of.first_id == _ME, of.second_id), else_=of.first_id)
    mine = (
        select(
            of.id,
            hunters.c.id,
            hunters.c.name,
            (of.requester_id == _ME).label("requested_by_me"),
            of.status,
            of.created_at,
            of.updated_at,
        )
        .join(hunters, hunters.c.id == other)
        .where(
            or_(of.first_id == _ME, of.second_id == _ME), or_(of.blocker_id.is_(None), of.blocker_id == _ME)
        )
    )
    return _Part(
        mine,
        [of.id],
        lambda row: Friend(
            id=row[0],
            other_id=row[1],
            other_name=row[2],
            requested_by_me=bool(row[3]),
            status=row[4],
            created_at=row[5],
            updated_at=row[6],
        ),
    )


def _memberships() -> _Part:
    mine = (
        select(
            guilds.c.id,
            guilds.c.name,
            (guilds.c.owner_id == _ME).label("is_owner"),
            guild_members.c.role,
            guild_members.c.joined_at,
        )
        .join(guilds, guilds.c.id == guild_members.c.guild_id)
        .where(guild_members.c.hunter_id == _ME)
    )
    return _Part(
        mine,
        [guild_members.c.guild_id],
        lambda row: Membership(
            guild_id=row[0], guild_name=row[1], is_owner=bool(row[2]), role=row[3], joined_at=row[4]
        ),
    )


def _suggestion(row: Row) -> Suggestion:
    return Suggestion(
        id=row[0],
        title=row[2],
        description=row[3],
        type=row[4],
        difficulty=row[5],
        attributes=row[6],
        confidence=row[7],
        reason=row[8],
        is_accepted=row[9],
        is_rejected=row[10],
        quest_id=row[11],
        created_at=row[12],
        expires_at=row[13],
    )


def _pattern(row: Row) -> Pattern:
    return Pattern(
        preferred_time=row[1],
        avg_session_length=row[2],
        quest_success_rate=row[3],
        preferred_difficulty=row[4],
        favorite_attributes=row[5],
        churn_risk=row[6],
        next_quest_predict=row[7],
        last_analyzed=row[8],
    )


_PATTERN = Statement(select(behaviour_patterns).where(behaviour_patterns.c.hunter_id == _ME))
_SECTIONS: Mapping[Section, _Part] = {
    Section.IDENTITIES: _of(identities, "account_id", ["id"], identity_of),
    Section.SESSIONS: _of(sessions, "account_id", ["id"], session_of),
    Section.API_TOKENS: _of(api_tokens, "account_id", ["id"], token_of),
    Section.MAILS: _of(mails, "account_id", ["id"], mail_of),
    Section.QUESTS: _of(quests, "hunter_id", ["id"], quest_of),
    Section.SKIPS: _skips(),
    Section.COMPLETIONS: _of(completions, "hunter_id", ["local_day", "id"], completion_of),
    Section.LEDGER: _of(xp_entries, "hunter_id", ["seq"], entry_of),
    Section.UNLOCKS: _unlocks(),
    Section.DAYS: _of(daily_stats, "hunter_id", ["local_day"], day_of),
    Section.SCORES: _of(
        board_scores,
        "hunter_id",
        ["window_name"],
        lambda row: Score(row[1], row[2], moment_of(row[3])),
    ),
    Section.NOTIFICATIONS: _of(notifications, "hunter_id", ["id"], notification_of),
    Section.PUSH_TARGETS: _of(push_targets, "hunter_id", ["id"], target_of),
    Section.WEBHOOKS: _of(webhooks, "hunter_id", ["id"], webhook_of),
    Section.FRIENDSHIPS: _friends(),
    Section.GUILDS: _memberships(),
    Section.RECOMMENDATIONS: _of(recommendations, "hunter_id", ["id"], _suggestion),
}


class SqlArchive:
    """Reads accounts from the tables."""

    __slots__ = ("_sql",)

    def __init__(self, transaction: Transaction) -> None:
        self._sql = transaction

    def head(self, account_id: AccountId) -> Head:
        pattern = self._sql.row(_PATTERN, account_id=account_id)
        factor = SqlTwoFactors(self._sql).get(account_id)
        return Head(
            account=SqlAccounts(self._sql).get(account_id),
            hunter=SqlHunters(self._sql).get(account_id),
            settings=SqlHunterSettings(self._sql).get(account_id),
            second_factor=None
            if factor is None
            else SecondFactor(
                created_at=factor.created_at,
                confirmed_at=factor.confirmed_at,
                recovery_codes_left=SqlRecoveryCodes(self._sql).left(account_id),
            ),
            pattern=None if pattern is None else _pattern(pattern),
        )

    def rows(self, account_id: AccountId, section: Section) -> Iterator[Sequence[Any]]:
        return _SECTIONS[section].read(self._sql, account_id)

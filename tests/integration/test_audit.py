"""The audit names what was changed behind the ledger, column by column, on both databases (issue 2, item 6)."""

from __future__ import annotations

import io
import sqlite3
from collections.abc import Callable
from datetime import timedelta

import psycopg
import pytest
from rich.console import Console

from hunter_adapters.sql import SqlStore
from hunter_adapters.testing.builders import NOW, a_hunter, a_quest, a_rulebook, registered
from hunter_api.commands.audit import audit
from hunter_core.completions.commands import CompleteQuest, VoidCompletion
from hunter_core.completions.complete import complete
from hunter_core.completions.take_back import take_back
from hunter_core.dice import HashDice
from hunter_core.ids import CompletionId, new_id
from hunter_core.words import Attribute, Attributes

HUNTERS = (
    "total_xp", "level", "streak", "max_streak", "freezes", *Attributes._fields,
    "completed_easy", "completed_normal", "completed_hard",
)  # fmt: skip
DAYS = (
    "created", "completed", "xp", "time_spent", "streak", "max_streak", "freezes", *Attributes._fields,
)  # fmt: skip
LAST_DAY = "(SELECT max(local_day) FROM daily_stats)"
ANY_UNLOCK = "id IN (SELECT id FROM unlocks WHERE taken_back_at IS NULL ORDER BY id LIMIT 1)"

# What is broken, by which statement, and the column that the audit has to name first.
CORRUPTIONS = {
    **{f"hunters.{name}": f"UPDATE hunters SET {name} = {name} + 1" for name in HUNTERS},
    "hunters.rank": "UPDATE hunters SET rank = 'S'",
    "hunters.last_day": "UPDATE hunters SET last_day = NULL",
    "hunters.xp_reached_at": "UPDATE hunters SET xp_reached_at = NULL",
    **{
        f"daily_stats.{name}": f"UPDATE daily_stats SET {name} = {name} + 1 WHERE local_day = {LAST_DAY}"
        for name in DAYS
    },
    "daily_stats": f"DELETE FROM daily_stats WHERE local_day = {LAST_DAY}",
    "unlocks": f"DELETE FROM unlocks WHERE {ANY_UNLOCK}",
    "unlocks.taken_back_at": f"UPDATE unlocks SET taken_back_at = unlocked_at WHERE {ANY_UNLOCK}",
    "unlocks.xp_reward": f"UPDATE unlocks SET xp_reward = xp_reward + 1 WHERE {ANY_UNLOCK}",
    "unlocks.achievement_id": (
        "UPDATE unlocks SET achievement_id = (SELECT id FROM achievements WHERE id NOT IN "
        f"(SELECT achievement_id FROM unlocks) ORDER BY id LIMIT 1) WHERE {ANY_UNLOCK}"
    ),
    "xp_entries.amount": "UPDATE xp_entries SET amount = amount - 1 WHERE kind = 'REVERSAL'",
    "xp_entries.seq": "UPDATE xp_entries SET seq = seq + 100 WHERE seq = (SELECT max(seq) FROM xp_entries)",
    "xp_entries.balance_after": "UPDATE xp_entries SET balance_after = balance_after + 1 WHERE seq = 2",
    "completions.voided_at": "UPDATE completions SET voided_at = NULL",
    "completions.total_xp": "UPDATE completions SET total_xp = total_xp + 1",
    "board_scores": "DELETE FROM board_scores WHERE window_name = '2026-W48'",
    "board_scores.xp": "UPDATE board_scores SET xp = xp + 1 WHERE window_name = '2026-11'",
    "board_scores.reached_at": (
        "UPDATE board_scores SET reached_at = (SELECT created_at FROM hunters) WHERE window_name = 'all'"
    ),
    "board_scores.is_shown": "UPDATE board_scores SET is_shown = NOT is_shown WHERE window_name = '2026-11-22'",
    "completions.strength": "UPDATE completions SET strength = strength + 1",
}


@pytest.fixture
def played(store: SqlStore) -> SqlStore:
    """A store with a hunter of nine days, freezes, unlocks, time spent, and a completion taken back."""
    rulebook, dice = a_rulebook("modern"), HashDice()
    store.seed_achievements(rulebook.catalogue)
    hunter = a_hunter(rulebook=rulebook)
    quest = a_quest(hunter, attributes=tuple(Attribute), completions_per_day=5)
    registered(store, hunter, quest)
    for back in range(9):
        for number in range(2):
            now = NOW + timedelta(days=back, minutes=number)
            command = CompleteQuest(
                completion_id=CompletionId(new_id(now)), hunter_id=hunter.id, quest_id=quest.id, time_spent=60
            )
            with store.write() as uow:
                complete(
                    uow=uow,
                    command=command,
                    now=now,
                    rulebook=rulebook,
                    dice=dice,
                    request=None,
                    answer=lambda _: (200, b""),
                )
                uow.commit()
    void = VoidCompletion(hunter_id=hunter.id, quest_id=quest.id, completion_id=command.completion_id)
    with store.write() as uow:
        take_back(uow=uow, command=void, now=now, rulebook=rulebook)
        uow.commit()
    return store


def _audited(store: SqlStore) -> str | None:
    console = Console(file=io.StringIO())
    difference = audit(store, a_rulebook("modern"), console)
    return None if difference is None else difference.column


def test_what_the_game_wrote_passes(played: SqlStore) -> None:
    assert _audited(played) is None


@pytest.mark.parametrize("column", CORRUPTIONS)
def test_a_column_that_was_changed_is_named(
    played: SqlStore, column: str, execute: Callable[[str], int]
) -> None:
    assert execute(CORRUPTIONS[column]) >= 1

    assert _audited(played) == column


@pytest.fixture
def execute(url: str) -> Callable[[str], int]:
    """What runs one statement behind the program's back, and tells how many rows it touched."""

    def on_postgres(statement: str) -> int:
        with psycopg.connect(url) as connection:
            return connection.execute(statement.encode()).rowcount

    def on_sqlite(statement: str) -> int:
        connection = sqlite3.connect(url.removeprefix("sqlite:///"))
        try:
            with connection:
                return connection.execute(statement).rowcount
        finally:
            connection.close()

    return on_sqlite if url.startswith("sqlite") else on_postgres

"""What the database itself holds off, whoever writes: SQL that breaks an invariant is refused on both (SPEC 3)."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from hunter_adapters.sql import SqlStore
from hunter_adapters.sql.tables import hunter_settings, metadata
from hunter_adapters.testing.builders import (
    a_completion,
    a_day,
    a_hunter,
    a_quest,
    a_rulebook,
    a_session,
    an_entry,
    an_event,
    an_unlock,
    registered,
)
from hunter_core.hunters.settings import Settings


@pytest.fixture
def full(store: SqlStore) -> SqlStore:
    """A store with two hunters, and a row in every table that the game writes."""
    for name in ("Jinwoo", "Jinah"):
        hunter = a_hunter(name)
        quest = a_quest(hunter)
        completion = a_completion(quest)
        registered(store, hunter, quest)
        with store.write() as uow:
            uow.sessions.add(a_session(name))
            uow.completions.add(completion)
            uow.ledger.append([an_entry(completion)])
            achievement = a_rulebook().catalogue.achievements[0]
            uow.unlocks.add([an_unlock(completion, achievement_id=achievement.id)])
            uow.days.save(hunter.id, [a_day()])
            uow.outbox.add([an_event(hunter)])
            uow.commit()
    return store


def run(store: SqlStore, sql: str) -> int:
    connection: Connection
    with store.database.engine().connect() as connection:
        try:
            touched = connection.execute(text(sql)).rowcount
        finally:
            connection.rollback()
    return touched


BROKEN = {
    "XP is never negative": "UPDATE hunters SET total_xp = -1",
    "a level is 1 or more": "UPDATE hunters SET level = 0",
    "a rank is one of seven": "UPDATE hunters SET rank = 'G'",
    "a streak is never negative": "UPDATE hunters SET streak = -1",
    "no attribute is negative": "UPDATE hunters SET luck = -1",
    "a hunter has an account": "UPDATE hunters SET id = (SELECT id FROM quests LIMIT 1)",
    "a name is held once": "UPDATE hunters SET name_key = 'jinwoo'",
    "an address is held once": "UPDATE accounts SET email_key = 'jinwoo@example.org'",
    "a role is one of two": "UPDATE accounts SET role = 'KING'",
    "a balance is never negative": "UPDATE xp_entries SET balance_after = -1",
    "numbers begin at 1": "UPDATE xp_entries SET seq = 0",
    "an entry is of a known kind": "UPDATE xp_entries SET kind = 'GIFT'",
    "nothing is paid twice": "UPDATE xp_entries SET source_id = (SELECT id FROM completions ORDER BY id LIMIT 1)",
    "a completion is of its own hunter's quest": (
        "UPDATE completions SET quest_id = (SELECT id FROM quests ORDER BY id LIMIT 1)"
    ),
    "a completion takes time or says nothing of it": "UPDATE completions SET time_spent = 0",
    "a completion has a known difficulty": "UPDATE completions SET difficulty = 'BRUTAL'",
    "an achievement is held once": (
        "UPDATE unlocks SET hunter_id = (SELECT id FROM hunters ORDER BY id LIMIT 1)"
    ),
    "an unlock is of a known achievement": "UPDATE unlocks SET achievement_id = (SELECT id FROM hunters LIMIT 1)",
    "an achievement that somebody has stays": "DELETE FROM achievements",
    "a day counts no fewer than no completions": "UPDATE daily_stats SET completed = -1",
    "a day is there once": "UPDATE daily_stats SET local_day = '2026-11-22'",
    "an event's number is there once": "UPDATE outbox SET hunter_id = (SELECT id FROM hunters ORDER BY id LIMIT 1)",
    "a quest pays": "UPDATE quests SET base_xp = 0",
    "a quest is of a known type": "UPDATE quests SET type = 'HOURLY'",
    "a quest has a hunter": "UPDATE quests SET hunter_id = (SELECT id FROM completions LIMIT 1)",
    "a session has an account": "UPDATE sessions SET account_id = (SELECT id FROM completions LIMIT 1)",
    "a theme is a known one": "UPDATE hunter_settings SET theme = 'pink'",
}


@pytest.mark.parametrize("sql", BROKEN.values(), ids=BROKEN)
def test_the_database_holds(full: SqlStore, sql: str) -> None:
    with pytest.raises(IntegrityError):
        run(full, sql)


def test_an_achievement_that_was_taken_back_can_be_held_again(full: SqlStore) -> None:
    instant = "'2026-11-22T12:00:00.000000+00:00'"
    assert run(full, f"UPDATE unlocks SET taken_back_at = {instant}") == 2
    completion = a_completion(a_quest(a_hunter()))
    achievement = a_rulebook().catalogue.achievements[0]
    with full.write() as uow:
        uow.hunters.lock(completion.hunter_id)
        standing = uow.unlocks.standing(completion.hunter_id)
        uow.unlocks.take_back([replace(unlock, taken_back_at=unlock.unlocked_at) for unlock in standing])
        uow.unlocks.add([an_unlock(completion, "again", achievement_id=achievement.id)])
        uow.commit()

    with full.read() as uow:
        assert [unlock.achievement_id for unlock in uow.unlocks.standing(completion.hunter_id)] == [
            achievement.id
        ]


def test_deleting_an_account_takes_all_that_is_the_hunters_and_nothing_else(full: SqlStore) -> None:
    with full.database.engine().begin() as connection:
        connection.execute(text("DELETE FROM accounts WHERE email_key = 'jinah@example.org'"))

    left = {
        table: run(full, f"DELETE FROM {table}")
        for table in ("daily_stats", "xp_entries", "unlocks", "outbox", "hunter_settings", "sessions")
    }
    assert left == {table: 2 if table == "daily_stats" else 1 for table in left}
    with full.read() as uow:
        assert uow.histories.hunter_ids() == [a_hunter("Jinwoo").id]


def test_every_column_of_settings_is_a_field_and_the_other_way_round() -> None:
    assert [column.name for column in hunter_settings.columns] == [field.name for field in fields(Settings)]


def test_every_foreign_key_is_declared() -> None:
    loose = {
        f"{table.name}.{column.name}"
        for table in metadata.sorted_tables
        for column in table.columns
        if column.name.endswith("_id") and not column.foreign_keys
    }

    # The source of an entry is a completion, an unlock, an entry or a correction; the id of an event is derived.
    assert loose == {"xp_entries.source_id", "webhook_deliveries.event_id"}

"""What one completion sends to the database: the same on both, and the same whatever it unlocks (SPEC 7, issue 2)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hunter_adapters.sql import SqlStore
from hunter_adapters.testing.builders import a_rulebook, a_session
from hunter_adapters.testing.play import Do, Habit, Player, Story, TakeBack, Wait
from hunter_core.completions.outcome import Outcome
from hunter_core.quests.create import create_quest
from hunter_core.quests.fields import QuestFields
from hunter_core.words import Attribute, QuestType

Opened = Callable[..., SqlStore]

_TABLE = re.compile(r"(?:INSERT INTO|UPDATE|DELETE FROM|FROM) (\w+)")


def a_player(store: SqlStore) -> Player:
    story = Story(
        begins=datetime(2026, 11, 22, 9, tzinfo=UTC),
        zone="Europe/Paris",
        habits=(Habit(base_xp=500, attributes=tuple(Attribute), completions_per_day=50),),
        actions=(),
    )
    return Player(store, a_rulebook(), story)


def told(statements: list[str]) -> list[str]:
    """Return each statement as its first word and its table."""
    words = []
    for sql in statements:
        first, found = sql.split()[0], _TABLE.search(sql)
        words.append(first if found is None else f"{first} {found[1]}")
    return words


def test_a_completion_reads_twice_and_writes_once_a_table_whatever_it_unlocks(
    url: str, opened: Opened
) -> None:
    sent: list[str] = []
    player = a_player(opened(url, observer=sent.append))
    sent.clear()

    first = player.perform(Do(0, key="first"))

    assert isinstance(first, Outcome)
    assert len(first.achievements) >= 2
    assert told(sent) == [
        "BEGIN",
        "SELECT hunters",
        # The facts: all of them are parts of one statement, and this is the first of its parts.
        "SELECT completions",
        "INSERT completions",
        "INSERT xp_entries",
        "UPDATE hunters",
        "INSERT board_scores",
        "INSERT daily_stats",
        "INSERT unlocks",
        "INSERT outbox",
        "INSERT idempotency_keys",
        "COMMIT",
    ]


def test_a_creation_is_counted_on_its_day_in_its_own_transaction(url: str, opened: Opened) -> None:
    sent: list[str] = []
    player = a_player(opened(url, observer=sent.append))
    sent.clear()

    with player.store.write() as uow:
        create_quest(
            uow=uow,
            hunter_id=player.hunter_id,
            fields=QuestFields(title="Read", type=QuestType.DAILY, base_xp=50),
            now=datetime(2026, 11, 22, 9, tzinfo=UTC),
            limits=player.rulebook.limits,
        )
        uow.commit()

    statements = told(sent)
    assert (statements[0], statements[-1]) == ("BEGIN", "COMMIT")
    assert statements.count("COMMIT") == statements.count("INSERT daily_stats") == 1
    assert statements.count("INSERT quests") == 1


def test_a_late_completion_that_mends_days_sends_no_more(url: str, opened: Opened) -> None:
    sent: list[str] = []
    player = a_player(opened(url, observer=sent.append))
    player.play([Do(0), Wait(timedelta(days=2)), Do(0)])
    sent.clear()

    late = player.perform(Do(0, back=timedelta(days=1), key="late"))

    assert isinstance(late, Outcome)
    assert len(late.days) == 2
    kinds = [word.split()[0] for word in told(sent)]
    assert kinds.count("SELECT") == 2
    assert kinds.count("INSERT") + kinds.count("UPDATE") <= 8
    assert "DELETE" not in kinds


def test_a_replay_only_reads(url: str, opened: Opened) -> None:
    sent: list[str] = []
    player = a_player(opened(url, observer=sent.append))
    player.perform(Do(0, key="once"))
    sent.clear()

    player.perform(Do(0, key="once"))

    assert told(sent) == ["BEGIN", "SELECT hunters", "SELECT completions", "COMMIT"]


def test_the_hunter_is_locked_by_a_statement_of_its_own(postgres_migrated: str, opened: Opened) -> None:
    sent: list[str] = []
    player = a_player(opened(postgres_migrated, observer=sent.append))
    sent.clear()

    player.perform(Do(0))

    lock, facts = sent[1], sent[2]
    assert lock.endswith("FOR NO KEY UPDATE")
    assert set(re.findall(r"FROM (\w+)", lock)) == {"hunters"}
    # What is counted beside a lock is from before the wait for it.
    assert "UPDATE" not in facts
    assert "FROM hunters" not in facts


def test_checking_a_session_is_one_statement_without_a_transaction(url: str, opened: Opened) -> None:
    sent: list[str] = []
    store = opened(url, observer=sent.append)
    a_player(store)
    session = a_session("Jinwoo")
    with store.write() as uow:
        uow.sessions.add(session)
        uow.commit()
    sent.clear()

    with store.read() as uow:
        signed_in = uow.sessions.check(session.id)

    assert signed_in is not None
    assert told(sent) == ["SELECT sessions"]


def test_other_reads_see_one_moment(url: str, opened: Opened) -> None:
    sent: list[str] = []
    player = a_player(opened(url, observer=sent.append))
    other = opened(url)
    sent.clear()

    with player.store.read() as uow:
        before = uow.hunters.get(player.hunter_id)
        with other.write() as writing:
            writing.hunters.save(replace(writing.hunters.lock(player.hunter_id), total_xp=77))
            writing.commit()
        assert uow.hunters.get(player.hunter_id) == before

    assert told(sent) == ["BEGIN", "SELECT hunters", "SELECT hunters", "ROLLBACK"]


def test_voiding_is_bounded_too(url: str, opened: Opened) -> None:
    sent: list[str] = []
    player = a_player(opened(url, observer=sent.append))
    for _ in range(6):
        player.play([Do(0), Do(0), Wait(timedelta(days=1))])
    sent.clear()

    outcome = player.perform(TakeBack(-1))

    assert isinstance(outcome, Outcome)
    assert outcome.taken_back
    kinds = [word.split()[0] for word in told(sent)]
    # The lock, the completion with its entry, what hangs on it, what it depends on, and the windows' gains.
    assert kinds.count("SELECT") == 5
    assert len(kinds) <= 16

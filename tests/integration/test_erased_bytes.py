"""What was erased stands in no file of a running SQLite server's: not in the log of writes, not in freed pages."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from time import monotonic, sleep
from typing import Any

import pytest

from hunter_adapters.memory.security_log import MemorySecurityLog
from hunter_adapters.sql import SqlStore
from hunter_adapters.sql import sqlite as adapter
from hunter_adapters.sql.sqlite import Sqlite
from hunter_adapters.testing.builders import (
    a_command,
    a_hunter,
    a_quest,
    a_request,
    a_rulebook,
    registered,
)
from hunter_adapters.testing.clock import StillClock
from hunter_adapters.testing.contract.leaving import a_mail
from hunter_api.background.jobs import Job
from hunter_api.background.tasks import erasing, purging
from hunter_core.accounts.deletion import GRACE, plan_deletion
from hunter_core.completions.commands import CompleteQuest
from hunter_core.completions.complete import complete
from hunter_core.dice import HashDice
from hunter_core.hunters.hunter import Hunter
from hunter_core.ports import UnitOfWork
from tests.builders import NOW
from tests.servers.files import bytes_of

SECRETS = (b"Gone-for-good", b"a secret wish", b"what was felt")
NEIGHBOURS = 40
PATIENCE = 60.0


class PlainBuild(adapter._Connection):
    """A connection of a SQLite that was built as its authors deliver it: what is deleted is not overwritten."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.execute("PRAGMA secure_delete=OFF").close()


@pytest.fixture
def store(sqlite_migrated: str, opened: Callable[..., SqlStore], monkeypatch: pytest.MonkeyPatch) -> SqlStore:
    monkeypatch.setattr(adapter, "_Connection", PlainBuild)
    return opened(sqlite_migrated)


def found(store: SqlStore) -> set[bytes]:
    return {secret for secret in SECRETS if secret in bytes_of(store)}


def played(store: SqlStore, name: str, title: str, note: str) -> Hunter:
    """Keep a hunter who did a quest of this *title* on some days, with a *note* each time, and has a mail waiting."""
    hunter = a_hunter(name)
    quest = replace(a_quest(hunter, completions_per_day=20), title=title)
    registered(store, hunter, quest)
    for number in range(8):
        command = a_command(quest, number, notes=note)

        def work(uow: UnitOfWork, command: CompleteQuest = command, number: int = number) -> None:
            complete(
                uow=uow,
                command=command,
                now=NOW,
                rulebook=a_rulebook(),
                dice=HashDice(),
                request=a_request(hunter, f"key-{number}"),
                answer=lambda _: (200, f'{{"notes": "{note}"}}'.encode()),
            )

        store.run(work)
    store.run(lambda uow: uow.mails.add(a_mail(hunter)))
    return hunter


def one_who_leaves(store: SqlStore) -> None:
    """Keep somebody among others, who plays before and after them, and has asked to be erased."""
    neighbours = [f"Neighbour{number}" for number in range(NEIGHBOURS)]
    for name in neighbours[::2]:
        played(store, name, "Run", "as ever " * 20)
    hunter = played(store, "Gone-for-good", "a secret wish", "what was felt " * 20)
    for name in neighbours[1::2]:
        played(store, name, "Run", "as ever " * 20)
    store.run(lambda uow: plan_deletion(uow=uow, account_id=hunter.id, now=NOW))
    assert found(store) == set(SECRETS)


def job(store: SqlStore) -> Job:
    return erasing(store=store, scrub=store.scrub, clock=StillClock(NOW + GRACE), log=MemorySecurityLog())


def test_what_was_erased_stands_in_no_file_while_the_server_runs(store: SqlStore) -> None:
    one_who_leaves(store)

    job(store).run()

    assert found(store) == set()
    with store.read() as uow:
        assert uow.hunters.by_name("Neighbour1").total_xp > 0


def test_what_is_kept_outlives_a_scrub(store: SqlStore) -> None:
    hunter = played(store, "Jinwoo", "Run", "as ever")

    def kept() -> object:
        with store.read() as uow:
            return uow.hunters.get(hunter.id), uow.histories.read(hunter.id), uow.quests.open(hunter.id)

    before = kept()
    assert store.scrub() is True
    assert kept() == before
    assert store.connections_in_use == 0


def test_a_reader_in_the_way_is_not_waited_for_and_the_next_pass_does_it(
    store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adapter, "SCRUB_SECONDS", 0.2)
    one_who_leaves(store)
    erase = job(store)

    with store.read() as reader:
        reader.hunters.by_name("Gone-for-good")
        assert erase.run() is False
        assert found(store) == set(SECRETS)

    # Nobody is due any more.
    assert erase.run() is False
    assert found(store) == set()


def test_whoever_writes_while_a_reader_is_in_the_way_is_not_held_up(
    store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adapter, "SCRUB_SECONDS", PATIENCE)
    registered(store, a_hunter())
    scrubbed: list[bool] = []
    scrubbing = threading.Thread(target=lambda: scrubbed.append(store.scrub()), daemon=True)
    with store.read() as reader:
        reader.hunters.by_name("Jinwoo")
        scrubbing.start()
        for number in range(4):
            played(store, f"Writer{number}", "Run", "on time")
        assert scrubbing.is_alive()
    scrubbing.join(PATIENCE)

    assert scrubbed == [True]


def test_a_writer_in_the_way_is_waited_for_no_longer_than_a_reader_is(
    store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adapter, "LOCK_SECONDS", PATIENCE)
    monkeypatch.setattr(adapter, "SCRUB_SECONDS", 0.0)
    registered(store, a_hunter())
    began = monotonic()
    with store.write():
        assert store.scrub() is False
        assert monotonic() - began < PATIENCE / 2

    assert store.scrub() is True


def test_a_writer_who_ends_in_time_is_waited_for_however_soon_writers_give_up(
    store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adapter, "LOCK_SECONDS", 0.0)
    monkeypatch.setattr(adapter, "SCRUB_SECONDS", PATIENCE)
    registered(store, a_hunter())
    scrubbed: list[bool] = []
    scrubbing = threading.Thread(target=lambda: scrubbed.append(store.scrub()), daemon=True)
    with store.write():
        scrubbing.start()
        deadline = monotonic() + PATIENCE
        while not is_in_line(store):
            assert scrubbing.is_alive()
            assert monotonic() < deadline
            sleep(0.01)
    scrubbing.join(PATIENCE)

    assert scrubbed == [True]


def is_in_line(store: SqlStore) -> bool:
    """Tell whether somebody waits to write."""
    assert isinstance(store.database, Sqlite)
    return bool(store.database._writer._waiting)


def test_what_was_removed_otherwise_leaves_the_files_with_the_purge(store: SqlStore) -> None:
    hunter = registered(store, a_hunter())
    mail = replace(a_mail(hunter), recipient="told-once@example.org")
    store.run(lambda uow: uow.mails.add(mail))
    store.run(lambda uow: uow.mails.remove(mail.id))
    assert b"told-once" in bytes_of(store)

    assert purging(store=store, scrub=store.scrub, clock=StillClock(NOW + GRACE)).run() is False

    assert b"told-once" not in bytes_of(store)


def test_whoever_erased_and_died_before_the_files_were_clean_is_made_up_for(
    store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adapter, "SCRUB_SECONDS", 0.0)
    one_who_leaves(store)
    adrift = job(store)
    with store.read() as reader:
        reader.hunters.by_name("Neighbour1")
        adrift.run()
    assert found(store) != set()

    # Another process, at its first look.
    job(store).run()

    assert found(store) == set()

"""What a command finds at its start: other peppers than the database's, an empty database, one that is away."""

from __future__ import annotations

import sqlite3
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from hunter_adapters.sql import OlderSchema, open_store
from hunter_api import cli
from hunter_api.settings import SettingInvalid, load
from hunter_api.wiring import World, open_world
from hunter_api.wiring.reaching import wait_until_migrated
from tests.servers.app import HOST, free_port

Open = Callable[..., World]


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Open]:
    """What opens a world with a data folder of that name, on one database."""
    worlds: list[World] = []

    def open_at(folder: str, **settings: str) -> World:
        given = {"HUNTER_DATA_DIR": str(tmp_path / folder), "HUNTER_DATABASE_URL": url(tmp_path)}
        worlds.append(open_world(load({**given, **settings})))
        return worlds[-1]

    yield open_at
    for world in worlds:
        world.close()


def url(folder: Path) -> str:
    return f"sqlite:///{folder / 'shared.db'}"


def silently(*_: object) -> None:
    pass


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["hunter", *arguments])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    return int(ended.value.code or 0)


def test_two_processes_with_a_data_folder_each_find_out_at_the_start(at: Open, tmp_path: Path) -> None:
    first, second = at("first"), at("second")
    first.prepare(silently)
    first.check_peppers()
    with pytest.raises(SettingInvalid) as refused:
        second.check_peppers()
    said = str(refused.value)
    assert said.startswith(f"HUNTER_PEPPERS, HUNTER_DATA_DIR (the pepper of {tmp_path / 'second'} was taken")
    assert "'development'" in said
    assert "\n" not in said
    at("first").check_peppers()


def test_peppers_of_the_settings_are_named_without_the_data_folder_and_never_shown(at: Open) -> None:
    old, new = "Ab" * 6 + "0123456789+/cdefghijklmnopqrstuv", "Cd" * 6 + "9876543210+/abcdefghijklmnopqrst"
    first = at("first", HUNTER_PEPPERS=f"2025:{old}")
    first.prepare(silently)
    first.check_peppers()
    at("second", HUNTER_PEPPERS=f"2026:{new},2025:{old}").check_peppers()
    at("third", HUNTER_PEPPERS=f"2026:{new}").check_peppers()
    with pytest.raises(SettingInvalid) as refused:
        at("fourth", HUNTER_PEPPERS=f"2025:{new}").check_peppers()
    assert str(refused.value).startswith("HUNTER_PEPPERS: the database was used with another pepper")
    assert "HUNTER_DATA_DIR" not in str(refused.value)
    assert old not in str(refused.value)
    assert new not in str(refused.value)


def test_a_command_that_makes_codes_with_other_peppers_makes_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], at: Open, tmp_path: Path
) -> None:
    first = at("first")
    first.prepare(silently)
    first.check_peppers()
    monkeypatch.setenv("HUNTER_DATABASE_URL", url(tmp_path))
    monkeypatch.setenv("HUNTER_DATA_DIR", str(tmp_path / "second"))
    monkeypatch.delenv("HUNTER_PEPPERS", raising=False)

    # To migrate takes no key, so it may be done from anywhere.
    assert run(monkeypatch, "migrate") == 0
    capsys.readouterr()
    assert run(monkeypatch, "demo") == cli.CANNOT_START
    said = capsys.readouterr().err
    assert said.startswith("hunter: HUNTER_PEPPERS")
    assert said.count("\n") == 1
    with closing(sqlite3.connect(tmp_path / "shared.db")) as database:
        assert database.execute("SELECT count(*) FROM accounts").fetchone() == (0,)

    assert run(monkeypatch, "migrate", "--forget-peppers") == 0
    at("second").check_peppers()
    with pytest.raises(SettingInvalid):
        first.check_peppers()


@pytest.mark.parametrize("command", [["audit"], ["outbox"], ["outbox", "retry"], ["admin", "list"]])
def test_an_empty_database_is_called_empty_with_what_makes_its_tables(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    postgres_url: str,
    command: list[str],
) -> None:
    monkeypatch.setenv("HUNTER_DATABASE_URL", postgres_url)
    monkeypatch.setenv("HUNTER_DATA_DIR", str(tmp_path))
    assert run(monkeypatch, *command) == cli.CANNOT_START
    assert capsys.readouterr().err == (
        "hunter: HUNTER_DATABASE_URL: the database is empty: `hunter migrate` makes its tables, and so does "
        "`hunter serve`.\n"
    )


@pytest.mark.parametrize("command", [["audit"], ["outbox"], ["outbox", "retry", "mails"]])
def test_a_command_that_only_looks_makes_no_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, command: list[str]
) -> None:
    monkeypatch.delenv("HUNTER_DATABASE_URL", raising=False)
    monkeypatch.setenv("HUNTER_DATA_DIR", str(tmp_path / "data"))
    assert run(monkeypatch, *command) == cli.CANNOT_START
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("command", [["migrate"], ["demo"], ["audit"], ["outbox"], ["worker"]])
def test_a_database_that_is_away_has_an_exit_code_of_its_own_so_that_supervisors_try_again(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path, command: list[str]
) -> None:
    port = free_port()
    monkeypatch.setenv("HUNTER_DATABASE_URL", f"postgresql://jin:s3cret-word@{HOST}:{port}/hunter")
    monkeypatch.setenv("HUNTER_REDIS_URL", f"redis://{HOST}:{port}/0")
    monkeypatch.setenv("HUNTER_DATA_DIR", str(tmp_path))
    # What `worker` changes of this process.
    monkeypatch.setattr("hunter_api.commands.serve._log_to_stderr", silently)
    monkeypatch.setattr("signal.signal", silently)
    assert run(monkeypatch, *command) == cli.DATABASE_AWAY
    said = capsys.readouterr().err
    where = f"the database at {HOST}:{port} (HUNTER_DATABASE_URL) does not answer: connection failed"
    assert said.startswith(f"hunter: {where}")
    assert "psycopg" not in said
    assert "s3cret-word" not in said
    assert said.count("\n") == 1


def test_a_worker_that_is_started_with_its_server_waits_for_the_migration_and_says_so_once(
    postgres_url: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hunter_api.wiring.reaching.LOOK_AGAIN", 0.01)
    store, looks, waited = open_store(postgres_url), threading.Event(), threading.Event()
    try:
        # Nobody migrates.
        with pytest.raises(OlderSchema, match="is empty"):
            wait_until_migrated(store, seconds=0.05)
        caplog.clear()

        class Looked(type(store)):  # type: ignore[misc]
            def check_schema(self) -> None:
                try:
                    super().check_schema()
                finally:
                    if caplog.records:
                        looks.set()

        looking = Looked(store.database)

        def wait() -> None:
            wait_until_migrated(looking, seconds=60)
            waited.set()

        thread = threading.Thread(target=wait)
        thread.start()
        assert looks.wait(60)
        assert not waited.is_set()
        store.migrate()
        thread.join(60)
        assert waited.is_set()
        (said,) = [each.getMessage() for each in caplog.records if each.name == "hunter.server"]
        assert said.startswith("the database is empty")
        assert said.endswith("waits for it up to 60 s")
    finally:
        store.close()

"""Addresses of databases: two kinds are known, and the rest is refused in one sentence."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hunter_adapters.sql import SqlStore, WrongDatabase, open_store

Opened = Callable[..., SqlStore]


@pytest.mark.parametrize(
    "url",
    [
        "",
        "hunter.db",
        "mysql://localhost/hunter",
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite:///file:hunter.db?mode=memory",
        "postgresql://localhost:port/hunter?no_such_option=1",
    ],
)
def test_an_address_of_no_database_that_we_know_is_refused(url: str) -> None:
    with pytest.raises(WrongDatabase) as refused:
        open_store(url)

    assert "\n" not in str(refused.value).strip()


def test_a_path_may_be_relative(tmp_path: Path, opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    opened("sqlite:///hunter.db").migrate()

    assert (tmp_path / "hunter.db").exists()


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_postgresql_has_three_names(postgres_migrated: str, opened: Opened, scheme: str) -> None:
    store = opened(postgres_migrated.replace("postgresql", scheme, 1))

    with store.read() as uow:
        assert uow.histories.hunter_ids() == []


def test_nothing_is_connected_before_it_is_used(opened: Opened) -> None:
    assert opened("postgresql://u@127.0.0.1:1/none").connections_in_use == 0

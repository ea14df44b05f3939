"""`hunter outbox`: what waits, what was given up, and to try it anew."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from hunter_adapters.testing.builders import a_hunter, an_event, registered
from hunter_adapters.testing.contract.relay import At, Book, Ear
from hunter_api import cli
from hunter_api.settings import load
from hunter_api.wiring import World, open_world
from hunter_core.relay.relay import TRIES, Relay

HUNTER = a_hunter()


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[World]:
    monkeypatch.setenv("HUNTER_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("HUNTER_DATABASE_URL", raising=False)
    opened = open_world(load({"HUNTER_DATA_DIR": str(tmp_path)}))
    opened.prepare(lambda what, done, of: None)
    registered(opened.store, HUNTER)
    with opened.store.write() as uow:
        uow.hunters.lock(HUNTER.id)
        uow.outbox.add([an_event(HUNTER, seq) for seq in (1, 2)])
        uow.commit()
    yield opened
    opened.close()


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["hunter", "outbox", *arguments])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    return int(ended.value.code or 0)


def test_it_shows_what_waits_and_what_was_given_up_and_lets_it_be_tried_anew(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch) == 0
    assert capsys.readouterr().out.splitlines()[0].startswith("waiting 2, the oldest for ")

    clock, book = At(), Book(1)
    relay = Relay(world.store, clock, consumers=[book], fan_out=Ear())
    for _ in range(TRIES):
        relay.run()
        clock.advance(timedelta(seconds=10))
    assert run(monkeypatch, "list") == 1
    shown = capsys.readouterr().out
    assert "parked  1" in shown
    assert "book: ValueError: cannot read number 1" in shown
    assert HUNTER.name in shown

    assert run(monkeypatch, "retry", "--hunter", HUNTER.name, "--number", "2") == 0
    assert capsys.readouterr().out == "0 to be tried anew.\n"
    assert run(monkeypatch, "retry", "--hunter", HUNTER.name) == 0
    assert capsys.readouterr().out == "1 to be tried anew.\n"
    book.poison.clear()
    relay.run()
    assert run(monkeypatch) == 0
    assert book.of(HUNTER) == [2, 1]


def test_a_number_needs_a_hunter_and_a_hunter_has_to_be_there(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "retry", "--number", "2") == 2
    assert "--hunter" in capsys.readouterr().err
    assert run(monkeypatch, "retry", "--hunter", "Nobody") == 2
    assert run(monkeypatch, "retry") == 0
    assert capsys.readouterr().out == "0 to be tried anew.\n"

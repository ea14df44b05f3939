"""`hunter outbox`: what waits, what was given up, and to try it anew."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hunter_adapters.testing.builders import NOW, a_hunter, an_event, registered
from hunter_adapters.testing.clock import StillClock
from hunter_adapters.testing.contract.mails import a_mail
from hunter_adapters.testing.contract.notifications import a_notification, a_target
from hunter_adapters.testing.contract.relay import Book, Ear
from hunter_adapters.testing.contract.webhooks import a_delivery as a_webhook_delivery
from hunter_adapters.testing.contract.webhooks import a_webhook
from hunter_api import cli
from hunter_api.settings import load
from hunter_api.wiring import World, open_world
from hunter_core.notifications.push import PushDelivery
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

    clock, book = StillClock(), Book(1)
    relay = Relay(world.store, clock, consumers=[book], teller=Ear())
    for _ in range(TRIES):
        relay.run()
        clock.advance(seconds=10)
    assert run(monkeypatch, "list") == 1
    shown = capsys.readouterr().out
    assert "parked  1" in shown
    assert "book: ValueError: cannot read number 1" in shown
    assert HUNTER.name in shown

    for number in ("2", "9"):
        assert run(monkeypatch, "retry", "--hunter", HUNTER.name, "--number", number) == 1
        assert capsys.readouterr().out == f"No event {number} of {HUNTER.name} is parked.\n"
    assert run(monkeypatch, "retry", "--hunter", HUNTER.name) == 0
    assert capsys.readouterr().out == "1 to be tried anew.\n"
    book.poison.clear()
    relay.run()
    assert run(monkeypatch) == 0
    assert book.of(HUNTER) == [2, 1]


@pytest.mark.parametrize("said", ["{bad json", "", "[1]", b'{"a": "\xff"}', "[" * 100_000])
def test_an_event_whose_row_is_damaged_is_given_up_shown_and_told_once_it_was_mended_by_hand(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], said: str | bytes
) -> None:
    row = f"WHERE seq = 1 AND hunter_id = x'{HUNTER.id.hex}'"

    def write(said: str | bytes) -> None:
        with world.store.database.engine().begin() as connection:
            # Bytes as text, as a damaged page has them: SQLite looks at no text that it keeps.
            kept = said if isinstance(said, bytes) else said.encode()
            connection.exec_driver_sql(f"UPDATE outbox SET data = CAST(? AS TEXT) {row}", (kept,))

    other = registered(world.store, a_hunter("Jinah"))
    with world.store.write() as uow:
        uow.hunters.lock(other.id)
        uow.outbox.add([an_event(other, 1)])
        uow.commit()
    with world.store.database.engine().connect() as connection:
        good = connection.exec_driver_sql(f"SELECT data FROM outbox {row}").scalar_one()
    write(said)
    clock, book = StillClock(), Book()
    relay = Relay(world.store, clock, consumers=[book], teller=Ear())

    relay.run()
    assert (book.of(other), book.of(HUNTER)) == ([1], []), "nobody else waits"
    for _ in range(TRIES):
        relay.run()
        clock.advance(seconds=10)

    assert book.of(HUNTER) == [2]
    assert run(monkeypatch) == 1
    shown = capsys.readouterr().out
    assert "parked  1" in shown
    assert "outbox: it is" in shown
    write(good)
    assert run(monkeypatch, "retry", "--hunter", HUNTER.name, "--number", "1") == 0
    relay.run()
    assert run(monkeypatch) == 0
    assert book.of(HUNTER) == [2, 1]


def lose_some(world: World) -> None:
    """Give up a mail, a push and a delivery to a webhook."""
    hook, said, target = (
        a_webhook(HUNTER),
        a_notification("said", HUNTER),
        a_target("ntfys://ntfy.sh/…", HUNTER),
    )
    with world.store.write() as uow:
        uow.hunters.lock(HUNTER.id)
        uow.mails.add(a_mail(account_id=HUNTER.id, parked_at=NOW, tries=1, last_error="refused: 550"))
        uow.notifications.add([said])
        uow.push_targets.add(target)
        lost = PushDelivery(
            target_id=target.id,
            notification_id=said.id,
            created_at=NOW,
            queued_at=NOW,
            due_at=NOW,
            tries=8,
            parked_at=NOW,
            last_error="no answer in 15 s",
        )
        uow.push_deliveries.add([lost])
        uow.webhooks.add(hook)
        delivery = replace(a_webhook_delivery(hook, 7), tries=11).failed(500, "answered 500", NOW)
        uow.webhook_deliveries.add([delivery])
        uow.commit()


def test_it_shows_what_else_was_given_up_and_lets_each_kind_be_tried_anew(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    kinds = ("mails", "pushes", "deliveries to webhooks")
    assert run(monkeypatch) == 0
    assert capsys.readouterr().out.splitlines()[1:] == [
        "parked  0",
        *(f"{kind} given up: 0" for kind in kinds),
    ]
    lose_some(world)

    assert run(monkeypatch) == 0, "no event is parked"

    shown = capsys.readouterr().out
    assert [f"{kind} given up: 1" in shown for kind in kinds] == [True] * 3
    for line in (
        r"Jinwoo@example.org +PASSWORD_CHANGED +\S+ +1 +refused: 550",
        r"Jinwoo +ntfys://ntfy.sh/… +\S+ +8 +no answer in 15 s",
        r"Jinwoo +https://home.example/… +7 +quest.completed +\S+ +12 +answered 500",
    ):
        assert re.search(line, shown), (line, shown)
    assert run(monkeypatch, "retry") == 0
    assert capsys.readouterr().out == "0 to be tried anew.\n", "events"
    for kind in ("mails", "pushes", "webhooks"):
        assert run(monkeypatch, "retry", kind, "--hunter", HUNTER.name) == 0
        assert capsys.readouterr().out == "1 to be tried anew.\n"
        assert run(monkeypatch, "retry", kind) == 0
        assert capsys.readouterr().out == "0 to be tried anew.\n"
    later = datetime.now(UTC) + timedelta(minutes=1)
    with world.store.write() as uow:
        assert len(uow.mails.lock_due(later, 10)) == 1
        assert len(uow.push_deliveries.take(later, until=later, limit=10)) == 1
        assert len(uow.webhook_deliveries.take(later, until=later, limit=10)) == 1


def test_what_can_be_tried_anew_is_one_of_four_and_only_events_have_numbers(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lose_some(world)

    assert run(monkeypatch, "retry", "gossip") == 2
    assert run(monkeypatch, "retry", "webhooks", "--hunter", HUNTER.name, "--number", "7") == 2
    assert "--number" in capsys.readouterr().err
    assert run(monkeypatch, "retry", "mails", "--hunter", "Nobody") == 2

    with world.store.read() as uow:
        assert len(uow.mails.parked(10)) == len(uow.push_deliveries.parked(10)) == 1
        assert len(uow.webhook_deliveries.given_up(10)) == 1


def test_a_number_needs_a_hunter_and_a_hunter_has_to_be_there(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "retry", "--number", "2") == 2
    assert "--hunter" in capsys.readouterr().err
    assert run(monkeypatch, "retry", "--hunter", "Nobody") == 2
    assert capsys.readouterr().err == "hunter: There is no hunter of the name Nobody.\n"
    assert run(monkeypatch, "retry") == 0
    assert capsys.readouterr().out == "0 to be tried anew.\n"

"""Accounts on the databases that ship: what overlaps in time ends as if it had not (SPEC 5 and 7)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import pytest

from hunter_adapters.sql.schema import upgrade
from hunter_adapters.sql.store import SqlStore, open_store
from hunter_core.accounts.attempts import MOST_CHECKS
from hunter_core.accounts.authenticate import authenticate
from hunter_core.accounts.login import login
from hunter_core.accounts.logout import logout, logout_all
from hunter_core.accounts.policy import MOST_SESSIONS
from hunter_core.accounts.refresh import Reused, refresh
from hunter_core.accounts.register import Registration, register
from hunter_core.accounts.sign_in import SignIn, TokenPair
from hunter_core.errors import EmailTaken, HunterNameTaken, SettingsChangeTooSoon, Unauthenticated
from hunter_core.hunters.change_settings import SettingsChanges, change_settings, read_settings
from hunter_core.hunters.me import me
from hunter_core.hunters.pauses import pauses, plan_pause
from tests.builders import NOW, TODAY, a_rulebook
from tests.usecases.gates import PASSWORD, a_gate

GATE, RULES = a_gate(), a_rulebook()
SECOND, MINUTE, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(days=1)
AT_ONCE = 20
Result = TypeVar("Result")


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SqlStore]:
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'hunter.db'}"
    else:
        url = request.getfixturevalue("postgres_url")
    store = open_store(url, pool_size=AT_ONCE)
    upgrade(store.database)
    yield store
    store.close()


def registered(store: SqlStore, name: str = "Jinwoo", email: str | None = None) -> SignIn:
    registration = Registration(
        email=email or f"{name}@Example.org", password=PASSWORD, hunter_name=name, timezone="Asia/Tokyo"
    )
    done = register(store=store, gate=GATE, rulebook=RULES, registration=registration, now=NOW)
    assert done is not None
    return done


def refreshed(store: SqlStore, token: str, *, later: timedelta) -> TokenPair | Reused:
    return store.run(lambda uow: refresh(uow=uow, gate=GATE, refresh_token=token, now=NOW + later))


def at_once(times: int, call: Callable[[int], Result]) -> list[Result | Exception]:
    """Return what came of calling *times* at the same time."""
    found: list[Result | Exception] = []
    together = threading.Barrier(times)

    def run(number: int) -> None:
        together.wait(60)
        try:
            found.append(call(number))
        except Exception as error:  # noqa: BLE001 the test looks at each
            found.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return found


def test_what_was_registered_is_read_back_the_same(store: SqlStore) -> None:
    found = registered(store)
    with store.read() as uow:
        assert me(uow=uow, account_id=found.me.account.id, now=NOW, rulebook=RULES) == found.me
        who = authenticate(sessions=uow.sessions, tokens=GATE.access, token=found.tokens.token, now=NOW)
    assert who.account_id == found.me.account.id
    with store.write() as uow:
        assert uow.sessions.lock(found.session.id) == found.session


def test_of_registrations_at_once_with_one_address_or_name_one_is_made(store: SqlStore) -> None:
    one_address = at_once(6, lambda number: registered(store, f"Hunter{number}", "same@Example.org"))
    one_name = at_once(6, lambda number: registered(store, "Haein", f"haein{number}@example.org"))
    for found, refusal in ((one_address, EmailTaken), (one_name, HunterNameTaken)):
        assert sum(isinstance(each, SignIn) for each in found) == 1
        assert sum(isinstance(each, refusal) for each in found) == 5


def test_twenty_refreshes_at_once_with_one_token_agree_on_the_successor(store: SqlStore) -> None:
    token = registered(store).tokens.refresh_token
    found = at_once(AT_ONCE, lambda _: refreshed(store, token, later=DAY))
    assert all(isinstance(each, TokenPair) for each in found)
    assert len({each.refresh_token for each in found if isinstance(each, TokenPair)}) == 1


def test_a_reused_token_ends_its_session_for_every_later_request(store: SqlStore) -> None:
    found = registered(store)
    refreshed(store, found.tokens.refresh_token, later=DAY)
    assert isinstance(refreshed(store, found.tokens.refresh_token, later=DAY + 11 * SECOND), Reused)
    with store.read() as uow, pytest.raises(Unauthenticated):
        authenticate(sessions=uow.sessions, tokens=GATE.access, token=found.tokens.token, now=NOW)


def test_an_end_among_refreshes_at_once_lasts(store: SqlStore) -> None:
    found = registered(store)
    account_id, token = found.me.account.id, found.tokens.refresh_token

    def act(number: int) -> object:
        if number == 7:
            return store.run(lambda uow: logout_all(uow=uow, account_id=account_id, now=NOW + DAY))
        if number == 11:
            return store.run(lambda uow: logout(uow=uow, session_id=found.session.id, now=NOW + DAY))
        return refreshed(store, token, later=DAY)

    outcomes = at_once(AT_ONCE, act)
    assert all(not isinstance(each, Exception) or isinstance(each, Unauthenticated) for each in outcomes)
    with store.write() as uow:
        session = uow.sessions.lock(found.session.id)
    assert session is not None
    assert session.revoked_at == NOW + DAY
    with pytest.raises(Unauthenticated):
        refreshed(store, token, later=DAY)


def test_sign_ins_at_once_all_come_in_and_leave_no_more_sessions_than_may_be(store: SqlStore) -> None:
    found = registered(store)
    email, account_id = found.me.account.email, found.me.account.id

    def sign_in(number: int) -> SignIn:
        return login(
            store=store, gate=GATE, rulebook=RULES, email=email, password=PASSWORD, now=NOW + number * MINUTE
        )

    # No more at one time than may be checked in five minutes; then slowly.
    assert all(isinstance(each, SignIn) for each in at_once(MOST_CHECKS, lambda _: sign_in(0)))
    for number in range(5, MOST_SESSIONS + 5):
        sign_in(number)
    ended = store.run(lambda uow: logout_all(uow=uow, account_id=account_id, now=NOW + DAY))
    assert ended == MOST_SESSIONS


def test_of_changes_of_zone_at_once_one_is_made_and_no_pause_is_lost(store: SqlStore) -> None:
    hunter_id = registered(store).me.hunter.id
    zones = ("Europe/Paris", "Africa/Cairo", "Pacific/Apia", "UTC")

    def act(number: int) -> object:
        if number % 2:
            return store.run(
                lambda uow: plan_pause(
                    uow=uow,
                    hunter_id=hunter_id,
                    start=TODAY + DAY,
                    until=TODAY + DAY,
                    now=NOW,
                    limits=RULES.limits,
                )
            )
        changes = SettingsChanges(timezone=zones[number // 2 % len(zones)])
        return store.run(
            lambda uow: change_settings(
                uow=uow, hunter_id=hunter_id, changes=changes, now=NOW, limits=RULES.limits
            )
        )

    outcomes = at_once(16, act)
    # Of eight who ask for four zones, one is first; whoever asks for the same changes nothing.
    assert sum(isinstance(each, SettingsChangeTooSoon) for each in outcomes) == 6
    with store.read() as uow:
        assert len(pauses(uow=uow, hunter_id=hunter_id, now=NOW)) == 8
        view = read_settings(uow=uow, hunter_id=hunter_id, now=NOW)
    assert view.pending is not None
    assert view.zone in zones

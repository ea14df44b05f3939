from __future__ import annotations

from dataclasses import replace

import pytest

from hunter_adapters.memory import MemoryStore
from hunter_core.accounts.account import Role
from hunter_core.accounts.logout import logout, logout_all
from hunter_core.accounts.session import SignedIn
from hunter_core.errors import Unauthenticated
from hunter_core.ids import SessionId
from tests.builders import NOW, an_id
from tests.usecases.accounts_house import DAY, GATE, change_account, refreshed, registered, signed_in, who


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


def test_role_and_address_are_those_of_the_database_not_of_the_token(store: MemoryStore) -> None:
    found = registered(store)
    change_account(store, found, role=Role.ADMIN, email="new@example.org", email_key="new@example.org")
    assert who(store, found.tokens.token).role is Role.ADMIN
    assert who(store, found.tokens.token).email == "new@example.org"


def test_a_session_that_ended_expired_or_never_was_stands_behind_nothing(store: MemoryStore) -> None:
    found = registered(store)
    token = found.tokens.token
    with store.write() as uow:
        logout(uow=uow, session_id=found.session.id, now=NOW)
        uow.commit()
    told = {_told(store, token)}
    banned = registered(store, "Banned")
    change_account(store, banned, is_active=False)
    told.add(_told(store, banned.tokens.token))
    stranger = replace(SignedIn.of(found.session, found.me.account), session_id=SessionId(an_id("nowhere")))
    told.add(_told(store, GATE.access.issue(stranger, now=NOW)))
    other = registered(store, "Other")
    mixed = replace(SignedIn.of(other.session, other.me.account), account_id=found.me.account.id)
    told.add(_told(store, GATE.access.issue(mixed, now=NOW)))
    assert len(told) == 1


def _told(store: MemoryStore, token: str) -> str:
    with pytest.raises(Unauthenticated) as refusal:
        who(store, token)
    return f"{refusal.value.code} {refusal.value}"


def test_logging_out_twice_is_logging_out(store: MemoryStore) -> None:
    found = registered(store)
    for now in (NOW, NOW + DAY):
        with store.write() as uow:
            logout(uow=uow, session_id=found.session.id, now=now)
            logout(uow=uow, session_id=SessionId(an_id("nowhere")), now=now)
            uow.commit()
    with store.write() as uow:
        session = uow.sessions.lock(found.session.id)
    assert session is not None
    assert session.revoked_at == NOW


def test_logging_out_everywhere_ends_every_session_of_that_account_only(store: MemoryStore) -> None:
    one, two, other = registered(store), signed_in(store), registered(store, "Other")
    with store.write() as uow:
        assert logout_all(uow=uow, account_id=one.me.account.id, now=NOW) == 2
        uow.commit()
    for token in (one.tokens.token, two.tokens.token):
        with pytest.raises(Unauthenticated):
            who(store, token)
    for token in (one.tokens.refresh_token, two.tokens.refresh_token):
        with pytest.raises(Unauthenticated):
            refreshed(store, token, now=NOW)
    who(store, other.tokens.token)

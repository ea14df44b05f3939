"""Somebody registers, signs in and comes again: what the tests of accounts begin with."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from hunter_adapters.memory import MemoryStore
from hunter_core.accounts.authenticate import authenticate
from hunter_core.accounts.login import login
from hunter_core.accounts.refresh import Reused, refresh
from hunter_core.accounts.register import Registration, register
from hunter_core.accounts.session import Client, SignedIn
from hunter_core.accounts.sign_in import Gate, SignIn, TokenPair
from tests.builders import NOW, a_rulebook
from tests.usecases.gates import PASSWORD, a_gate

SECOND, MINUTE, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(days=1)
GATE = a_gate()


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


def a_registration(name: str = "Jinwoo", **changes: Any) -> Registration:
    given = {"email": f"{name}@Example.org", "password": PASSWORD, "hunter_name": name}
    return Registration(**(given | changes))


def registered(
    store: MemoryStore, name: str = "Jinwoo", *, gate: Gate = GATE, now: datetime = NOW, **changes: Any
) -> SignIn:
    done = register(
        store=store, gate=gate, rulebook=a_rulebook(), registration=a_registration(name, **changes), now=now
    )
    assert done is not None
    return done


def signed_in(
    store: MemoryStore,
    name: str = "Jinwoo",
    *,
    gate: Gate = GATE,
    password: str = PASSWORD,
    now: datetime = NOW,
) -> SignIn:
    return login(
        store=store,
        gate=gate,
        rulebook=a_rulebook(),
        email=f"{name}@Example.org",
        password=password,
        now=now,
        client=Client.of("a browser", "192.0.2.7"),
    )


def refreshed(
    store: MemoryStore, token: str, *, now: datetime, gate: Gate = GATE, client: Client | None = None
) -> TokenPair:
    """Refresh as the route does: commit, whatever came of it, and then say no."""
    with store.write() as uow:
        pair = refresh(uow=uow, gate=gate, refresh_token=token, now=now, client=client or Client())
        uow.commit()
    if isinstance(pair, Reused):
        raise pair.refusal()
    return pair


def who(store: MemoryStore, token: str, *, now: datetime = NOW, gate: Gate = GATE) -> SignedIn:
    with store.read() as uow:
        return authenticate(sessions=uow.sessions, tokens=gate.access, token=token, now=now)


def change_account(store: MemoryStore, sign_in: SignIn, **changes: Any) -> None:
    with store.write() as uow:
        uow.accounts.save(replace(uow.accounts.lock(sign_in.me.account.id), **changes))
        uow.commit()

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta

import jwt
import pytest

from hunter_adapters.memory import MemoryStore
from hunter_core.accounts.policy import STRICT
from hunter_core.accounts.refresh import refresh
from hunter_core.accounts.rotation import MOST_REMEMBERED
from hunter_core.accounts.session import Client, SignedIn
from hunter_core.accounts.sign_in import TokenPair
from hunter_core.errors import RefreshTokenReused, Unauthenticated
from hunter_core.mail.mail import MailTemplate
from tests.builders import NOW
from tests.usecases.accounts_house import (
    DAY,
    GATE,
    MINUTE,
    SECOND,
    change_account,
    refreshed,
    registered,
    signed_in,
    who,
)
from tests.usecases.gates import a_gate


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore(lock_timeout=30)


def test_a_refresh_gives_a_new_pair_of_the_same_session(store: MemoryStore) -> None:
    found = registered(store)
    pair = refreshed(store, found.tokens.refresh_token, now=NOW + DAY, client=Client("other", "198.51.100.9"))
    assert pair.refresh_token != found.tokens.refresh_token
    assert who(store, pair.token, now=NOW + DAY).session_id == found.session.id
    with store.write() as uow:
        session = uow.sessions.lock(found.session.id)
    assert session == replace(
        found.session, generation=1, rotated_at=NOW + DAY, last_used_at=NOW + DAY, address="198.51.100.9"
    )


def test_the_same_token_within_its_grace_gives_the_same_successor(store: MemoryStore) -> None:
    token = registered(store).tokens.refresh_token
    moments = [NOW + DAY + later for later in (0 * SECOND, 3 * SECOND, 10 * SECOND)]
    pairs = [refreshed(store, token, now=now) for now in moments]
    assert len({pair.refresh_token for pair in pairs}) == 1
    assert all(who(store, pair.token, now=moments[-1]) for pair in pairs)


def test_twenty_parallel_refreshes_agree_on_the_successor(store: MemoryStore) -> None:
    token = registered(store).tokens.refresh_token
    pairs: list[TokenPair] = []
    together = threading.Barrier(20)

    def call() -> None:
        together.wait(30)
        pairs.append(refreshed(store, token, now=NOW + DAY))

    callers = [threading.Thread(target=call) for _ in range(20)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join(60)
    assert len(pairs) == 20
    assert len({pair.refresh_token for pair in pairs}) == 1
    refreshed(store, pairs[0].refresh_token, now=NOW + DAY)


def test_a_token_that_comes_back_after_its_grace_ends_the_session(store: MemoryStore) -> None:
    found = registered(store)
    stolen = found.tokens.refresh_token
    pair = refreshed(store, stolen, now=NOW)
    late = NOW + 10 * SECOND + timedelta(microseconds=1)
    with pytest.raises(RefreshTokenReused):
        refreshed(store, stolen, now=late)
    for token in (stolen, pair.refresh_token):
        with pytest.raises(Unauthenticated) as refusal:
            refreshed(store, token, now=late)
        assert refusal.value.code == "UNAUTHENTICATED"
    for access in (found.tokens.token, pair.token):
        with pytest.raises(Unauthenticated):
            who(store, access, now=late)


def test_a_token_whose_successor_was_used_keeps_its_own_grace_and_gets_its_own_successor(
    store: MemoryStore,
) -> None:
    first = registered(store).tokens.refresh_token
    second = refreshed(store, first, now=NOW).refresh_token
    third = refreshed(store, second, now=NOW + 4 * SECOND).refresh_token
    assert refreshed(store, first, now=NOW + 10 * SECOND).refresh_token == second
    assert refreshed(store, second, now=NOW + 14 * SECOND).refresh_token == third
    with pytest.raises(RefreshTokenReused):
        refreshed(store, first, now=NOW + 10 * SECOND + timedelta(microseconds=1))


def test_a_long_chain_of_refreshes_leaves_each_token_its_grace_and_no_more(store: MemoryStore) -> None:
    tokens = [registered(store).tokens.refresh_token]
    for number in range(MOST_REMEMBERED):
        tokens.append(
            refreshed(store, tokens[-1], now=NOW + number * timedelta(milliseconds=90)).refresh_token
        )
    for number, token in enumerate(tokens[:-1]):
        assert refreshed(store, token, now=NOW + 10 * SECOND).refresh_token == tokens[number + 1]
    late = NOW + 10 * SECOND + 45 * timedelta(milliseconds=1)
    assert refreshed(store, tokens[1], now=late).refresh_token == tokens[2]
    with pytest.raises(RefreshTokenReused):
        refreshed(store, tokens[0], now=late)


def test_what_is_remembered_of_a_session_is_forgotten_with_the_grace(store: MemoryStore) -> None:
    found = registered(store)
    token = found.tokens.refresh_token
    for number in range(5):
        token = refreshed(store, token, now=NOW + number * SECOND).refresh_token
    refreshed(store, token, now=NOW + MINUTE)
    with store.read() as uow:
        session = uow.sessions.get(found.session.id)
    assert session is not None
    assert session.earlier == ()


def test_the_owner_is_told_of_a_reuse_once_and_the_log_has_it(store: MemoryStore) -> None:
    gate = a_gate()
    found = registered(store, gate=gate)
    refreshed(store, found.tokens.refresh_token, now=NOW, gate=gate)
    for _ in range(3):
        with pytest.raises(Unauthenticated):
            refreshed(store, found.tokens.refresh_token, now=NOW + DAY, gate=gate)
    with store.write() as uow:
        mails = uow.mails.lock_due(NOW + DAY, 10)
    told = [mail for mail in mails if mail.template is MailTemplate.SESSION_REVOKED]
    assert [(mail.recipient, mail.account_id) for mail in told] == [
        ("Jinwoo@Example.org", found.me.account.id)
    ]
    assert found.tokens.refresh_token not in repr(told)


def test_reuse_ends_that_session_and_no_other(store: MemoryStore) -> None:
    one, two = registered(store), signed_in(store)
    refreshed(store, one.tokens.refresh_token, now=NOW)
    with pytest.raises(RefreshTokenReused):
        refreshed(store, one.tokens.refresh_token, now=NOW + DAY)
    who(store, two.tokens.token)
    refreshed(store, two.tokens.refresh_token, now=NOW + DAY)


def test_a_session_ends_after_thirty_days_however_often_it_is_refreshed(store: MemoryStore) -> None:
    token = registered(store).tokens.refresh_token
    for day in range(1, 30, 7):
        token = refreshed(store, token, now=NOW + day * DAY).refresh_token
    end = NOW + 30 * DAY
    pair = refreshed(store, token, now=end - SECOND)
    claims = jwt.decode(pair.token, options={"verify_signature": False})
    assert claims["exp"] == int(end.timestamp())
    for now in (end, end + DAY):
        with pytest.raises(Unauthenticated):
            refreshed(store, pair.refresh_token, now=now)


def test_the_contract_has_no_idle_limit_and_strict_has_fourteen_days(store: MemoryStore) -> None:
    strict = a_gate(STRICT)
    idle, used, easy = (registered(store, name) for name in ("Idle", "Used", "Easy"))
    with pytest.raises(Unauthenticated):
        refreshed(store, idle.tokens.refresh_token, now=NOW + 14 * DAY, gate=strict)
    token = refreshed(
        store, used.tokens.refresh_token, now=NOW + 14 * DAY - SECOND, gate=strict
    ).refresh_token
    refreshed(store, token, now=NOW + 27 * DAY, gate=strict)
    refreshed(store, easy.tokens.refresh_token, now=NOW + 29 * DAY)


def test_access_tokens_last_seven_days_or_fifteen_minutes(store: MemoryStore) -> None:
    found = registered(store)
    for gate, lasts in ((GATE, timedelta(days=7)), (a_gate(STRICT), timedelta(minutes=15))):
        access = gate.access.issue(SignedIn.of(found.session, found.me.account), now=NOW)
        who(store, access, now=NOW + lasts - SECOND, gate=gate)
        with pytest.raises(Unauthenticated):
            who(store, access, now=NOW + lasts, gate=gate)


@pytest.mark.parametrize("token", ["", "x", "A" * 70, "\ud800", "A" * 100_000])
def test_what_was_never_issued_refreshes_nothing(store: MemoryStore, token: str) -> None:
    registered(store)
    with pytest.raises(Unauthenticated):
        refreshed(store, token, now=NOW)


def test_a_token_of_a_generation_not_reached_ends_nothing(store: MemoryStore) -> None:
    found = registered(store)
    ahead = GATE.refresh.issue(replace(found.session, generation=3))
    with pytest.raises(Unauthenticated) as refusal:
        refreshed(store, ahead, now=NOW)
    assert refusal.value.code == "UNAUTHENTICATED"
    refreshed(store, found.tokens.refresh_token, now=NOW)


def test_a_deactivated_account_refreshes_nothing(store: MemoryStore) -> None:
    found = registered(store)
    change_account(store, found, is_active=False)
    with pytest.raises(Unauthenticated):
        refreshed(store, found.tokens.refresh_token, now=NOW)


def test_a_refresh_that_is_not_committed_rotates_nothing(store: MemoryStore) -> None:
    found = registered(store)
    with store.write() as uow:
        lost = refresh(uow=uow, gate=GATE, refresh_token=found.tokens.refresh_token, now=NOW)
    assert isinstance(lost, TokenPair)
    again = refreshed(store, found.tokens.refresh_token, now=NOW + DAY)
    assert again.refresh_token == lost.refresh_token

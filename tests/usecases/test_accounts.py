from __future__ import annotations

import os
import threading
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import jwt
import pytest

from hunter_adapters.crypto.keys import KeyRing
from hunter_adapters.memory import MemoryStore
from hunter_core.accounts.account import Role
from hunter_core.accounts.authenticate import authenticate
from hunter_core.accounts.login import login
from hunter_core.accounts.logout import logout, logout_all
from hunter_core.accounts.policy import CONTRACT, MOST_SESSIONS, STRICT
from hunter_core.accounts.refresh import Reused, refresh
from hunter_core.accounts.register import Registration, register
from hunter_core.accounts.rotation import MOST_REMEMBERED
from hunter_core.accounts.session import Client, SignedIn
from hunter_core.accounts.sign_in import Gate, SignIn, TokenPair
from hunter_core.errors import (
    EmailTaken,
    Forbidden,
    HunterError,
    HunterNameTaken,
    InvalidCredentials,
    InvalidInput,
    NotVerified,
    RefreshTokenReused,
    TooBusy,
    Unauthenticated,
)
from hunter_core.hunters.me import me
from hunter_core.hunters.settings import Settings
from hunter_core.ids import SessionId
from hunter_core.mail.mail import MailTemplate
from hunter_core.words import Rank
from tests.builders import NOW, a_rulebook, an_id
from tests.usecases.gates import PASSWORD, PEPPERS, a_gate

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


# --- register ----------------------------------------------------------------------------------------


def test_registering_makes_account_hunter_settings_and_session_at_once(store: MemoryStore) -> None:
    found = registered(store, timezone="Asia/Tokyo")
    account, hunter = found.me.account, found.me.hunter
    assert hunter.id == account.id
    assert (account.email, account.email_key) == ("Jinwoo@Example.org", "jinwoo@example.org")
    assert (account.role, account.is_verified, account.is_active, account.last_login) == (
        Role.USER,
        False,
        True,
        NOW,
    )
    assert (hunter.name, hunter.level, hunter.total_xp, hunter.rank) == ("Jinwoo", 1, 0, Rank.F)
    assert hunter.catalogue == a_rulebook().catalogue.hash
    assert hunter.calendar.zones[0].zone == "Asia/Tokyo"
    with store.read() as uow:
        assert uow.accounts.get(account.id) == account
        assert uow.hunters.get(hunter.id) == hunter
        assert uow.settings.get(hunter.id) == Settings(hunter_id=hunter.id)
        assert me(uow=uow, account_id=account.id, now=NOW, rulebook=a_rulebook()) == found.me
    assert who(store, found.tokens.token).account_id == account.id


def test_neither_password_nor_token_is_stored_in_clear(store: MemoryStore) -> None:
    found = registered(store)
    with store.read() as uow:
        stored = repr((uow.accounts.get(found.me.account.id), found.session))
    for secret in (
        PASSWORD,
        found.tokens.token,
        found.tokens.refresh_token,
        found.tokens.refresh_token[-43:],
    ):
        assert secret not in stored
    assert PASSWORD not in repr(a_registration())


def test_every_field_of_a_registration_that_breaks_its_rule_is_named(store: MemoryStore) -> None:
    with pytest.raises(InvalidInput) as refusal:
        registered(store, email="no address", password="short", hunter_name="x", timezone="Mars/Olympus")
    assert {field for field, _ in refusal.value.problems} == {"email", "password", "hunterName", "timezone"}
    with store.read() as uow:
        assert uow.accounts.by_email("no address") is None


@pytest.mark.parametrize("password", ["Jin-W00-jin", "JIN-w00-JIN"])
def test_the_hunter_name_is_no_password(store: MemoryStore, password: str) -> None:
    with pytest.raises(InvalidInput, match="hunter name"):
        registered(store, password=password, hunter_name="Jin-W00-jin")


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"email": "JINWOO@example.ORG"}, EmailTaken),
        ({"hunter_name": "JINWOO"}, HunterNameTaken),
        ({"hunter_name": "\uff2ainwoo"}, HunterNameTaken),
    ],
)
def test_a_taken_address_or_name_leaves_nothing_behind(
    store: MemoryStore, changes: dict[str, Any], refusal: type[HunterError]
) -> None:
    registered(store)
    with pytest.raises(refusal):
        registered(store, "Another", **changes)
    with store.read() as uow:
        assert uow.accounts.by_email("another@example.org") is None
    assert registered(store, "Another").me.hunter.name == "Another"


def test_no_transaction_is_open_while_a_password_is_hashed(store: MemoryStore) -> None:
    registered(store)
    open_then: list[int] = []

    class Watching:
        def hash(self, password: str) -> str:
            open_then.append(store.open_transactions)
            return GATE.passwords.hash(password)

        def matches(self, password: str, stored: str | None) -> bool:
            open_then.append(store.open_transactions)
            return GATE.passwords.matches(password, stored)

        def outdated(self, stored: str) -> bool:
            return True

    watching = replace(GATE, passwords=Watching())
    registered(store, "Another", gate=watching)
    signed_in(store, gate=watching)
    assert open_then == [0, 0, 0]


def test_a_full_hashing_pool_registers_nobody(store: MemoryStore) -> None:
    class Full:
        def hash(self, password: str) -> str:
            raise TooBusy("full")

        def matches(self, password: str, stored: str | None) -> bool:
            raise TooBusy("full")

        def outdated(self, stored: str) -> bool:
            return False

    full = replace(GATE, passwords=Full())
    with pytest.raises(TooBusy):
        registered(store, gate=full)
    with pytest.raises(TooBusy):
        signed_in(store, gate=full)
    registered(store)


# --- login -------------------------------------------------------------------------------------------


def test_whoever_knows_the_password_comes_in_by_any_spelling_of_the_address(store: MemoryStore) -> None:
    first = registered(store)
    later = NOW + DAY
    found = login(
        store=store,
        gate=GATE,
        rulebook=a_rulebook(),
        email="jinWOO@example.ORG",
        password="\uff21r1se!Ar1se!",
        now=later,
    )
    assert found.me.account.id == first.me.account.id
    assert found.me.account.last_login == later
    assert found.session.id != first.session.id
    assert who(store, found.tokens.token, now=later).session_id == found.session.id
    assert who(store, first.tokens.token, now=later).session_id == first.session.id


def test_a_session_keeps_where_it_was_opened(store: MemoryStore) -> None:
    registered(store)
    session = signed_in(store).session
    assert (session.device, session.address) == ("a browser", "192.0.2.7")
    assert Client.of("x" * 5000 + "\x1b[2J", "y" * 5000) == Client("x" * 200, "y" * 45)
    assert Client.of("\x1b\n", "") == Client(None, None)


def test_unknown_wrong_and_passwordless_are_told_the_same_after_one_comparison_each(
    store: MemoryStore,
) -> None:
    passwordless = registered(store, "Elsewhere")
    change_account(store, passwordless, password_hash=None)
    registered(store)
    compared: list[bool] = []

    class Counting:
        def hash(self, password: str) -> str:
            raise AssertionError("nothing is hashed for who does not come in")

        def matches(self, password: str, stored: str | None) -> bool:
            compared.append(stored is None)
            return GATE.passwords.matches(password, stored)

        def outdated(self, stored: str) -> bool:
            return True

    counting = replace(GATE, passwords=Counting())
    told = set()
    for name, password in (("Nobody", PASSWORD), ("Jinwoo", PASSWORD + "x"), ("Elsewhere", PASSWORD)):
        with pytest.raises(InvalidCredentials) as refusal:
            signed_in(store, name, gate=counting, password=password)
        told.add((refusal.value.code, str(refusal.value)))
    assert len(told) == 1
    assert compared == [True, False, True]


def test_a_form_that_no_address_or_password_has_is_refused_by_its_field(store: MemoryStore) -> None:
    with pytest.raises(InvalidInput) as refusal:
        login(store=store, gate=GATE, rulebook=a_rulebook(), email="\x00", password="", now=NOW)
    assert {field for field, _ in refusal.value.problems} == {"email", "password"}


def test_a_password_that_the_policy_would_no_longer_take_still_signs_in(store: MemoryStore) -> None:
    registered(store)
    signed_in(store, gate=a_gate(STRICT))


def test_only_a_right_password_learns_that_the_address_is_not_verified(store: MemoryStore) -> None:
    found = registered(store)
    gate = a_gate(replace(CONTRACT, requires_verified=True))
    with pytest.raises(InvalidCredentials):
        signed_in(store, gate=gate, password="Wr0ng!Wr0ng!")
    with pytest.raises(NotVerified):
        signed_in(store, gate=gate)
    change_account(store, found, is_verified=True)
    signed_in(store, gate=gate)


def test_only_a_right_password_learns_that_the_account_is_deactivated(store: MemoryStore) -> None:
    change_account(store, registered(store), is_active=False)
    with pytest.raises(InvalidCredentials):
        signed_in(store, password="Wr0ng!Wr0ng!")
    with pytest.raises(Forbidden):
        signed_in(store)


def test_a_hash_of_another_cost_or_pepper_is_renewed_at_sign_in(store: MemoryStore) -> None:
    old = registered(store).me.account.password_hash
    peppers = KeyRing([("p2", os.urandom(32)), *PEPPERS])
    gate = a_gate(peppers=peppers, cost=5)
    renewed = signed_in(store, gate=gate).me.account.password_hash
    assert renewed is not None
    assert renewed != old
    assert ":p2:$2b$05$" in renewed
    assert signed_in(store, gate=gate).me.account.password_hash == renewed


def test_a_hash_is_renewed_another_time_when_the_pool_is_full(store: MemoryStore) -> None:
    old = registered(store).me.account.password_hash

    class FullForHashing:
        def hash(self, password: str) -> str:
            raise TooBusy("full")

        def matches(self, password: str, stored: str | None) -> bool:
            return GATE.passwords.matches(password, stored)

        def outdated(self, stored: str) -> bool:
            return True

    assert signed_in(store, gate=replace(GATE, passwords=FullForHashing())).me.account.password_hash == old


def test_a_password_that_is_changed_while_it_is_checked_does_not_come_in(store: MemoryStore) -> None:
    found = registered(store)

    class Meanwhile:
        """Changes the password in the moment after it was found right."""

        done = False

        def hash(self, password: str) -> str:
            return GATE.passwords.hash(password)

        def matches(self, password: str, stored: str | None) -> bool:
            right = GATE.passwords.matches(password, stored)
            if not self.done:
                self.done = True
                change_account(store, found, password_hash=GATE.passwords.hash("An0ther!An0ther!"))
            return right

        def outdated(self, stored: str) -> bool:
            return False

    with pytest.raises(InvalidCredentials):
        signed_in(store, gate=replace(GATE, passwords=Meanwhile()))


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"email": "new@example.org", "email_key": "new@example.org"}, InvalidCredentials),
        ({"is_active": False}, Forbidden),
    ],
)
def test_what_changes_while_a_password_is_checked_is_seen_before_the_session_opens(
    store: MemoryStore, changes: dict[str, Any], refusal: type[HunterError]
) -> None:
    found = registered(store)

    class Meanwhile:
        def hash(self, password: str) -> str:
            return GATE.passwords.hash(password)

        def matches(self, password: str, stored: str | None) -> bool:
            change_account(store, found, **changes)
            return GATE.passwords.matches(password, stored)

        def outdated(self, stored: str) -> bool:
            return False

    with pytest.raises(refusal):
        signed_in(store, gate=replace(GATE, passwords=Meanwhile()))
    with store.read() as uow:
        assert uow.accounts.get(found.me.account.id).last_login == NOW


def test_a_hash_that_is_renewed_while_it_is_checked_does_come_in(store: MemoryStore) -> None:
    found = registered(store)

    class Meanwhile:
        times = 0

        def hash(self, password: str) -> str:
            return GATE.passwords.hash(password)

        def matches(self, password: str, stored: str | None) -> bool:
            self.times += 1
            if self.times == 1:
                right = GATE.passwords.matches(password, stored)
                change_account(store, found, password_hash=GATE.passwords.hash(PASSWORD))
                return right
            return GATE.passwords.matches(password, stored)

        def outdated(self, stored: str) -> bool:
            return False

    meanwhile = Meanwhile()
    signed_in(store, gate=replace(GATE, passwords=meanwhile))
    assert meanwhile.times == 2


def test_a_sign_in_too_many_ends_the_oldest_session(store: MemoryStore) -> None:
    first = registered(store)
    second = signed_in(store)
    cheap = replace(GATE, passwords=_AlwaysRight())
    for number in range(MOST_SESSIONS - 2):
        # Slowly: more than ten in five minutes are refused.
        signed_in(store, gate=cheap, now=NOW + number * MINUTE)
    who(store, first.tokens.token)
    last = signed_in(store, gate=cheap, now=NOW + DAY)
    with pytest.raises(Unauthenticated):
        who(store, first.tokens.token)
    who(store, second.tokens.token)
    who(store, last.tokens.token, now=NOW + DAY)


class _AlwaysRight:
    def hash(self, password: str) -> str:
        return "a hash"

    def matches(self, password: str, stored: str | None) -> bool:
        return True

    def outdated(self, stored: str) -> bool:
        return False


# --- each request ------------------------------------------------------------------------------------


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


# --- refresh -----------------------------------------------------------------------------------------


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

"""Leaving: out of use at once, back by a sign-in, gone after the grace; and what an admin may do (issue 4, 9)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from hunter_adapters.memory import MemoryStore
from hunter_adapters.memory.security_log import MemorySecurityLog
from hunter_adapters.testing.builders import a_command, a_quest
from hunter_adapters.testing.clock import StillClock
from hunter_core.accounts.account import Account, Role
from hunter_core.accounts.administration import Admin, find
from hunter_core.accounts.api_token import ApiToken, Scope, digest, new_token
from hunter_core.accounts.code import CodePurpose
from hunter_core.accounts.codes import issue
from hunter_core.accounts.deletion import GRACE, plan_deletion, take_back_deletion
from hunter_core.accounts.erasure import ACCOUNTS_AT_ONCE, erase, erase_due
from hunter_core.accounts.give_up_address import give_up_address
from hunter_core.accounts.login import login
from hunter_core.accounts.register import Registration, register
from hunter_core.accounts.reset_password import reset_password
from hunter_core.accounts.security_log import SecurityEventKind as Kind
from hunter_core.accounts.sign_in import Gate, SignIn
from hunter_core.completions.complete import complete
from hunter_core.dice import HashDice
from hunter_core.errors import EmailTaken, Forbidden, InvalidCredentials, NotFound
from hunter_core.hunters.hunter import Hunter
from hunter_core.hunters.profile import profile
from hunter_core.ids import AccountId, ApiTokenId, new_id
from hunter_core.leaderboard.board import Asked
from hunter_core.leaderboard.windows import ALL_TIME
from hunter_core.mail.mail import Mail, MailTemplate
from hunter_core.ports import UnitOfWork
from tests.builders import NOW, a_rulebook, an_id
from tests.usecases.gates import PASSWORD, a_gate

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)


@dataclass
class House:
    """A store with a gate, and those who come and go."""

    store: MemoryStore = field(default_factory=MemoryStore)
    gate: Gate = field(default_factory=a_gate)

    def registered(self, name: str = "Jinwoo", now: datetime = NOW) -> SignIn:
        done = register(
            store=self.store,
            gate=self.gate,
            rulebook=a_rulebook(),
            registration=Registration(email=f"{name}@Example.org", password=PASSWORD, hunter_name=name),
            now=now,
        )
        assert done is not None
        return done

    def login(self, name: str = "Jinwoo", *, now: datetime, password: str = PASSWORD) -> SignIn:
        return login(
            store=self.store,
            gate=self.gate,
            rulebook=a_rulebook(),
            email=f"{name}@example.org",
            password=password,
            now=now,
        )

    def leave(self, account_id: AccountId, now: datetime = NOW) -> Account:
        return self.store.run(lambda uow: plan_deletion(uow=uow, account_id=account_id, now=now))

    def done(self, account_id: AccountId) -> None:
        """Let the hunter complete a quest."""

        def work(uow: UnitOfWork) -> None:
            quest = a_quest(uow.hunters.get(account_id), created_day=NOW.date())
            uow.quests.add(quest)
            complete(
                uow=uow,
                command=a_command(quest),
                now=NOW,
                rulebook=a_rulebook(),
                dice=HashDice(),
                request=None,
                answer=lambda _: (200, b""),
            )

        self.store.run(work)

    def token(self, account_id: AccountId) -> str:
        """Return a new API token of the account."""
        secret = new_token()
        token = ApiToken(
            id=ApiTokenId(new_id(NOW)),
            account_id=account_id,
            name="home",
            scope=Scope.WRITE,
            token_hash=digest(secret),
            created_at=NOW,
            expires_at=NOW + 90 * DAY,
        )

        def work(uow: UnitOfWork) -> None:
            uow.accounts.lock(account_id)
            uow.api_tokens.add(token)

        self.store.run(work)
        return secret

    def account(self, account_id: AccountId) -> Account:
        with self.store.read() as uow:
            return uow.accounts.get(account_id)

    def hunter(self, account_id: AccountId) -> Hunter:
        with self.store.read() as uow:
            return uow.hunters.get(account_id)

    def on_the_board(self) -> list[str]:
        asked = Asked(window=ALL_TIME, now=NOW, viewer=AccountId(an_id("nobody")))
        return [line.name for line in self.store.boards.read(asked).lines]

    def mails(self) -> list[Mail]:
        with self.store.write() as uow:
            return list(uow.mails.lock_due(NOW + 365 * DAY, 1000))

    def told(self, template: MailTemplate) -> list[Mail]:
        return [mail for mail in self.mails() if mail.template is template]

    def logged(self) -> list[Kind]:
        assert isinstance(self.gate.log, MemorySecurityLog)
        return [event.kind for event in self.gate.log.events]

    def admin(self) -> Admin:
        return Admin(store=self.store, log=self.gate.log, by="cli:root")

    def erased(self, now: datetime) -> int:
        return erase_due(store=self.store, log=self.gate.log, clock=StillClock(now))


@pytest.fixture
def house() -> House:
    return House()


def stands(house: House, came: SignIn, secret: str, now: datetime) -> tuple[bool, bool]:
    """Tell whether the session and the API token of an account are good."""
    with house.store.read() as uow:
        session, holder = uow.sessions.check(came.session.id), uow.api_tokens.check(digest(secret))
    assert session is not None
    assert holder is not None
    return session.stands(now), holder.stands(now)


# --- planning ------------------------------------------------------------------------------------------------


def test_whoever_leaves_is_out_of_use_at_once(house: House) -> None:
    came, other = house.registered(), house.registered("Jinah")
    secret = house.token(came.me.account.id)
    house.store.run(
        lambda uow: issue(
            uow=uow,
            secrets=house.gate.codes,
            purpose=CodePurpose.OAUTH_EXCHANGE,
            account_id=came.me.account.id,
            now=NOW,
        )
    )

    account = house.leave(came.me.account.id)

    assert account.delete_at == NOW + timedelta(days=7)
    assert stands(house, came, secret, NOW + SECOND) == (False, False)
    assert house.on_the_board() == ["Jinah"]
    with house.store.read() as uow, pytest.raises(NotFound):
        profile(uow=uow, name="Jinwoo", viewer_id=other.me.account.id)
    (mail,) = house.told(MailTemplate.DELETION_PLANNED)
    assert (mail.recipient, mail.details) == ("Jinwoo@Example.org", {"until": "2026-11-29 12:00 UTC"})
    with house.store.write() as uow:
        assert uow.codes.use_up(account.id, CodePurpose.OAUTH_EXCHANGE, at=NOW) == 0


def test_asking_again_moves_nothing(house: House) -> None:
    account_id = house.registered().me.account.id
    first = house.leave(account_id)

    assert house.leave(account_id, NOW + DAY) == first
    assert len(house.told(MailTemplate.DELETION_PLANNED)) == 1


def test_an_address_and_a_name_are_taken_while_the_owner_may_come_back(house: House) -> None:
    house.leave(house.registered().me.account.id)

    with pytest.raises(EmailTaken):
        house.registered(now=NOW + DAY)


# --- coming back ---------------------------------------------------------------------------------------------


def test_a_sign_in_within_the_grace_takes_it_back(house: House) -> None:
    came = house.registered()
    account_id = came.me.account.id
    house.done(account_id)
    with house.store.read() as uow:
        before = uow.histories.read(account_id)
    secret = house.token(account_id)
    house.leave(account_id, NOW + SECOND)

    back = house.login(now=NOW + GRACE)

    assert back.me.account.is_active
    assert back.me.came_back
    account = house.account(account_id)
    assert (account.is_active, account.delete_at) == (True, None)
    assert house.on_the_board() == ["Jinwoo"]
    with house.store.read() as uow:
        after = uow.histories.read(account_id)
    assert replace(after, hunter=replace(after.hunter, updated_at=before.hunter.updated_at)) == before
    assert len(house.told(MailTemplate.DELETION_CANCELLED)) == 1
    # What was ended stays so.
    assert stands(house, came, secret, NOW + 2 * SECOND) == (False, False)
    assert house.logged()[-2:] == [Kind.SIGNED_IN, Kind.DELETION_CANCELLED]
    assert house.erased(NOW + 2 * GRACE) == 0


def test_a_wrong_password_takes_nothing_back(house: House) -> None:
    account = house.leave(house.registered().me.account.id)

    with pytest.raises(InvalidCredentials):
        house.login(now=NOW + DAY, password="Wr0ng!Wr0ng!")

    assert house.account(account.id) == account
    assert house.told(MailTemplate.DELETION_CANCELLED) == []


def test_when_the_grace_is_over_there_is_no_such_account_though_it_has_rows_yet(house: House) -> None:
    account = house.leave(house.registered().me.account.id)

    with pytest.raises(InvalidCredentials):
        house.login(now=NOW + GRACE)

    assert house.account(account.id) == account
    assert house.on_the_board() == []


def test_whoever_has_forgotten_the_password_may_come_back_too(house: House) -> None:
    account = house.leave(house.registered().me.account.id)
    code, secret = house.store.run(
        lambda uow: issue(
            uow=uow,
            secrets=house.gate.codes,
            purpose=CodePurpose.RESET_PASSWORD,
            account_id=account.id,
            now=NOW + DAY,
        )
    )
    assert code.account_id == account.id

    reset_password(store=house.store, gate=house.gate, code=secret, password="N3w!N3w!N3w!x", now=NOW + DAY)

    # A new password alone takes nothing back.
    assert house.account(account.id).delete_at == account.delete_at
    assert house.login(now=NOW + DAY, password="N3w!N3w!N3w!x").me.came_back


def test_an_account_without_an_address_is_told_nothing_and_comes_back_by_another_way(house: House) -> None:
    account_id = house.registered().me.account.id
    house.store.run(lambda uow: give_up_address(uow=uow, key="jinwoo@example.org", now=NOW))
    told = len(house.mails())

    account = house.store.run(
        lambda uow: take_back_deletion(uow=uow, account=uow.accounts.lock(account_id), now=NOW + DAY)
    )

    assert (account.is_active, account.delete_at) == (True, None)
    assert len(house.mails()) == told


def test_an_ordinary_sign_in_is_no_coming_back(house: House) -> None:
    house.registered()

    assert not house.login(now=NOW + DAY).me.came_back
    assert house.told(MailTemplate.DELETION_CANCELLED) == []
    assert Kind.DELETION_CANCELLED not in house.logged()


# --- erasing -------------------------------------------------------------------------------------------------


def test_nothing_is_erased_before_its_time(house: House) -> None:
    account_id = house.registered().me.account.id
    house.leave(account_id)

    assert house.erased(NOW + GRACE - SECOND) == 0
    assert not erase(store=house.store, log=house.gate.log, account_id=account_id, now=NOW + GRACE - SECOND)
    assert house.account(account_id).erased_at is None


def test_after_the_grace_everything_is_gone_and_address_and_name_are_free(house: House) -> None:
    account_id = house.registered().me.account.id
    house.done(account_id)
    house.leave(account_id, NOW + SECOND)

    assert house.erased(NOW + SECOND + GRACE) == 1

    with house.store.read() as uow:
        assert uow.histories.hunter_ids() == []
        with pytest.raises(NotFound):
            uow.accounts.get(account_id)
    assert house.mails() == []
    assert house.logged()[-1] is Kind.ERASED
    assert house.registered(now=NOW + 2 * GRACE).me.account.id != account_id
    assert house.erased(NOW + 9 * GRACE) == 0


def test_erasing_one_changes_nothing_of_the_others(house: House) -> None:
    gone, kept = house.registered().me.account.id, house.registered("Jinah").me.account.id
    house.done(gone)
    house.done(kept)
    with house.store.read() as uow:
        before = uow.histories.read(kept), uow.archive.head(kept)
    house.leave(gone)

    house.erased(NOW + GRACE)

    with house.store.read() as uow:
        assert (uow.histories.read(kept), uow.archive.head(kept)) == before


def test_more_than_are_looked_for_at_once_are_erased_by_the_next_calls(house: House) -> None:
    for number in range(ACCOUNTS_AT_ONCE + 2):
        house.leave(house.registered(f"hunter{number}").me.account.id)

    assert [house.erased(NOW + GRACE) for _ in range(3)] == [ACCOUNTS_AT_ONCE, 2, 0]


# --- admins --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["Jinwoo", "JINWOO", "jinwoo@example.org", "JinWoo@EXAMPLE.org"])
def test_an_account_is_found_by_address_or_name(house: House, who: str) -> None:
    account_id = house.registered().me.account.id
    with house.store.read() as uow:
        assert find(uow, who).account.id == account_id


@pytest.mark.parametrize(
    "who", ["", "Jin", "jin@example.org", "@", "J" * 10_000, "a\x00b", "\udcff", "\udcff@a"]
)
def test_who_is_not_there_is_not_found(house: House, who: str) -> None:
    house.registered()
    with house.store.read() as uow, pytest.raises(NotFound):
        find(uow, who)


def test_a_banned_account_is_out_of_use_and_comes_back_as_it_was(house: House) -> None:
    came = house.registered()
    account_id, secret = came.me.account.id, house.token(came.me.account.id)
    admin = house.admin()

    assert admin.deactivate(account_id, now=NOW)
    assert not admin.deactivate(account_id, now=NOW + SECOND)

    assert stands(house, came, secret, NOW + SECOND) == (False, False)
    assert house.on_the_board() == []
    with pytest.raises(Forbidden):
        house.login(now=NOW + SECOND)
    assert len(house.told(MailTemplate.DEACTIVATED)) == 1

    assert admin.reactivate(account_id, now=NOW + DAY)
    assert not admin.reactivate(account_id, now=NOW + DAY)

    # The token rested; the session has ended.
    assert stands(house, came, secret, NOW + DAY) == (False, True)
    assert house.on_the_board() == ["Jinwoo"]
    assert house.login(now=NOW + DAY).me.account.is_active
    assert len(house.told(MailTemplate.REACTIVATED)) == 1
    assert isinstance(house.gate.log, MemorySecurityLog)
    by_admin = [event for event in house.gate.log.events if "by" in event.details]
    assert [event.kind for event in by_admin] == [Kind.DEACTIVATED, Kind.REACTIVATED]
    assert {event.details["by"] for event in by_admin} == {"cli:root"}


def test_a_ban_and_a_wish_to_leave_are_told_apart(house: House) -> None:
    account_id = house.registered().me.account.id
    admin = house.admin()
    house.leave(account_id)

    # Nobody deactivated it, so there is nothing to take back.
    assert not admin.reactivate(account_id, now=NOW + SECOND)
    assert admin.deactivate(account_id, now=NOW + SECOND)
    with pytest.raises(Forbidden):
        house.login(now=NOW + DAY)
    assert admin.reactivate(account_id, now=NOW + DAY)

    # The ban is gone, and the owner's wish is not.
    account = house.account(account_id)
    assert (account.is_active, account.delete_at) == (False, NOW + GRACE)
    assert house.login(now=NOW + 2 * DAY).me.account.is_active


def test_a_banned_account_that_was_leaving_is_erased_in_time(house: House) -> None:
    account_id = house.registered().me.account.id
    house.leave(account_id)
    house.admin().deactivate(account_id, now=NOW + SECOND)

    assert house.erased(NOW + GRACE) == 1


def test_a_role_holds_from_the_next_read_on(house: House) -> None:
    came = house.registered()
    admin = house.admin()

    assert admin.change_role(came.me.account.id, Role.ADMIN, now=NOW)
    assert not admin.change_role(came.me.account.id, Role.ADMIN, now=NOW)

    with house.store.read() as uow:
        session = uow.sessions.check(came.session.id)
    assert session is not None
    assert session.role is Role.ADMIN
    assert house.logged()[-1] is Kind.ROLE_CHANGED


def test_an_admin_ends_every_session_and_the_owner_may_come_again(house: House) -> None:
    came = house.registered()
    house.login(now=NOW)
    admin = house.admin()

    assert admin.end_sessions(came.me.account.id, now=NOW + SECOND) == 2
    assert admin.end_sessions(came.me.account.id, now=NOW + SECOND) == 0

    assert house.login(now=NOW + DAY).me.account.is_active
    assert house.logged().count(Kind.SESSIONS_REVOKED) == 1


@pytest.mark.parametrize("act", ["deactivate", "reactivate", "end_sessions"])
def test_nobody_can_act_on_who_is_not_there(house: House, act: str) -> None:
    with pytest.raises(NotFound):
        getattr(house.admin(), act)(AccountId(an_id("nobody")), now=NOW)
    assert house.logged() == []

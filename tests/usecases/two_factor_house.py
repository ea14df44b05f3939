"""An owner with a phone: what the tests of second factors begin with."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from hunter_adapters.memory import MemoryStore
from hunter_adapters.memory.security_log import MemorySecurityLog
from hunter_core.accounts.login import login
from hunter_core.accounts.register import Registration, register
from hunter_core.accounts.second_factor import ask_for_ticket
from hunter_core.accounts.security_log import SecurityEventKind
from hunter_core.accounts.session import SignedIn
from hunter_core.accounts.sign_in import Gate, SignIn
from hunter_core.accounts.step_up import Proofs, step_up
from hunter_core.accounts.switch_two_factor import begin, confirm, two_factor_state
from hunter_core.accounts.ticket import verify_ticket
from hunter_core.errors import SecondFactorWrong, TwoFactorRequired
from hunter_core.mail.mail import MailTemplate
from tests.authenticator import STEP, Authenticator
from tests.builders import NOW, a_rulebook
from tests.usecases.gates import PASSWORD, a_gate

RULES = a_rulebook()
SECOND = timedelta(seconds=1)
EMAIL = "Jinwoo@Example.org"


class Owner:
    """Somebody with an account, a phone, and the time of their own."""

    def __init__(self) -> None:
        self.store, self.log = MemoryStore(), MemorySecurityLog()
        self.gate: Gate = a_gate(log=self.log)
        done = register(
            store=self.store,
            gate=self.gate,
            rulebook=RULES,
            registration=Registration(email=EMAIL, password=PASSWORD, hunter_name="Jinwoo"),
            now=NOW,
        )
        assert done is not None
        self.now: datetime = NOW
        self.account_id = done.me.account.id
        self.signed_in = SignedIn.of(done.session, done.me.account)
        self.app = Authenticator("A" * 32)
        self.recovery_codes: tuple[str, ...] = ()

    def begin(self) -> None:
        made = self.store.run(
            lambda uow: begin(uow=uow, gate=self.gate, account_id=self.account_id, now=self.now)
        )
        self.app = Authenticator(made.secret)

    def confirm(self, code: str | None = None) -> tuple[str, ...]:
        return confirm(
            store=self.store,
            gate=self.gate,
            signed_in=self.signed_in,
            code=self.app.code(self.now) if code is None else code,
            now=self.now,
        )

    def with_two_factor(self) -> Owner:
        self.begin()
        self.recovery_codes = self.confirm()
        self.now += 2 * STEP
        return self

    def login(self, code: str | None = None, *, password: str = PASSWORD) -> SignIn:
        return login(
            store=self.store,
            gate=self.gate,
            rulebook=RULES,
            email=EMAIL,
            password=password,
            code=code,
            now=self.now,
        )

    def ticket(self) -> str:
        with self.store.write() as uow:
            asked = ask_for_ticket(
                uow=uow, gate=self.gate, account=uow.accounts.lock(self.account_id), now=self.now
            )
            uow.commit()
        with pytest.raises(TwoFactorRequired) as refused:
            asked.settle(gate=self.gate)
        assert refused.value.ticket is not None
        assert refused.value.ticket not in repr(asked) + str(refused.value) + repr(refused.value)
        return refused.value.ticket

    def verify(self, ticket: str, code: str) -> SignIn:
        return verify_ticket(
            store=self.store, gate=self.gate, rulebook=RULES, ticket=ticket, code=code, now=self.now
        )

    def step_up(
        self, password: str | None = None, code: str | None = None, *, keep: bool = False
    ) -> datetime:
        return step_up(
            store=self.store,
            gate=self.gate,
            signed_in=self.signed_in,
            proofs=Proofs(password=password, code=code),
            now=self.now,
            keep=keep,
        )

    def without_password(self) -> Owner:
        with self.store.write() as uow:
            uow.accounts.save(replace(uow.accounts.lock(self.account_id), password_hash=None))
            uow.commit()
        return self

    def is_on(self) -> bool:
        return self.state()[0]

    def codes_left(self) -> int:
        return self.state()[1]

    def state(self) -> tuple[bool, int]:
        with self.store.read() as uow:
            state = two_factor_state(uow=uow, account_id=self.account_id)
        return state.since is not None, state.recovery_codes_left

    def sessions(self) -> int:
        with self.store.read() as uow:
            return len(uow._tables.sessions.rows())

    def mails(self) -> list[MailTemplate]:
        with self.store.read() as uow:
            return [mail.template for mail in uow._tables.mails.rows().values()]

    def events(self) -> list[SecurityEventKind]:
        return [event.kind for event in self.log.events]


@pytest.fixture
def owner() -> Owner:
    return Owner()


def wrong_by_ticket(owner: Owner) -> None:
    # A ticket costs no password check, of which there are only ten, too.
    with pytest.raises(SecondFactorWrong):
        owner.verify(owner.ticket(), owner.app.wrong(owner.now))

"""A second factor: turned on by its first code, asked for at every sign-in, and no code passes twice (issue 4, 7)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from hunter_adapters.crypto.keys import KeyRing
from hunter_adapters.crypto.vault import AesVault
from hunter_adapters.memory import MemoryStore
from hunter_adapters.memory.security_log import MemorySecurityLog
from hunter_core.accounts.login import login
from hunter_core.accounts.register import Registration, register
from hunter_core.accounts.second_factor import ask_for_ticket
from hunter_core.accounts.security_log import SecurityEventKind
from hunter_core.accounts.session import SignedIn
from hunter_core.accounts.sign_in import Gate, SignIn
from hunter_core.accounts.step_up import FRESH, Proofs, step_up
from hunter_core.accounts.switch_two_factor import (
    begin,
    confirm,
    renew_recovery_codes,
    turn_off,
    two_factor_state,
)
from hunter_core.accounts.ticket import verify_ticket
from hunter_core.accounts.two_factor import BEGUN_LASTS, MOST_WRONG_CODES, WRONG_CODES_COUNT
from hunter_core.errors import (
    CodeInvalid,
    Forbidden,
    InvalidCredentials,
    RateLimitExceeded,
    SecondFactorWrong,
    StepUpRequired,
    TwoFactorAlreadyOn,
    TwoFactorNotOn,
    TwoFactorRequired,
)
from hunter_core.mail.mail import MailTemplate
from tests.authenticator import STEP, Authenticator
from tests.builders import NOW, a_rulebook
from tests.usecases.gates import PASSWORD, PEPPERS, a_gate

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


@pytest.fixture
def guarded() -> Owner:
    return Owner().with_two_factor()


# --- on and off ------------------------------------------------------------------------------------------------


def test_it_is_on_from_its_first_code_and_gives_ten_recovery_codes_once(owner: Owner) -> None:
    owner.begin()
    assert owner.state() == (False, 0)
    assert owner.login().session is not None

    codes = owner.confirm()

    assert len(set(codes)) == 10
    assert owner.state() == (True, 10)
    assert owner.mails().count(MailTemplate.TWO_FACTOR_ON) == 1
    assert owner.events()[-1] is SecurityEventKind.TWO_FACTOR_ON


def test_a_wrong_first_code_leaves_it_off_and_the_next_right_one_turns_it_on(owner: Owner) -> None:
    owner.begin()

    with pytest.raises(SecondFactorWrong):
        owner.confirm(owner.app.wrong(owner.now))

    assert not owner.is_on()
    owner.confirm()
    assert owner.is_on()


def test_the_first_code_is_waited_for_ten_minutes(owner: Owner) -> None:
    owner.begin()
    owner.now += BEGUN_LASTS

    with pytest.raises(TwoFactorNotOn):
        owner.confirm()

    assert not owner.is_on()


def test_beginning_again_forgets_the_secret_before_but_not_the_wrong_codes(owner: Owner) -> None:
    owner.begin()
    first = owner.app
    for _ in range(MOST_WRONG_CODES):
        with pytest.raises(SecondFactorWrong):
            owner.confirm(owner.app.wrong(owner.now))
    owner.begin()

    with pytest.raises(RateLimitExceeded):
        owner.confirm()

    owner.now += WRONG_CODES_COUNT
    with pytest.raises(SecondFactorWrong):
        owner.confirm(first.code(owner.now))
    owner.confirm()
    assert owner.is_on()


def test_what_is_on_is_not_begun_or_confirmed_again(guarded: Owner) -> None:
    app = guarded.app
    with pytest.raises(TwoFactorAlreadyOn):
        guarded.begin()
    with pytest.raises(TwoFactorAlreadyOn):
        guarded.confirm()

    guarded.login(app.code(guarded.now))


def test_nothing_is_confirmed_renewed_or_turned_off_that_was_not_begun(owner: Owner) -> None:
    with pytest.raises(TwoFactorNotOn):
        owner.confirm("000000")
    with pytest.raises(TwoFactorNotOn):
        turn_off(store=owner.store, gate=owner.gate, signed_in=owner.signed_in, now=owner.now)
    with pytest.raises(TwoFactorNotOn):
        owner.store.run(lambda uow: renew_recovery_codes(uow=uow, account_id=owner.account_id, now=owner.now))


def test_turned_off_it_is_forgotten_with_its_recovery_codes(guarded: Owner) -> None:
    turn_off(store=guarded.store, gate=guarded.gate, signed_in=guarded.signed_in, now=guarded.now)

    assert guarded.state() == (False, 0)
    assert guarded.login().session is not None
    assert guarded.mails().count(MailTemplate.TWO_FACTOR_OFF) == 1
    assert SecurityEventKind.TWO_FACTOR_OFF in guarded.events()
    guarded.begin()
    guarded.confirm()
    with pytest.raises(SecondFactorWrong):
        guarded.login(guarded.recovery_codes[0])


def test_new_recovery_codes_are_good_and_those_before_are_not(guarded: Owner) -> None:
    new = guarded.store.run(
        lambda uow: renew_recovery_codes(uow=uow, account_id=guarded.account_id, now=guarded.now)
    )

    with pytest.raises(SecondFactorWrong):
        guarded.login(guarded.recovery_codes[0])
    assert guarded.login(new[0]).session is not None
    assert guarded.codes_left() == 9


# --- signing in ------------------------------------------------------------------------------------------------


def test_a_right_password_alone_opens_nothing(guarded: Owner) -> None:
    before = guarded.sessions()

    with pytest.raises(TwoFactorRequired) as refused:
        guarded.login()

    assert refused.value.ticket is None
    assert guarded.sessions() == before


@pytest.mark.parametrize("code", [None, "000000", "right"])
def test_who_has_not_the_password_learns_nothing_of_a_second_factor(guarded: Owner, code: str | None) -> None:
    sent = guarded.app.code(guarded.now) if code == "right" else code

    with pytest.raises(InvalidCredentials):
        guarded.login(sent, password="Wr0ng!Wr0ng!")

    # And no code is spent on it.
    if code == "right":
        assert guarded.login(sent).session is not None


def test_password_and_code_open_a_session_which_is_not_stepped_up_by_it(guarded: Owner) -> None:
    session = guarded.login(guarded.app.code(guarded.now)).session

    assert session.stepped_up_at is None
    assert SecurityEventKind.SIGNED_IN in guarded.events()


@pytest.mark.parametrize("steps", [-1, 0, 1])
def test_the_clock_of_the_phone_may_be_a_step_off(guarded: Owner, steps: int) -> None:
    assert guarded.login(guarded.app.code(guarded.now, steps=steps)).session is not None


@pytest.mark.parametrize("steps", [-3, -2, 2, 3])
def test_and_no_more_than_that(guarded: Owner, steps: int) -> None:
    guarded.now += 5 * STEP
    before = guarded.sessions()

    with pytest.raises(SecondFactorWrong):
        guarded.login(guarded.app.code(guarded.now, steps=steps))

    assert guarded.sessions() == before


def test_no_code_passes_twice_nor_one_before_it(guarded: Owner) -> None:
    guarded.login(guarded.app.code(guarded.now))

    for steps in (0, -1):
        with pytest.raises(SecondFactorWrong):
            guarded.login(guarded.app.code(guarded.now, steps=steps))
    assert guarded.login(guarded.app.code(guarded.now, steps=1)).session is not None


def test_the_code_that_turned_it_on_is_spent(owner: Owner) -> None:
    owner.begin()
    owner.confirm()

    with pytest.raises(SecondFactorWrong):
        owner.login(owner.app.code(owner.now))


def test_a_recovery_code_is_good_once_and_the_owner_is_told(guarded: Owner) -> None:
    code = guarded.recovery_codes[3].lower().replace("-", " ")

    assert guarded.login(code).session is not None

    assert guarded.codes_left() == 9
    assert guarded.mails().count(MailTemplate.RECOVERY_CODE_USED) == 1
    assert SecurityEventKind.RECOVERY_CODE_USED in guarded.events()
    with pytest.raises(SecondFactorWrong):
        guarded.login(code)
    assert guarded.codes_left() == 9


@pytest.mark.parametrize(
    "code", ["", " ", "0", "1234567", "abcdef", "\0", "\ud800", "9" * 64, "💥", "A" * 20, "-" * 20, "１２３"]
)
def test_whatever_is_no_code_is_refused_and_counts(guarded: Owner, code: str) -> None:
    with pytest.raises(SecondFactorWrong):
        guarded.login(code)

    with guarded.store.read() as uow:
        factor = uow.two_factors.get(guarded.account_id)
    assert factor is not None
    assert len(factor.wrong_at_sign_in) == 1
    assert SecurityEventKind.CODE_REFUSED in guarded.events()


def test_after_ten_wrong_codes_none_is_looked_at_for_five_minutes(guarded: Owner) -> None:
    began = guarded.now
    for _ in range(MOST_WRONG_CODES // 2):
        _wrong_by_ticket(guarded)
    guarded.now += SECOND
    for _ in range(MOST_WRONG_CODES // 2):
        _wrong_by_ticket(guarded)

    with pytest.raises(RateLimitExceeded) as refused:
        guarded.verify(guarded.ticket(), guarded.app.code(guarded.now))
    with pytest.raises(RateLimitExceeded):
        guarded.verify(guarded.ticket(), guarded.recovery_codes[0])

    assert refused.value.retry_after == WRONG_CODES_COUNT / SECOND - 1
    assert SecurityEventKind.TOO_MANY_ATTEMPTS in guarded.events()
    guarded.now = began + WRONG_CODES_COUNT
    assert guarded.verify(guarded.ticket(), guarded.app.code(guarded.now)).session is not None


def test_wrong_codes_at_the_door_do_not_keep_the_owner_inside_from_proving_it(guarded: Owner) -> None:
    for _ in range(MOST_WRONG_CODES):
        _wrong_by_ticket(guarded)

    assert guarded.step_up(PASSWORD, guarded.app.code(guarded.now)) > guarded.now


def test_a_secret_whose_pepper_is_gone_refuses_codes_and_leaves_the_recovery_codes(guarded: Owner) -> None:
    ring = KeyRing([("p9", bytes(range(60, 92)))])
    guarded.gate = replace(guarded.gate, vault=AesVault(ring))

    with pytest.raises(SecondFactorWrong):
        guarded.login(guarded.app.code(guarded.now))
    assert guarded.login(guarded.recovery_codes[0]).session is not None


def test_a_secret_is_sealed_anew_when_the_peppers_have_changed(guarded: Owner) -> None:
    new = ("p2", bytes(range(60, 92)))
    guarded.gate = replace(guarded.gate, vault=AesVault(KeyRing([new, *PEPPERS])))
    guarded.login(guarded.app.code(guarded.now))
    guarded.now += STEP
    guarded.gate = replace(guarded.gate, vault=AesVault(KeyRing([new])))

    assert guarded.login(guarded.app.code(guarded.now)).session is not None


def test_the_store_holds_neither_the_secret_nor_a_code(owner: Owner) -> None:
    made = owner.store.run(
        lambda uow: begin(uow=uow, gate=owner.gate, account_id=owner.account_id, now=owner.now)
    )
    owner.app = Authenticator(made.secret)
    codes = owner.confirm()
    with owner.store.read() as uow:
        kept = repr(uow.two_factors.get(owner.account_id)) + repr(
            uow._tables.recovery_codes.rows(owner.account_id)
        )

    assert made.secret not in kept
    assert not any(code in kept or code.replace("-", "") in kept for code in codes)
    assert made.secret not in repr(made)


# --- tickets ---------------------------------------------------------------------------------------------------


def test_a_ticket_and_a_code_open_one_session(guarded: Owner) -> None:
    ticket = guarded.ticket()
    before = guarded.sessions()

    assert guarded.verify(ticket, guarded.app.code(guarded.now)).me.account.id == guarded.account_id

    assert guarded.sessions() == before + 1
    guarded.now += STEP
    with pytest.raises(CodeInvalid):
        guarded.verify(ticket, guarded.app.code(guarded.now))
    assert guarded.sessions() == before + 1


def test_a_wrong_code_leaves_the_ticket_good(guarded: Owner) -> None:
    ticket = guarded.ticket()
    with pytest.raises(SecondFactorWrong):
        guarded.verify(ticket, guarded.app.wrong(guarded.now))

    assert guarded.verify(ticket, guarded.app.code(guarded.now)).session is not None


def test_a_ticket_is_good_for_five_minutes_and_a_forged_one_never(guarded: Owner) -> None:
    ticket = guarded.ticket()
    before = guarded.sessions()

    for forged in ("", ticket[:-1], ticket + "A", ticket.swapcase(), "\ud800"):
        with pytest.raises(CodeInvalid):
            guarded.verify(forged, guarded.app.code(guarded.now))
    guarded.now += timedelta(minutes=5)
    with pytest.raises(CodeInvalid):
        guarded.verify(ticket, guarded.app.code(guarded.now))

    assert guarded.sessions() == before


def test_a_ticket_of_an_account_that_was_deactivated_meanwhile_opens_nothing(guarded: Owner) -> None:
    ticket = guarded.ticket()
    with guarded.store.write() as uow:
        uow.accounts.save(replace(uow.accounts.lock(guarded.account_id), is_active=False))
        uow.commit()

    with pytest.raises(Forbidden):
        guarded.verify(ticket, guarded.app.code(guarded.now))


def test_without_a_second_factor_nobody_needs_a_ticket(owner: Owner) -> None:
    with owner.store.write() as uow:
        asked = ask_for_ticket(
            uow=uow, gate=owner.gate, account=uow.accounts.lock(owner.account_id), now=owner.now
        )

    assert asked.passed
    asked.settle(gate=owner.gate)


# --- stepping up -----------------------------------------------------------------------------------------------


def test_a_sign_in_is_proof_enough_for_five_minutes_where_there_is_no_second_factor(owner: Owner) -> None:
    assert owner.step_up() == NOW + FRESH
    owner.now += FRESH

    with pytest.raises(StepUpRequired) as refused:
        owner.step_up()

    assert refused.value.needs == ("password",)
    with pytest.raises(InvalidCredentials):
        owner.step_up("Wr0ng!Wr0ng!")
    owner.step_up(PASSWORD)


def test_with_a_second_factor_a_session_that_was_just_opened_is_not_enough(guarded: Owner) -> None:
    with pytest.raises(StepUpRequired) as refused:
        guarded.step_up()
    assert refused.value.needs == ("code",)
    with pytest.raises(StepUpRequired):
        guarded.step_up(PASSWORD)

    guarded.step_up(code=guarded.app.code(guarded.now))


def test_an_old_session_needs_password_and_code(guarded: Owner) -> None:
    guarded.now += FRESH
    code = guarded.app.code(guarded.now)

    with pytest.raises(StepUpRequired) as refused:
        guarded.step_up()
    assert refused.value.needs == ("password", "code")
    with pytest.raises(StepUpRequired) as refused:
        guarded.step_up(code=code)
    assert refused.value.needs == ("password",)
    with pytest.raises(InvalidCredentials):
        guarded.step_up("Wr0ng!Wr0ng!", code)

    # No code was spent on what was refused before it was looked at.
    guarded.step_up(PASSWORD, code)
    with pytest.raises(SecondFactorWrong):
        guarded.step_up(PASSWORD, code)


def test_what_is_proved_with_a_request_is_asked_again_and_what_is_kept_is_not(guarded: Owner) -> None:
    guarded.step_up(PASSWORD, guarded.app.code(guarded.now))
    with pytest.raises(StepUpRequired):
        guarded.step_up(PASSWORD)
    guarded.now += STEP

    until = guarded.step_up(PASSWORD, guarded.app.code(guarded.now), keep=True)

    assert until == guarded.now + FRESH
    assert guarded.step_up() == until
    guarded.now = until
    with pytest.raises(StepUpRequired):
        guarded.step_up()
    assert guarded.events().count(SecurityEventKind.STEPPED_UP) == 2


def test_a_step_up_is_kept_for_its_own_session_alone(guarded: Owner) -> None:
    other = guarded.login(guarded.app.code(guarded.now))
    guarded.now += STEP
    guarded.step_up(PASSWORD, guarded.app.code(guarded.now), keep=True)
    guarded.signed_in = SignedIn.of(other.session, other.me.account)

    with pytest.raises(StepUpRequired):
        guarded.step_up()


def test_without_a_password_the_code_alone_proves_it_however_old_the_session(guarded: Owner) -> None:
    guarded.without_password()
    guarded.now += timedelta(days=3)

    with pytest.raises(StepUpRequired) as refused:
        guarded.step_up()
    assert refused.value.needs == ("code",)
    assert guarded.step_up(code=guarded.app.code(guarded.now), keep=True) == guarded.now + FRESH


def test_without_password_and_second_factor_only_a_new_sign_in_proves_it(owner: Owner) -> None:
    owner.without_password()
    owner.now += FRESH

    with pytest.raises(StepUpRequired) as refused:
        owner.step_up()

    assert refused.value.needs == ()
    assert "sign in again" in str(refused.value)
    with pytest.raises(InvalidCredentials):
        owner.step_up(PASSWORD)


def test_a_recovery_code_steps_up_too(guarded: Owner) -> None:
    guarded.step_up(PASSWORD, guarded.recovery_codes[0])

    assert guarded.codes_left() == 9


def test_ten_wrong_codes_of_somebody_inside_close_that_way_and_leave_the_session_and_the_door(
    guarded: Owner,
) -> None:
    for _ in range(MOST_WRONG_CODES):
        with pytest.raises(SecondFactorWrong):
            guarded.step_up(code=guarded.app.wrong(guarded.now))

    with pytest.raises(RateLimitExceeded):
        guarded.step_up(code=guarded.app.code(guarded.now))

    with guarded.store.read() as uow:
        session = uow.sessions.get(guarded.signed_in.session_id)
    assert session is not None
    assert session.is_open(guarded.now)
    assert guarded.login(guarded.app.code(guarded.now)).session is not None


def _wrong_by_ticket(owner: Owner) -> None:
    # A ticket costs no password check, of which there are only ten, too.
    with pytest.raises(SecondFactorWrong):
        owner.verify(owner.ticket(), owner.app.wrong(owner.now))

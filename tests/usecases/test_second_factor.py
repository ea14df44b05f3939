from __future__ import annotations

from dataclasses import replace

import pytest

from hunter_adapters.crypto.keys import KeyRing
from hunter_adapters.crypto.vault import AesVault
from hunter_core.accounts.security_log import SecurityEventKind
from hunter_core.accounts.switch_two_factor import begin
from hunter_core.accounts.two_factor import MOST_WRONG_CODES, WRONG_CODES_COUNT
from hunter_core.errors import InvalidCredentials, RateLimitExceeded, SecondFactorWrong, TwoFactorRequired
from hunter_core.mail.mail import MailTemplate
from tests.authenticator import STEP, Authenticator
from tests.usecases.gates import PASSWORD, PEPPERS
from tests.usecases.two_factor_house import SECOND, Owner, wrong_by_ticket


@pytest.fixture
def owner() -> Owner:
    return Owner()


@pytest.fixture
def guarded() -> Owner:
    return Owner().with_two_factor()


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
        wrong_by_ticket(guarded)
    guarded.now += SECOND
    for _ in range(MOST_WRONG_CODES // 2):
        wrong_by_ticket(guarded)

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
        wrong_by_ticket(guarded)

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

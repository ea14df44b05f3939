from __future__ import annotations

from datetime import timedelta

import pytest

from hunter_core.accounts.security_log import SecurityEventKind
from hunter_core.accounts.session import SignedIn
from hunter_core.accounts.step_up import FRESH
from hunter_core.accounts.two_factor import MOST_WRONG_CODES
from hunter_core.errors import InvalidCredentials, RateLimitExceeded, SecondFactorWrong, StepUpRequired
from tests.authenticator import STEP
from tests.builders import NOW
from tests.usecases.gates import PASSWORD
from tests.usecases.two_factor_house import Owner


@pytest.fixture
def owner() -> Owner:
    return Owner()


@pytest.fixture
def guarded() -> Owner:
    return Owner().with_two_factor()


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

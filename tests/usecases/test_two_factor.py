from __future__ import annotations

import pytest

from hunter_core.accounts.security_log import SecurityEventKind
from hunter_core.accounts.switch_two_factor import renew_recovery_codes, turn_off
from hunter_core.accounts.two_factor import BEGUN_LASTS, MOST_WRONG_CODES, WRONG_CODES_COUNT
from hunter_core.errors import RateLimitExceeded, SecondFactorWrong, TwoFactorAlreadyOn, TwoFactorNotOn
from hunter_core.mail.mail import MailTemplate
from tests.usecases.two_factor_house import Owner


@pytest.fixture
def owner() -> Owner:
    return Owner()


@pytest.fixture
def guarded() -> Owner:
    return Owner().with_two_factor()


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

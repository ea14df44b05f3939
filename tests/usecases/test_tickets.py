from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from hunter_core.accounts.second_factor import ask_for_ticket
from hunter_core.accounts.switch_two_factor import turn_off
from hunter_core.errors import CodeInvalid, Forbidden, SecondFactorWrong
from tests.authenticator import STEP
from tests.usecases.two_factor_house import Owner


@pytest.fixture
def owner() -> Owner:
    return Owner()


@pytest.fixture
def guarded() -> Owner:
    return Owner().with_two_factor()


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


def test_a_ticket_does_not_outlive_the_second_factor_that_it_waits_for(guarded: Owner) -> None:
    """Turned off, any code would do; turned on again, it is another one's."""
    ticket = guarded.ticket()
    turn_off(store=guarded.store, gate=guarded.gate, signed_in=guarded.signed_in, now=guarded.now)
    before = guarded.sessions()

    with pytest.raises(CodeInvalid):
        guarded.verify(ticket, "000000")
    guarded.with_two_factor()
    with pytest.raises(CodeInvalid):
        guarded.verify(ticket, guarded.app.code(guarded.now))

    assert guarded.sessions() == before


def test_without_a_second_factor_nobody_needs_a_ticket(owner: Owner) -> None:
    with owner.store.write() as uow:
        asked = ask_for_ticket(
            uow=uow, gate=owner.gate, account=uow.accounts.lock(owner.account_id), now=owner.now
        )

    assert asked.passed
    asked.settle(gate=owner.gate)

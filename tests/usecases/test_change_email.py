"""Another address is asked for by an account that has none any more (SPEC 5)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hunter_core.accounts.change_email import ask_for_email_change
from hunter_core.accounts.give_up_address import give_up_address
from hunter_core.accounts.security_log import SecurityEventKind
from hunter_core.accounts.session import NOWHERE, SignedIn
from hunter_core.accounts.sign_in import open_session
from hunter_core.accounts.step_up import Proofs
from hunter_core.errors import RateLimitExceeded
from hunter_core.mail.asked import FLOOD_SPAN, MOST_MAILS
from hunter_core.mail.mail import MailTemplate
from hunter_core.ports import UnitOfWork
from tests.usecases.two_factor_house import Owner

SECOND = timedelta(seconds=1)


@pytest.fixture
def nameless() -> Owner:
    """Somebody whose address was proved by another account, and who came in by a provider."""
    owner = Owner()

    def bereft(uow: UnitOfWork) -> SignedIn:
        give_up_address(uow=uow, key="jinwoo@example.org", now=owner.now)
        account = uow.accounts.lock(owner.account_id)
        session = open_session(
            uow=uow, account=account, policy=owner.gate.policy, client=NOWHERE, now=owner.now
        )
        return SignedIn.of(session, account)

    owner.signed_in = owner.store.run(bereft)
    return owner


def ask(owner: Owner, email: str) -> None:
    ask_for_email_change(
        store=owner.store,
        gate=owner.gate,
        signed_in=owner.signed_in,
        proofs=Proofs(),
        email=email,
        now=owner.now,
    )


def test_whoever_has_no_address_any_more_writes_to_no_more_strangers_than_others(nameless: Owner) -> None:
    for number in range(MOST_MAILS):
        ask(nameless, f"stranger{number}@example.org")
    before, logged = nameless.mails(), len(nameless.events())

    nameless.now += SECOND
    with pytest.raises(RateLimitExceeded) as refused:
        ask(nameless, "another@example.org")

    assert refused.value.retry_after == (FLOOD_SPAN - SECOND) // SECOND
    assert nameless.mails() == before
    assert before.count(MailTemplate.CHANGE_EMAIL) == MOST_MAILS
    assert nameless.events()[logged:] == [SecurityEventKind.EMAIL_CHANGE_REFUSED]


def test_a_clock_that_is_put_back_makes_nobody_wait_for_longer(nameless: Owner) -> None:
    for number in range(MOST_MAILS):
        ask(nameless, f"stranger{number}@example.org")

    nameless.now -= 5 * FLOOD_SPAN
    with pytest.raises(RateLimitExceeded) as refused:
        ask(nameless, "another@example.org")

    assert refused.value.retry_after == FLOOD_SPAN // SECOND

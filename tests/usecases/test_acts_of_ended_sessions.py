"""A request that was let in before its session ended leaves nothing behind that outlives the session (issue 4, 2)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import pytest

from hunter_adapters.memory import MemoryStore
from hunter_adapters.outbound import Outbound
from hunter_adapters.push.apprise import ApprisePusher
from hunter_adapters.testing.contract.webhooks import a_webhook
from hunter_adapters.webhooks.http import HttpSender
from hunter_core.accounts.api_token import Scope
from hunter_core.accounts.api_tokens import api_tokens, create_api_token
from hunter_core.accounts.change_email import ask_for_email_change
from hunter_core.accounts.change_password import change_password
from hunter_core.accounts.login import login
from hunter_core.accounts.register import Registration, register
from hunter_core.accounts.session import SignedIn
from hunter_core.accounts.sign_in import SignIn
from hunter_core.accounts.step_up import Proofs
from hunter_core.accounts.switch_two_factor import begin, confirm
from hunter_core.errors import Unauthenticated
from hunter_core.notifications.targets import add_target
from hunter_core.ports import Store, UnitOfWork
from hunter_core.webhooks.manage import WebhookEdit, add_webhook, edit_webhook
from hunter_core.webhooks.rotate import change_secret
from hunter_core.webhooks.webhook import WebhookEvent
from tests.authenticator import Authenticator
from tests.builders import NOW, a_hunter, a_rulebook
from tests.usecases.gates import PASSWORD, a_gate

EMAIL, NEW = "Jinwoo@Example.org", "Rise-out-of-the-dark-2!"
GATE = a_gate()
Act = Callable[[MemoryStore, SignedIn, Callable[[], None]], None]
Done = TypeVar("Done")


class WaitsForTheLock:
    """A store whose next writer stands in line behind somebody else: what it does happens after *first*."""

    def __init__(self, store: MemoryStore, first: Callable[[], None]) -> None:
        self._store, self._first = store, first
        self.read, self.write = store.read, store.write

    def run(self, work: Callable[[UnitOfWork], Done]) -> Done:
        self._first()
        return self._store.run(work)


def make_a_token(store: MemoryStore, thief: SignedIn, first: Callable[[], None]) -> None:
    behind: Store = WaitsForTheLock(store, first)
    create_api_token(store=behind, gate=GATE, signed_in=thief, name="mine", scope=Scope.WRITE, now=NOW)


def ask_for_an_address(store: MemoryStore, thief: SignedIn, first: Callable[[], None]) -> None:
    behind: Store = WaitsForTheLock(store, first)
    ask_for_email_change(
        store=behind, gate=GATE, signed_in=thief, proofs=Proofs(), email="thief@example.org", now=NOW
    )


def turn_a_second_factor_on(store: MemoryStore, thief: SignedIn, first: Callable[[], None]) -> None:
    made = store.run(lambda uow: begin(uow=uow, gate=GATE, account_id=thief.account_id, now=NOW))
    behind: Store = WaitsForTheLock(store, first)
    confirm(store=behind, gate=GATE, signed_in=thief, code=Authenticator(made.secret).code(NOW), now=NOW)


def add_a_webhook(store: MemoryStore, thief: SignedIn, first: Callable[[], None]) -> None:
    behind: Store = WaitsForTheLock(store, first)
    behind.run(
        lambda uow: add_webhook(
            uow=uow,
            signed_in=thief,
            url="https://thief.example/",
            events=[WebhookEvent.QUEST_COMPLETED],
            secret=None,
            sender=HttpSender(Outbound()),
            vault=GATE.vault,
            now=NOW,
        )
    )


def move_a_webhook(store: MemoryStore, thief: SignedIn, first: Callable[[], None]) -> None:
    mine = a_webhook(a_hunter(id=thief.account_id), "of-before")
    with store.write() as uow:
        uow.hunters.lock(thief.account_id)
        if not uow.webhooks.of(thief.account_id):
            uow.webhooks.add(mine)
        uow.commit()
    behind: Store = WaitsForTheLock(store, first)
    behind.run(
        lambda uow: edit_webhook(
            uow=uow,
            signed_in=thief,
            webhook_id=mine.id,
            edit=WebhookEdit(url="https://thief.example/"),
            sender=HttpSender(Outbound()),
            vault=GATE.vault,
            now=NOW,
        )
    )


def change_a_secret(store: MemoryStore, thief: SignedIn, first: Callable[[], None]) -> None:
    mine = a_webhook(a_hunter(id=thief.account_id), "of-before")
    with store.write() as uow:
        uow.hunters.lock(thief.account_id)
        if not uow.webhooks.of(thief.account_id):
            uow.webhooks.add(mine)
        uow.commit()
    behind: Store = WaitsForTheLock(store, first)
    behind.run(
        lambda uow: change_secret(
            uow=uow, signed_in=thief, webhook_id=mine.id, secret=None, vault=GATE.vault, now=NOW
        )
    )


def add_a_push_target(store: MemoryStore, thief: SignedIn, first: Callable[[], None]) -> None:
    behind: Store = WaitsForTheLock(store, first)
    behind.run(
        lambda uow: add_target(
            uow=uow,
            signed_in=thief,
            url="ntfys://thief.example/topic",
            pusher=ApprisePusher(Outbound()),
            vault=GATE.vault,
            now=NOW,
        )
    )


@pytest.mark.parametrize(
    "act",
    [
        make_a_token,
        ask_for_an_address,
        turn_a_second_factor_on,
        add_a_webhook,
        move_a_webhook,
        change_a_secret,
        add_a_push_target,
    ],
)
def test_what_waited_while_the_password_was_changed_is_not_done(act: Act) -> None:
    store = MemoryStore()
    registration = Registration(email=EMAIL, password=PASSWORD, hunter_name="Jinwoo")
    stolen = register(store=store, gate=GATE, rulebook=a_rulebook(), registration=registration, now=NOW)
    assert stolen is not None
    owner = signed_in(
        login(store=store, gate=GATE, rulebook=a_rulebook(), email=EMAIL, password=PASSWORD, now=NOW)
    )
    thief = signed_in(stolen)

    def change() -> None:
        proofs = Proofs(password=PASSWORD)
        change_password(store=store, gate=GATE, signed_in=owner, proofs=proofs, new_password=NEW, now=NOW)

    with pytest.raises(Unauthenticated):
        act(store, thief, change)
    with store.read() as uow:
        assert not api_tokens(uow=uow, account_id=owner.account_id)
        assert all("thief" not in hook.shown for hook in uow.webhooks.of(owner.account_id))
        assert all(hook.sealed_old_secret is None for hook in uow.webhooks.of(owner.account_id))
        assert not uow.push_targets.of(owner.account_id)
        factor = uow.two_factors.get(owner.account_id)
        assert factor is None or not factor.is_on
    act(store, owner, lambda: None)


def signed_in(found: SignIn) -> SignedIn:
    return SignedIn.of(found.session, found.me.account)

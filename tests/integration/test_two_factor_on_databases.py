"""Second factors and API tokens where requests overlap: one code passes once, ten wrong ones are looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import pytest

from hunter_adapters.sql.schema import upgrade
from hunter_adapters.sql.store import SqlStore, open_store
from hunter_adapters.testing.contract.under_test import at_once, stubborn
from hunter_core.accounts.api_token import MOST_TOKENS, Scope
from hunter_core.accounts.api_tokens import authenticate_token, create_api_token, note_use
from hunter_core.accounts.register import Registration, register
from hunter_core.accounts.second_factor import Asked, Came, second_factor
from hunter_core.accounts.session import SignedIn
from hunter_core.accounts.switch_two_factor import begin, confirm
from hunter_core.accounts.two_factor import MOST_WRONG_CODES, Way
from hunter_core.errors import ApiTokenLimitReached, StoreUnavailable
from tests.authenticator import STEP, Authenticator
from tests.builders import NOW, a_rulebook
from tests.usecases.gates import PASSWORD, a_gate

GATE = a_gate()
LATER = NOW + 2 * STEP
AT_ONCE = 20
Result = TypeVar("Result")


class Guarded:
    """An account with a second factor, on a database."""

    def __init__(self, store: SqlStore) -> None:
        self.store = store
        registration = Registration(email="jin@example.org", password=PASSWORD, hunter_name="Jinwoo")
        done = register(store=store, gate=GATE, rulebook=a_rulebook(), registration=registration, now=NOW)
        assert done is not None
        self.signed_in = SignedIn.of(done.session, done.me.account)
        self.account_id = done.me.account.id
        made = store.run(lambda uow: begin(uow=uow, gate=GATE, account_id=self.account_id, now=NOW))
        self.app = Authenticator(made.secret)
        self.recovery_codes = confirm(
            store=store, gate=GATE, signed_in=self.signed_in, code=self.app.code(NOW), now=NOW
        )

    def ask(self, code: str) -> Asked:
        return stubborn(
            self.store,
            lambda uow: second_factor(
                uow=uow,
                gate=GATE,
                account=uow.accounts.lock(self.account_id),
                code=code,
                way=Way.SIGN_IN,
                now=LATER,
            ),
        )


@pytest.fixture(params=["sqlite", "postgresql"])
def guarded(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Guarded]:
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'hunter.db'}"
    else:
        url = request.getfixturevalue("postgres_url")
    store = open_store(url, pool_size=AT_ONCE)
    upgrade(store.database)
    yield Guarded(store)
    store.close()


def came(results: list[Asked | Exception]) -> list[Came]:
    assert not [each for each in results if isinstance(each, Exception)], results
    return [each.came for each in results if isinstance(each, Asked)]


def test_of_twenty_with_one_code_one_passes(guarded: Guarded) -> None:
    code = guarded.app.code(LATER)

    found = came(at_once(*[lambda: guarded.ask(code)] * AT_ONCE))

    assert found.count(Came.RIGHT) == 1
    assert found.count(Came.WRONG) + found.count(Came.CLOSED) == AT_ONCE - 1


def test_of_twenty_with_one_recovery_code_one_passes(guarded: Guarded) -> None:
    found = came(at_once(*[lambda: guarded.ask(guarded.recovery_codes[0])] * AT_ONCE))

    assert found.count(Came.RECOVERED) == 1
    with guarded.store.read() as uow:
        assert uow.recovery_codes.left(guarded.account_id) == 9


def test_of_twenty_wrong_codes_at_once_ten_are_looked_at(guarded: Guarded) -> None:
    code = guarded.app.wrong(LATER)

    found = came(at_once(*[lambda: guarded.ask(code)] * AT_ONCE))

    assert found.count(Came.WRONG) == MOST_WRONG_CODES
    assert found.count(Came.CLOSED) == AT_ONCE - MOST_WRONG_CODES


def test_of_many_tokens_made_at_once_twenty_stand(guarded: Guarded) -> None:
    def make(number: int) -> Callable[[], object]:
        return lambda: _patiently(
            lambda: create_api_token(
                store=guarded.store,
                gate=GATE,
                signed_in=guarded.signed_in,
                name=f"Script {number}",
                scope=Scope.READ,
                now=LATER,
            )
        )

    for number in range(MOST_TOKENS - 5):
        make(number)()
    found = at_once(*map(make, range(AT_ONCE)))

    refused = [each for each in found if isinstance(each, Exception)]
    assert len(refused) == AT_ONCE - 5
    assert {type(each) for each in refused} == {ApiTokenLimitReached}
    with guarded.store.read() as uow:
        assert len(uow.api_tokens.of(guarded.account_id)) == MOST_TOKENS


def test_the_use_of_a_token_is_written_once_a_minute(guarded: Guarded) -> None:
    made = create_api_token(
        store=guarded.store,
        gate=GATE,
        signed_in=guarded.signed_in,
        name="Script",
        scope=Scope.READ,
        now=LATER,
    )
    seen: list[str] = []
    counting = SqlStore(guarded.store.database, observer=seen.append)

    def use(seconds: float) -> list[str]:
        seen.clear()
        at = LATER.replace(second=0, microsecond=0) + timedelta(seconds=seconds)
        with counting.read() as uow:
            holder = authenticate_token(tokens=uow.api_tokens, token=made.token, now=at)
        note_use(store=counting, holder=holder, now=at)
        return [statement.split(None, 1)[0] for statement in seen]

    first = ["SELECT", "BEGIN", "UPDATE", "COMMIT"]
    assert use(0.1) == first
    assert use(30) == ["SELECT"]
    assert use(59.9) == ["SELECT"]
    assert use(60) == first


def _patiently(work: Callable[[], Result]) -> Result:
    for _ in range(100):
        try:
            return work()
        except StoreUnavailable:
            continue
    raise AssertionError("the store was busy a hundred times")

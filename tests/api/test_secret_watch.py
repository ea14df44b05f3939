"""The watch over the tests of HTTP finds what is told to the wrong ears."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace

import pytest

from hunter_core.accounts.security_log import SecurityEvent, SecurityEventKind
from hunter_core.ids import AccountId
from tests.api.house import PASSWORD, House, a_house
from tests.builders import NOW


def _log_it(hunter: House) -> None:
    logging.getLogger("hunter.api").debug("signed in with %s", hunter.token)


def _raise_it(hunter: House) -> None:
    try:
        raise ValueError(hunter.refresh_token)
    except ValueError:
        logging.getLogger("hunter_adapters.sql").exception("failed")


def _record_it(hunter: House) -> None:
    hunter.log.record(SecurityEvent(kind=SecurityEventKind.SIGNED_IN, at=NOW, details={"password": PASSWORD}))


def _store_it(hunter: House) -> None:
    with hunter.store.write() as uow:
        account = uow.accounts.by_email("jinwoo@example.com")
        assert account is not None
        locked = uow.accounts.lock(AccountId(account.id))
        uow.accounts.save(replace(locked, password_hash=PASSWORD))
        uow.commit()


@pytest.mark.parametrize("tell", [_log_it, _raise_it, _record_it, _store_it])
def test_a_secret_that_is_told_fails_the_test(tell: Callable[[House], None]) -> None:
    with pytest.raises(AssertionError, match=r"(token|password) as it is in the"), a_house() as house:
        tell(house.signed_in())


def test_a_story_without_a_leak_passes() -> None:
    with a_house() as house:
        hunter = house.signed_in()
        hunter.post("/api/auth/refresh", {"refreshToken": hunter.refresh_token})
        hunter.quest(title="password token code")

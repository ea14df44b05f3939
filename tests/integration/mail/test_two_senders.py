"""Several processes send on PostgreSQL: what one holds the others leave out, and none waits for another."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hunter_adapters.sql.schema import upgrade
from hunter_adapters.sql.store import SqlStore, open_store
from hunter_adapters.testing.builders import NOW, registered
from hunter_adapters.testing.contract.mails import HUNTER, a_mail


@pytest.fixture
def store(postgres_url: str) -> Iterator[SqlStore]:
    store = open_store(postgres_url, pool_size=4)
    upgrade(store.database)
    yield store
    store.close()


def test_a_mail_that_another_sender_holds_is_left_out_and_not_waited_for(store: SqlStore) -> None:
    registered(store, HUNTER)
    mails = [a_mail(n) for n in range(3)]
    with store.write() as uow:
        for mail in mails:
            uow.mails.add(mail)
        uow.commit()

    with store.write() as first, store.write() as second, store.write() as third:
        taken = [uow.mails.lock_due(NOW, 1) for uow in (first, second)]
        rest = third.mails.lock_due(NOW, 10)
    assert [len(each) for each in taken] == [1, 1]
    assert {mail.id for each in (*taken, rest) for mail in each} == {mail.id for mail in mails}
    with store.write() as uow:
        assert len(uow.mails.lock_due(NOW, 10)) == 3

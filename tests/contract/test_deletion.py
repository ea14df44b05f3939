"""Deleting one hunter changes no other's numbers (SPEC 2, Laws), on the databases, where rows hang on each other."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete

from hunter_adapters.sql.statements import Statement, param
from hunter_adapters.sql.tables import accounts
from hunter_adapters.sql.transaction import Transaction
from hunter_adapters.testing import laws
from hunter_adapters.testing.play import Do, Habit, Player, Story, TakeBack, Wait
from hunter_core.errors import NotFound
from tests.builders import a_rulebook
from tests.contract.conftest import SqlHouse

DELETE = Statement(delete(accounts).where(accounts.c.id == param("account_id", accounts.c.id)))
STORY = Story(
    begins=datetime(2026, 6, 1, 6, tzinfo=UTC),
    zone="Europe/Berlin",
    habits=(Habit(completions_per_day=3), Habit(base_xp=500)),
    actions=(Do(0), Do(1), Wait(timedelta(days=1)), Do(0), TakeBack(1), Wait(timedelta(days=1)), Do(1)),
)


@pytest.fixture(params=["sqlite", "postgresql"])
def house(request: pytest.FixtureRequest) -> SqlHouse:
    found: SqlHouse = request.getfixturevalue(f"{request.param}_house")
    found.emptied()
    return found


def test_deleting_one_hunter_changes_no_others_numbers(house: SqlHouse) -> None:
    kept = Player(house.store, a_rulebook(), STORY, name="Jinwoo")
    gone = Player(house.store, a_rulebook(), STORY, name="Jinah")
    for action in STORY.actions:
        kept.perform(action)
        gone.perform(action)
    before = kept.history()

    transaction = Transaction(house.store.database, to_write=True)
    transaction.do(DELETE, account_id=gone.hunter_id)
    transaction.commit()
    transaction.close()

    assert kept.history() == before
    laws.every_law_of_one_hunter(kept.history(), a_rulebook(), kept.today())
    with pytest.raises(NotFound):
        gone.history()
    assert house.store.connections_in_use == 0

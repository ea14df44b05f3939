"""Contestants by the hundred: rows of many hunters in few statements, where a use case would take minutes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple

from hunter_adapters.memory import MemoryStore
from hunter_adapters.sql import SqlStore
from hunter_adapters.sql.rows import HUNTER, hunter_row
from hunter_adapters.sql.statements import Insert, columns_of
from hunter_adapters.sql.tables import accounts, board_scores, hunter_settings, hunters
from hunter_adapters.testing.builders import an_account
from hunter_adapters.testing.contract import Contestant
from hunter_core.leaderboard.order import BEGINNING
from hunter_core.leaderboard.windows import ALL_TIME

_ACCOUNTS = Insert(accounts, columns_of(accounts))
_HUNTERS = Insert(hunters, HUNTER)
_SETTINGS = Insert(hunter_settings, columns_of(hunter_settings))
_SCORES = Insert(board_scores, columns_of(board_scores))


def fill_memory(store: MemoryStore, crowd: Sequence[Contestant]) -> None:
    """Keep *crowd* in memory."""
    with store.write() as uow:
        for each in crowd:
            uow.accounts.add(an_account(each.hunter.name, id=each.hunter.id))
            # Its check of names looks at every other one.
            uow._tables.hunters.add(each.hunter.id, each.hunter)
            uow.settings.add(each.settings)
            uow.hunters.lock(each.hunter.id)
            score = each.score(ALL_TIME)
            assert score is not None
            uow.scores.save(each.hunter.id, [score, *each.scores])
        uow.commit()


def fill_sql(store: SqlStore, crowd: Sequence[Contestant]) -> None:
    """Keep *crowd* in a database."""
    with store.write() as uow:
        made = (an_account(each.hunter.name, id=each.hunter.id) for each in crowd)
        rows = [tuple(getattr(account, name) for name in columns_of(accounts)) for account in made]
        uow.sql.insert(_ACCOUNTS, rows)
        uow.sql.insert(_HUNTERS, [hunter_row(each.hunter) for each in crowd])
        uow.sql.insert(_SETTINGS, [astuple(each.settings) for each in crowd])
        scores = [(each, score) for each in crowd for score in (each.score(ALL_TIME), *each.scores)]
        uow.sql.insert(
            _SCORES,
            [
                (each.hunter.id, score.window, score.xp, score.reached_at or BEGINNING, each.listed)
                for each, score in scores
                if score is not None
            ],
        )
        uow.commit()

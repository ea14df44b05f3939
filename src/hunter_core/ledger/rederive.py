"""Under a new rulebook, level, rank and streak are derived again; what was paid stays paid (SPEC 2)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from hunter_core.errors import NotFound
from hunter_core.leaderboard.order import Score
from hunter_core.ledger.rebuild import rebuild
from hunter_core.ports import Store
from hunter_core.rules.rulebook import Rulebook


def rederive(store: Store, rulebook: Rulebook, progress: Callable[[int, int], None]) -> int:
    """
    Derive every hunter again when the database was last used under another rulebook; return how many.

    A transaction a hunter; *progress* is told how many of how many are done. The rulebook is remembered
    last, so a run that was cut short is simply made again. Nothing is announced.
    """
    with store.read() as uow:
        known = uow.histories.rulebook()
        ids = uow.histories.hunter_ids() if known not in (None, rulebook.hash) else ()
    if known == rulebook.hash:
        return 0
    for done, hunter_id in enumerate(ids, start=1):
        with store.write() as uow:
            try:
                hunter = uow.hunters.lock(hunter_id)
                history = uow.histories.read(hunter_id)
            except NotFound:
                continue  # erased meanwhile
            rebuilt = rebuild(replace(history, hunter=hunter), rulebook)
            uow.histories.restore(rebuilt.hunter, rebuilt.days)
            if history.scores != rebuilt.scores:
                gone = [Score(window, 0, None) for window in history.scores.keys() - rebuilt.scores.keys()]
                uow.scores.save(hunter_id, [*rebuilt.scores.values(), *gone])
            uow.commit()
        progress(done, len(ids))
    with store.write() as uow:
        uow.histories.set_rulebook(rulebook.hash)
        uow.commit()
    return len(ids)

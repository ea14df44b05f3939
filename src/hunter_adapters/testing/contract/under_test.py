"""A store under test, with what a contract has to know of it besides the port."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import TypeVar

from hunter_core.errors import StoreUnavailable
from hunter_core.hunters.hunter import Hunter
from hunter_core.ids import HunterId
from hunter_core.ports import Store, UnitOfWork

Result = TypeVar("Result")

PATIENCE = 60.0
"""Seconds after which a thread that should have ended is a failure. Nothing is measured by it."""


class CommitFailed(Exception):
    """What `UnderTest.failing_commits` raises where the database would have been told to commit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnderTest:
    """
    A store, empty but for the achievements of both shipped rulebooks.

    Attributes:
        emptied: Empties the store and returns it, or returns another one that is empty.
        open_transactions: How many transactions are under way, or connections in use, at this moment.
        broken: What is raised where a row breaks a constraint that no request can run into.
        failing_commits: Within it, every commit fails with `CommitFailed` before it reaches the database.
        overwrite: Puts JSON over what an event of a hunter says, by its number, as a hand in the database may.
    """

    store: Store
    emptied: Callable[[], Store]
    open_transactions: Callable[[], int]
    broken: tuple[type[Exception], ...]
    failing_commits: Callable[[], AbstractContextManager[None]]
    overwrite: Callable[[HunterId, int, str], None]


def at_once(*works: Callable[[], Result]) -> list[Result | Exception]:
    """Run *works* in a thread each, all let go at the same moment; return what each returned or raised."""
    results: list[Result | Exception] = [AssertionError("the thread did not end")] * len(works)
    gate = threading.Barrier(len(works))

    def run(place: int, work: Callable[[], Result]) -> None:
        gate.wait(PATIENCE)
        try:
            results[place] = work()
        except Exception as error:  # noqa: BLE001 - whatever it is, the test looks at it
            results[place] = error

    threads = [
        threading.Thread(target=run, args=(place, work), daemon=True) for place, work in enumerate(works)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    return results


def stubborn(store: Store, work: Callable[[UnitOfWork], Result]) -> Result:
    """Do *work* in a transaction, again and again while the store says that it is busy and nothing was changed."""
    for _ in range(100):
        try:
            return store.run(work)
        except StoreUnavailable:
            continue
    raise AssertionError("the store was busy a hundred times")


def refusals(results: Sequence[object]) -> list[Exception]:
    """Return those of *results* that are exceptions."""
    return [result for result in results if isinstance(result, Exception)]


def gain_xp(uow: UnitOfWork, hunter: Hunter, xp: int) -> int:
    """Give *hunter* more XP, without a ledger, and return what they have then."""
    mine = uow.hunters.lock(hunter.id)
    uow.hunters.save(replace(mine, total_xp=mine.total_xp + xp))
    return mine.total_xp + xp

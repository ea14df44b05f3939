"""Many clients at one time, and the reckoning afterwards: what they were told is what the books hold."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any, NamedTuple, Protocol, Self, TypeVar

from tests.servers.app import App
from tests.servers.books import Books
from tests.servers.client import Answer, Client
from tests.servers.length import LONG

T = TypeVar("T")
Number = TypeVar("Number", int, float)

PER_DAY = 50
"""The most completions of a quest that a day allows (SPEC 2, Limits)."""


def at_length(full: Number, short: Number) -> Number:
    """Return the number that counts in this run: *full* in `nox -s faults`, *short* where `HUNTER_TEST_LONG` is 0."""
    return full if LONG else short


def zone_at_noon() -> str:
    """Return a zone where it is about noon, so that no local day ends while a test runs."""
    ahead = 12 - datetime.now(UTC).hour
    # The signs of these names are those of POSIX: Etc/GMT-3 is three hours ahead.
    return f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT"


def in_parallel(work: Callable[[T], Any], items: Sequence[T], *, clients: int) -> list[Any]:
    """Return what *work* returns for each item, done by so many threads that begin at one moment."""
    together = threading.Barrier(min(clients, len(items)))
    begun = threading.local()

    def do(item: T) -> Any:
        if not hasattr(begun, "yes"):
            begun.yes = True
            together.wait(60)
        return work(item)

    with ThreadPoolExecutor(min(clients, len(items))) as pool:
        return list(pool.map(do, items))


class Job(NamedTuple):
    """A completion to be asked for: by whom, of what, under which key."""

    client: Client
    quest_id: str
    key: str


def jobs_for(hunters: Sequence[Client], total: int) -> list[Job]:
    """Return *total* completions, spread over the hunters and over as many quests as they need, shuffled."""
    each = total // len(hunters)
    assert each * len(hunters) == total
    jobs = []
    for number, hunter in enumerate(hunters):
        for first in range(0, each, PER_DAY):
            quest = hunter.create_quest(
                title=f"Load {first}", completionsPerDay=PER_DAY, attributes=["strength", "luck"]
            )
            count = min(PER_DAY, each - first)
            jobs += [Job(hunter, quest["id"], f"load-{number}-{first + place}") for place in range(count)]
    random.Random(total).shuffle(jobs)
    return jobs


def registered(url: str, count: int) -> list[Client]:
    """Return *count* new hunters, each with a client of its own, in a zone where it is noon."""
    clients = [Client(url) for _ in range(count)]
    in_parallel(lambda each: each.register(zone=zone_at_noon()), clients, clients=4)
    return clients


def paid(answers: Iterable[Answer]) -> int:
    """Return the XP that these answers to completions speak of, achievements included."""
    return sum(
        answer.data["completion"]["xpBreakdown"]["totalXP"] + answer.data["userUpdates"]["achievementXP"]
        for answer in answers
    )


def assert_reckoning(
    app: App, hunters: Sequence[Client], jobs: Sequence[Job], answers: Sequence[Answer]
) -> None:
    """Assert that every job was done once, and that answers, ledger, totals and streaks agree."""
    assert {answer.status for answer in answers} == {200}, [a for a in answers if a.status != 200][:3]
    assert len({answer.data["completion"]["id"] for answer in answers}) == len(jobs)
    with Books(app.database_url) as books:
        assert books.unbalanced() == []
        for hunter in hunters:
            mine = [answer for job, answer in zip(jobs, answers, strict=True) if job.client is hunter]
            _assert_balance(books, hunter, mine)


def _assert_balance(books: Books, hunter: Client, answers: Sequence[Answer]) -> None:
    earned, me, name = paid(answers), hunter.me(), hunter.user["hunterName"]
    assert (me["totalXP"], me["currentStreak"], me["maxStreak"]) == (earned, 1, 1)
    of = "JOIN hunters h ON h.id = {} WHERE h.name = :name"
    standing = f"SELECT count(*) FROM completions c {of.format('c.hunter_id')} AND c.voided_at IS NULL"
    assert books.one(standing, name=name) == len(answers)
    assert (
        books.one(f"SELECT sum(e.amount) FROM xp_entries e {of.format('e.hunter_id')}", name=name) == earned
    )
    keys = f"SELECT count(*) FROM idempotency_keys k {of.format('k.account_id')}"
    assert books.one(keys, name=name) == len(answers)
    unlocked = [each["id"] for answer in answers for each in answer.data["achievements"]]
    assert len(unlocked) == len(set(unlocked)), "an achievement was unlocked twice"


def assert_audit(app: App) -> None:
    """Assert that `hunter audit` finds nothing."""
    audited = app.audit()
    assert audited.returncode == 0, audited.stdout + audited.stderr


def assert_keys_remember(jobs: Sequence[Job], answers: Sequence[Answer]) -> None:
    """Assert that each key gives the same answer again, byte for byte."""
    again = in_parallel(lambda job: job.client.complete(job.quest_id, key=job.key), jobs, clients=8)
    for first, second in zip(answers, again, strict=True):
        assert (second.status, second.body) == (first.status, first.body)
        assert second.is_replayed


class Mortal(Protocol):
    """Something that can be killed and made to live again."""

    def kill(self) -> None:
        """End it as a power cut would."""
        ...

    def restart(self) -> None:
        """Let it live again, and return when it does."""
        ...


class Killer:
    """Kills a server again and again while a load goes on: each time when so much more of it is done."""

    def __init__(self, victim: Mortal, *, times: int, of: int, seed: int) -> None:
        self._victim, self._random = victim, random.Random(seed)
        self._marks = [of * (number + 1) // (times + 1) for number in range(times)]
        self._done = 0
        self._moved = threading.Condition()
        self._thread = threading.Thread(target=self._run)
        self._failure: BaseException | None = None
        self.kills = 0

    def count(self) -> None:
        """Say that one more piece of the load is done."""
        with self._moved:
            self._done += 1
            self._moved.notify_all()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.join()
        if self._failure is not None:
            raise self._failure

    def _run(self) -> None:
        try:
            for mark in self._marks:
                with self._moved:
                    reached = self._moved.wait_for(lambda at=mark: self._done >= at, timeout=120)  # type: ignore[misc]
                assert reached, f"the load stands still at {self._done}"
                # Anywhere in the middle of a request, or of several.
                time.sleep(self._random.uniform(0, 0.03))
                self._victim.kill()
                self.kills += 1
                self._victim.restart()
        except BaseException as error:  # noqa: BLE001 - raised again by the thread of the test
            self._failure = error

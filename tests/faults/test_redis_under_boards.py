"""Boards while Redis is killed, emptied and frozen under load: no errors, and nothing but the ledger (SPEC 7)."""

from __future__ import annotations

import contextlib
import threading
import time
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from hunter_core.leaderboard.order import BEGINNING
from hunter_core.leaderboard.windows import ALL_TIME, Timeframe, window_at
from tests.faults.boards_out_of_redis import wait_until_redis_answers
from tests.faults.load import PER_DAY, assert_audit, at_length, registered
from tests.servers.app import App
from tests.servers.books import Books
from tests.servers.client import Client
from tests.servers.length import LONG
from tests.servers.redis import KINDS, RedisServer

WORKERS = 2
HUNTERS = 4
BACK_SECONDS = at_length(5, 30)
"""How soon after its return Redis answers again (issue 3); in the ordinary suite a machine does much else."""

LATE_SECONDS = at_length(1.0, 3.0)
"""How long after its answer a completion may be missing from a board of another process (docs/concepts/boards.md)."""

LEAST_SEEN, LEAST_DEEDS = 40, 20
"""How many boards have to be looked at, and how many deeds each hunter has to do, for the load to be one."""


class Deed(NamedTuple):
    """A completion, or a void: when it was asked for, and when it was answered."""

    asked: float
    answered: float


class Seen(NamedTuple):
    """An answer with a board, and between which moments it was made."""

    asked: float
    answered: float
    window: str
    body: Any


class State(NamedTuple):
    """What the ledger says of a hunter in a window after a deed."""

    xp: int
    reached: datetime | None


@pytest.fixture(params=KINDS if LONG else KINDS[:1])
def redis_server(request: pytest.FixtureRequest) -> Iterator[RedisServer]:
    with RedisServer.start(request.param) as server:
        yield server


@pytest.fixture
def crew(redis_server: RedisServer, postgres_url: str, tmp_path: Path) -> Iterator[App]:
    """Two processes with boards in Redis."""
    settings = {"HUNTER_WORKERS": str(WORKERS), "HUNTER_REDIS_URL": redis_server.url}
    with App(data_dir=tmp_path / "data", database_url=postgres_url, settings=settings) as running:
        yield running
        assert "Traceback" not in running.log, running.log[-5000:]


class Load:
    """Hunters who complete and take back without a pause, and readers of every board; `close` ends it."""

    def __init__(self, url: str, hunters: Sequence[Client]) -> None:
        self.hunters = hunters
        self.deeds: dict[str, list[Deed]] = {hunter.user["id"]: [] for hunter in hunters}
        self.seen: list[Seen] = []
        self.failures: list[object] = []
        self._url, self._enough = url, threading.Event()
        self._turns = [threading.Lock() for _ in hunters]
        now = datetime.now(UTC)
        # By name, so that midnight changes nothing.
        self.boards: list[dict[str, str]] = [{"timeframe": "all-time"}]
        for each in (Timeframe.DAILY, Timeframe.WEEKLY, Timeframe.MONTHLY):
            self.boards.append({"timeframe": each.value, "window": window_at(each, now)})
        work = [partial(self._play, *each) for each in zip(hunters, self._turns, strict=True)] + [
            partial(self._watch, at) for at in (0, 1)
        ]
        self._threads = [threading.Thread(target=self._guarded, args=(each,)) for each in work]
        for thread in self._threads:
            thread.start()

    @contextlib.contextmanager
    def at_rest(self) -> Iterator[None]:
        """Let every hunter finish what is under way, and rest meanwhile; who reads goes on."""
        with contextlib.ExitStack() as stack:
            for turn in self._turns:
                stack.enter_context(turn)
            yield

    def wait_until_it_was_one(self) -> None:
        """Return when so much was done and seen that it says something, however slow the machine."""
        deadline = time.monotonic() + 120
        while len(self.seen) <= LEAST_SEEN or min(map(len, self.deeds.values())) <= LEAST_DEEDS:
            assert not self.failures, self.failures
            assert time.monotonic() < deadline, (len(self.seen), [*map(len, self.deeds.values())])
            time.sleep(0.05)

    def close(self) -> None:
        """End it, and return when it has ended."""
        self._enough.set()
        for thread in self._threads:
            thread.join(60)

    def _guarded(self, work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as failure:  # noqa: BLE001 - told by the thread of the test
            self.failures.append(failure)

    def _play(self, hunter: Client, turn: threading.Lock) -> None:
        deeds = self.deeds[hunter.user["id"]]

        def do(deed: Callable[[], Any]) -> Any:
            with turn:
                asked = time.monotonic()
                answer = deed()
                deeds.append(Deed(asked, time.monotonic()))
            return answer.data

        while not self._enough.is_set():
            quest = hunter.create_quest(completionsPerDay=PER_DAY)["id"]
            for number in range(PER_DAY):
                done = do(partial(hunter.complete, quest))
                if number % 3 == 2:
                    do(partial(hunter.void, quest, done["completion"]["id"]))
                if self._enough.wait(0.02):
                    return

    def _watch(self, first: int) -> None:
        turn = first
        while not self._enough.is_set():
            viewer, board = self.hunters[turn % HUNTERS], self.boards[turn % len(self.boards)]
            # A connection each, so that every process is asked.
            with Client(self._url, token=viewer.token) as reader:
                asked = time.monotonic()
                answer = reader.get("/api/leaderboard", limit=100, **board)
                self.seen.append(Seen(asked, time.monotonic(), board.get("window", ALL_TIME), answer.data))
            turn += 1


def test_redis_killed_emptied_or_frozen_under_load_costs_no_board_its_truth(
    crew: App, redis_server: RedisServer
) -> None:
    with contextlib.ExitStack() as stack:
        hunters = [stack.enter_context(hunter) for hunter in registered(crew.url, HUNTERS + 1)]
        # The last one rests, so that nobody writes over what is marked.
        *players, idle = hunters
        back = partial(wait_until_redis_answers, crew, redis_server, idle, within=BACK_SECONDS)
        back()
        load = Load(crew.url, players)
        stack.callback(load.close)

        faults = [
            (redis_server.kill, redis_server.restart),
            (redis_server.flush, redis_server.flush),
            (redis_server.pause, redis_server.resume),
        ]
        for harm, end in faults * at_length(6, 1):
            harm()
            time.sleep(3 if LONG else 0.6)
            # What is not brought over now is not made good by what comes next.
            with load.at_rest():
                end()
                back()
                assert_boards_are_the_ledger(load, crew, idle)
        load.wait_until_it_was_one()
        load.close()

        assert load.failures == []
        assert_told_the_ledger(load, crew, idle)
        assert_audit(crew)


def assert_told_the_ledger(load: Load, crew: App, idle: Client) -> None:
    """Assert that each answer under load was a board that the ledger made at about that time."""
    assert len(load.seen) > LEAST_SEEN
    assert all(len(deeds) > LEAST_DEEDS for deeds in load.deeds.values())
    windows = {seen.window for seen in load.seen}
    with Books(crew.database_url) as books:
        states = {
            (hunter_id, window): states_of(books, hunter_id, window)
            for hunter_id in load.deeds
            for window in windows
        }
    for (hunter_id, _), found in states.items():
        assert len(found) == len(load.deeds[hunter_id]) + 1
    for seen in load.seen:
        possible: dict[str, list[State]] = {idle.user["id"]: [State(0, None)]}
        for hunter_id, deeds in load.deeds.items():
            # Deeds answered well before it was asked for are in it; those asked for after it was answered are not.
            first = bisect_left(deeds, seen.asked - LATE_SECONDS, key=lambda deed: deed.answered)
            last = bisect_right(deeds, seen.answered, key=lambda deed: deed.asked)
            possible[hunter_id] = states[hunter_id, seen.window][first : last + 1]
        assert_is_a_board(seen, possible)


def assert_is_a_board(seen: Seen, possible: dict[str, list[State]]) -> None:
    """Assert that an answer is in order, whole, and made of *possible* states of each hunter."""
    lines, own = seen.body["leaderboard"], seen.body["currentUserRank"]
    assert [line["rank"] for line in lines] == list(range(1, len(lines) + 1))
    assert own["totalUsers"] == seen.body["pagination"]["total"] == len(lines)
    assert len({line["userId"] for line in lines}) == len(lines)
    shown = {line["userId"]: line["totalXP"] for line in lines}
    for hunter_id, states in possible.items():
        if hunter_id not in shown:
            assert seen.window != ALL_TIME
            assert 0 in {state.xp for state in states}, (seen, states)
    keys = []
    for line in lines:
        states = [state for state in possible[line["userId"]] if state.xp == line["totalXP"]]
        assert states, (seen, line, possible[line["userId"]])
        moments = {(state.reached or BEGINNING, line["userId"]) for state in states}
        keys.append((-line["totalXP"], min(moments), max(moments)))
    for (xp, earliest, _), (next_xp, _, latest) in pairwise(keys):
        assert (xp, earliest) < (next_xp, latest), seen
    mine = [line for line in lines if line["isCurrentUser"]]
    assert [line["rank"] for line in mine] == ([] if own["rank"] is None else [own["rank"]])
    if mine:
        ahead = lines[own["rank"] - 2]["totalXP"] - mine[0]["totalXP"] + 1 if own["rank"] > 1 else 0
        assert own["xpToNext"] == ahead


def states_of(books: Books, hunter_id: str, window: str) -> list[State]:
    """Return what the ledger says of a hunter in a window before the first deed, and after each."""
    rows = books.rows(
        "SELECT id, kind, source_id, amount, recorded_at FROM xp_entries WHERE hunter_id = :id ORDER BY seq",
        id=hunter_id,
    )
    standing: dict[Any, tuple[int, datetime]] = {}
    found = [State(0, None)]
    for _, deed in groupby(rows, lambda row: row[4]):
        for id_, kind, source_id, amount, at in deed:
            if kind == "REVERSAL":
                standing.pop(source_id, None)
            elif amount and window in names_of(at):
                standing[id_] = amount, at
        xp = sum(amount for amount, _ in standing.values())
        found.append(State(xp, max((at for _, at in standing.values()), default=None)))
    return found


def names_of(moment: datetime) -> set[str]:
    """Return the names of the windows that a moment lies in."""
    at = moment.astimezone(UTC)
    return {ALL_TIME, f"{at:%Y-%m-%d}", f"{at:%G-W%V}", f"{at:%Y-%m}"}


def assert_boards_are_the_ledger(load: Load, crew: App, idle: Client) -> None:
    """Assert that, while all hunters rest, every process shows exactly the ledger."""
    expected: dict[str, list[tuple[str, int]]] = defaultdict(list)
    with Books(crew.database_url) as books:
        for board in load.boards:
            window = board.get("window", ALL_TIME)
            last = {each: states_of(books, each, window)[-1] for each in (*load.deeds, idle.user["id"])}
            ranked = sorted((-xp, reached or BEGINNING, each) for each, (xp, reached) in last.items())
            expected[window] = [(each, -xp) for xp, _, each in ranked if xp or window == ALL_TIME]
    for board in load.boards * 4:
        with Client(crew.url, token=idle.token) as reader:
            lines = reader.get("/api/leaderboard", limit=100, **board).data["leaderboard"]
        told = [(line["userId"], line["totalXP"]) for line in lines]
        assert told == expected[board.get("window", ALL_TIME)]

"""Rate limits over several processes: exact while Redis answers, and what holds while it does not (SPEC 4)."""

from __future__ import annotations

import contextlib
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from tests.faults.load import at_length
from tests.servers.app import App
from tests.servers.client import Client
from tests.servers.flood import Flood
from tests.servers.length import LONG
from tests.servers.live import code_of
from tests.servers.postgres import PostgresServer
from tests.servers.redis import KINDS, RedisServer

LIMIT, TIMES = 20, 20
WORKERS = 4
PATH = "/api/auth/me"


@pytest.fixture(scope="module", params=KINDS if LONG else KINDS[:1])
def redis_server(request: pytest.FixtureRequest) -> Iterator[RedisServer]:
    with RedisServer.start(request.param) as server:
        yield server


@pytest.fixture(scope="module")
def crew(
    redis_server: RedisServer, postgres_server: PostgresServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[App]:
    """Four processes with a small limit for everything but quests; each test has hunters of its own."""
    url = postgres_server.fresh_database()
    settings = {
        "HUNTER_WORKERS": str(WORKERS),
        "HUNTER_REDIS_URL": redis_server.url,
        "HUNTER_LIMIT_OTHER": f"{LIMIT}/60",
        "HUNTER_LIMIT_ANALYTICS": f"{LIMIT}/60",
        "HUNTER_TRUSTED_PROXIES": "127.0.0.1",
    }
    with App(data_dir=tmp_path_factory.mktemp("crew"), database_url=url, settings=settings) as running:
        yield running
        assert "Traceback" not in running.log, running.log[-5000:]
    postgres_server.drop_database(url)


def test_of_twenty_times_too_many_at_one_time_exactly_the_limit_passes(crew: App) -> None:
    flood = Flood(crew.url)
    for number in range(at_length(20, 2)):
        with Client(crew.url) as hunter:
            hunter.register()
            signed_in = {"Authorization": f"Bearer {hunter.token}"}
            assert flood.statuses(PATH, [signed_in] * LIMIT * TIMES) == {200: LIMIT, 429: LIMIT * (TIMES - 1)}
        # Nobody is signed in, and each request claims to come from elsewhere; the proxy knows better.
        forged = [
            {"X-Forwarded-For": f"203.0.113.{n % 250}, 198.51.100.{number}"} for n in range(LIMIT * TIMES)
        ]
        assert flood.statuses(PATH, forged) == {401: LIMIT, 429: LIMIT * (TIMES - 1)}


def test_what_remains_is_told_to_each_that_passed_and_to_no_two_the_same(crew: App) -> None:
    with Client(crew.url) as hunter:
        hunter.register()
        answers = Flood(crew.url).answers(PATH, [{"Authorization": f"Bearer {hunter.token}"}] * LIMIT * 3)
    passed = [int(headers["x-ratelimit-remaining"]) for status, headers in answers if status == 200]
    assert sorted(passed) == list(range(LIMIT))
    for status, headers in answers:
        assert headers["ratelimit-policy"] == f'"other";q={LIMIT};w=60'
        if status == 429:
            assert 1 <= int(headers["retry-after"]) <= 60
            assert abs(int(headers["x-ratelimit-reset"]) - time.time() - int(headers["retry-after"])) < 30


def _shaken(app: App, forwarded: str) -> tuple[int, Mapping[str, str]]:
    """Return how a handshake with a bad ticket ends: the status, or the code of the close, and the headers."""
    address = app.url.replace("http:", "ws:") + "/api/ws?ticket=x"
    try:
        with connect(address, proxy=None, additional_headers={"X-Forwarded-For": forwarded}) as socket:
            assert socket.response is not None
            return code_of(socket), socket.response.headers
    except InvalidStatus as refused:
        return refused.response.status_code, refused.response.headers


def test_handshakes_of_live_sockets_are_counted_by_address_over_all_processes_and_pass_without_redis(
    crew: App, redis_server: RedisServer
) -> None:
    ended = [_shaken(crew, f"203.0.113.{n}, 192.0.2.1") for n in range(LIMIT + 5)]
    assert [status for status, _ in ended] == [4401] * LIMIT + [429] * 5
    for status, headers in ended:
        assert headers["RateLimit-Policy"] == f'"other";q={LIMIT};w=60'
        if status == 429:
            assert 1 <= int(headers["Retry-After"]) <= 60
    assert [int(headers["X-RateLimit-Remaining"]) for _, headers in ended[:LIMIT]] == [*range(LIMIT)][::-1]
    assert _shaken(crew, "192.0.2.2")[0] == 4401, "another client is another count"
    redis_server.kill()
    try:
        assert [_shaken(crew, "192.0.2.1")[0] for _ in range(3)] == [4401] * 3
    finally:
        redis_server.restart()


def test_redis_killed_under_load_costs_nobody_an_answer_and_limits_hold_again_within_five_seconds(
    crew: App, redis_server: RedisServer
) -> None:
    seen: Counter[int] = Counter()
    enough = threading.Event()

    def work(hunter: Client, quest_id: str) -> None:
        while not enough.is_set():
            seen[hunter.get(f"/api/quests/{quest_id}").status] += 1
            seen[hunter.get("/api/analytics/summary").status] += 1

    hunters = [Client(crew.url).register() for _ in range(6)]
    quests = [str(hunter.create_quest()["id"]) for hunter in hunters]
    threads = [threading.Thread(target=work, args=pair) for pair in zip(hunters, quests, strict=True)]
    for thread in threads:
        thread.start()
    try:
        for fault in (redis_server.kill, redis_server.restart, redis_server.flush, redis_server.pause):
            fault()
            time.sleep(at_length(2.0, 0.7))
        with Client(crew.url) as fresh:
            # While Redis still hangs: to register under this load takes its time.
            fresh.register()
            redis_server.resume()
            deadline = time.monotonic() + at_length(5, 15)
            while not _is_limited(fresh):
                assert time.monotonic() < deadline
        # It is a load only if so much was answered, however slow the machine.
        deadline = time.monotonic() + 60
        while seen[200] <= 100:
            assert time.monotonic() < deadline, seen
            time.sleep(0.05)
    finally:
        enough.set()
        for thread in threads:
            thread.join(60)
        for hunter in hunters:
            hunter.close()
    assert set(seen) <= {200, 429}, seen
    assert seen[200] > 100
    assert crew.log.count("Redis does not answer") <= 2 * 3 * WORKERS


def _is_limited(hunter: Client) -> bool:
    return hunter.get(PATH).status == 429


def test_while_redis_is_away_signing_in_is_limited_by_each_process_and_the_rest_is_open(
    redis_server: RedisServer, postgres_url: str, tmp_path: Path
) -> None:
    # The tests before ask from the same address.
    redis_server.flush()
    settings = {
        "HUNTER_WORKERS": "2",
        "HUNTER_REDIS_URL": redis_server.url,
        "HUNTER_LIMIT_AUTH": "3/60",
        "HUNTER_LIMIT_OTHER": "3/60",
    }
    with (
        contextlib.ExitStack() as stack,
        App(data_dir=tmp_path / "data", database_url=postgres_url, settings=settings) as crew,
    ):
        with Client(crew.url) as hunter:
            hunter.register()
            redis_server.kill()
            stack.callback(redis_server.restart)
            assert {hunter.get(PATH).status for _ in range(20)} == {200}
            token = {"Authorization": f"Bearer {hunter.token}"}
            assert set(Flood(crew.url).statuses(PATH, [token] * 40)) == {200}
        tries: Counter[int] = Counter()
        # A connection each, so that both processes are asked.
        for _ in range(20):
            with Client(crew.url) as guesser:
                body = {"email": "somebody@example.com", "password": "Arise-from-the-shadows-2!"}
                tries[guesser.post("/api/auth/login", body).status] += 1
        assert set(tries) == {401, 429}
        assert 3 <= tries[401] <= 3 * 2

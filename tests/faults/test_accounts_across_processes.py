"""Accounts over two processes whose Redis was killed: ends act, rotation agrees, attempts are counted (SPEC 5)."""

from __future__ import annotations

import http.client
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest

from tests.faults.load import at_length, in_parallel
from tests.servers.app import App
from tests.servers.client import PASSWORD, Answer, Client
from tests.servers.length import LONG
from tests.servers.postgres import PostgresServer
from tests.servers.redis import RedisServer

WRONG = "Arise-from-the-shadows-2!"
ACTS_WITHIN = 1.0
"""Seconds in which the end of a session acts, everywhere (SPEC 5)."""

PATIENCE = 60.0


@pytest.fixture(scope="module")
def apps(
    postgres_server: PostgresServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[App, App]]:
    """Two processes that were started with Redis, which was killed then."""
    url = postgres_server.fresh_database()
    # One data folder: the keys that sign tokens lie in it.
    data_dir: Path = tmp_path_factory.mktemp("accounts")
    with RedisServer.start() as redis:
        first, second = (
            App(data_dir=data_dir, database_url=url, settings={"HUNTER_REDIS_URL": redis.url})
            for _ in range(2)
        )
        with first, second:
            redis.kill()
            yield first, second
            for app in (first, second):
                assert "Traceback" not in app.log, app.log[-5000:]
    postgres_server.drop_database(url)


class Pair:
    """One hunter, signed in once, with a client at each process."""

    def __init__(self, apps: tuple[App, App]) -> None:
        self.database_url = apps[0].database_url
        self.clients = [Client(app.url) for app in apps]
        self.here, self.there = self.clients
        self.here.register()
        self.there.token, self.there.user = self.here.token, self.here.user
        self.email = f"{self.here.user['hunterName']}@example.com"

    def at_either(self, number: int) -> Client:
        return self.clients[number % 2]

    def refresh(self, token: str, number: int = 0) -> Answer:
        return self.at_either(number).post("/api/auth/refresh", {"refreshToken": token})

    def login(self, password: str, number: int = 0) -> Answer:
        with Client(self.at_either(number).url) as guest:
            return guest.post("/api/auth/login", {"email": self.email, "password": password})

    def sql(self, statement: str) -> None:
        with psycopg.connect(self.database_url) as connection:
            connection.execute(statement, [self.here.user["id"]])


@pytest.fixture
def pair(apps: tuple[App, App]) -> Iterator[Pair]:
    made = Pair(apps)
    yield made
    for client in made.clients:
        client.close()


# --- the token on the wire --------------------------------------------------------------------------------


def _status(url: str, *tokens: str | None) -> int:
    """Return what a request is answered that has an Authorization header for each of *tokens*."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
    connection.putrequest("GET", "/api/auth/me")
    for token in tokens:
        connection.putheader("Authorization", f"Bearer {token}")
    connection.endheaders()
    status = connection.getresponse().status
    connection.close()
    return status


def test_of_two_headers_none_is_taken_whichever_is_good(pair: Pair) -> None:
    # On a real line: the client of the other tests of HTTP makes one header of two.
    good = pair.here.token
    assert _status(pair.here.url, good) == 200
    assert [_status(pair.here.url, *tokens) for tokens in (("x", good), (good, "x"), (good, good))] == [
        401
    ] * 3


# --- revocation ----------------------------------------------------------------------------------------


def _sign_out(pair: Pair) -> None:
    assert pair.here.post("/api/auth/logout").status == 204


def _sign_out_everywhere(pair: Pair) -> None:
    assert pair.here.post("/api/auth/logout-all").status == 204


def _end_from_another_session(pair: Pair) -> None:
    with Client(pair.here.url).login(pair.email) as other:
        assert other.delete("/api/auth/sessions").status == 204


def _end_by_its_id(pair: Pair) -> None:
    with Client(pair.here.url).login(pair.email) as other:
        ids = [
            each["id"] for each in other.get("/api/auth/sessions").data["sessions"] if not each["isCurrent"]
        ]
        assert [other.delete(f"/api/auth/sessions/{each}").status for each in ids] == [204]


def _ban(pair: Pair) -> None:
    pair.sql("UPDATE accounts SET is_active = false WHERE id = %s")


ENDS: dict[str, Callable[[Pair], None]] = {
    "logout": _sign_out,
    "logout-all": _sign_out_everywhere,
    "the list, all others": _end_from_another_session,
    "the list, one": _end_by_its_id,
    "a ban": _ban,
}


@pytest.mark.parametrize("how", ENDS)
def test_an_end_acts_within_a_second_in_every_process_with_redis_killed(pair: Pair, how: str) -> None:
    assert {client.get("/api/auth/me").status for client in pair.clients} == {200}
    seen: list[tuple[float, int]] = []
    enough = threading.Event()

    def ask() -> None:
        while not enough.is_set():
            begun = time.monotonic()
            seen.append((begun, pair.there.get("/api/auth/me").status))

    asking = threading.Thread(target=ask)
    asking.start()
    try:
        ENDS[how](pair)
        ended = time.monotonic()
        # Until one has been answered that was asked well after the end, however long a busy machine takes.
        while not any(begun > ended + ACTS_WITHIN / 10 for begun, _ in list(seen)):
            assert time.monotonic() < ended + PATIENCE
            time.sleep(0.02)
    finally:
        enough.set()
        asking.join(30)
    # The answer of the end was read after its commit: nothing that was asked later may pass.
    assert {status for begun, status in seen if begun > ended} == {401}
    assert {client.get("/api/auth/me").status for client in pair.clients} == {401}
    assert pair.refresh(pair.here.refresh_token).code == "UNAUTHENTICATED"


@pytest.mark.parametrize("how", ["revoked", "another password", "a ban"])
def test_an_api_token_is_refused_at_every_process_as_soon_as_it_is_over(pair: Pair, how: str) -> None:
    made = pair.here.post("/api/auth/api-tokens", {"name": "Script", "scope": "READ"})
    assert made.status == 201, made
    scripts = [Client(client.url) for client in pair.clients]
    for script in scripts:
        script.token = made.data["token"]
        assert script.get("/api/quests").status == 200

    if how == "revoked":
        assert pair.here.delete(f"/api/auth/api-tokens/{made.data['id']}").status == 204
    elif how == "another password":
        body = {"currentPassword": PASSWORD, "newPassword": WRONG}
        assert pair.here.post("/api/auth/change-password", body).status == 204
    else:
        _ban(pair)

    assert {script.get("/api/quests").status for script in scripts} == {401}
    for script in scripts:
        script.close()


# --- rotation --------------------------------------------------------------------------------------------


def test_twenty_refreshes_at_once_agree_while_others_go_on_with_what_they_got(pair: Pair) -> None:
    token = pair.here.refresh_token
    for _ in range(at_length(10, 2)):
        second: list[str] = []
        together = threading.Barrier(20)

        def work(number: int, token: str = token, second: list[str] = second, gate: Any = together) -> Answer:
            gate.wait(30)
            answer = pair.refresh(token, number)
            if number < 4:
                # Some are quick, and use the successor while others still wait for it.
                second.append(pair.refresh(answer.data["refreshToken"], number + 1).data["refreshToken"])
            return answer

        answers = in_parallel(work, range(20), clients=20)
        assert {answer.status for answer in answers} == {200}
        assert len({answer.data["refreshToken"] for answer in answers}) == 1
        assert len({answer.data["token"] for answer in answers}) == 20
        assert len(set(second)) == 1
        token = second[0]
        pair.there.token = answers[-1].data["token"]
        assert pair.there.get("/api/auth/me").status == 200


def test_a_refresh_token_that_comes_back_is_found_out_every_time(pair: Pair) -> None:
    """100 of 100 in the long form: a session each, used at one process and used again at the other."""
    sessions: list[tuple[Pair, str]] = [(pair, pair.here.refresh_token)]
    others = [Pair((_at(pair, 0), _at(pair, 1))) for _ in range(at_length(9, 1))]
    for each in [pair, *others]:
        tokens = [
            each.login("Arise-from-the-shadows-1!", n).data["refreshToken"] for n in range(at_length(9, 3))
        ]
        sessions += [(each, token) for token in tokens]
        if each is not pair:
            sessions.append((each, each.here.refresh_token))
    for each, token in sessions:
        assert each.refresh(token).status == 200
    if LONG:
        time.sleep(10.2)
    else:
        pair.sql("UPDATE sessions SET rotated_at = rotated_at - interval '11 seconds' WHERE id <> %s")
    answers = [each.refresh(token, 1) for each, token in sessions]
    assert {(answer.status, answer.code) for answer in answers} == {(401, "REFRESH_TOKEN_REUSED")}
    assert len(answers) >= at_length(100, 8)
    again = [each.refresh(token, 0) for each, token in sessions]
    assert {(answer.status, answer.code) for answer in again} == {(401, "UNAUTHENTICATED")}
    with psycopg.connect(pair.database_url) as connection:
        count = "SELECT count(*) FROM mails WHERE template = 'SESSION_REVOKED'"
        assert connection.execute(count).fetchone() == (len(sessions),)
    for each in others:
        for client in each.clients:
            client.close()


def _at(pair: Pair, number: int) -> Any:
    """Return what a `Pair` asks of an `App`: its address and its database."""

    class Address:
        url, database_url = pair.clients[number].url, pair.database_url

    return Address()


# --- attempts ----------------------------------------------------------------------------------------------


def test_of_two_hundred_guesses_at_once_over_both_ten_are_checked(pair: Pair) -> None:
    answers = in_parallel(lambda number: pair.login(WRONG, number), range(200), clients=100)

    assert Counter(answer.status for answer in answers) == {401: 10, 429: 190}
    for answer in answers:
        if answer.status == 429:
            assert answer.code == "RATE_LIMIT_EXCEEDED"
            assert 1 <= int(answer.headers["retry-after"]) <= 300
    # The right password is not looked at either, and whoever is signed in does not notice.
    assert {pair.login("Arise-from-the-shadows-1!", number).status for number in range(2)} == {429}
    assert {client.get("/api/auth/me").status for client in pair.clients} == {200}
    assert pair.refresh(pair.here.refresh_token).status == 200
    with psycopg.connect(pair.database_url) as connection:
        told = "SELECT count(*) FROM mails WHERE template = 'TOO_MANY_ATTEMPTS' AND account_id = %s"
        assert connection.execute(told, [pair.here.user["id"]]).fetchone() == (1,)

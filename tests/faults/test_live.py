"""Live sockets of real processes: killed, drained, cut off from Redis, and clients that behave badly (SPEC 6, 7)."""

from __future__ import annotations

import contextlib
import json
import random
import socket as sockets
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from hunter_api.live.sockets import SEND_SECONDS
from hunter_api.server.socket_protocol import LINGER_SECONDS
from tests.faults.load import at_length
from tests.servers.app import App, run_hunter
from tests.servers.books import Books
from tests.servers.client import PASSWORD, Client
from tests.servers.length import LONG
from tests.servers.live import Listener, code_of, opened, ticket_of
from tests.servers.postgres import PostgresServer
from tests.servers.redis import RedisServer

WITHIN = at_length(1.5, 10.0)
"""A second, and what a busy machine takes: in the ordinary suite it does much else."""

HEARD_WITHIN = at_length(5.0, 30.0)
"""Seconds in which the last of what happened was heard: by news, or by looking once a second."""


CHANNEL = "hunter:live:0"
"""That of the first number, which a URL without one means."""

PROCESSES = 3
A_DAYS_MOST = 50


@pytest.fixture(scope="module")
def crew(
    shared_redis: RedisServer, postgres_server: PostgresServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[App]:
    """Three processes on one database and one Redis."""
    url = postgres_server.fresh_database()
    settings = {"HUNTER_WORKERS": str(PROCESSES), "HUNTER_REDIS_URL": shared_redis.url}
    with App(data_dir=tmp_path_factory.mktemp("crew"), database_url=url, settings=settings) as running:
        yield running
        assert "Traceback" not in running.log, running.log[-5000:]
    postgres_server.drop_database(url)


def _waiting(app: App) -> int:
    with Books(app.database_url) as books:
        return int(books.one("SELECT count(*) FROM outbox WHERE relayed_at IS NULL"))


def _relayed(app: App) -> None:
    """Return when nothing waits."""
    deadline = time.monotonic() + 30
    while _waiting(app):
        assert time.monotonic() < deadline, f"{_waiting(app)} events wait"
        time.sleep(0.1)


def _play(hunter: Client, rounds: int, pause: float = 0.0) -> int:
    """Complete again and again; return the last number."""
    for number in range(rounds):
        if number % A_DAYS_MOST == 0:
            quest = hunter.create_quest(completionsPerDay=A_DAYS_MOST)["id"]
        done = hunter.surely("POST", f"/api/quests/{quest}/complete", {}, key=f"{quest}-{number}")
        assert done.status == 200, done
        time.sleep(pause)
    return int(ticket_of(hunter)["after"])


def test_across_processes_everybody_hears_everything_once_while_redis_is_killed_flushed_and_hangs(
    crew: App, shared_redis: RedisServer
) -> None:
    done = threading.Event()

    def torment() -> None:
        faults = (
            shared_redis.kill,
            shared_redis.restart,
            shared_redis.flush,
            shared_redis.pause,
            shared_redis.resume,
        )
        while not done.is_set():
            for fault in faults:
                fault()
                time.sleep(0.5)

    with contextlib.ExitStack() as stack:
        hunters = [stack.enter_context(Client(crew.url)).register() for _ in range(at_length(4, 2))]
        # More sockets than processes, so that some hear of what another process did.
        listeners = [(hunter, stack.enter_context(Listener(hunter))) for hunter in hunters for _ in range(4)]
        tormentor = threading.Thread(target=torment)
        tormentor.start()
        try:
            last = {
                hunter.url + str(hunter.token): _play(hunter, at_length(200, 20), 0.1) for hunter in hunters
            }
        finally:
            done.set()
            tormentor.join(60)
        for hunter, listener in listeners:
            listener.wait_for(last[hunter.url + str(hunter.token)], HEARD_WITHIN)
            assert listener.numbers == list(range(listener.after + 1, listener.numbers[-1] + 1))
            assert listener.codes == [], "no socket is closed for Redis' sake"
    _relayed(crew)


def test_without_redis_frames_come_by_looking_and_by_news_again_when_it_is_back(
    crew: App, shared_redis: RedisServer
) -> None:
    with contextlib.ExitStack() as stack:
        hunter = stack.enter_context(Client(crew.url)).register()
        listeners = [stack.enter_context(Listener(hunter)) for _ in range(6)]
        shared_redis.kill()
        last = _play(hunter, 3)
        for each in listeners:
            each.wait_for(last, HEARD_WITHIN)
        shared_redis.restart()
        with shared_redis.client() as redis:
            deadline = time.monotonic() + 30
            while redis.pubsub_numsub(CHANNEL) != [(CHANNEL.encode(), PROCESSES)]:
                assert time.monotonic() < deadline, "not every process listens again"
                time.sleep(0.05)
            news = stack.enter_context(redis.pubsub(ignore_subscribe_messages=True))
            news.subscribe(CHANNEL)
            message = None
            while message is None or b"quest.completed" not in message["data"]:
                assert time.monotonic() < deadline + 30, "no news came over Redis"
                if message is None:
                    # Who tells asks a Redis that was away once a second, and until then is heard by looking.
                    last = _play(hunter, 1)
                message = news.get_message(timeout=1)
        for each in listeners:
            each.wait_for(last, HEARD_WITHIN)
            assert each.numbers == list(range(each.after + 1, last + 1)), "nothing twice, nothing missing"
            assert each.codes == [], "no socket is closed for Redis' sake"


def test_a_logout_acts_on_sockets_of_every_process_within_a_second_with_redis_down(
    crew: App, shared_redis: RedisServer
) -> None:
    with Client(crew.url) as hunter, contextlib.ExitStack() as stack:
        hunter.register()
        held = [stack.enter_context(opened(hunter)) for _ in range(6)]
        shared_redis.kill()
        stack.callback(shared_redis.restart)
        # Who is behind looks first, so each is let in by now.
        time.sleep(1)
        assert hunter.post("/api/auth/logout").status == 204
        began = time.monotonic()
        assert [code_of(each) for each in held] == [4401] * 6
        assert time.monotonic() - began < WITHIN


def _changes_the_password(app: App, hunter: Client) -> None:
    body = {"currentPassword": PASSWORD, "newPassword": "Another-shadow-2!"}
    with Client(app.url).login(hunter.user["email"]) as elsewhere:
        assert elsewhere.post("/api/auth/change-password", body).status in (200, 204)


def _is_deactivated(app: App, hunter: Client) -> None:
    done = run_hunter("admin", "deactivate", hunter.user["hunterName"], "--yes", env=app.environment)
    assert done.returncode == 0, done.stderr


def _is_ended_from_the_list(app: App, hunter: Client) -> None:
    with Client(app.url).login(hunter.user["email"]) as elsewhere:
        assert elsewhere.delete("/api/auth/sessions").status == 204


@pytest.mark.parametrize("end", [_changes_the_password, _is_deactivated, _is_ended_from_the_list])
def test_whatever_ends_a_session_closes_its_sockets_in_every_process_within_a_second(
    crew: App, end: Callable[[App, Client], None]
) -> None:
    with Client(crew.url) as hunter, Client(crew.url) as other, contextlib.ExitStack() as stack:
        hunter.register()
        held = [stack.enter_context(opened(hunter)) for _ in range(6)]
        stays = stack.enter_context(opened(other.register()))
        for each in (*held, stays):
            # Whoever is answered was let in.
            each.send('{"type":"ping"}')
            assert json.loads(each.recv(timeout=20))["type"] == "pong"
        end(crew, hunter)
        ended = time.monotonic()
        assert [code_of(each) for each in held] == [4401] * 6
        assert time.monotonic() - ended < WITHIN
        stays.send('{"type":"ping"}')
        assert json.loads(stays.recv(timeout=20))["type"] == "pong"


def test_killed_again_and_again_nothing_is_lost_and_the_order_kept(lone_app: App) -> None:
    with Client(lone_app.url) as hunter:
        hunter.register()
        quest = hunter.create_quest(completionsPerDay=50)["id"]
        with Listener(hunter) as listener:
            kills, chance = at_length(20, 2), random.Random(7)

            def kill() -> None:
                for _ in range(kills):
                    time.sleep(chance.uniform(0.05, 0.4))
                    lone_app.kill()
                    lone_app.start()

            killer = threading.Thread(target=kill)
            killer.start()
            number = 0
            while killer.is_alive():
                if number == 40:
                    quest, number = (
                        hunter.surely(
                            "POST",
                            "/api/quests",
                            {"title": "On", "type": "DAILY", "baseXP": 10, "completionsPerDay": 50},
                            key=f"more-{quest}",
                        ).data["id"],
                        0,
                    )
                assert (
                    hunter.surely("POST", f"/api/quests/{quest}/complete", {}, key=f"{quest}-{number}").status
                    == 200
                )
                number += 1
            killer.join()
            last = int(ticket_of(hunter)["after"])
            listener.wait_for(last)
            assert listener.numbers == list(range(listener.after + 1, last + 1))
        _relayed(lone_app)
        with Books(lone_app.database_url) as books:
            assert books.one("SELECT count(*) FROM outbox WHERE parked_at IS NOT NULL") == 0


def test_sigterm_closes_every_socket_so_that_clients_come_back_and_exits_in_time(tmp_path: Path) -> None:
    with App(data_dir=tmp_path / "data") as app, Client(app.url) as hunter:
        hunter.register()
        with opened(hunter) as listening, _deaf(app, hunter), opened(hunter) as other:
            for _ in range(3):
                hunter.create_quest()
            began = time.monotonic()
            ended: list[int] = []
            stopping = threading.Thread(target=lambda: ended.append(app.terminate()))
            stopping.start()
            assert {code_of(listening), code_of(other)} == {1012}
            stopping.join(30)
            assert ended == [0]
            assert time.monotonic() - began < 10
        assert "Traceback" not in app.log


@contextlib.contextmanager
def _deaf(app: App, hunter: Client) -> Iterator[sockets.socket]:
    """Hold a socket of *hunter* that takes nothing."""
    raw = sockets.socket()
    raw.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 2048)
    raw.connect(("127.0.0.1", app.port))
    asked = (
        f"GET /api/ws?ticket={ticket_of(hunter)['ticket']}&after=0 HTTP/1.1",
        "Host: localhost",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version: 13",
    )
    raw.sendall("".join(f"{line}\r\n" for line in (*asked, "")).encode())
    assert raw.recv(12) == b"HTTP/1.1 101"
    try:
        yield raw
    finally:
        raw.close()


if (
    LONG
):  # a client needs the time in which it takes nothing; the short form is tests/api/test_slow_sockets.py

    def test_a_client_that_takes_nothing_is_dropped_and_resumes_and_nobody_else_waits(tmp_path: Path) -> None:
        with App(data_dir=tmp_path / "data") as app, Client(app.url) as hunter:
            hunter.register()
            with _deaf(app, hunter) as raw, _slow(app, hunter) as slow, Listener(hunter) as listener:
                # Titles of 120 letters of four bytes: so the buffers of the system are full soon.
                for number in range(480):
                    assert hunter.create_quest(title="🗡" * 119 + str(number % 10))
                last = int(ticket_of(hunter)["after"])
                listener.wait_for(last, 5)
                # So long it may take nothing; then it is closed, and reads again.
                time.sleep(SEND_SECONDS + 3)
                numbers: list[int] = []
                code = None
                while code is None:
                    try:
                        numbers.append(json.loads(slow.recv(timeout=20))["id"])
                    except ConnectionClosed as closed:
                        code = 1006 if closed.rcvd is None else closed.rcvd.code
                assert code == 4408
                assert 0 < len(numbers) < last
                assert numbers == list(range(1, len(numbers) + 1))
                # The other has so long to take the close; then it is cut off.
                time.sleep(LINGER_SECONDS)
                raw.settimeout(10)
                received = b""
                with contextlib.suppress(ConnectionResetError):
                    while part := raw.recv(65536):
                        received += part
            assert received.count(b"quest.created") < 480
            with opened(hunter, after=numbers[-1]) as again:
                numbers += [json.loads(again.recv(timeout=20))["id"] for _ in range(last - len(numbers))]
            assert numbers == list(range(1, last + 1))

    def _slow(app: App, hunter: Client) -> ClientConnection:
        """Return a socket of *hunter* that takes what it is asked to, and little more."""
        raw = sockets.socket()
        raw.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 4096)
        raw.connect(("127.0.0.1", app.port))
        address = f"ws://127.0.0.1:{app.port}/api/ws?ticket={ticket_of(hunter)['ticket']}&after=0"
        return connect(address, sock=raw, proxy=None, compression=None, max_queue=1, ping_interval=None)

"""SIGTERM: what was asked is answered, nothing new is taken, and the process is gone within 10 s with exit code 0."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager

import httpx
import psycopg
import pytest

from hunter_api.server.server import LAST_CALL
from tests.faults.load import PER_DAY, at_length, in_parallel, registered, zone_at_noon
from tests.servers.app import HOST, App
from tests.servers.books import Books
from tests.servers.client import Answer, Client
from tests.servers.length import LONG

GONE_SECONDS = 10


SIGNALS = [signal.SIGTERM, signal.SIGINT] if LONG else [signal.SIGTERM]


@pytest.mark.parametrize("how", SIGNALS, ids=lambda how: how.name)
def test_requests_under_way_are_answered_before_the_process_ends(own_app: App, how: signal.Signals) -> None:
    (hunter,) = registered(own_app.url, 1)
    quest = hunter.create_quest(completionsPerDay=PER_DAY)
    count = 40
    sent = threading.Barrier(count + 1)

    def complete(number: int) -> Answer:
        with Client(own_app.url, token=hunter.token) as alone:
            # The connection stands before the signal comes; the request goes out with all the others.
            assert alone.get("/health/live").status == 200
            sent.wait(60)
            return alone.complete(quest["id"], key=f"last-{number}")

    answers: list[Answer] = []
    asking = threading.Thread(
        target=lambda: answers.extend(in_parallel(complete, range(count), clients=count))
    )
    asking.start()
    sent.wait(60)
    # All are on their way, and of 40 for one hunter's row most still wait for it.
    time.sleep(0.03)
    begun = time.monotonic()
    code = own_app.end(how)
    gone_after = time.monotonic() - begun
    asking.join()

    assert code == 0, own_app.log
    assert gone_after < GONE_SECONDS
    assert [answer.status for answer in answers] == [200] * count
    with Books(own_app.database_url) as books:
        assert books.one("SELECT count(*) FROM completions") == count
        assert books.unbalanced() == []
    assert "Traceback" not in own_app.log
    hunter.close()


def test_clients_that_go_on_asking_are_served_or_not_connected(own_app: App) -> None:
    hunters = registered(own_app.url, 2)
    quests = [[hunter.create_quest(completionsPerDay=PER_DAY) for _ in range(9)] for hunter in hunters]
    for hunter in hunters:
        hunter.close()
    answers: list[Answer] = []
    dropped: list[httpx.TransportError] = []

    def go_on(number: int) -> None:
        hunter = hunters[number % len(hunters)]
        # Half of them keep their connection, the others make a new one for each request.
        headers = {"Connection": "keep-alive" if number % 4 < 2 else "close"}
        with Client(own_app.url, token=hunter.token) as client:
            for quest in quests[number % len(hunters)]:
                path = f"/api/quests/{quest['id']}/complete"
                for count in range(PER_DAY):
                    key = f"{number}-{quest['id']}-{count}"
                    try:
                        answers.append(client.send("POST", path, {}, key=key, headers=headers))
                    except httpx.ConnectError:
                        return
                    except httpx.TransportError as error:
                        dropped.append(error)
                        return

    threads = [threading.Thread(target=go_on, args=(number,)) for number in range(at_length(24, 12))]
    for thread in threads:
        thread.start()
    while len(answers) < 50:
        time.sleep(0.01)
    begun = time.monotonic()
    code = own_app.terminate()
    gone_after = time.monotonic() - begun
    for thread in threads:
        thread.join()

    assert code == 0, own_app.log
    assert gone_after < GONE_SECONDS
    assert dropped == []
    assert {answer.status for answer in answers} <= {200, 409}
    print(f"{len(answers)} requests were answered; the process was gone after {gone_after:.1f} s")
    with Books(own_app.database_url) as books:
        done = sum(answer.status == 200 for answer in answers)
        assert books.one("SELECT count(*) FROM completions") == done
        assert books.unbalanced() == []


def test_an_answer_that_comes_after_the_signal_says_that_it_is_the_last_of_its_connection(
    lone_app: App,
) -> None:
    """A client that is not told goes on asking, and at some moment of the end is hung up on."""
    with Client(lone_app.url) as hunter:
        hunter.register(zone=zone_at_noon())
        quest = hunter.create_quest(completionsPerDay=PER_DAY)
        with ThreadPoolExecutor(1) as elsewhere:
            with held_up(lone_app):
                completion = elsewhere.submit(hunter.complete, quest["id"], key="last")
                time.sleep(0.3)
                os.kill(lone_app.pid, signal.SIGTERM)
                time.sleep(0.2)
                assert not completion.done()
            answer = completion.result()
        assert answer.status == 200
        assert answer.headers["connection"] == "close"
        assert lone_app.terminate() == 0, lone_app.log


def test_the_first_request_of_a_connection_that_stood_before_the_signal_may_come_after_the_last_call(
    lone_app: App,
) -> None:
    with socket.create_connection((HOST, lone_app.port), timeout=10) as late:
        time.sleep(0.1)
        os.kill(lone_app.pid, signal.SIGTERM)
        # Later than another request may come, and by more than a second sooner than the first one has to.
        time.sleep(LAST_CALL + 0.2)
        late.sendall(b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n")
        said = b"".join(iter(lambda: late.recv(65_536), b""))
        assert said.startswith(b"HTTP/1.1 200")
        assert b"\r\nconnection: close\r\n" in said.lower()
    assert lone_app.terminate() == 0, lone_app.log


@contextmanager
def held_up(app: App) -> Iterator[None]:
    """Let nobody write into the database meanwhile."""
    if app.database_url.startswith("sqlite"):
        path = app.database_url.removeprefix("sqlite:///")
        with closing(sqlite3.connect(path, isolation_level=None)) as database:
            database.execute("BEGIN IMMEDIATE")
            yield
    else:
        with psycopg.connect(app.database_url) as database:
            database.execute("LOCK TABLE hunters IN EXCLUSIVE MODE")
            yield
            database.rollback()


def test_a_connection_that_says_nothing_does_not_hold_the_end_up(lone_app: App) -> None:
    with (
        Client(lone_app.url) as idle,
        socket.create_connection((HOST, lone_app.port)),
        socket.create_connection((HOST, lone_app.port)) as half,
    ):
        idle.register(zone=zone_at_noon())
        half.sendall(b"POST /api/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")

        begun = time.monotonic()
        assert lone_app.terminate() == 0, lone_app.log
        assert time.monotonic() - begun < GONE_SECONDS
        assert "Traceback" not in lone_app.log, lone_app.log

    lone_app.start()
    with Client(lone_app.url, token=idle.token) as back:
        assert back.me()["totalXP"] == 0

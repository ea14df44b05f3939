"""
What the relay costs: CPU added to a completion under load, and statements at rest.

Two servers begin with the same hunters, one without a relay, and are played alike, a day here, the same day there.
"""

from __future__ import annotations

import http.client
import os
import random
import tempfile
import threading
import time
from base64 import b64encode
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import psycopg

from hunter_adapters.sql import open_store
from hunter_api.relay import RelayThread
from hunter_core.clock import SystemClock
from hunter_core.live.fan_out import LocalFanOut
from hunter_core.relay.relay import Relay
from tests.bench import relay_app
from tests.bench.cpu import seconds_of, seconds_of_server
from tests.bench.figures import Figure
from tests.servers.app import App
from tests.servers.client import Client
from tests.servers.clock import VARIABLE as CLOCK
from tests.servers.clock import MovableClock
from tests.servers.postgres import PostgresServer

HUNTERS, DAYS, CLIENTS = 48, 20, 8
REST_SECONDS = 12
ATTRIBUTES = ("strength", "intelligence", "constitution", "dexterity", "charisma", "luck")


def figures() -> Iterator[Figure]:
    """Take them all."""
    postgres = PostgresServer.start(durable=True)
    try:
        yield from _cost(postgres)
        yield from _rest(postgres)
    finally:
        postgres.close()


# --- under load --------------------------------------------------------------------------------------------------


class Hunter(NamedTuple):
    """A hunter as both servers know it."""

    token: str
    refresh_token: str
    quests: Sequence[tuple[str, int, float]]
    """Each quest with how often it may be done on a day, and the share of days on which it is."""


class Side:
    """One of the two servers, what playing on it has cost, and who plays."""

    def __init__(
        self, app: App, postgres: PostgresServer, hunters: Sequence[Hunter], *, relays: bool
    ) -> None:
        self.app, self.relays = app, relays
        self._postgres = postgres
        # One for all that is asked: a new one costs as much as two completions.
        self._asked = psycopg.connect(app.database_url, autocommit=True)
        self.server = self.database = 0.0
        self.done = 0
        self._tokens = [(each.token, each.refresh_token) for each in hunters]

    def play(self, day: Sequence[Sequence[tuple[int, str]]]) -> None:
        """Play a *day*: for each client, which hunter does which quest; add up what it costs until it is told."""
        server, database = seconds_of(self.app.pid), seconds_of_server(self._postgres.pid)
        with ThreadPoolExecutor(CLIENTS) as pool:
            self.done += sum(pool.map(self._play_one, day))
        while self.relays and self.one(WAITING):
            time.sleep(0.1)
        self.server += seconds_of(self.app.pid) - server
        self.database += seconds_of_server(self._postgres.pid) - database

    def _play_one(self, todo: Sequence[tuple[int, str]]) -> int:
        line = http.client.HTTPConnection("127.0.0.1", self.app.port, timeout=60)
        for hunter, quest in todo:
            headers = {
                "Authorization": f"Bearer {self._tokens[hunter][0]}",
                "Content-Type": "application/json",
            }
            line.request("POST", f"/api/quests/{quest}/complete", b'{"timeSpent":600}', headers)
            answer = line.getresponse()
            body = answer.read()
            assert answer.status == 200, body
        line.close()
        return len(todo)

    def one(self, statement: str) -> int:
        """Return the only number that *statement* returns."""
        found = self._asked.execute(statement.encode()).fetchone()
        return int(found[0]) if found else 0

    def tidy(self) -> None:
        """Do what happens by itself on a server that is played for days and not for a minute."""
        self._asked.execute("VACUUM ANALYZE")

    def close(self) -> None:
        """Ask nothing any more."""
        self._asked.close()

    def renew(self) -> None:
        """Get new tokens: those of a week ago are too old."""
        with Client(self.app.url) as client:
            for place, (_, refresh) in enumerate(self._tokens):
                data = client.post("/api/auth/refresh", {"refreshToken": refresh}).data
                self._tokens[place] = data["token"], data["refreshToken"]

    @property
    def ms(self) -> float:
        """Milliseconds of CPU of a completion, server and database together."""
        return 1000 * (self.server + self.database) / self.done


WAITING = "SELECT EXISTS (SELECT FROM outbox WHERE relayed_at IS NULL AND parked_at IS NULL)::int"
TOLD = "SELECT count(*) FROM notifications"


def _cost(postgres: PostgresServer) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        clock = MovableClock(Path(folder) / "clock")
        morning = datetime.now(UTC).replace(hour=7, minute=0)
        clock.set(morning)
        settings = {
            CLOCK: str(clock.path),
            "HUNTER_JWT_KEYS": f"bench:{b64encode(os.urandom(32)).decode()}",
            "HUNTER_PEPPERS": f"bench:{b64encode(os.urandom(32)).decode()}",
        }

        def server(name: str, url: str) -> App:
            more = {**settings, relay_app.VARIABLE: "off" if name == "without" else "on"}
            return App(
                data_dir=Path(folder) / name, database_url=url, settings=more, command=relay_app.command()
            )

        first = postgres.fresh_database()
        with server("first", first) as app:
            hunters = _registered(app)
            app.terminate()
        of_first = urlsplit(first).path.removeprefix("/")
        copies = {name: postgres.fresh_database(template=of_first) for name in ("without", "with")}
        with server("without", copies["without"]) as plain, server("with", copies["with"]) as relaying:
            without = Side(plain, postgres, hunters, relays=False)
            with_it = Side(relaying, postgres, hunters, relays=True)
            _play(clock, morning + timedelta(hours=1), hunters, without, with_it)
            told = with_it.one(TOLD)
            for side in (without, with_it):
                side.close()
        assert without.done == with_it.done
    yield Figure(
        name="the relay under load, CPU added to a completion",
        measured=(with_it.ms / without.ms - 1) * 100,
        limit=15,
        unit="%",
        against=f"{without.ms:.2f} ms without; {with_it.done} completions over HTTP in {DAYS} days, {told} told; "
        f"server {_added(with_it.server, without.server)}, database {_added(with_it.database, without.database)}",
    )


def _added(more: float, than: float) -> str:
    return f"{(more / than - 1) * 100:+.0f} %"


def _play(
    clock: MovableClock, morning: datetime, hunters: Sequence[Hunter], without: Side, with_it: Side
) -> None:
    chance = random.Random(5)
    for number in range(DAYS):
        clock.set(morning + timedelta(days=number))
        # Until both have looked at it.
        time.sleep(2 * relay_app.LOOK_AGAIN)
        day = _day(hunters, chance)
        if number % 5 == 4:
            without.renew()
            with_it.renew()
        for side in (without, with_it):
            side.tidy()
        # In turns, so that neither has the warmer machine.
        for side in (without, with_it) if number % 2 else (with_it, without):
            side.play(day)


def _registered(app: App) -> Sequence[Hunter]:
    """Register hunters, each with quests of their own."""
    chance, found = random.Random(3), []
    for _ in range(HUNTERS):
        with Client(app.url) as client:
            client.register()
            quests = []
            for number in range(chance.randint(3, 7)):
                times = chance.choice((1, 1, 1, 2, 4))
                fields: dict[str, Any] = {
                    "title": f"Quest {number}",
                    "baseXP": chance.choice((10, 20, 40, 80)),
                    "difficulty": chance.choice(("EASY", "NORMAL", "NORMAL", "HARD")),
                    "attributes": chance.sample(ATTRIBUTES, chance.randint(1, 2)),
                    "completionsPerDay": times,
                    "estimatedTime": 900,
                }
                quests.append((str(client.create_quest(**fields)["id"]), times, chance.uniform(0.5, 1.0)))
            assert client.token is not None
            found.append(Hunter(client.token, client.refresh_token, quests))
    return found


def _day(hunters: Sequence[Hunter], chance: random.Random) -> Sequence[Sequence[tuple[int, str]]]:
    """Return what happens on a day: for each client, which hunter does which quest, in some order."""
    todo: list[list[tuple[int, str]]] = [[] for _ in range(CLIENTS)]
    for place, hunter in enumerate(hunters):
        if chance.random() < 0.1:
            continue
        for quest, times, share in hunter.quests:
            todo[place % CLIENTS] += [(place, quest)] * (times if chance.random() < share else 0)
    for each in todo:
        chance.shuffle(each)
    return todo


# --- at rest -----------------------------------------------------------------------------------------------------


def _rest(postgres: PostgresServer) -> Iterator[Figure]:
    seen: list[str] = []
    store = open_store(postgres.fresh_database(), observer=seen.append)
    store.migrate()
    thread = RelayThread(Relay(store, SystemClock(), fan_out=LocalFanOut()))
    store.after_events = thread.wake
    thread.start()
    time.sleep(2)
    seen.clear()
    threading.Event().wait(REST_SECONDS)
    count = len(seen)
    thread.close()
    store.close()
    yield Figure(
        name="the relay at rest, statements a second",
        measured=count / REST_SECONDS,
        limit=1,
        unit="",
        against=f"{count} in {REST_SECONDS} s, in one process",
    )

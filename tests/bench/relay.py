"""
What the relay costs: CPU added to a completion under load, and statements at rest.

Two servers, each with a PostgreSQL of its own and one of them without a relay, have the same hunters and are played
alike, every day on both at once: what the machine does meanwhile falls on both.
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
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import psycopg

from hunter_adapters.sql import open_store
from hunter_api.background.relay import RelayThread
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

HUNTERS, DAYS, CLIENTS = 48, 20, 4
REST_SECONDS = 12
ATTRIBUTES = ("strength", "intelligence", "constitution", "dexterity", "charisma", "luck")


def figures() -> Iterator[Figure]:
    """Take them all."""
    yield from _cost()
    postgres = PostgresServer.start(durable=True)
    try:
        yield from _rest(postgres)
    finally:
        postgres.close()


# --- under load --------------------------------------------------------------------------------------------------


class Hunter(NamedTuple):
    """A hunter of one server."""

    token: str
    refresh_token: str
    quests: Sequence[Quest]


class Quest(NamedTuple):
    """A quest, how often it may be done on a day, and the share of days on which it is."""

    id: str
    times: int
    share: float


class Side:
    """One of the two servers, what playing on it has cost, and who plays."""

    def __init__(self, app: App, postgres: PostgresServer, *, relays: bool) -> None:
        self.app, self.relays = app, relays
        self.hunters = _registered(app)
        self._postgres = postgres
        # One for all that is asked: a new one costs as much as two completions.
        self._asked = psycopg.connect(app.database_url, autocommit=True)
        self.server = self.database = 0.0
        self.done = 0

    def play(self, day: Day) -> None:
        """Play a *day*; add up what it costs until all of it is told."""
        server, database = seconds_of(self.app.pid), seconds_of_server(self._postgres.pid)
        with ThreadPoolExecutor(CLIENTS) as pool:
            self.done += sum(pool.map(self._play_one, day))
        while self.relays and self.one(WAITING):
            time.sleep(0.1)
        self.server += seconds_of(self.app.pid) - server
        self.database += seconds_of_server(self._postgres.pid) - database

    def forget(self) -> None:
        """Count from here."""
        self.server, self.database, self.done = 0.0, 0.0, 0

    def _play_one(self, todo: Sequence[tuple[int, int]]) -> int:
        line = http.client.HTTPConnection("127.0.0.1", self.app.port, timeout=60)
        for place, quest in todo:
            hunter = self.hunters[place]
            headers = {"Authorization": f"Bearer {hunter.token}", "Content-Type": "application/json"}
            path = f"/api/quests/{hunter.quests[quest].id}/complete"
            line.request("POST", path, b'{"timeSpent":600}', headers)
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
            for place, hunter in enumerate(self.hunters):
                data = client.post("/api/auth/refresh", {"refreshToken": hunter.refresh_token}).data
                self.hunters[place] = hunter._replace(token=data["token"], refresh_token=data["refreshToken"])

    @property
    def ms(self) -> float:
        """Milliseconds of CPU of a completion, server and database together."""
        return 1000 * (self.server + self.database) / self.done


WAITING = "SELECT EXISTS (SELECT FROM outbox WHERE relayed_at IS NULL AND parked_at IS NULL)::int"
TOLD = "SELECT count(*) FROM notifications"


def _cost() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        clock = MovableClock(Path(folder) / "clock")
        morning = datetime.now(UTC).replace(hour=7, minute=0)
        clock.set(morning)
        settings = {
            CLOCK: str(clock.path),
            "HUNTER_JWT_KEYS": f"bench:{b64encode(os.urandom(32)).decode()}",
            "HUNTER_PEPPERS": f"bench:{b64encode(os.urandom(32)).decode()}",
        }

        def side(name: str, *, relays: bool) -> Side:
            postgres = PostgresServer.start(durable=True)
            stack.callback(postgres.close)
            app = App(
                data_dir=Path(folder) / name,
                database_url=postgres.fresh_database(),
                settings={**settings, relay_app.VARIABLE: "on" if relays else "off"},
                command=relay_app.command(),
            )
            made = Side(stack.enter_context(app), postgres, relays=relays)
            stack.callback(made.close)
            return made

        without, with_it = side("without", relays=False), side("with", relays=True)
        _play(clock, morning + timedelta(hours=1), without, with_it)
        told = with_it.one(TOLD)
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


def _play(clock: MovableClock, morning: datetime, without: Side, with_it: Side) -> None:
    chance, sides = random.Random(5), (without, with_it)
    with ThreadPoolExecutor(2) as both:
        for number in range(1 + DAYS):
            clock.set(morning + timedelta(days=number))
            # Until both have looked at it.
            time.sleep(2 * relay_app.LOOK_AGAIN)
            day = _day(with_it.hunters, chance)
            for side in sides:
                if number % 5 == 4:
                    side.renew()
                side.tidy()
            list(both.map(lambda side: side.play(day), sides))  # noqa: B023 - played before the next
            if number == 0:
                # The first day is for what is done once, such as compiling statements.
                for side in sides:
                    side.forget()


def _registered(app: App) -> list[Hunter]:
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
                created = client.create_quest(**fields)
                quests.append(Quest(str(created["id"]), times, chance.uniform(0.5, 1.0)))
            assert client.token is not None
            found.append(Hunter(client.token, client.refresh_token, quests))
    return found


Day: TypeAlias = Sequence[Sequence[tuple[int, int]]]
"""For each client, which hunter does which of their quests, in some order."""


def _day(hunters: Sequence[Hunter], chance: random.Random) -> Day:
    todo: list[list[tuple[int, int]]] = [[] for _ in range(CLIENTS)]
    for place, hunter in enumerate(hunters):
        if chance.random() < 0.1:
            continue
        for number, quest in enumerate(hunter.quests):
            todo[place % CLIENTS] += [(place, number)] * (quest.times if chance.random() < quest.share else 0)
    for each in todo:
        chance.shuffle(each)
    return todo


# --- at rest -----------------------------------------------------------------------------------------------------


def _rest(postgres: PostgresServer) -> Iterator[Figure]:
    seen: list[str] = []
    store = open_store(postgres.fresh_database(), observer=seen.append)
    store.migrate()
    thread = RelayThread(Relay(store, SystemClock(), teller=LocalFanOut()))
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

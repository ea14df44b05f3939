"""Live events: from the commit to the frame, many sockets in one process, and what the relay costs."""

from __future__ import annotations

import asyncio
import json
import resource
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from websockets.asyncio.client import connect

from hunter_adapters.sql import SqlStore, open_store
from hunter_adapters.testing.builders import NOW, a_command, a_hunter, a_quest, a_rulebook, registered
from hunter_api.relay import RelayThread
from hunter_core.clock import SystemClock
from hunter_core.completions.complete import complete
from hunter_core.dice import HashDice
from hunter_core.live.fan_out import LocalFanOut
from hunter_core.quests.quest import Quest
from hunter_core.relay.relay import Relay
from tests.bench.cpu import memory_of, seconds_of_server
from tests.bench.figures import Figure
from tests.servers.app import App
from tests.servers.client import Client
from tests.servers.live import ticket_of
from tests.servers.postgres import PostgresServer
from tests.servers.redis import RedisServer

ROUNDS, PAUSE = 300, 0.05
SOCKETS, HUNTERS, EVENTS_A_SECOND, SECONDS = 2000, 200, 100, 20
COMPLETIONS, CLIENTS, REPEATS = 1200, 8, 5
REST_SECONDS = 12


def figures() -> Iterator[Figure]:
    """Take them all."""
    yield from _latency_in_one()
    postgres = PostgresServer.start(durable=True)
    try:
        yield from _latency_across(postgres)
        yield from _many()
        yield from _cost(postgres)
        yield from _rest(postgres)
    finally:
        postgres.close()


# --- from the commit to the frame --------------------------------------------------------------------------------


def _latency_in_one() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder, App(data_dir=Path(folder)) as app:
        yield from _latencies("one process", asyncio.run(_waits(app, sockets=1)))


def _latency_across(postgres: PostgresServer) -> Iterator[Figure]:
    with RedisServer.start() as redis, tempfile.TemporaryDirectory() as folder:
        settings = {"HUNTER_WORKERS": "2", "HUNTER_REDIS_URL": redis.url}
        with App(data_dir=Path(folder), database_url=postgres.fresh_database(), settings=settings) as app:
            # Of eight sockets some are in the process that commits, and some in the other: the last one counts.
            yield from _latencies("two processes, the later one", asyncio.run(_waits(app, sockets=8)))


def _latencies(where: str, waits: list[float]) -> Iterator[Figure]:
    waits.sort()
    against = f"{len(waits)} completions, idle"
    yield Figure(
        name=f"commit to frame, {where}: median",
        measured=statistics.median(waits) * 1000,
        limit=20,
        unit="ms",
        against=against,
    )
    yield Figure(
        name=f"commit to frame, {where}: 99 %",
        measured=waits[int(len(waits) * 0.99)] * 1000,
        limit=100,
        unit="ms",
        against=against,
    )


async def _waits(app: App, *, sockets: int) -> list[float]:
    """Return, for each completion, the seconds from its answer (just after the commit) to the last socket's frame."""
    with Client(app.url) as client:
        client.register()
        held = [await _opened(app, client) for _ in range(sockets)]
        waits: list[float] = []
        quest = ""
        for number in range(ROUNDS):
            if number % 50 == 0:
                quest = client.create_quest(completionsPerDay=50)["id"]
            heard = [asyncio.create_task(_until_completed(socket)) for socket in held]
            await asyncio.to_thread(client.complete, quest)
            answered = time.perf_counter()
            waits.append(max(0.0, max(await asyncio.gather(*heard)) - answered))
            await asyncio.sleep(PAUSE)
        for socket in held:
            await socket.close()
        return waits


async def _opened(app: App, client: Client) -> Any:
    ticket = await asyncio.to_thread(_again, lambda: ticket_of(client)["ticket"])
    address = f"ws://127.0.0.1:{app.port}/api/ws?ticket={ticket}"
    return await connect(address, proxy=None, compression=None)


def _again(ask: Callable[[], Any]) -> Any:
    """Return what is asked for, on a new connection where the server has just closed the one that was idle."""
    try:
        return ask()
    except httpx.RemoteProtocolError:
        return ask()


async def _until_completed(socket: Any) -> float:
    while json.loads(await socket.recv())["type"] != "quest.completed":
        pass
    return time.perf_counter()


# --- many sockets ------------------------------------------------------------------------------------------------


def _many() -> Iterator[Figure]:
    # A file for each socket, here and in the server, which inherits it.
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with tempfile.TemporaryDirectory() as folder, App(data_dir=Path(folder)) as app:
        heard, memory, rate = asyncio.run(_crowd(app))
    against = f"{rate:.0f} events/s to {SOCKETS // HUNTERS} sockets each"
    yield Figure(
        name=f"memory of one process with {SOCKETS} sockets",
        measured=memory,
        limit=300,
        unit="MB",
        against=against,
    )
    yield Figure(
        name="frames that did not come to one of them", measured=heard, limit=0, unit="", against=against
    )


async def _crowd(app: App) -> tuple[int, float, float]:
    """Return how many frames are missing, the memory in MB, and the events of a second."""
    clients = [Client(app.url).register() for _ in range(HUNTERS)]
    counts = [0] * SOCKETS
    tasks: list[asyncio.Task[None]] = []
    sockets = []
    for number in range(SOCKETS):
        socket = await _opened(app, clients[number % HUNTERS])
        sockets.append(socket)
        tasks.append(asyncio.create_task(_count(socket, counts, number)))
    told = 0
    began = time.monotonic()
    with ThreadPoolExecutor(4) as pool:
        loop = asyncio.get_running_loop()
        while (spent := time.monotonic() - began) < SECONDS:
            due = int(spent * EVENTS_A_SECOND) - told
            calls = [
                loop.run_in_executor(pool, clients[(told + n) % HUNTERS].create_quest)
                for n in range(min(due, 8))
            ]
            await asyncio.gather(*calls)
            told += len(calls)
            await asyncio.sleep(0.01)
    rate = told / (time.monotonic() - began)
    await asyncio.sleep(3)
    memory = memory_of(app.pid)
    for task in tasks:
        task.cancel()
    for client in clients:
        client.close()
    return told * (SOCKETS // HUNTERS) - sum(counts), memory, rate


async def _count(socket: Any, counts: list[int], number: int) -> None:
    async for _ in socket:
        counts[number] += 1


# --- what the relay costs ----------------------------------------------------------------------------------------


def _cost(postgres: PostgresServer) -> Iterator[Figure]:
    store = open_store(postgres.fresh_database(), pool_size=CLIENTS + 2)
    store.migrate()
    store.seed_achievements(a_rulebook().catalogue)
    without, with_relay = [], []
    for number in range(REPEATS):
        without.append(_cpu(store, postgres, f"Without{number}", relayed=False))
        with _draining(store):
            pass
        with_relay.append(_cpu(store, postgres, f"With{number}", relayed=True))
    store.close()
    alone, both = statistics.median(without), statistics.median(with_relay)
    yield Figure(
        name="the relay under load, CPU added to a completion",
        measured=(both / alone - 1) * 100,
        limit=15,
        unit="%",
        against=f"use case and PostgreSQL, no HTTP: {alone * 1000:.2f} ms, {both * 1000:.2f} ms with it",
    )


def _cpu(store: SqlStore, postgres: PostgresServer, name: str, *, relayed: bool) -> float:
    """Return the CPU seconds of a completion, client and database together, when eight hunters are at it."""
    quests: list[Quest] = []
    for client in range(CLIENTS):
        hunter = a_hunter(f"{name}-{client}")
        mine = [a_quest(hunter, n, completions_per_day=50) for n in range(COMPLETIONS // CLIENTS // 50)]
        registered(store, hunter, *mine)
        quests += mine
    began = time.process_time() + seconds_of_server(postgres.pid)
    with _relaying(store) if relayed else _nothing():
        with ThreadPoolExecutor(CLIENTS) as pool:
            list(pool.map(lambda quest: _complete_fifty(store, quest), quests))
        if relayed:
            _wait_until_relayed(store)
    return (time.process_time() + seconds_of_server(postgres.pid) - began) / COMPLETIONS


def _complete_fifty(store: SqlStore, quest: Quest) -> None:
    for number in range(50):
        store.run(
            lambda uow, label=number: complete(  # type: ignore[misc]
                uow=uow,
                command=a_command(quest, label),
                now=NOW,
                rulebook=a_rulebook(),
                dice=HashDice(),
                request=None,
                answer=lambda outcome: (200, b"{}"),
            )
        )


@contextmanager
def _nothing() -> Iterator[None]:
    yield


@contextmanager
def _relaying(store: SqlStore) -> Iterator[None]:
    thread = RelayThread(Relay(store, SystemClock(), fan_out=LocalFanOut()))
    store.after_events = thread.wake
    thread.start()
    try:
        yield
    finally:
        store.after_events = None
        thread.close()


@contextmanager
def _draining(store: SqlStore) -> Iterator[None]:
    with _relaying(store):
        _wait_until_relayed(store)
        yield


def _wait_until_relayed(store: SqlStore) -> None:
    while True:
        with store.read() as uow:
            if not uow.backlog.is_any():
                return
        time.sleep(0.05)


def _rest(postgres: PostgresServer) -> Iterator[Figure]:
    seen: list[str] = []
    store = open_store(postgres.fresh_database(), observer=seen.append)
    store.migrate()
    with _relaying(store):
        time.sleep(2)
        seen.clear()
        threading.Event().wait(REST_SECONDS)
        count = len(seen)
    store.close()
    yield Figure(
        name="the relay at rest, statements a second",
        measured=count / REST_SECONDS,
        limit=1,
        unit="",
        against=f"{count} in {REST_SECONDS} s, in one process",
    )

"""Live events: from the commit to the frame, and many sockets in one process."""

from __future__ import annotations

import asyncio
import json
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
from websockets.asyncio.client import connect

from tests.bench.cpu import memory_of
from tests.bench.figures import Figure
from tests.servers.app import App
from tests.servers.client import Client
from tests.servers.live import ticket_of
from tests.servers.postgres import PostgresServer
from tests.servers.redis import RedisServer

ROUNDS, PAUSE = 300, 0.05
SOCKETS, HUNTERS, EVENTS_A_SECOND, SECONDS = 2000, 200, 100, 20


def figures() -> Iterator[Figure]:
    """Take them all."""
    yield from _latency_in_one()
    postgres = PostgresServer.start(durable=True)
    try:
        yield from _latency_across(postgres)
        yield from _many()
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

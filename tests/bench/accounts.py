"""Sign-ins on a served program: whether time tells who has an account, and whether a flood keeps others waiting."""

from __future__ import annotations

import asyncio
import json
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from tests.bench.figures import Figure
from tests.servers.app import App
from tests.servers.client import Client
from tests.servers.postgres import PostgresServer

WRONG = "Wr0ng-from-the-shadows!"
LOGINS, CHECKS = 60, 10
"""Logins of each kind, and how many one address may have in five minutes (SPEC 5, issue 4)."""

FLOOD_A_SECOND, FLOOD_SECONDS = 100, 10
PROBE_EVERY = 0.025
PATIENCE_SECONDS = 60
PROXIED = {"HUNTER_TRUSTED_PROXIES": "127.0.0.1"}


def figures() -> Iterator[Figure]:
    """Time logins of three kinds in turns, then send a hundred a second."""
    postgres = PostgresServer.start(durable=True)
    try:
        with (
            tempfile.TemporaryDirectory() as folder,
            App(data_dir=Path(folder), database_url=postgres.fresh_database(), settings=PROXIED) as app,
        ):
            yield _differences(app)
            yield from _flood(app)
    finally:
        postgres.close()


def _differences(app: App) -> Figure:
    """Return how far the medians of unknown, wrong and passwordless logins lie apart."""
    accounts = LOGINS // CHECKS
    kinds = {"unknown": "nobody", "wrong": "known", "passwordless": "elsewhere"}
    with Client(app.url) as client:
        for number in range(accounts):
            for name in ("known", "elsewhere"):
                client.register(f"{name}-{number}")
        with psycopg.connect(app.database_url) as connection:
            connection.execute("UPDATE accounts SET password_hash = NULL WHERE email_key LIKE 'elsewhere-%'")
        took: dict[str, list[float]] = {kind: [] for kind in kinds}
        for number in range(LOGINS):
            for kind, name in kinds.items():
                body = {"email": f"{name}-{number // CHECKS}@example.com", "password": WRONG}
                began = time.perf_counter()
                answer = client.post("/api/auth/login", body)
                took[kind].append(time.perf_counter() - began)
                assert answer.code == "INVALID_CREDENTIALS", answer
    medians = {kind: 1000 * statistics.median(each) for kind, each in took.items()}
    return Figure(
        name="logins: how far three medians lie apart",
        measured=100 * (max(medians.values()) / min(medians.values()) - 1),
        limit=15,
        unit="%",
        against=f"{LOGINS} each, in turns: "
        + ", ".join(f"{kind} {ms:.0f} ms" for kind, ms in medians.items()),
    )


def _flood(app: App) -> Iterator[Figure]:
    with Client(app.url) as hunter:
        hunter.register("reader")
        for _ in range(20):
            hunter.create_quest()
        probes = {
            "health": ("/health/live", 100),
            "health, database too": ("/health/ready", 100),
            "quests": ("/api/quests", 500),
            "me": ("/api/auth/me", 500),
        }
        quiet = asyncio.run(_Flood(app, hunter.token or "").run(probes, rate=0, seconds=3))
        flood = _Flood(app, hunter.token or "")
        busy = asyncio.run(flood.run(probes, rate=FLOOD_A_SECOND, seconds=FLOOD_SECONDS))
    said = ", ".join(f"{count} x {status}" for status, count in sorted(flood.statuses.items()))
    for name, (_, limit) in probes.items():
        yield Figure(
            name=f"login flood of {FLOOD_A_SECOND}/s: {name}, p99",
            measured=_p99(busy[name]),
            limit=limit,
            unit="ms",
            against=f"without {_p99(quiet[name]):.0f} ms, {len(busy[name])} asked",
        )
    yield Figure(
        name="login flood: answers that are neither 401 nor 503",
        measured=sum(count for status, count in flood.statuses.items() if status not in (401, 503)),
        limit=0,
        unit="",
        against=said,
    )


def _p99(seconds: list[float]) -> float:
    return 1000 * sorted(seconds)[int(len(seconds) * 0.99)]


class _Flood:
    """Sends logins at a rate whatever becomes of them, each from an address of its own, and probes meanwhile."""

    def __init__(self, app: App, token: str) -> None:
        parts = urlsplit(app.url)
        self._host, self._port, self._token = parts.hostname or "", parts.port or 80, token
        self.statuses: Counter[int] = Counter()

    async def run(
        self, probes: dict[str, tuple[str, int]], *, rate: int, seconds: float
    ) -> dict[str, list[float]]:
        """Return how long each probe took, in seconds."""
        took: dict[str, list[float]] = {name: [] for name in probes}
        enough = asyncio.Event()
        probing = [
            asyncio.create_task(self._probe(path, took[name], enough)) for name, (path, _) in probes.items()
        ]
        began, sent = time.monotonic(), []
        for number in range(int(rate * seconds)):
            await asyncio.sleep(max(0.0, began + number / rate - time.monotonic()))
            sent.append(asyncio.create_task(self._login(number)))
        await asyncio.sleep(max(0.0, began + seconds - time.monotonic()))
        enough.set()
        await asyncio.wait_for(asyncio.gather(*probing, *sent), PATIENCE_SECONDS)
        return took

    async def _login(self, number: int) -> None:
        body = json.dumps({"email": f"flood-{number}@example.com", "password": WRONG}).encode()
        head = (
            f"POST /api/auth/login HTTP/1.1\r\nHost: {self._host}\r\nConnection: close\r\n"
            f"X-Forwarded-For: 198.51.{number // 250}.{number % 250}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        reader, writer = await asyncio.open_connection(self._host, self._port)
        writer.write(head.encode() + body)
        line = await reader.readline()
        await reader.read()
        writer.close()
        self.statuses[int(line.split()[1])] += 1

    async def _probe(self, path: str, took: list[float], enough: asyncio.Event) -> None:
        reader, writer = await asyncio.open_connection(self._host, self._port)
        request = f"GET {path} HTTP/1.1\r\nHost: {self._host}\r\nAuthorization: Bearer {self._token}\r\n\r\n"
        while not enough.is_set():
            began = time.perf_counter()
            writer.write(request.encode())
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            assert b" 200 " in head.split(b"\r\n")[0], head
            length = next(line for line in head.split(b"\r\n") if line.startswith(b"content-length:"))
            await reader.readexactly(int(length.partition(b":")[2]))
            took.append(time.perf_counter() - began)
            await asyncio.sleep(PROBE_EVERY)
        writer.close()

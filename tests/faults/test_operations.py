"""Operations of real processes: what is told on which port, what the log says, and how all of it ends (issue 5, 6)."""

from __future__ import annotations

import http.client
import json
import signal
import sqlite3
import threading
import time
import urllib.request
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest

from tests.servers.app import HOST, App, environment, free_port, run_hunter
from tests.servers.books import Books
from tests.servers.client import Client
from tests.servers.live import code_of, opened
from tests.servers.postgres import PostgresServer
from tests.servers.redis import RedisServer
from tests.servers.webhooks import a_receiver, hang

GONE_SECONDS = 10
RESTART = 1012


def metrics_of(port: int) -> str:
    with urllib.request.urlopen(f"http://{HOST}:{port}/metrics", timeout=10) as answer:
        return str(answer.read().decode())


def lines_of(app: App) -> list[dict[str, Any]]:
    """Return what the log says; every line of it is one object."""
    return [json.loads(line) for line in app.log.splitlines()]


@pytest.fixture
def watched(tmp_path: Path) -> Any:
    """A server that tells metrics, writes JSON, and sends webhooks to this machine."""
    port = free_port()
    settings = {
        "HUNTER_METRICS_PORT": str(port),
        "HUNTER_LOG_FORMAT": "json",
        "HUNTER_LOG_LEVEL": "debug",
        "HUNTER_OUTBOUND_ALLOW": "127.0.0.1",
    }
    with App(data_dir=tmp_path / "data", settings=settings) as running:
        yield running, port


def hooked(hunter: Client, port: int) -> str:
    """Add a webhook of *hunter* that leads to *port*, and return its id."""
    draft = {"url": f"http://127.0.0.1:{port}/hooks/geheim", "events": ["quest.completed"]}
    answer = hunter.post("/api/webhooks", draft)
    assert answer.status == 201, answer
    return str(answer.data["id"])


def test_a_completion_reaches_the_hunters_own_automation_and_the_figures(watched: tuple[App, int]) -> None:
    app, port = watched
    with a_receiver() as receiver, Client(app.url) as client:
        hunter = client.register()
        hooked(hunter, receiver.port)
        quest, took = hunter.create_quest(completionsPerDay=3)["id"], []
        for number in range(3):
            began = time.monotonic()
            hunter.complete(quest)
            got = receiver.wait_for(number + 1, 60)
            took.append(time.monotonic() - began)
            assert [json.loads(each.body)["type"] for each in got] == ["quest.completed"] * (number + 1)
        # Who is not woken has just looked, and looks again in five seconds; a busy machine is late with one of the two.
        assert min(took[1:]) < 3, "the relay wakes whoever carries it out"
        deadline = time.monotonic() + 60
        while 'hunter_queue_depth{queue="webhooks"} 0.0' not in (text := metrics_of(port)):
            assert time.monotonic() < deadline
            time.sleep(0.1)
    for told in (
        "hunter_completions_total 3.0",
        "hunter_database_up 1.0",
        "hunter_outbox_parked 0.0",
        'route="/api/quests/{questId}/complete",status="200"} 3.0',
        'hunter_job_runs_total{job="webhooks",outcome="done"}',
        "hunter_database_connections_limit",
        "process_resident_memory_bytes",
    ):
        assert told in text
    assert "geheim" not in text + app.log
    assert "whsec_" not in app.log


def test_each_line_of_the_log_is_an_object_and_says_whose_it_is(watched: tuple[App, int]) -> None:
    app, _ = watched
    with Client(app.url) as client:
        account = client.register().user["id"]
        with closing(sqlite3.connect(app.data_dir / "hunter.db")) as database, database:
            # A mistake of ours, for a request and for a job.
            database.execute("ALTER TABLE webhooks RENAME TO gone")
        failed = client.get("/api/webhooks")
        assert failed.status == 500
        deadline = time.monotonic() + 60
        while "the job webhooks failed" not in app.log:
            assert time.monotonic() < deadline
            time.sleep(0.05)
    assert app.terminate() == 0

    lines = lines_of(app)
    (registered,) = (line for line in lines if "account.registered" in line["message"])
    assert registered["request"]
    assert any(line.get("job", "").startswith("mail-") for line in lines)
    (mistake,) = (line for line in lines if line["level"] == "error" and "account" in line)
    assert "no such table: webhooks" in mistake["error"]
    assert (mistake["account"], mistake["request"]) == (account, failed.headers["x-request-id"])
    of_job = next(line for line in lines if line["message"] == "the job webhooks failed")
    assert of_job["job"].startswith("webhooks-")
    assert "no such table: webhooks" in of_job["error"]
    # What is said to whoever started the program is part of it.
    assert any("serves on" in line["message"] for line in lines)


def test_a_start_that_is_refused_is_an_object_too(tmp_path: Path) -> None:
    done = run_hunter(
        "serve", env=environment(data_dir=tmp_path, more={"HUNTER_LOG_FORMAT": "json", "HUNTER_PORT": "x"})
    )
    assert done.returncode == 2
    assert not done.stdout
    (line,) = done.stderr.splitlines()
    assert "HUNTER_PORT" in json.loads(line)["message"]


def test_a_port_that_is_taken_stops_the_start_by_one_line(tmp_path: Path) -> None:
    with a_receiver() as taken:
        settings = {"HUNTER_METRICS_PORT": str(taken.port), "HUNTER_PORT": str(free_port())}
        done = run_hunter("serve", env=environment(data_dir=tmp_path, more=settings))
    assert done.returncode == 2
    assert "HUNTER_METRICS_PORT" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_sigterm_ends_requests_sockets_and_jobs_that_hang_within_ten_seconds(
    watched: tuple[App, int],
) -> None:
    app, _ = watched
    with a_receiver(hang) as receiver, Client(app.url) as client, ExitStack() as stack:
        hunter = client.register()
        hooked(hunter, receiver.port)
        quests = [hunter.create_quest(completionsPerDay=50)["id"] for _ in range(2)]
        hunter.complete(quests[0])
        while receiver.connections == 0:
            time.sleep(0.02)
        socket = stack.enter_context(opened(hunter))
        # Connections of which nothing was asked: the first request of each may come for a moment still.
        asking, standing = (
            [stack.enter_context(standing_at(app)) for _ in range(count)] for count in (10, 40)
        )
        for number, each in enumerate(asking):
            headers = {"Authorization": f"Bearer {hunter.token}", "Idempotency-Key": f"last-{number}"}
            body = {"Content-Type": "application/json", **headers}
            each.request("POST", f"/api/quests/{quests[1]}/complete", "{}", body)

        began = time.monotonic()
        codes: list[int] = []
        ending = threading.Thread(target=lambda: codes.append(app.end(signal.SIGTERM)))
        ending.start()
        # What one that stands hears, as soon as the signal was heard, is that it has to go elsewhere.
        for each in standing:
            each.request("GET", "/health/ready")
            ready = each.getresponse()
            said = json.loads(ready.read())
            if ready.status != 200:
                break
            time.sleep(0.02)
        assert (ready.status, said["error"]["code"]) == (503, "SERVICE_UNAVAILABLE")
        for each in standing:
            each.close()
        assert [each.getresponse().status for each in asking] == [200] * 10
        assert code_of(socket, 20) == RESTART
        ending.join(30)
        gone_after = time.monotonic() - began

    assert codes == [0]
    assert gone_after < GONE_SECONDS
    assert not [line for line in lines_of(app) if line["level"] == "error"], app.log[-4000:]
    # Nobody knows what came of it: so it is sent again, under the same id.
    with Books(app.database_url) as books:
        assert books.one("SELECT count(*) FROM webhook_deliveries WHERE delivered_at IS NULL") >= 1


def standing_at(app: App) -> closing[http.client.HTTPConnection]:
    """Return a connection that stands."""
    connection = http.client.HTTPConnection(HOST, app.port, timeout=30)
    connection.connect()
    return closing(connection)


def test_a_process_that_was_killed_is_found_by_its_leases(tmp_path: Path) -> None:
    """A webhook that was under way when the power went is carried out by the next process, once its lease is over."""
    settings = {"HUNTER_OUTBOUND_ALLOW": "127.0.0.1"}
    with (
        a_receiver(hang) as receiver,
        App(data_dir=tmp_path / "data", settings=settings) as app,
        Client(app.url) as client,
    ):
        hunter = client.register()
        hooked(hunter, receiver.port)
        hunter.complete(hunter.create_quest()["id"])
        while receiver.connections == 0:
            time.sleep(0.02)
        app.kill()
        receiver.behave = None
        with closing(sqlite3.connect(tmp_path / "data" / "hunter.db")) as database, database:
            # The minute of the lease, without waiting for it.
            database.execute("UPDATE webhook_deliveries SET due_at = created_at")
            database.execute("UPDATE webhooks SET next_at = created_at")
        app.start()
        (got,) = receiver.wait_for(1, 60)
    assert json.loads(got.body)["type"] == "quest.completed"


def test_every_process_tells_its_own_figures_on_its_own_port(
    postgres_server: PostgresServer, tmp_path: Path
) -> None:
    url, port = postgres_server.fresh_database(), free_port()
    with RedisServer.start() as redis:
        settings = {
            "HUNTER_WORKERS": "2",
            "HUNTER_REDIS_URL": redis.url,
            "HUNTER_METRICS_PORT": str(port),
        }
        with App(data_dir=tmp_path / "data", database_url=url, settings=settings) as app:
            for _ in range(30):
                with Client(app.url) as client:
                    assert client.get("/health/live").status == 200
            name = 'hunter_http_requests_total{method="GET",route="/health/live",status="200"}'
            counted = [
                float(
                    next(
                        (line.split()[-1] for line in metrics_of(each).splitlines() if line.startswith(name)),
                        0,
                    )
                )
                for each in (port, port + 1)
            ]
            both = [metrics_of(each) for each in (port, port + 1)]
            assert app.terminate() == 0
    postgres_server.drop_database(url)
    assert sum(counted) == 30
    for text in both:
        assert 'hunter_queue_depth{queue="jobs"}' in text
        assert 'hunter_limiter_fallbacks_total{limit="auth"} 0.0' in text
        assert 'hunter_board_reads_total{by="redis"} 0.0' in text
        assert "hunter_board_mended_total 0.0" in text
        assert 'hunter_redis_foreign_keys_total{of="limits"} 0.0' in text

"""The launcher of PostgreSQL keeps what the fault tests lean on."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import create_engine, text

from tests.servers.binaries import NoPostgres, find_binaries
from tests.servers.postgres import PostgresServer


def test_psycopg_and_sqlalchemy_take_the_same_address(postgres_url: str) -> None:
    with psycopg.connect(postgres_url) as connection:
        row = connection.execute("SELECT current_setting('server_version_num')::int").fetchone()
    engine = create_engine(postgres_url)
    with engine.connect() as other:
        version = other.execute(text("SELECT current_setting('server_version_num')::int")).scalar_one()
    engine.dispose()

    assert row == (version,)
    assert version >= 150000


def test_a_database_is_copied_from_its_template(postgres_server: PostgresServer) -> None:
    made: list[str] = []

    def prepare(url: str) -> None:
        made.append(url)
        with psycopg.connect(url) as connection:
            connection.execute("CREATE TABLE here (n integer)")

    name = f"copied-{time.monotonic_ns()}"
    first = postgres_server.fresh_database(postgres_server.template(name, prepare))
    second = postgres_server.fresh_database(postgres_server.template(name, prepare))
    with psycopg.connect(first) as connection:
        connection.execute("INSERT INTO here VALUES (1)")

    with psycopg.connect(second) as connection:
        assert connection.execute("SELECT count(*) FROM here").fetchone() == (0,)
    assert len(made) == 1
    postgres_server.drop_database(first)
    postgres_server.drop_database(second)


def test_a_killed_server_comes_back_with_what_was_committed(own_postgres: PostgresServer) -> None:
    url = own_postgres.fresh_database()
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE kept (n integer)")
        connection.execute("INSERT INTO kept VALUES (7)")
    idle = psycopg.connect(url)
    first = own_postgres.pid

    own_postgres.kill()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url)
    # from a thread that ends: the server must outlive it
    thread = threading.Thread(target=own_postgres.restart)
    thread.start()
    thread.join()
    time.sleep(0.3)

    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT n FROM kept").fetchone() == (7,)
    assert own_postgres.pid != first
    idle.close()


def test_a_paused_server_keeps_its_connections_and_answers_later(own_postgres: PostgresServer) -> None:
    answers: list[object] = []
    with psycopg.connect(own_postgres.url("postgres"), autocommit=True) as connection:
        own_postgres.pause()
        asking = threading.Thread(target=lambda: answers.append(connection.execute("SELECT 1").fetchone()))
        asking.start()
        asking.join(0.5)
        assert answers == []

        own_postgres.resume()
        asking.join(30)
    assert answers == [(1,)]


def test_a_server_is_gone_with_the_process_that_started_it() -> None:
    program = (
        "import os, signal\n"
        "from tests.servers.postgres import PostgresServer\n"
        "server = PostgresServer.start(durable=False)\n"
        "print(server.pid, server._run, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True)
    pid, run = done.stdout.split()

    for _ in range(200):
        stat = Path(f"/proc/{pid}/stat")
        if not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] == "Z":
            break
        time.sleep(0.1)
    else:
        pytest.fail(f"The server {pid} is still there.\n{done.stderr}")

    PostgresServer.start(durable=False).close()  # removes what the dead one left
    assert not Path(run).exists()


def test_a_missing_server_is_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HUNTER_PG_HOME", os.fspath(tmp_path))

    with pytest.raises(NoPostgres):
        find_binaries()

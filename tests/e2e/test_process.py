"""The process itself: it starts, ends as it is told to, and says in one line why it cannot start."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from hunter_api.cli import DATABASE_AWAY
from tests.servers.app import HOST, App, environment, free_port, run_hunter
from tests.servers.client import Client


def refuse(tmp_path: Path, more: Mapping[str, str], code: int = 2) -> str:
    """Run `hunter serve` with these settings; assert that it is refused in one line, and return the line."""
    data_dir = tmp_path / "refused"
    data_dir.mkdir(exist_ok=True)
    settings = environment(data_dir=data_dir, more={"HUNTER_PORT": str(free_port()), **more})
    return assert_one_line(run_hunter("serve", env=settings), code)


def assert_one_line(done: subprocess.CompletedProcess[str], code: int = 2) -> str:
    """Assert that the program gave up with this exit code and one line on stderr; return the line."""
    assert done.returncode == code, (done.returncode, done.stdout, done.stderr)
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    assert "Traceback" not in done.stderr
    return lines[0]


def test_a_server_that_was_killed_starts_again_with_all_that_it_had(own_app: App) -> None:
    with Client(own_app.url) as hunter:
        hunter.register()
        quest = hunter.create_quest()
        told = hunter.complete(quest["id"], key="before")

        own_app.kill()
        own_app.start()

        # the token holds, and so does the key
        again = hunter.complete_surely(quest["id"], key="before")
        assert (again.status, again.body, again.is_replayed) == (200, told.body, True)
        assert hunter.me()["totalXP"] == told.data["userUpdates"]["newTotalXP"]
        assert own_app.audit().returncode == 0


def test_a_server_names_its_page_and_ends_with_0_as_often_as_it_is_told_to(tmp_path: Path) -> None:
    with App(data_dir=tmp_path / "a" / "b" / "data") as app, Client(app.url) as client:
        named = re.search(rf"{re.escape(app.url)}/schema\S*", app.log)
        assert named, app.log
        assert client.get(named[0].removeprefix(app.url)).status == 200
        assert (app.data_dir / "hunter.db").exists()

        assert app.end(signal.SIGINT) == 0, app.log
        app.start()
        assert app.end(signal.SIGTERM) == 0, app.log
        assert "Traceback" not in app.log


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "Ctrl-C"])
def test_a_server_that_is_told_to_end_while_it_starts_leaves_nothing_half_done(
    tmp_path: Path, how: signal.Signals
) -> None:
    app = App(data_dir=tmp_path / "data")
    app.launch()
    while not Path(app.data_dir / "hunter.db").exists():
        time.sleep(0.005)
    # in the middle of the migration, as a rule
    app.end(how)
    assert "Traceback" not in app.log, app.log
    with app:
        pass


def test_a_taken_port_is_one_line(tmp_path: Path) -> None:
    with socket.create_server((HOST, 0)) as taken:
        port = str(taken.getsockname()[1])
        line = refuse(tmp_path, {"HUNTER_PORT": port})
    assert port in line


def test_a_host_that_is_not_of_this_machine_is_one_line(tmp_path: Path) -> None:
    assert "192.0.2.1" in refuse(tmp_path, {"HUNTER_HOST": "192.0.2.1"})


@pytest.mark.parametrize("place", ["a file", "below a file", "read only"])
def test_a_data_folder_that_cannot_be_written_is_one_line(tmp_path: Path, place: str) -> None:
    if place == "read only":
        folder = tmp_path / "locked"
        folder.mkdir()
        folder.chmod(0o500)
        # root writes where it likes, except where the kernel keeps no files
        folder = Path("/proc/self") if os.geteuid() == 0 else folder
    else:
        folder = tmp_path / "file"
        folder.write_text("here already")
        folder = folder if place == "a file" else folder / "data"

    line = refuse(tmp_path, {"HUNTER_DATA_DIR": str(folder)})

    assert str(folder) in line


# One that is no number, and those that only the opening of the world finds out; the rest is tried without a process.
BAD_SETTINGS = {
    "HUNTER_PORT": "eighty",
    "HUNTER_DATABASE_URL": "mysql://localhost/hunter",
    "HUNTER_RULEBOOK": "/nowhere/rules.toml",
}


@pytest.mark.parametrize("name", BAD_SETTINGS)
def test_a_bad_setting_is_one_line_that_names_it(tmp_path: Path, name: str) -> None:
    line = refuse(tmp_path, {name: BAD_SETTINGS[name]})
    assert name in line


def test_production_without_secrets_is_one_line(tmp_path: Path) -> None:
    assert "HUNTER_JWT_KEYS" in refuse(tmp_path, {"HUNTER_ENV": "production"})


def test_more_than_one_worker_on_sqlite_is_one_line(tmp_path: Path) -> None:
    assert "HUNTER_WORKERS" in refuse(tmp_path, {"HUNTER_WORKERS": "2"})


def test_a_file_that_is_no_database_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "letter.db").write_text("Dear hunter, this is a letter. " * 100)
    line = refuse(tmp_path, {"HUNTER_DATABASE_URL": f"sqlite:///{tmp_path / 'letter.db'}"})
    assert "letter.db" in line


def test_a_postgres_that_is_not_there_is_one_line_without_the_password(tmp_path: Path) -> None:
    port = free_port()
    url = f"postgresql://jin:s3cret-word@{HOST}:{port}/hunter"
    line = refuse(tmp_path, {"HUNTER_DATABASE_URL": url}, DATABASE_AWAY)
    assert "does not answer: connection" in line
    assert str(port) in line
    assert "s3cret-word" not in line


def test_audit_says_in_one_line_that_there_is_no_database(tmp_path: Path) -> None:
    url = f"postgresql://jin:s3cret-word@{HOST}:{free_port()}/hunter"
    done = run_hunter("audit", env=environment(data_dir=tmp_path, database_url=url))
    assert "s3cret-word" not in assert_one_line(done, DATABASE_AWAY)

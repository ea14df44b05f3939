"""The command `hunter`, run in this process: its commands, its help, its one line when it gives up."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from hunter_api import VERSION, cli
from hunter_api.app import operations
from hunter_api.commands.serve import PATH
from hunter_api.docs_page import PATH as PAGE
from tests.rulebooks import a_text


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["hunter", *arguments])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    return int(ended.value.code or 0)


@pytest.fixture(autouse=True)
def own_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("HUNTER_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.delenv("HUNTER_DATABASE_URL", raising=False)
    return tmp_path / "data"


@pytest.mark.parametrize(
    "command", [[], ["serve"], ["migrate"], ["audit"], ["demo"], ["routes"], ["rules"], ["rules", "check"]]
)
def test_every_command_has_help(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    assert run(monkeypatch, *command, "--help") == 0
    assert "Usage: hunter" in capsys.readouterr().out


def test_help_waits_for_no_web_framework_and_no_database() -> None:
    program = "import sys, hunter_api.cli; print(*{name.partition('.')[0] for name in sys.modules})"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert not {"litestar", "sqlalchemy", "alembic", "uvicorn"} & set(done.stdout.split())


@pytest.mark.parametrize(
    "arguments", [["fly"], ["serve", "--fast"], ["rules", "break"], ["audit", "everything"]]
)
def test_arguments_that_nobody_knows_are_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    assert run(monkeypatch, *arguments) == cli.CANNOT_START
    said = capsys.readouterr()
    assert said.err.startswith("hunter: ")
    assert said.err.count("\n") == 1


def test_a_bad_setting_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HUNTER_PORT", "eighty")
    assert run(monkeypatch, "migrate") == cli.CANNOT_START
    assert (
        capsys.readouterr().err
        == "hunter: HUNTER_PORT is 'eighty', but must be a whole number from 0 to 65535.\n"
    )


def test_the_version_is_told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(monkeypatch, "--version") == 0
    assert capsys.readouterr().out.strip() == VERSION


def test_every_route_is_listed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(monkeypatch, "routes") == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(operations()) + 1
    assert any(
        "POST" in line and "/api/quests/{questId}/complete" in line and "key" in line for line in lines
    )


def test_a_database_is_migrated_once_and_again(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], own_folder: Path
) -> None:
    for _ in range(2):
        assert run(monkeypatch, "migrate") == 0
        assert "up to date" in capsys.readouterr().out
    assert (own_folder / "hunter.db").exists()


def test_an_audit_of_nobody_finds_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "migrate") == 0
    assert run(monkeypatch, "audit") == 0
    assert "0 hunters" in capsys.readouterr().out


def migrated_as(revision: str, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Make a database, and let it say that a program of *revision* made it."""
    assert run(monkeypatch, "migrate") == 0
    with contextlib.closing(sqlite3.connect(folder / "hunter.db", isolation_level=None)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", (revision,))


def test_an_audit_without_a_database_is_one_line_and_makes_none(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], own_folder: Path
) -> None:
    assert run(monkeypatch, "audit") == cli.CANNOT_START
    said = capsys.readouterr().err
    assert said.startswith(
        f"hunter: HUNTER_DATABASE_URL: there is no database at {own_folder / 'hunter.db'}."
    )
    assert said.count("\n") == 1
    assert not own_folder.exists()


@pytest.mark.parametrize("revision", ["0000", "9999"])
def test_an_audit_by_another_program_than_the_databases_is_one_line_and_no_difference(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], own_folder: Path, revision: str
) -> None:
    migrated_as(revision, monkeypatch, own_folder)
    capsys.readouterr()

    assert run(monkeypatch, "audit") == cli.CANNOT_START

    said = capsys.readouterr().err
    assert said.startswith(
        f"hunter: HUNTER_DATABASE_URL: the database has schema {revision}, and this program "
    )
    assert said.count("\n") == 1


@pytest.mark.parametrize("command", ["migrate", "demo"])
def test_a_database_of_a_newer_program_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], own_folder: Path, command: str
) -> None:
    migrated_as("9999", monkeypatch, own_folder)
    capsys.readouterr()

    assert run(monkeypatch, command) == cli.CANNOT_START

    said = capsys.readouterr().err
    assert said.startswith("hunter: HUNTER_DATABASE_URL: this program is older than the database's schema")
    assert said.count("\n") == 1


def test_a_terminal_that_cannot_show_a_letter_shows_a_question_mark(own_folder: Path) -> None:
    environ = {**os.environ, "HUNTER_DATA_DIR": str(own_folder), "PYTHONIOENCODING": "ascii"}
    program = "import sys; sys.argv = ['hunter', 'migrate']; from hunter_api.cli import main; main()"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=environ)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Migrating the database ?" in done.stdout


@pytest.mark.parametrize(("rulebook", "code"), [("classic", 0), ("modern", 0), ("nowhere.toml", 1)])
def test_a_rulebook_is_checked(monkeypatch: pytest.MonkeyPatch, rulebook: str, code: int) -> None:
    assert run(monkeypatch, "rules", "check", rulebook) == code


def test_a_rulebook_whose_check_finds_an_error_starts_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "rich.toml"
    path.write_text(a_text().replace("most_base_xp = 500", "most_base_xp = 10_000_000"))
    monkeypatch.setenv("HUNTER_RULEBOOK", str(path))

    assert run(monkeypatch, "migrate") == cli.CANNOT_START

    said = capsys.readouterr().err
    assert said.startswith(f"hunter: HUNTER_RULEBOOK: {path}:")
    assert "XP_NOT_EXACT" in said
    assert said.endswith(f"`hunter rules check {path}` says more.\n")


def test_the_page_that_is_named_at_the_start_is_the_page() -> None:
    assert PATH == PAGE


def test_an_audit_under_another_rulebook_than_the_databases_is_one_line_and_no_difference(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "migrate") == 0
    monkeypatch.setenv("HUNTER_RULEBOOK", "modern")
    capsys.readouterr()

    assert run(monkeypatch, "audit") == cli.CANNOT_START

    said = capsys.readouterr().err
    assert said.startswith("hunter: HUNTER_RULEBOOK: the database was last used under another rulebook (")
    assert said.count("\n") == 1
    assert run(monkeypatch, "migrate") == 0
    assert run(monkeypatch, "audit") == 0

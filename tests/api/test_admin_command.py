"""`hunter admin`, run in this process on a database that a server could be using (issue 4, 9)."""

from __future__ import annotations

import getpass
import io
import json
import re
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from hunter_adapters.testing.builders import a_hunter, an_account, registered
from hunter_api import cli
from hunter_api.commands import admin as commands
from hunter_api.settings import load
from hunter_api.wiring import World, open_world
from hunter_core.accounts.account import Account, Role
from hunter_core.accounts.deletion import GRACE, plan_deletion
from hunter_core.clock import SystemClock
from tests.servers.files import bytes_of

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[World]:
    """What a server has that is up, on the database that the commands use, too."""
    monkeypatch.setenv("HUNTER_DATA_DIR", str(tmp_path))
    for name in ("HUNTER_DATABASE_URL", "HUNTER_REDIS_URL"):
        monkeypatch.delenv(name, raising=False)
    opened = open_world(load({"HUNTER_DATA_DIR": str(tmp_path)}))
    opened.prepare(lambda what, done, of: None)
    yield opened
    opened.close()


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Return what runs `hunter admin …`; it gives the exit code, what was printed, and what was told as an error."""

    def run(*arguments: str, answer: str | None = None) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["hunter", "admin", *arguments])
        terminal = io.StringIO(answer or "")
        monkeypatch.setattr(terminal, "isatty", lambda: answer is not None)
        monkeypatch.setattr(sys, "stdin", terminal)
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    return run


def account(world: World, name: str) -> Account:
    with world.store.read() as uow:
        return uow.accounts.get(an_account(name).id)


def people(world: World, *names: str) -> None:
    for name in names:
        registered(world.store, a_hunter(name))


def logged(caplog: pytest.LogCaptureFixture) -> list[dict[str, str]]:
    return [json.loads(each.getMessage()) for each in caplog.records if each.name == "hunter.security"]


def leave(world: World, name: str, ago: timedelta = timedelta(0)) -> None:
    now = SystemClock().now() - ago
    account_id = an_account(name).id
    world.store.run(lambda uow: plan_deletion(uow=uow, account_id=account_id, now=now))


def test_it_lists_accounts_by_role_and_standing(world: World, run: Run) -> None:
    people(world, "Jinwoo", "Jinah", "Igris")
    assert run("role", "Jinah", "admin")[0] == 0
    assert run("deactivate", "Igris", "--yes")[0] == 0
    leave(world, "Jinwoo")

    code, out, _ = run("list")
    assert code == 0
    assert len(out.splitlines()) == 4
    assert re.search(r"Jinah +Jinah@example.org +ADMIN +active", out)
    assert re.search(r"Igris +Igris@example.org +USER +deactivated", out)
    assert re.search(r"Jinwoo +Jinwoo@example.org +USER +erased at 20", out)

    def names(*arguments: str) -> set[str]:
        return {line.split()[0] for line in run("list", *arguments)[1].splitlines()[1:]}

    assert names("--role", "admin") == {"Jinah"}
    assert names("--standing", "deactivated") == {"Igris"}
    assert names("--standing", "leaving") == {"Jinwoo"}
    assert "--limit 2" in run("list", "--limit", "1")[1]


def test_an_empty_place_says_so(world: World, run: Run) -> None:
    assert run("list") == (0, "There is no such account.\n", "")


def test_it_shows_an_account_and_no_secret(world: World, run: Run) -> None:
    people(world, "Jinwoo")

    code, out, err = run("show", "JINWOO@example.org")

    assert (code, err) == (0, "")
    assert re.search(r"^hunter +Jinwoo, level 1, rank F, 0 XP$", out, re.MULTILINE)
    assert re.search(r"^signs in by +password$", out, re.MULTILINE)
    stored = account(world, "Jinwoo").password_hash
    assert stored is not None
    assert stored not in out


def test_a_ban_and_its_end_are_done_told_and_logged(
    world: World, run: Run, caplog: pytest.LogCaptureFixture
) -> None:
    people(world, "Jinwoo")

    code, out, _ = run("deactivate", "Jinwoo", "--yes")

    assert (code, out.count("\n")) == (0, 1)
    assert "Jinwoo (Jinwoo@example.org) is out of use" in out
    (line,) = logged(caplog)
    assert line["event"] == "account.deactivated"
    assert line["by"].startswith("cli:")
    assert "Jinwoo" not in repr(line)
    assert not account(world, "Jinwoo").is_active

    assert run("deactivate", "Jinwoo", "-y")[:2] == (
        0,
        "Jinwoo (Jinwoo@example.org) was deactivated before. Nothing was changed.\n",
    )
    assert run("reactivate", "jinwoo@EXAMPLE.org")[0] == 0
    assert account(world, "Jinwoo").is_active
    assert "Nothing was changed" in run("reactivate", "Jinwoo")[1]


def test_it_asks_before_it_takes_something_from_somebody(world: World, run: Run) -> None:
    people(world, "Jinwoo")

    for answer in ("n\n", "", "\n", "what?\n"):
        code, out, _ = run("deactivate", "Jinwoo", answer=answer)
        assert (code, account(world, "Jinwoo").is_active) == (1, True)
        assert "Nothing was changed" in out
    code, _, err = run("deactivate", "Jinwoo")
    assert (code, account(world, "Jinwoo").is_active) == (2, True)
    assert err.startswith("hunter: --yes:")
    assert run("sessions-end", "Jinwoo")[0] == 2

    assert run("deactivate", "Jinwoo", answer="YES\n")[0] == 0
    assert not account(world, "Jinwoo").is_active


def test_a_role_is_given(world: World, run: Run) -> None:
    people(world, "Jinwoo")

    assert run("role", "Jinwoo", "admin")[0] == 0
    assert account(world, "Jinwoo").role is Role.ADMIN
    assert "already" in run("role", "Jinwoo", "admin")[1]
    assert run("role", "Jinwoo", "user")[0] == 0
    assert account(world, "Jinwoo").role is Role.USER


def test_whoever_is_due_is_erased_and_nobody_else(
    world: World, run: Run, caplog: pytest.LogCaptureFixture
) -> None:
    people(world, "Jinwoo", "Jinah", "Igris")
    assert run("erase-due") == (0, "No account is due to be erased.\n", "")
    leave(world, "Jinwoo", GRACE + timedelta(seconds=1))
    leave(world, "Jinah", GRACE - timedelta(minutes=1))

    assert run("erase-due")[0] == 2
    assert run("erase-due", answer="no\n")[0] == 1
    code, out, _ = run("erase-due", "--yes")

    assert (code, out) == (0, "1 account is erased.\n")
    assert [line["event"] for line in logged(caplog)] == ["account.erased"]
    with world.store.read() as uow:
        left = uow.roster.page(role=None, standing=None, limit=10)
    assert {each.hunter.name for each in left} == {"Jinah", "Igris"}
    assert b"jinah@example.org" in bytes_of(world.store)
    assert b"jinwoo@example.org" not in bytes_of(world.store)


def test_whoever_reads_while_somebody_is_erased_is_not_waited_for_and_it_is_said(
    world: World, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hunter_adapters.sql.sqlite.SCRUB_SECONDS", 0.0)
    people(world, "Jinwoo")
    leave(world, "Jinwoo", GRACE + timedelta(seconds=1))

    with world.store.read() as uow:
        uow.hunters.by_name("Jinwoo")
        code, out, _ = run("erase-due", "--yes")

    assert code == 0
    assert out.startswith("1 account is erased.\n")
    assert "within the hour" in out
    assert b"jinwoo@example.org" in bytes_of(world.store)


COMMANDS = ("show", "deactivate --yes", "reactivate", "role admin", "sessions-end --yes")
STRANGERS = ("Nobody", "nobody@example.org", "", "a" * 5000, "../../etc", "\udcff")


def test_who_is_not_there_is_exit_code_one_and_says_what_to_do(world: World, run: Run) -> None:
    for command in COMMANDS:
        for who in STRANGERS:
            name, *more = command.split()
            code, out, err = run(name, who, *more)

            assert (code, out) == (1, ""), (command, who)
            assert "no account has the address or the hunter name" in err
            assert "hunter admin list" in err
            assert len(err) < 300


NOT_UNDERSTOOD = (
    ["fly"],
    ["show"],
    ["role", "Jinwoo"],
    ["role", "Jinwoo", "king"],
    ["list", "--limit", "0"],
    ["list", "--limit", "many"],
    ["list", "--limit", "10001"],
    ["list", "--standing", "dead"],
    ["deactivate", "Jinwoo", "Jinah"],
    ["deactivate", "Jinwoo", "--force"],
)


def test_arguments_that_nobody_knows_are_one_line_and_change_nothing(world: World, run: Run) -> None:
    people(world, "Jinwoo")
    for arguments in NOT_UNDERSTOOD:
        code, out, err = run(*arguments)

        assert (code, out) == (2, ""), arguments
        assert err.startswith("hunter: ")
        assert err.count("\n") == 1
    assert account(world, "Jinwoo").is_active


@pytest.mark.parametrize(
    "command",
    [[], ["list"], ["show"], ["deactivate"], ["reactivate"], ["role"], ["sessions-end"], ["erase-due"]],
)
def test_every_command_has_help(run: Run, command: list[str]) -> None:
    code, out, _ = run(*command, "--help")
    assert (code, "Usage: hunter admin" in out) == (0, True)


def test_without_a_database_nothing_is_made(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, run: Run
) -> None:
    monkeypatch.setenv("HUNTER_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("HUNTER_DATABASE_URL", raising=False)

    code, _, err = run("list")

    assert code == 2
    assert "hunter migrate" in err
    assert not (tmp_path / "hunter.db").exists()


def test_it_knows_who_sits_there(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody() -> str:
        raise OSError("no user of that number")

    monkeypatch.setattr(getpass, "getuser", nobody)
    assert commands._user() == "somebody"

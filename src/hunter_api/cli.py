"""The command `hunter`. Each command imports what it needs when it runs, so that `--help` is quick."""

from __future__ import annotations

import io
import logging
import os
import sys
from datetime import UTC
from typing import Annotated, Literal, NoReturn

from cyclopts import App, CycloptsError, Parameter

from hunter_api import VERSION
from hunter_api.admin import admin
from hunter_api.entry import STAYING
from hunter_api.settings import DatabaseAway, SettingInvalid, load
from hunter_api.settings.values import LogFormat
from hunter_api.terminal import console as _console
from hunter_api.terminal import opened as _opened
from hunter_api.terminal import opened_database as _opened_database
from hunter_core.errors import HunterError, TryLater

CANNOT_START = 2
"""The exit code where a setting, a file or an argument is at fault; one line on stderr says which."""

DATABASE_AWAY = 3
"""The exit code where the database does not answer: nothing need be changed to try again."""

_FORMAT = "HUNTER_LOG_FORMAT"

app = App(
    name="hunter",
    help="Quests pay XP, XP makes levels and ranks, and every point is in a ledger.",
    version=VERSION,
    help_flags=["--help", "-h"],
    version_flags=["--version"],
)
rules = App(name="rules", help="Look after a rulebook.")
app.command(rules)
boards = App(name="boards", help="Look after the boards in Redis.")
app.command(boards)
outbox = App(
    name="outbox", help="Look after what is on its way out: events, mails, pushes, deliveries to webhooks."
)
app.command(outbox)
app.command(admin)


@app.command
def serve() -> None:
    """
    Serve the API.

    Migrates the database first, seeds the achievements, and derives hunters again where the rulebook changed.
    Settings are environment variables: see .env.example.
    """
    from hunter_api.commands.serve import serve as run

    run(load())


@app.command
def worker() -> None:
    """
    Do what happens by itself, beside the web processes: mails, pushes, reminders, digests, the relay, purges.

    Takes its jobs from Redis (HUNTER_REDIS_URL), works on PostgreSQL, and keeps the time by itself. While one is
    alive, the web processes leave these to it; none is needed, and any may be killed at any time. SIGTERM lets
    it finish what is under way, within 10 s.
    """
    from hunter_api.commands.serve import work

    work(load())


@app.command
def migrate(*, forget_peppers: Annotated[bool, Parameter(negative="")] = False) -> None:
    """
    Bring the database up to date, as `serve` does before it serves.

    Parameters
    ----------
    forget_peppers
        Let the next start take other peppers than those that the database was used with, which are lost or were
        replaced alone. What was made under those is of no use any more.
    """
    from hunter_api.commands.serve import StartProgress

    with _opened() as world:
        with StartProgress(_console()) as progress:
            world.prepare(progress)
        if forget_peppers:
            world.forget_peppers()
    _console().print("The database is up to date.")


@app.command
def audit() -> int:
    """
    Rebuild every hunter from ledger and completions alone, and compare.

    Exit code 1, and the first difference, where a stored figure does not follow from its history.
    """
    from hunter_api.commands.audit import OtherRulebook
    from hunter_api.commands.audit import audit as run

    with _opened_database() as world:
        try:
            difference = run(world.store, world.rulebook, _console())
        except OtherRulebook as error:
            raise SettingInvalid(str(error)) from error
    if difference is None:
        return 0
    _console().print(str(difference), style="bold red", soft_wrap=True, highlight=False)
    return 1


@app.command
def demo() -> None:
    """Play ninety days of a hunter into the database, and show the status window."""
    from datetime import datetime

    from hunter_api.commands.demo import demo as run
    from hunter_api.commands.serve import StartProgress
    from hunter_core.dice import HashDice

    console = _console()
    with _opened() as world:
        with StartProgress(console) as progress:
            world.prepare(progress)
        world.check_peppers()
        run(
            store=world.store,
            gate=world.gate,
            rulebook=world.rulebook,
            dice=HashDice(),
            now=datetime.now(UTC),
            console=console,
        )
        if world.keeper is not None:
            # The story lies in the past, where no server that runs looks for changes.
            world.keeper.tend()


@boards.command
def rebuild() -> int:
    """
    Make the boards in Redis anew from the database, and hold them against the ledger.

    Exit code 1 where the two digests differ. Servers may go on: meanwhile they read boards from the database.
    """
    from hunter_api.commands.boards import rebuild_boards

    with _opened_database() as world:
        return 0 if rebuild_boards(world.rebuild_boards, _console()) else 1


@outbox.command(name="list")
@outbox.default
def list_outbox() -> int:
    """
    Show what waits for the relay and since when, and what was given up: events, mails, pushes, deliveries to webhooks.

    Exit code 1 where events are parked: that is a fault of this server. What was given up besides may be a fault of
    whom it was for, such as an address that there is not.
    """
    from datetime import datetime

    from hunter_api.commands.outbox import show_outbox

    with _opened_database() as world:
        return 0 if show_outbox(world.store, datetime.now(UTC), _console()) else 1


@outbox.command
def retry(
    what: Literal["events", "mails", "pushes", "webhooks"] = "events",
    /,
    *,
    hunter: str | None = None,
    number: int | None = None,
) -> int:
    """
    Let what was given up be tried anew, by a server that runs or by the next one.

    Events and deliveries that are tried anew may come after what the hunter was told meanwhile. A push or a delivery
    has the next turn at its target, and one to a webhook that is switched off waits until its owner switches it on.
    Exit code 1 where the event of that number is not parked.

    Parameters
    ----------
    what
        events, which were parked after five tries; mails, pushes, or webhooks: deliveries to them.
    hunter
        The name of a hunter; without it, those of all are tried anew.
    number
        The number of one event of that hunter.
    """
    from datetime import datetime

    from hunter_api.commands.outbox import Kind, retry_parked

    if number is not None and (hunter is None or what != "events"):
        raise SettingInvalid("--number needs --hunter, and events: each hunter has numbers of their own.")
    with _opened_database() as world:
        was_there = retry_parked(world.store, Kind(what), hunter, number, datetime.now(UTC), _console())
        return 0 if was_there else 1


@app.command
def routes() -> None:
    """List every route with what it answers, and whether it takes an API token, a key or an ETag."""
    from rich.table import Table

    from hunter_api.app import operations

    table = Table(box=None, pad_edge=False)
    for heading in ("method", "path", "answers", "what it does", ""):
        table.add_column(heading, no_wrap=heading != "what it does")
    for operation in operations():
        marks = [] if operation.signed_in else ["open"]
        marks += [f"token {operation.scope}"] if operation.scope else []
        marks += ["key"] if operation.keyed else []
        marks += ["etag"] if operation.listed else []
        table.add_row(
            operation.method,
            operation.wire_path,
            str(operation.status),
            operation.summary,
            ", ".join(marks),
        )
    _console().print(table)


@rules.command
def check(rulebook: str = "classic") -> int:
    """
    Check a rulebook: ranks that never bind, what cannot be reached, rewards that feed themselves.

    Exit code 1 where it cannot be used.

    Parameters
    ----------
    rulebook
        A name (classic, modern) or the path of a TOML file.
    """
    from hunter_api.commands.rules import check_rules

    return 0 if check_rules(rulebook, _console()) else 1


def main() -> NoReturn:
    """Run the command that the arguments name, and exit with its code."""
    _print_what_the_terminal_knows()
    try:
        code = app(sys.argv[1:], exit_on_error=False, print_error=False, result_action="return_value")
    except CycloptsError as error:
        _give_up(str(error))
    except (DatabaseAway, TryLater) as error:
        # Of the core's refusals a command meets those of a database that goes away while it works.
        _give_up(str(error), DATABASE_AWAY)
    except (SettingInvalid, HunterError) as error:
        _give_up(str(error))
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        # Whoever read our output (`| head`) has seen enough.
        sys.stderr.close()
        sys.exit(0)
    sys.exit(code if isinstance(code, int) else 0)


def _give_up(why: str, code: int = CANNOT_START) -> NoReturn:
    line = " ".join(why.split())
    if sys.argv[1:2] and sys.argv[1] in STAYING and os.environ.get(_FORMAT, "").lower() == LogFormat.JSON:
        # Programs read what these say, from the first line to the last.
        from hunter_api.log_lines import log_to_stderr

        log_to_stderr(LogFormat.JSON, "info")
        logging.getLogger("hunter").critical("%s", line)
    else:
        sys.stderr.write(f"hunter: {line}\n")
    sys.exit(code)


def _print_what_the_terminal_knows() -> None:
    """Let a terminal or a file that cannot hold a letter of ours show `?`, and not end the command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")

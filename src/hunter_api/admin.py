"""The sub-command `hunter admin`; like the others it imports what it needs when it runs."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter
from cyclopts.validators import Number

from hunter_api.terminal import console, opened_database
from hunter_core.accounts.account import Role
from hunter_core.accounts.administration import Standing

if TYPE_CHECKING:
    from hunter_api.commands.admin import Commands

MOST_LISTED = 10_000

admin = App(
    name="admin",
    help="Look after accounts, beside a server that runs; by e-mail address or hunter name.",
)

Limit = Annotated[int, Parameter(validator=Number(gte=1, lte=MOST_LISTED))]
Yes = Annotated[bool, Parameter(name=["--yes", "-y"], negative="")]


@contextlib.contextmanager
def _commands() -> Iterator[Commands]:
    from hunter_api.commands.admin import Commands

    with opened_database() as world:
        yield Commands(world, console())


@admin.command(name="list")
def list_accounts(*, role: Role | None = None, standing: Standing | None = None, limit: Limit = 50) -> int:
    """
    List accounts, the newest first.

    Parameters
    ----------
    role
        Only those of this role.
    standing
        Only those that stand so: leaving are those whose owner asked to delete them.
    limit
        How many are shown.
    """
    with _commands() as commands:
        return commands.list(role=role, standing=standing, limit=limit)


@admin.command
def show(who: str, /) -> int:
    """
    Show an account: standing, role, sessions, tokens, ways to sign in; no secret.

    Parameters
    ----------
    who
        An e-mail address, or a hunter's name.
    """
    with _commands() as commands:
        return commands.show(who)


@admin.command
def deactivate(who: str, /, *, yes: Yes = False) -> int:
    """
    Put an account out of use: it acts at the next request, in every process.

    Its sessions end, its API tokens rest, its hunter leaves boards and profiles. Nothing is deleted.

    Parameters
    ----------
    who
        An e-mail address, or a hunter's name.
    yes
        Do not ask.
    """
    with _commands() as commands:
        return commands.deactivate(who, yes=yes)


@admin.command
def reactivate(who: str, /) -> int:
    """
    Put an account that was deactivated into use again; boards and profile are as before.

    Parameters
    ----------
    who
        An e-mail address, or a hunter's name.
    """
    with _commands() as commands:
        return commands.reactivate(who)


@admin.command
def role(who: str, role: Role, /) -> int:
    """
    Give an account a role; it holds from the next request on.

    Parameters
    ----------
    who
        An e-mail address, or a hunter's name.
    role
        What it is from now on.
    """
    with _commands() as commands:
        return commands.role(who, role)


@admin.command
def sessions_end(who: str, /, *, yes: Yes = False) -> int:
    """
    End every session of an account; its owner may sign in again.

    Parameters
    ----------
    who
        An e-mail address, or a hunter's name.
    yes
        Do not ask.
    """
    with _commands() as commands:
        return commands.end_sessions(who, yes=yes)


@admin.command
def erase_due(*, yes: Yes = False) -> int:
    """
    Erase the accounts whose 7 days are over, as a server does by itself every minute.

    Parameters
    ----------
    yes
        Do not ask.
    """
    with _commands() as commands:
        return commands.erase_due(yes=yes)

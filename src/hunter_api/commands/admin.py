"""`hunter admin`: what the one who runs the server does to accounts, beside a server that runs (issue 4, 9)."""

from __future__ import annotations

import getpass
import logging
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from rich.console import Console
from rich.table import Table

from hunter_api.settings import SettingInvalid
from hunter_api.wiring import World
from hunter_core.accounts.account import Account, Role
from hunter_core.accounts.administration import Admin, Managed, Standing
from hunter_core.accounts.erasure import ACCOUNTS_AT_ONCE, erase_due
from hunter_core.clock import SystemClock
from hunter_core.errors import NotFound
from hunter_core.export.ports import Section

NO, DONE = 1, 0


class Commands:
    """The commands of `hunter admin`; each returns the exit code: 0, or 1 where nothing was done."""

    def __init__(self, world: World, console: Console) -> None:
        self._world, self._console = world, console
        self._now = datetime.now(UTC)
        self._log = world.gate.log
        self._admin = Admin(store=world.store, log=self._log, by=f"cli:{_user()}")
        _log_to_stderr()

    # --- looking ----------------------------------------------------------------------------------------------

    def list(self, *, role: Role | None, standing: Standing | None, limit: int) -> int:
        """Print accounts, the newest first."""
        with self._world.store.read() as uow:
            found = uow.roster.page(role=role, standing=standing, limit=limit + 1)
        if not found:
            self._console.print("There is no such account.")
            return DONE
        table = Table(box=None, pad_edge=False)
        for heading in ("hunter", "address", "role", "standing", "level", "registered", "last sign-in"):
            table.add_column(heading, no_wrap=True)
        for each in found[:limit]:
            account, hunter = each.account, each.hunter
            table.add_row(
                hunter.name,
                account.email,
                account.role.value,
                _standing(account),
                str(hunter.level),
                _written(account.created_at),
                _written(account.last_login),
                style="dim" if not account.is_active else None,
            )
        self._console.print(table, markup=False, highlight=False)
        if len(found) > limit:
            self._console.print(f"There are more: --limit {limit * 2} shows twice as many.")
        return DONE

    def show(self, who: str) -> int:
        """Print what is known of an account, and no secret."""
        found = self._find(who)
        if found is None:
            return NO
        account, hunter = found.account, found.hunter
        with self._world.store.read() as uow:
            sessions = _all(uow.archive.rows(account.id, Section.SESSIONS))
            tokens = _all(uow.archive.rows(account.id, Section.API_TOKENS))
            identities = _all(uow.archive.rows(account.id, Section.IDENTITIES))
            factor = uow.archive.head(account.id).second_factor
        lines = {
            "id": str(account.id),
            "hunter": f"{hunter.name}, level {hunter.level}, rank {hunter.rank}, {hunter.total_xp} XP",
            "address": f"{account.email}, {'verified' if account.is_verified else 'not verified'}",
            "role": account.role.value,
            "standing": _standing(account),
            "signs in by": ", ".join(
                [
                    *(["password"] if account.password_hash is not None else []),
                    *(identity.issuer for identity in identities),
                ]
            )
            or "nothing",
            "second factor": "on" if factor is not None and factor.confirmed_at is not None else "off",
            "registered": _written(account.created_at),
            "last sign-in": _written(account.last_login),
            "sessions": f"{sum(each.is_open(self._now) for each in sessions)} open, {len(sessions)} kept",
            "API tokens": f"{sum(each.stands(self._now) for each in tokens)} good, {len(tokens)} kept",
        }
        width = max(map(len, lines))
        for name, value in lines.items():
            self._console.print(f"{name:<{width}}  {value}", markup=False, highlight=False)
        return DONE

    # --- acting -----------------------------------------------------------------------------------------------

    def deactivate(self, who: str, *, yes: bool) -> int:
        """Put an account out of use."""
        return self._act(
            who,
            lambda found: self._admin.deactivate(found.account.id, now=self._now),
            done="{} is out of use from now on: sessions have ended, API tokens rest. A mail tells the owner.",
            nothing="{} was deactivated before. Nothing was changed.",
            ask=None if yes else "Deactivate {}, and end every session?",
        )

    def reactivate(self, who: str) -> int:
        """Put an account into use again."""
        found = self._find(who)
        if found is None:
            return NO
        leaving = found.account.delete_at is not None
        return self._act(
            who,
            lambda found: self._admin.reactivate(found.account.id, now=self._now),
            done="{} may be used again"
            + (", when the owner has signed in: they had asked to delete it." if leaving else ".")
            + " A mail tells the owner.",
            nothing="{} was not deactivated. Nothing was changed."
            + (" Its owner asked to delete it; they take that back by signing in." if leaving else ""),
        )

    def role(self, who: str, role: Role) -> int:
        """Give an account a role."""
        return self._act(
            who,
            lambda found: self._admin.change_role(found.account.id, role, now=self._now),
            done=f"{{}} is {role.value} from the next request on.",
            nothing=f"{{}} is {role.value} already. Nothing was changed.",
        )

    def end_sessions(self, who: str, *, yes: bool) -> int:
        """End every session of an account."""
        return self._act(
            who,
            lambda found: self._admin.end_sessions(found.account.id, now=self._now) > 0,
            done="Every session of {} has ended.",
            nothing="{} has no open session. Nothing was changed.",
            ask=None if yes else "End every session of {}?",
        )

    def erase_due(self, *, yes: bool) -> int:
        """Erase the accounts whose grace is over, as servers do by themselves."""
        with self._world.store.read() as uow:
            due = uow.erasures.due(self._now, ACCOUNTS_AT_ONCE + 1)
        if not due:
            self._console.print("No account is due to be erased.")
            return DONE
        count = f"more than {ACCOUNTS_AT_ONCE}" if len(due) > ACCOUNTS_AT_ONCE else str(len(due))
        if not yes and not self._sure(
            f"Erase {count} account(s), whose owners asked for it and whose grace is over?"
        ):
            return NO
        gone = 0
        while erased := erase_due(store=self._world.store, log=self._log, clock=SystemClock()):
            gone += erased
        self._tend()
        self._console.print(f"{'1 account is' if gone == 1 else f'{gone} accounts are'} erased.")
        if not self._world.store.scrub():
            self._console.print(
                "The database is being read just now: a server that runs takes what was erased out of its files, too, "
                "within the hour."
            )
        return DONE

    # --- inside -----------------------------------------------------------------------------------------------

    def _act(
        self, who: str, work: Callable[[Managed], bool], *, done: str, nothing: str, ask: str | None = None
    ) -> int:
        found = self._find(who)
        if found is None:
            return NO
        name = f"{found.hunter.name} ({found.account.email})"
        if ask is not None and not self._sure(ask.format(name)):
            return NO
        changed = work(found)
        self._tend()
        self._console.print((done if changed else nothing).format(name), markup=False, highlight=False)
        return DONE

    def _find(self, who: str) -> Managed | None:
        try:
            return self._admin.find(who)
        except NotFound:
            shown = who[:80].encode(errors="backslashreplace").decode()
            sys.stderr.write(
                f"hunter: no account has the address or the hunter name {shown!r}. "
                "`hunter admin list` shows who there is.\n"
            )
            return None

    def _sure(self, question: str) -> bool:
        """
        Ask, and tell whether the answer was yes.

        Raises:
            SettingInvalid: If there is no terminal to ask at.
        """
        if not sys.stdin.isatty():
            raise SettingInvalid("--yes: nobody is at a terminal to be asked. Add it where this is meant.")
        try:
            answer = input(f"{question} [y/N] ")
        except EOFError:
            answer = ""
        if answer.strip().lower() in ("y", "yes"):
            return True
        self._console.print("Nothing was changed.")
        return False

    def _tend(self) -> None:
        """Let the boards in Redis, where there are any, follow at once; return when they show nobody who was hidden."""
        if self._world.keeper is not None and not self._world.keeper.tend():
            time.sleep(self._world.keeper.seconds_left())


def _all(parts: Iterable[Sequence[Any]]) -> Sequence[Any]:
    return [row for part in parts for row in part]


def _standing(account: Account) -> str:
    standing = Standing.of(account)
    if account.delete_at is None:
        return standing.value
    until = f"erased at {_written(account.delete_at)}"
    return until if standing is Standing.LEAVING else f"{standing.value}, {until}"


def _written(moment: datetime | None) -> str:
    return "never" if moment is None else f"{moment:%Y-%m-%d %H:%M} UTC"


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "somebody"


def _log_to_stderr() -> None:
    """Let the security log be written where a server's is: to stderr."""
    logging.basicConfig(
        level=logging.WARNING,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
        stream=sys.stderr,
    )
    logging.getLogger("hunter.security").setLevel(logging.INFO)

"""`hunter outbox`: what is on its way out and was given up, and to try it anew."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from rich.console import Console
from rich.table import Table

from hunter_api.settings import SettingInvalid
from hunter_core.errors import NotFound
from hunter_core.ids import HunterId
from hunter_core.mail.mail import Mail
from hunter_core.notifications.push import PushTask
from hunter_core.ports import Store, UnitOfWork
from hunter_core.relay.ports import Waiting
from hunter_core.webhooks.delivery import WebhookTask

SHOWN = 100
"""Rows of a kind that are listed at most, the latest."""


class Kind(StrEnum):
    """What is on its way out."""

    EVENTS = "events"
    MAILS = "mails"
    PUSHES = "pushes"
    WEBHOOKS = "webhooks"


def show_outbox(store: Store, now: datetime, console: Console) -> bool:
    """Print the lag, and what was given up of each kind; tell whether no event is parked."""
    with store.read() as uow:
        lag = uow.backlog.lag()
        since = "" if lag.oldest is None else f", the oldest for {(now - lag.oldest).total_seconds():.0f} s"
        console.print(f"waiting {lag.waiting}{since}\nparked  {lag.parked}", highlight=False)
        if lag.parked:
            console.print(_events(uow, uow.backlog.parked(SHOWN)), highlight=False, markup=False)
        _show(console, "mails", uow.mails.parked(SHOWN + 1), _mails)
        _show(console, "pushes", uow.push_deliveries.parked(SHOWN + 1), lambda found: _pushes(uow, found))
        _show(
            console,
            "deliveries to webhooks",
            uow.webhook_deliveries.given_up(SHOWN + 1),
            lambda found: _deliveries(uow, found),
        )
    return lag.parked == 0


def retry_parked(
    store: Store, kind: Kind, hunter: str | None, number: int | None, now: datetime, console: Console
) -> bool:
    """
    Let what was given up be tried anew: all of *kind*, those of the hunter of this name, or the event of this number.

    Tell whether what was asked for was there; where no number was named, that is always so.

    Raises:
        SettingInvalid: If there is no hunter of this name.
    """

    def work(uow: UnitOfWork) -> int:
        hunter_id: HunterId | None = None if hunter is None else uow.hunters.by_name(hunter).id
        match kind:
            case Kind.EVENTS:
                return uow.backlog.retry(hunter_id, number)
            case Kind.MAILS:
                return uow.mails.retry(hunter_id, now)
            case Kind.PUSHES:
                return uow.push_deliveries.retry(hunter_id, now)
            case Kind.WEBHOOKS:
                return uow.webhook_deliveries.retry(hunter_id, now)

    try:
        count = store.run(work)
    except NotFound:
        raise SettingInvalid(f"There is no hunter of the name {hunter}.") from None
    if number is not None and count == 0:
        console.print(f"No event {number} of {hunter} is parked.", highlight=False, markup=False)
        return False
    console.print(f"{count} to be tried anew.", highlight=False)
    return True


def _show(console: Console, what: str, found: Sequence[Any], table: Callable[[Sequence[Any]], Table]) -> None:
    """Print how many of *what* were given up, and list them where there are any."""
    count = f"{len(found)}" if len(found) <= SHOWN else f"more than {SHOWN}"
    console.print(f"{what} given up: {count}", highlight=False)
    if found:
        console.print(table(found[:SHOWN]), highlight=False, markup=False)


def _events(uow: UnitOfWork, found: Sequence[Waiting]) -> Table:
    return _table(
        ("hunter", "number", "type", "parked", "tries", "why"),
        (
            (
                _name(uow, each.event.hunter_id),
                str(each.event.seq),
                each.event.type,
                _moment(each.parked_at),
                str(each.tries),
                each.last_error or "",
            )
            for each in found
        ),
    )


def _mails(found: Sequence[Mail]) -> Table:
    return _table(
        ("to", "mail", "given up", "tries", "why"),
        (
            (
                each.recipient,
                each.template.value,
                _moment(each.parked_at),
                str(each.tries),
                each.last_error or "",
            )
            for each in found
        ),
    )


def _pushes(uow: UnitOfWork, found: Sequence[PushTask]) -> Table:
    return _table(
        ("hunter", "target", "given up", "tries", "why"),
        (
            (
                _name(uow, each.target.hunter_id),
                each.target.shown,
                _moment(each.delivery.parked_at),
                str(each.delivery.tries),
                each.delivery.last_error or "",
            )
            for each in found
        ),
    )


def _deliveries(uow: UnitOfWork, found: Sequence[WebhookTask]) -> Table:
    return _table(
        ("hunter", "webhook", "number", "type", "given up", "tries", "why"),
        (
            (
                _name(uow, each.webhook.hunter_id),
                each.webhook.shown + ("" if each.webhook.is_active else " (off)"),
                str(each.delivery.seq),
                each.delivery.kind,
                _moment(each.delivery.given_up_at),
                str(each.delivery.tries),
                each.delivery.last_error or "",
            )
            for each in found
        ),
    )


def _table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in headings:
        table.add_column(heading, no_wrap=heading != "why")
    for row in rows:
        table.add_row(*row)
    return table


def _name(uow: UnitOfWork, hunter_id: HunterId) -> str:
    return uow.hunters.get(hunter_id).name


def _moment(at: datetime | None) -> str:
    return "" if at is None else at.isoformat(timespec="seconds")

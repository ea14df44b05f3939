"""`hunter outbox`: how far behind the relay is, which events were given up, and to try them anew."""

from __future__ import annotations

from datetime import datetime

from rich.console import Console
from rich.table import Table

from hunter_core.ids import HunterId
from hunter_core.ports import Store, UnitOfWork

SHOWN = 100
"""Parked events that are listed at most, the latest."""


def show_outbox(store: Store, now: datetime, console: Console) -> bool:
    """Print the lag and what is parked; tell whether nothing is parked."""

    def read(uow: UnitOfWork) -> tuple[str, Table | None]:
        lag = uow.backlog.lag()
        since = "" if lag.oldest is None else f", the oldest for {(now - lag.oldest).total_seconds():.0f} s"
        said = f"waiting {lag.waiting}{since}\nparked  {lag.parked}"
        if not lag.parked:
            return said, None
        table = Table(box=None, pad_edge=False)
        for heading in ("hunter", "number", "type", "parked", "tries", "why"):
            table.add_column(heading, no_wrap=heading != "why")
        for each in uow.backlog.parked(SHOWN):
            table.add_row(
                uow.hunters.get(each.event.hunter_id).name,
                str(each.event.seq),
                each.event.type,
                "" if each.parked_at is None else each.parked_at.isoformat(timespec="seconds"),
                str(each.tries),
                each.last_error or "",
            )
        return said, table

    with store.read() as uow:
        said, table = read(uow)
    console.print(said, highlight=False)
    if table is not None:
        console.print(table, highlight=False, markup=False)
    return table is None


def retry_parked(store: Store, hunter: str | None, number: int | None, console: Console) -> None:
    """
    Let parked events be tried anew: all, those of the hunter of this name, or the one of this number.

    Raises:
        NotFound: If there is no hunter of this name.
    """

    def work(uow: UnitOfWork) -> int:
        hunter_id: HunterId | None = None if hunter is None else uow.hunters.by_name(hunter).id
        return uow.backlog.retry(hunter_id, number)

    count = store.run(work)
    console.print(f"{count} to be tried anew.", highlight=False)

"""`hunter boards rebuild`: the boards in Redis made anew, with a progress bar, and held against the ledger."""

from __future__ import annotations

from collections.abc import Callable

from rich.console import Console
from rich.progress import Progress

Rebuild = Callable[[Callable[[int, int], None]], tuple[str, str]]


def rebuild_boards(rebuild: Rebuild, console: Console) -> bool:
    """Make the boards anew, print both digests, and tell whether they are the same."""
    with Progress(console=console, transient=True) as progress:
        task = progress.add_task("Rebuilding boards", total=None)
        in_redis, in_ledger = rebuild(lambda done, of: progress.update(task, completed=done, total=of))
    console.print(f"Redis  {in_redis}\nledger {in_ledger}", highlight=False)
    if in_redis != in_ledger:
        console.print(
            "Redis and ledger differ, however often they are read. `hunter audit` names what is wrong.",
            style="bold red",
            soft_wrap=True,
        )
    return in_redis == in_ledger

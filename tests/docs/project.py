"""Printers of the project itself: its decision records."""

from __future__ import annotations

from tests.docs.pages import ROOT
from tests.docs.printed import Printer, table


def decisions() -> str:
    """Every decision record by its number and title."""
    rows = []
    for record in sorted((ROOT / "docs/decisions").glob("0*.md")):
        number, title = record.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ").split(" ", 1)
        rows.append((number, f"[{title}]({record.name})"))
    return table(["", "decision"], rows)


PRINTERS: dict[str, Printer] = {"decisions": decisions}

"""Printer of the metrics."""

from __future__ import annotations

from hunter_adapters.prometheus.catalogue import CATALOGUE
from tests.docs.printed import Printer, table


def metrics() -> str:
    """Every metric with its type, its labels and its meaning."""
    rows = [
        (f"`{each.name}`", each.kind.value, ", ".join(f"`{label}`" for label in each.labels), each.meaning)
        for each in CATALOGUE
    ]
    return table(["metric", "type", "labels", "meaning"], rows)


PRINTERS: dict[str, Printer] = {"prometheus": metrics}

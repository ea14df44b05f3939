"""Every printer by its name."""

from __future__ import annotations

from tests.docs import asvs, data, exported, http, metrics, project, rules
from tests.docs.printed import Printer

PRINTERS: dict[str, Printer] = {
    **rules.PRINTERS,
    **http.PRINTERS,
    **data.PRINTERS,
    **project.PRINTERS,
    **exported.PRINTERS,
    **asvs.PRINTERS,
    **metrics.PRINTERS,
}

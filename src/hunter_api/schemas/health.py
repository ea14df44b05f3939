"""Health on the wire (SPEC 4, Operations)."""

from __future__ import annotations

from typing import Literal

import attrs


@attrs.frozen(kw_only=True, slots=False)
class LiveView:
    """The process answers."""

    status: Literal["live"]


@attrs.frozen(kw_only=True, slots=False)
class ReadyView:
    """The process can serve requests: the database answers, and the rules in force are these."""

    status: Literal["ready"]
    rulebook: str
    version: str

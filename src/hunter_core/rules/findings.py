"""A finding says what is wrong or odd in a rulebook, at which line, in one sentence that tells what to do."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

from hunter_core.errors import RulebookInvalid


class Severity(StrEnum):
    """How bad it is. With an ERROR the rulebook is not to be used, and `hunter rules check` exits 1."""

    ERROR = "ERROR"
    WARNING = "WARNING"
    INFO = "INFO"


class Finding(NamedTuple):
    """
    One thing found.

    Attributes:
        code: Stable, for machines.
        line: In `source`, from 1; 1 where nothing better is known.
        source: The file that the line is of: a rulebook that extends another has findings in both.
    """

    code: str
    severity: Severity
    line: int
    sentence: str
    source: str = ""

    def __str__(self) -> str:
        """Return it as one line, the way compilers do."""
        return f"{self.source or '<rulebook>'}:{self.line}: {self.severity} {self.code}: {self.sentence}"


class RulebookUnreadable(RulebookInvalid):
    """The text is no rulebook; `findings` holds everything that has to be mended, not only the first."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("\n".join(map(str, self.findings)))

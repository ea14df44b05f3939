"""
What OWASP ASVS asks, and what of it is done here: `asvs.toml` as values, as docs/asvs.csv, and in figures.

`python -m tests.docs.write` writes the table; a test holds it to the tests that it names, to its figures, and to
docs/security.md.
"""

from __future__ import annotations

import ast
import csv
import io
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from hunter_core.accounts.passwords import WORDS_OF_HERE
from hunter_core.accounts.purge import CHECKS_KEPT, KEPT
from hunter_core.webhooks.delivery import KEPT_FOR as DELIVERIES_KEPT
from tests.docs.pages import ROOT
from tests.docs.printed import Printer, table

SOURCE = ROOT / "tests/docs/asvs.toml"
TABLE = ROOT / "docs/asvs.csv"
COLUMNS = ("id", "level", "area", "asks", "applies", "contract", "strict", "how", "tests")

MET = ("yes", "part", "no")


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """
    A requirement of the standard, in our words.

    Attributes:
        reason: Why it does not apply; empty where it does.
        contract: How far the contract profile meets it: one of `MET`.
        tests: The node ids of what shows it.
    """

    id: str
    level: int
    area: str
    asks: str
    reason: str
    contract: str
    strict: str
    how: str
    tests: tuple[str, ...]

    @property
    def applies(self) -> bool:
        """Whether it counts."""
        return not self.reason

    @property
    def is_given_up(self) -> bool:
        """Whether a profile does less than it asks, so that docs/security.md must say so."""
        return self.applies and (self.contract, self.strict) != ("yes", "yes")


@cache
def requirements() -> tuple[Requirement, ...]:
    """Return every requirement of levels 1 and 2, in the order of the standard."""
    found = tomllib.loads(SOURCE.read_text(encoding="utf-8"))
    areas, reasons = found.pop("areas"), found.pop("reasons")
    return tuple(
        Requirement(
            id=name,
            level=said["level"],
            area=areas[f"V{name.partition('.')[0]}"],
            asks=said["asks"],
            reason=reasons[said["no"]] if "no" in said else "",
            contract=said.get("contract", "yes"),
            strict=said.get("strict", "yes"),
            how=said.get("how", ""),
            tests=tuple(said.get("tests", ())),
        )
        for name, said in found.items()
    )


def written() -> str:
    """Return the text of docs/asvs.csv."""
    out = io.StringIO(newline="")
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(COLUMNS)
    for each in requirements():
        applies = "yes" if each.applies else f"no: {each.reason}"
        met = (each.contract, each.strict) if each.applies else ("", "")
        rows.writerow(
            (f"V{each.id}", each.level, each.area, each.asks, applies, *met, each.how, " ".join(each.tests))
        )
    return out.getvalue()


def exists(test: str) -> bool:
    """Tell whether there is a test of this node id: a function of the file, or one of its class."""
    file, *names = test.split("::")
    path = ROOT / file
    return path.exists() and names in _tests_of(path.read_text(encoding="utf-8"))


@cache
def _tests_of(source: str) -> list[list[str]]:
    found = []
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            found.append([node.name])
        elif isinstance(node, ast.ClassDef):
            found += [[node.name, each.name] for each in node.body if isinstance(each, ast.FunctionDef)]
    return [names for names in found if names[-1].startswith("test_")]


def figures() -> str:
    """How many requirements apply, and how many each profile meets."""
    return table(
        ["", "in the standard", "apply", "met by `contract`", "met by `strict`"],
        [_figures(f"level {level}", [level]) for level in (1, 2)] + [_figures("together", [1, 2])],
        right=" rrrr",
    )


def _figures(name: str, levels: Iterable[int]) -> tuple[object, ...]:
    asked = [each for each in requirements() if each.level in levels]
    applies = [each for each in asked if each.applies]
    by_contract = sum(each.contract == "yes" for each in applies)
    by_strict = sum(each.strict == "yes" for each in applies)
    return name, len(asked), len(applies), by_contract, by_strict


def given_up() -> str:
    """Every requirement that applies and that a profile does not meet, or in part."""
    rows = [
        (f"V{each.id}", each.level, each.asks, each.contract, each.strict, each.how)
        for each in requirements()
        if each.is_given_up
    ]
    return table(["", "level", "asks", "`contract`", "`strict`", "here"], rows)


def words_of_here() -> str:
    """The words that passwords of this place must not be made of."""
    return "> " + ", ".join(sorted(WORDS_OF_HERE)) + "\n"


def retention() -> str:
    """What is purged, and when."""
    rows = [(what.value, f"{kept.days} days" if kept.days > 1 else "1 day") for what, kept in KEPT.items()]
    rows.append(("how often a password was checked, since the last time", f"{CHECKS_KEPT.days} day"))
    rows.append(("deliveries to webhooks, since they were queued", f"{DELIVERIES_KEPT.days} days"))
    return table(["what", "kept for"], rows)


PRINTERS: dict[str, Printer] = {
    "asvs-figures": figures,
    "asvs-given-up": given_up,
    "words-of-here": words_of_here,
    "retention": retention,
}

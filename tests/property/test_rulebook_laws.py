"""Whatever a file says, reading it ends with a rulebook or with findings that have a place."""

from __future__ import annotations

import tomllib
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from hunter_core.rules.findings import RulebookUnreadable
from hunter_core.rules.lines import Lines
from hunter_core.rules.toml import parse_rulebook, rulebook_text
from tests.rulebooks import a_text, achievement, special

SMALL = a_text(
    achievement("first", "QUEST_COUNT", "value = 1"),
    achievement("rank-e", "RANK", 'rank = "E"'),
    special("night", '{ all = [\n  { metric = "localHour", op = ">=", value = 22 },\n] }'),
)
VALUES = (
    "-1",
    "0",
    "1e400",
    "nan",
    "true",
    '""',
    '"7/0"',
    "[]",
    "{}",
    "[[]]",
    '{ a = "b" }',
    "2020-01-01",
    "9" * 30,
)


def read(text: str) -> None:
    try:
        parse_rulebook(text)
    except RulebookUnreadable as refused:
        findings = refused.findings
    else:
        return
    last = text.count("\n") + 1
    assert findings
    assert all(1 <= finding.line <= last and finding.sentence for finding in findings)


@given(st.text())
def test_any_text_is_a_rulebook_or_refused_with_its_places(text: str) -> None:
    read(text)


@given(st.integers(0, len(SMALL)), st.integers(0, 40), st.text(max_size=10))
def test_a_damaged_rulebook_is_read_or_refused_with_its_places(start: int, length: int, put: str) -> None:
    read(SMALL[:start] + put + SMALL[start + length :])


@given(st.sampled_from([line for line in SMALL.splitlines() if " = " in line]), st.sampled_from(VALUES))
def test_any_value_at_any_key_is_read_or_refused_with_its_places(line: str, value: str) -> None:
    read(SMALL.replace(line, f"{line.partition(' = ')[0]} = {value}"))


def paths(table: dict[str, Any], above: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    found = []
    for key, value in table.items():
        found.append((*above, key))
        if isinstance(value, dict):
            found += paths(value, (*above, key))
    return found


def test_every_key_of_what_ships_is_found_on_a_line_that_names_it() -> None:
    for name in ("classic", "modern"):
        text, source = rulebook_text(name)
        lines = Lines(text, source)
        for path in paths(tomllib.loads(text)):
            assert path[lines.known(path) - 1] in text.splitlines()[lines.line(path) - 1], path

"""Every test that the documentation names exists, and every difference names one."""

from __future__ import annotations

import ast
import re

import pytest

from tests.docs.pages import ROOT, name_of, pages, prose_of

NAMED = re.compile(r"`?(tests/[\w/]+\.py)::(\w+)`?")


def named() -> list[tuple[str, str, str]]:
    """Return page, file and name of every test that a page names."""
    return [(name_of(page), file, test) for page in pages() for file, test in NAMED.findall(prose_of(page))]


@pytest.mark.parametrize(("page", "file", "test"), named())
def test_a_test_that_a_page_names_exists(page: str, file: str, test: str) -> None:
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))

    assert test in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_every_difference_names_the_test_that_shows_it() -> None:
    page = (ROOT / "docs/differences.md").read_text(encoding="utf-8").split("## Still to come")[0]
    rows = [
        line
        for line in page.splitlines()
        if line.startswith("| ") and not line.startswith(("| the design", "| ---"))
    ]

    assert rows
    assert [row for row in rows if not NAMED.search(row)] == []
    assert [row for row in rows if len(row.split(" | ")) != 4] == []

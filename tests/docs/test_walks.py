"""Every shell walk in the documentation can be walked, against a real server, and prints what the page says."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.pages import blocks_of, name_of, pages
from tests.docs.walks import settled, steps_of, walk

WITH_WALKS = [page for page in pages() if any(block.language == "console" for block in blocks_of(page))]


@pytest.mark.parametrize("page", WITH_WALKS, ids=name_of)
def test_every_command_prints_what_the_page_says(page: Path, tmp_path: Path) -> None:
    for step, printed in walk(page, tmp_path):
        assert settled(printed) == settled(step.said), f"{step.block.place}: $ {step.command}"


def test_a_command_goes_on_over_lines_while_a_quote_is_open(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("```console\n$ echo 'one\ntwo' \\\n  three\none\ntwo three\n$ true\n```\n")

    steps = steps_of(page)

    assert [(step.command, step.said) for step in steps] == [
        ("echo 'one\ntwo' \\\n  three\n", "one\ntwo three\n"),
        ("true\n", ""),
    ]

"""README's two commands: a heading each, a block each, a line each, and nothing else to set up."""

from __future__ import annotations

import re

import pytest

from tests.docs.pages import ROOT


@pytest.mark.parametrize(
    ("heading", "command"),
    [("Run it", "python3 noxfile.py serve"), ("Test it", "python3 noxfile.py tests")],
)
def test_the_readme_has_one_block_of_one_line_under_each_of_its_two_commands(
    heading: str, command: str
) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")

    section = readme.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    blocks = re.findall(r"^```[^\n]*\n(.*?)^```", section, re.DOTALL | re.MULTILINE)

    assert blocks == [f"{command}\n"]

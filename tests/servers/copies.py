"""A SQLite database that is copied while it is in use, and put back later, as whoever restores a backup does."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path


def copy_of(database: Path, copy: Path) -> Path:
    """Copy *database* into the file *copy*, and return that."""
    with closing(sqlite3.connect(database)) as live, closing(sqlite3.connect(copy)) as made:
        live.backup(made)
    return copy


def put_back(copy: Path, database: Path) -> None:
    """Put *copy* in the place of *database*, which nobody has open."""
    for each in database.parent.glob(f"{database.name}*"):
        each.unlink()
    shutil.copyfile(copy, database)

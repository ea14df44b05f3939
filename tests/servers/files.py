"""What stands in the files of a SQLite database, whoever would say that it is gone."""

from __future__ import annotations

from hunter_adapters.sql import SqlStore
from hunter_adapters.sql.sqlite import Sqlite


def bytes_of(store: SqlStore) -> bytes:
    """Return all that stands in the files of the database, while it is in use."""
    assert isinstance(store.database, Sqlite)
    path = store.database.path
    files = sorted(path.parent.glob(f"{path.name}*"))
    assert [file.name for file in files] == [f"{path.name}{end}" for end in ("", "-shm", "-wal")]
    return b"".join(file.read_bytes() for file in files)

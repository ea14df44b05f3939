"""What the catalogue of a database says of its schema, in words that can be compared."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import Connection, text

_POSTGRESQL = {
    "columns": """
        SELECT table_name, column_name, data_type, character_maximum_length, collation_name, is_nullable,
               column_default
          FROM information_schema.columns WHERE table_schema = 'public'""",
    "constraints": """
        SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)
          FROM pg_constraint WHERE connamespace = 'public'::regnamespace""",
    "indexes": "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
}
_SQLITE = {"objects": "SELECT type, tbl_name, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'"}


def schema_of(connection: Connection) -> dict[str, set[tuple[Any, ...]]]:
    """Return every column, constraint and index, without Alembic's own table."""
    queries = _POSTGRESQL if connection.dialect.name == "postgresql" else _SQLITE
    return {
        what: {
            tuple(_plain(value) for value in row)
            for row in connection.execute(text(query))
            if "alembic_version" not in row
        }
        for what, query in queries.items()
    }


def _plain(value: Any) -> Any:
    """Return a definition as SQLite keeps it, its own text, without what a reader would not see."""
    if not isinstance(value, str) or not value.startswith("CREATE TABLE"):
        return " ".join(value.split()) if isinstance(value, str) else value
    head, _, body = " ".join(value.split()).partition("(")
    # The order of columns matters, that of constraints does not; a column that was added stands after both.
    parts = re.split(r",\s(?![^(]*\))", body.removesuffix(")").strip())
    columns = tuple(part.strip() for part in parts if not part.startswith("CONSTRAINT "))
    return head.replace('"', "").strip(), columns, frozenset(parts) - frozenset(columns)

"""Every port on PostgreSQL or SQLite, through SQLAlchemy Core: the same tables and the same statements on both."""

from hunter_adapters.sql.failures import Conflict, ConstraintViolated, OlderSchema, WrongDatabase
from hunter_adapters.sql.store import SqlStore, open_store
from hunter_adapters.sql.unit_of_work import SqlUnitOfWork

__all__ = [
    "Conflict",
    "ConstraintViolated",
    "OlderSchema",
    "SqlStore",
    "SqlUnitOfWork",
    "WrongDatabase",
    "open_store",
]

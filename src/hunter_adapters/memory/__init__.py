"""Every port in memory, with true transactions: for tests, demos and library users."""

from hunter_adapters.memory.store import MemoryStore
from hunter_adapters.memory.tables import ConstraintViolated, NotLocked
from hunter_adapters.memory.unit_of_work import MemoryUnitOfWork

__all__ = ["ConstraintViolated", "MemoryStore", "MemoryUnitOfWork", "NotLocked"]

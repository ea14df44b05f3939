"""Boards in Redis: a projection of the database, believed only where it is that and nobody lost it (ADR 0017, 0024)."""

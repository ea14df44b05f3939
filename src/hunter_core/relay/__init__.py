"""Relaying: what the outbox holds goes out at least once, in order for each hunter (SPEC 6)."""

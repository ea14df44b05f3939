"""The export: everything that is kept of an account, for its owner to take along (SPEC 4, Me)."""

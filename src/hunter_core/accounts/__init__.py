"""Accounts: who signs in, by which credentials, and in which sessions (SPEC 5)."""

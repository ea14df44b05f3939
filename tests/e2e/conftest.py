"""The servers that the end-to-end tests talk to."""

from tests.servers.served import app, books, client, clocked_app, movable_clock, own_app

__all__ = ["app", "books", "client", "clocked_app", "movable_clock", "own_app"]

"""The servers that the fault tests kill, pause and race."""

from tests.servers.served import app, books, client, clocked_app, lone_app, movable_clock, own_app

__all__ = ["app", "books", "client", "clocked_app", "lone_app", "movable_clock", "own_app"]

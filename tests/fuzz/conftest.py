"""The server that is fuzzed."""

from tests.servers.served import lone_app

__all__ = ["lone_app"]

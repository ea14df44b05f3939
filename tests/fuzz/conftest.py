"""The server that is fuzzed."""

from tests.servers.served import fuzzed_app

__all__ = ["fuzzed_app"]

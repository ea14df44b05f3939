"""Where nobody carries webhooks out: tests, and libraries that have none."""

from __future__ import annotations

from collections.abc import Mapping

from hunter_core.errors import InvalidInput
from hunter_core.webhooks.ports import SendFailed


class NoSender:
    """Implements `hunter_core.webhooks.ports.Sender`: there are no webhooks."""

    def check(self, url: str) -> str:
        """Refuse every address."""
        raise InvalidInput("url", "cannot be used: this server sends no webhooks")

    def send(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        """Send nothing."""
        raise SendFailed("this server sends no webhooks")

"""The fan-out of one process: whoever relays tells whoever listens, directly."""

from __future__ import annotations

from collections.abc import Sequence

from hunter_core.events import OutboxEvent
from hunter_core.relay.ports import Hear


class LocalFanOut:
    """Implements `hunter_core.relay.ports.FanOut` within a process."""

    def __init__(self) -> None:
        self._hear: list[Hear] = []

    def start(self) -> None:
        """Begin: there is nothing to begin with."""

    def close(self) -> None:
        """End: there is nothing to end."""

    def listen(self, hear: Hear) -> None:
        """Let *hear* be told from now on."""
        self._hear.append(hear)

    def tell(self, events: Sequence[OutboxEvent]) -> None:
        """Tell everybody here."""
        for hear in self._hear:
            hear(events)

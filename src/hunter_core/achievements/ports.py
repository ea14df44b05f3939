"""What is asked of a store about all hunters' achievements."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, Protocol

from hunter_core.ids import AchievementId


class Holders(NamedTuple):
    """How many hunters there are, and how many of them hold each achievement; 0 where one is left out."""

    hunters: int
    of: Mapping[AchievementId, int]

    def share(self, achievement_id: AchievementId) -> float:
        """Return the share of hunters, 0 to 1, who hold the achievement."""
        return self.of.get(achievement_id, 0) / self.hunters if self.hunters else 0.0


class Popularity(Protocol):
    """Knows how common achievements are; it may lag behind by a minute, because it counts everybody."""

    def holders(self) -> Holders:
        """
        Return who holds what.

        Raises:
            StoreUnavailable: If the database is away or busy for too long.
        """
        ...

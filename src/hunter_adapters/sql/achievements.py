"""Keeps the catalogue in a table, for those who hold its achievements, and counts them."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import func, select, update

from hunter_adapters.sql.statements import Insert, Row, Statement, columns_of
from hunter_adapters.sql.tables import achievements, hunters, unlocks
from hunter_adapters.sql.transaction import Transaction
from hunter_core.ids import AchievementId
from hunter_core.rules.achievements import Achievement, Catalogue

_COLUMNS = columns_of(achievements)
_KNOWN = Statement(select(achievements))
# First all are out of the catalogue: then a name may pass from one achievement to another.
_RETIRE = Statement(update(achievements).where(achievements.c.in_catalogue).values(in_catalogue=False))
_SAVE = Insert(achievements, _COLUMNS, onto=("id",))
_HOLDERS = Statement(
    select(unlocks.c.achievement_id, func.count())
    .where(unlocks.c.taken_back_at.is_(None))
    .group_by(unlocks.c.achievement_id)
)
_HUNTERS = Statement(select(func.count()).select_from(hunters))


class SqlAchievements:
    """Keeps the catalogue of the rulebook in force; what it no longer has stays for those who earned it."""

    __slots__ = ("_sql",)

    def __init__(self, transaction: Transaction) -> None:
        self._sql = transaction

    def seed(self, catalogue: Catalogue) -> bool:
        """Keep exactly *catalogue* as the one in force; return whether that changed anything."""
        wanted = {achievement.id: _row(achievement) for achievement in catalogue.achievements}
        in_force = {row[0]: row for row in self._sql.rows(_KNOWN) if row[-1]}
        if in_force == wanted:
            return False
        self._sql.do(_RETIRE)
        self._sql.insert(_SAVE, list(wanted.values()))
        return True

    def holders(self) -> Mapping[AchievementId, int]:
        """Return how many hunters hold each achievement; those that nobody holds are left out."""
        return dict(self._sql.rows(_HOLDERS))

    def hunters(self) -> int:
        """Return how many hunters there are."""
        count: int = self._sql.value(_HUNTERS)
        return count


def _row(achievement: Achievement) -> Row:
    condition = achievement.trigger_condition
    return (
        achievement.id,
        achievement.key,
        achievement.name,
        achievement.description,
        achievement.rarity,
        achievement.trigger_type,
        achievement.trigger_value,
        None if condition is None else dict(condition),
        achievement.xp_reward,
        achievement.icon,
        achievement.badge_url,
        True,
    )

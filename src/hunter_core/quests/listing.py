"""Which quests a list shows, and in which order."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum

from hunter_core.errors import InvalidInput
from hunter_core.ids import QuestId
from hunter_core.words import Attribute, Difficulty, QuestType

LONGEST_PAGE = 100
USUAL_PAGE = 20


class QuestSort(StrEnum):
    """The order of a list, a leading minus turning it round; newest first unless asked for."""

    NEWEST = "-createdAt"
    OLDEST = "createdAt"
    LATEST_CHANGE = "-updatedAt"
    EARLIEST_CHANGE = "updatedAt"
    TITLE = "title"
    TITLE_BACKWARDS = "-title"
    LEAST_XP = "baseXP"
    MOST_XP = "-baseXP"
    EARLIEST_DEADLINE = "deadline"
    LATEST_DEADLINE = "-deadline"

    @property
    def column(self) -> str:
        """What is sorted by, in the words of the wire, without the sign."""
        return self.value.removeprefix("-")

    @property
    def descends(self) -> bool:
        """Whether the greatest comes first."""
        return self.value.startswith("-")


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestFilter:
    """
    What a quest must be to be listed; None asks for nothing. Archived quests are never listed.

    `among` and `besides` name at most 500 quests: the ones that may, and those that must not be shown.
    """

    type: QuestType | None = None
    is_active: bool | None = None
    difficulty: Difficulty | None = None
    attribute: Attribute | None = None
    among: AbstractSet[QuestId] | None = None
    besides: AbstractSet[QuestId] = frozenset()


def parse_sort(text: str | None) -> QuestSort:
    """
    Return the order that *text* asks for; newest first for None.

    Raises:
        InvalidInput: If there is no such order.
    """
    if text is None:
        return QuestSort.NEWEST
    try:
        return QuestSort(text)
    except ValueError:
        raise InvalidInput("sort", f"must be one of {', '.join(QuestSort)}") from None


def parse_due(text: str | None) -> bool | None:
    """
    Return whether listed quests must be due today: `today` and `true` say yes, `false` no, None either.

    Raises:
        InvalidInput: If *text* is something else.
    """
    if text is None:
        return None
    if text in ("today", "true"):
        return True
    if text == "false":
        return False
    raise InvalidInput("due", "must be today, true or false")


def check_page(page: int, limit: int) -> None:
    """
    Refuse a page that cannot be.

    Raises:
        InvalidInput: Unless *page* is 1 or more and *limit* from 1 to 100.
    """
    problems = []
    if page < 1 or page > 10**9:
        problems.append(("page", f"must be from 1 to {10**9}"))
    if not 1 <= limit <= LONGEST_PAGE:
        problems.append(("limit", f"must be from 1 to {LONGEST_PAGE}"))
    if problems:
        raise InvalidInput.of(problems)

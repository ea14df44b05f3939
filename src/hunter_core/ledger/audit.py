"""Audit: every stored figure held against what the ledger and the completions say it is (`hunter audit`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from hunter_core.completions.unlock import Unlock
from hunter_core.ids import EntryId, HunterId, derived_id
from hunter_core.leaderboard.order import Score
from hunter_core.ledger.entry import LedgerEntry
from hunter_core.ledger.history import History
from hunter_core.ledger.rebuild import rebuild
from hunter_core.rules.rulebook import Rulebook
from hunter_core.words import NO_POINTS, Attributes, EntryKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One stored figure that is not what the history makes it; `column` is `table.column`."""

    hunter_id: HunterId
    column: str
    where: str
    stored: Any
    rebuilt: Any

    def __str__(self) -> str:
        """Return the difference as a sentence."""
        place = f" ({self.where})" if self.where else ""
        return f"hunter {self.hunter_id}: {self.column}{place} is {self.stored}, the history makes it {self.rebuilt}"


def differences(history: History, rulebook: Rulebook) -> Iterator[Difference]:
    """Yield every difference between what is stored of a hunter and what their history says."""
    audit = _Audit(history, rulebook)
    yield from audit.ledger()
    yield from audit.completions()
    yield from audit.unlocks()
    yield from audit.figures()


class _Audit:
    def __init__(self, history: History, rulebook: Rulebook) -> None:
        self._history, self._rulebook = history, rulebook
        reversals = [entry for entry in history.entries if entry.kind is EntryKind.REVERSAL]
        self._reversed: dict[UUID, LedgerEntry] = {entry.source_id: entry for entry in reversals}
        self._by_id = {entry.id: entry for entry in history.entries}

    def _differs(self, column: str, where: str, stored: Any, rebuilt: Any) -> Iterator[Difference]:
        if stored != rebuilt:
            yield Difference(
                hunter_id=self._history.hunter.id, column=column, where=where, stored=stored, rebuilt=rebuilt
            )

    def _standing(self, kind: EntryKind) -> dict[UUID, LedgerEntry]:
        return {
            entry.source_id: entry
            for entry in self._history.entries
            if entry.kind is kind and entry.id not in self._reversed
        }

    def ledger(self) -> Iterator[Difference]:
        """The ledger against itself: numbers without a hole, running balance, reversals that mirror."""
        balance = 0
        for number, entry in enumerate(self._history.entries, start=1):
            balance += entry.amount
            where = f"seq {entry.seq}"
            yield from self._differs("xp_entries.seq", f"entry {entry.id}", entry.seq, number)
            if entry.kind is EntryKind.REVERSAL:
                yield from self._mirror(entry, where)
            yield from self._differs("xp_entries.balance_after", where, entry.balance_after, balance)

    def _mirror(self, entry: LedgerEntry, where: str) -> Iterator[Difference]:
        source = self._by_id.get(EntryId(entry.source_id))
        if source is None:
            yield from self._differs("xp_entries.source_id", where, entry.source_id, "a known entry")
            return
        yield from self._differs("xp_entries.amount", where, entry.amount, -source.amount)
        yield from self._points("xp_entries", where, entry.points, NO_POINTS.minus(source.points))
        yield from self._differs("xp_entries.local_day", where, entry.local_day, source.local_day)

    def completions(self) -> Iterator[Difference]:
        """Each completion against the entry that paid it."""
        entries = {
            entry.source_id: entry for entry in self._history.entries if entry.kind is EntryKind.COMPLETION
        }
        for completion in self._history.completions:
            where = f"completion {completion.id}"
            entry = entries.pop(completion.id, None)
            if entry is None:
                yield from self._differs("xp_entries", where, "no entry", "an entry that paid it")
                continue
            taken = entry.id in self._reversed
            yield from self._differs("completions.voided_at", where, completion.voided_at is not None, taken)
            yield from self._differs("completions.total_xp", where, completion.xp.total_xp, entry.amount)
            yield from self._points("completions", where, completion.gains, entry.points)
            yield from self._differs("completions.local_day", where, completion.local_day, entry.local_day)
        for source_id in entries:
            yield from self._differs(
                "completions", f"completion {source_id}", "no row", "the row that was paid"
            )

    def unlocks(self) -> Iterator[Difference]:
        """Each unlock against the entry that paid it, and the completion that it names."""
        paid = {
            entry.source_id: entry for entry in self._history.entries if entry.kind is EntryKind.ACHIEVEMENT
        }
        for unlock in self._history.unlocks:
            where = f"unlock {unlock.id}"
            entry = paid.pop(unlock.id, None)
            if entry is None:
                yield from self._differs("unlocks", where, "a row", "nothing, for the ledger paid none")
                continue
            taken = entry.id in self._reversed
            yield from self._differs("unlocks.taken_back_at", where, unlock.taken_back_at is not None, taken)
            yield from self._differs("unlocks.xp_reward", where, unlock.xp_reward, entry.amount)
            yield from self._differs("unlocks.unlocked_at", where, unlock.unlocked_at, entry.recorded_at)
            yield from self._origin(unlock, where)
        for source_id in paid:
            yield from self._differs("unlocks", f"unlock {source_id}", "no row", "the row that was paid")

    def _origin(self, unlock: Unlock, where: str) -> Iterator[Difference]:
        """An unlock's id is derived from what unlocked it, so it tells when achievement or cause were changed."""
        achievement = self._rulebook.catalogue.get(unlock.achievement_id)
        if achievement is None:
            return  # It has left the catalogue since; its key, and so its derivation, is not known any more.
        if derived_id(unlock.completion_id, f"unlock:{achievement.key}") == unlock.id:
            return
        for completion in self._history.completions:
            for label in ("overdue", "again"):
                if derived_id(completion.id, f"{label}:{achievement.key}") == unlock.id:
                    return
        yield from self._differs(
            "unlocks.achievement_id", where, unlock.achievement_id, "another, by the unlock's id"
        )

    def figures(self) -> Iterator[Difference]:
        """The hunter's row and days against the rebuilt ones."""
        rebuilt = rebuild(self._history, self._rulebook)
        stored = self._history.hunter
        for name in _HUNTER_COLUMNS:
            yield from self._differs(
                f"hunters.{name}", "", getattr(stored, name), getattr(rebuilt.hunter, name)
            )
        yield from self._points("hunters", "", stored.attributes, rebuilt.hunter.attributes)
        for name, count, right in zip(
            _COUNT_COLUMNS, stored.completed, rebuilt.hunter.completed, strict=True
        ):
            yield from self._differs(f"hunters.{name}", "", count, right)
        kept = {row.local_day: row for row in self._history.days}
        made = {row.local_day: row for row in rebuilt.days}
        for day in sorted(kept.keys() | made.keys()):
            where = str(day)
            row, right_row = kept.get(day), made.get(day)
            if row is None or right_row is None:
                yield from self._differs("daily_stats", where, _presence(row), _presence(right_row))
                continue
            for name in _DAY_COLUMNS:
                yield from self._differs(
                    f"daily_stats.{name}", where, getattr(row, name), getattr(right_row, name)
                )
            yield from self._points("daily_stats", where, row.points, right_row.points)
        yield from self._scores(rebuilt.scores)

    def _scores(self, made: Mapping[str, Score]) -> Iterator[Difference]:
        """The scores on the boards against the rebuilt ones, and who sees them against the settings."""
        kept = self._history.scores
        for window in sorted(kept.keys() | made.keys()):
            score, right = kept.get(window), made.get(window)
            if score is None or right is None:
                yield from self._differs("board_scores", window, _presence(score), _presence(right))
                continue
            yield from self._differs("board_scores.xp", window, score.xp, right.xp)
            yield from self._differs("board_scores.reached_at", window, score.reached_at, right.reached_at)
            shown = window in self._history.shown
            yield from self._differs("board_scores.is_shown", window, shown, self._history.listed)

    def _points(
        self, table: str, where: str, stored: Attributes, rebuilt: Attributes
    ) -> Iterator[Difference]:
        for name, points, right in zip(Attributes._fields, stored, rebuilt, strict=True):
            yield from self._differs(f"{table}.{name}", where, points, right)


def _presence(row: object) -> str:
    return "no row" if row is None else "a row"


_HUNTER_COLUMNS = (
    "total_xp",
    "level",
    "rank",
    "xp_reached_at",
    "streak",
    "max_streak",
    "freezes",
    "last_day",
)
_COUNT_COLUMNS = ("completed_easy", "completed_normal", "completed_hard")
_DAY_COLUMNS = ("created", "completed", "xp", "time_spent", "streak", "max_streak", "freezes")

"""Keeps hunters' scores, a row for each window, in the transaction of what changed them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import and_, delete, exists, false, func, select, update

from hunter_adapters.sql.statements import Statement, inline, padded, param
from hunter_adapters.sql.tables import board_scores, hunter_settings, hunters, xp_entries
from hunter_adapters.sql.transaction import Transaction
from hunter_core.hunters.settings import Visibility
from hunter_core.ids import HunterId
from hunter_core.leaderboard.order import BEGINNING, Score
from hunter_core.leaderboard.scores import Gain
from hunter_core.leaderboard.windows import ALL_TIME
from hunter_core.words import EntryKind

_of = board_scores.c
_HUNTER = param("hunter_id", _of.hunter_id)
LISTED = and_(
    hunters.c.is_active,
    hunter_settings.c.show_on_leaderboard,
    hunter_settings.c.profile_visibility == inline(Visibility.PUBLIC),
)
"""Whether a hunter is on the boards: `hunter_core.leaderboard.read.is_listed` in SQL."""

_listed = (
    select(LISTED)
    .join_from(hunters, hunter_settings, hunter_settings.c.hunter_id == hunters.c.id)
    .where(hunters.c.id == _HUNTER)
    .scalar_subquery()
)
_SHOW = Statement(
    update(board_scores).where(_of.hunter_id == _HUNTER).values(is_shown=func.coalesce(_listed, false()))
)
_OF_HUNTER = Statement(
    select(_of.window_name, _of.xp, _of.reached_at, _of.is_shown).where(_of.hunter_id == _HUNTER)
)
_LISTED = Statement(select(func.coalesce(_listed, false())))


def _gains() -> Any:
    earlier, reversal = xp_entries.alias(), xp_entries.alias()
    before = (
        select(earlier.c.seq)
        .where(
            earlier.c.hunter_id == _HUNTER, earlier.c.recorded_at < param("since", xp_entries.c.recorded_at)
        )
        .order_by(earlier.c.seq.desc())
        .limit(inline(1))
        .scalar_subquery()
    )
    return (
        select(xp_entries.c.recorded_at, xp_entries.c.amount)
        .where(
            xp_entries.c.hunter_id == _HUNTER,
            # The ledger is walked back from its end, to the last entry that is too old.
            xp_entries.c.seq > func.coalesce(before, inline(0)),
            xp_entries.c.amount != inline(0),
            xp_entries.c.kind != inline(EntryKind.REVERSAL),
            ~exists().where(
                reversal.c.kind == inline(EntryKind.REVERSAL), reversal.c.source_id == xp_entries.c.id
            ),
        )
        .order_by(xp_entries.c.seq)
    )


_GAINS = Statement(_gains())


@lru_cache(maxsize=16)
def _upsert(rows: int, *, adding: bool) -> Statement:
    """Return the statement that keeps so many scores, in the place of those that are there, or added to them."""
    known = board_scores.alias("known")
    # A new window is seen by whom the others are.
    shown = (
        select(known.c.is_shown)
        .where(known.c.hunter_id == _HUNTER, known.c.window_name == inline(ALL_TIME))
        .scalar_subquery()
    )

    def construct(insert: Any) -> Any:
        values = [
            {
                "hunter_id": _HUNTER,
                "window_name": param(f"window_{row}", _of.window_name),
                "xp": param(f"xp_{row}", _of.xp),
                "reached_at": param(f"reached_{row}", _of.reached_at),
                "is_shown": func.coalesce(shown, false()),
            }
            for row in range(rows)
        ]
        made = insert(board_scores).values(values)
        xp = _of.xp + made.excluded.xp if adding else made.excluded.xp
        return made.on_conflict_do_update(
            index_elements=["hunter_id", "window_name"],
            set_={"xp": xp, "reached_at": made.excluded.reached_at},
        )

    return Statement(construct)


@lru_cache(maxsize=8)
def _add(count: int) -> Statement:
    """Return the statement that adds to scores that are there: half as dear as the one that does not know."""
    these = [param(f"window_{place}", _of.window_name) for place in range(count)]
    return Statement(
        update(board_scores)
        .where(_of.hunter_id == _HUNTER, _of.window_name.in_(these))
        .values(xp=_of.xp + param("amount", _of.xp), reached_at=param("at", _of.reached_at))
    )


@lru_cache(maxsize=8)
def _delete(count: int) -> Statement:
    these = [param(f"window_{place}", _of.window_name) for place in range(count)]
    return Statement(delete(board_scores).where(_of.hunter_id == _HUNTER, _of.window_name.in_(these)))


class SqlScores:
    """Keeps scores in a table."""

    __slots__ = ("_sql",)

    def __init__(self, transaction: Transaction) -> None:
        self._sql = transaction

    def gain(
        self, hunter_id: HunterId, windows: Sequence[str], amount: int, at: datetime, *, known: bool = False
    ) -> None:
        if known:
            named = {f"window_{place}": window for place, window in enumerate(windows)}
            self._sql.do(_add(len(windows)), hunter_id=hunter_id, amount=amount, at=at, **named)
            return
        self._keep(hunter_id, [Score(window, amount, at) for window in windows], adding=True)

    def save(self, hunter_id: HunterId, scores: Sequence[Score]) -> None:
        kept = [score for score in scores if score.xp or score.window == ALL_TIME]
        self._keep(hunter_id, kept, adding=False)
        if len(kept) < len(scores):
            gone = padded(score.window for score in scores if score not in kept)
            named = {f"window_{place}": window for place, window in enumerate(gone)}
            self._sql.do(_delete(len(gone)), hunter_id=hunter_id, **named)

    def gains_since(self, hunter_id: HunterId, since: datetime) -> Sequence[Gain]:
        return [Gain(*row) for row in self._sql.rows(_GAINS, hunter_id=hunter_id, since=since)]

    def show(self, hunter_id: HunterId) -> None:
        """Take over from activity and settings whether others see the hunter's scores."""
        self._sql.do(_SHOW, hunter_id=hunter_id)
        self._sql.hunters_changed[hunter_id] = None
        self._sql.listing_changed = True
        if not self._sql.value(_LISTED, hunter_id=hunter_id):
            self._sql.hunters_hidden[hunter_id] = None

    def stored(self, hunter_id: HunterId) -> tuple[Mapping[str, Score], frozenset[str], bool]:
        """Return the hunter's scores, those that others see, and whether they should see them."""
        rows = self._sql.rows(_OF_HUNTER, hunter_id=hunter_id)
        scores = {window: Score(window, xp, moment_of(at)) for window, xp, at, _ in rows}
        shown = frozenset(window for window, _, _, is_shown in rows if is_shown)
        return scores, shown, bool(self._sql.value(_LISTED, hunter_id=hunter_id))

    def _keep(self, hunter_id: HunterId, scores: Sequence[Score], *, adding: bool) -> None:
        values: dict[str, Any] = {}
        for row, score in enumerate(scores):
            values[f"window_{row}"], values[f"xp_{row}"] = score.window, score.xp
            values[f"reached_{row}"] = score.reached_at or BEGINNING
        self._sql.do(_upsert(len(scores), adding=adding), hunter_id=hunter_id, **values)


def moment_of(stored: datetime) -> datetime | None:
    """Return the moment at which XP were reached; None where it is the beginning."""
    return None if stored == BEGINNING else stored

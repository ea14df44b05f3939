"""Boards: who stands where (SPEC 4, Leaderboard)."""

from __future__ import annotations

from hunter_api.answers import Answer, Call, ok
from hunter_api.operations import Routes
from hunter_api.schemas.leaderboard import BoardQuery, BoardView
from hunter_core.leaderboard.read import read_board
from hunter_core.limits.limit import LimitName

routes = Routes("Leaderboard", "/api/leaderboard", limit=LimitName.LEADERBOARD, tokens=True)


@routes.get("", listed=True)
def read_leaderboard(call: Call, *, query: BoardQuery) -> Answer[BoardView]:
    """
    Show a board: hunters by XP, then by who reached that total first.

    Of all time, or of a day, a week or a month in UTC; past ones stay readable. Hunters who do not show
    themselves on boards, whose profile is not public, or who are inactive are on none.
    """
    seen = read_board(
        boards=call.ports.boards,
        viewer=call.hunter_id,
        now=call.now,
        rulebook=call.ports.rulebook,
        timeframe=query.timeframe,
        window=query.window,
        rank=query.rank.only,
        page=query.page,
        limit=query.limit,
        around_me=query.around is not None,
    )
    return ok(BoardView.of(seen, query.limit))

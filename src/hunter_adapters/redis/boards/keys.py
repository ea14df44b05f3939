"""How boards lie in Redis: a sorted set for each window, whose members sort as the one order says."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from hunter_adapters.calendars import calendar_from_json, calendar_to_json
from hunter_core.days import Calendar
from hunter_core.ids import AccountId, HunterId
from hunter_core.leaderboard.board import Line
from hunter_core.leaderboard.order import BEGINNING, Score
from hunter_core.leaderboard.projection import micros
from hunter_core.leaderboard.windows import ALL_TIME, windows_at
from hunter_core.rules.streaks import StreakState
from hunter_core.words import Rank

PREFIX = "hunter:board:"
STATE = PREFIX + "state"
"""What must go together: the fields below, and by its key how many members each other key of the boards has."""
GENERATION = "generation"
"""A word of the rebuild that made what is there; gone when Redis was emptied."""
TICKET = "ticket"
LOOKED = "looked"
"""The moment, in microseconds, up to which somebody has looked for what changed."""
READY = "ready"
"""Run of the server and rulebook that the boards were made whole under; missing while they are being made."""
WORD = "word"
"""The word that the database had when it held all that is here, but for whom `FRESH` names."""
NEXT_WORD = "next"
"""The word that the database is just being given."""
LEASE = "lease"
"""Until when they may be read, in microseconds of the server's clock: somebody saw that they had all before."""
WITHDRAWN = "withdrawn"
"""When they were last said to lack something: only who has looked after that gives a lease again."""
FRESH = PREFIX + "fresh"
"""Who was brought over since the database got its word, by id, and after which ticket: a copy may lack that change."""
GIVING = PREFIX + "giving"
"""There for a while after somebody began to give the database a word."""
COMPARED = PREFIX + "compared"
"""Up to where boards were compared with the store."""
COMPARING = PREFIX + "comparing"
"""There until boards are to be compared again."""
BUILDING = PREFIX + "building"
"""There while somebody makes the boards anew."""
EVICTED = PREFIX + "evicted"
"""There for a while after boards were made anew because Redis had given up a part, or somebody had written there."""
OTHERS = PREFIX + "others"
"""There for a while after boards were made anew because they were of another database, program or rulebook."""
APPLIED = PREFIX + "applied"
CARDS = PREFIX + "cards"

_MOMENT_BYTES = 8
_DAYS_KEPT = {10: 2, 8: 9, 7: 33}
"""Days that the board of a window is kept after its first score, by the length of its name: longer than it is open."""


def order_of(window: str) -> str:
    """Return the key of a window's sorted set: scores are XP, negated; members moment and id."""
    return f"{PREFIX}order:{window}"


def members_of(window: str) -> str:
    """Return the key of a window's hash from id to moment, the beginning of the member."""
    return f"{PREFIX}members:{window}"


def open_windows(now: datetime) -> tuple[str, ...]:
    """Return the windows that are kept in Redis: those that *now* lies in, or will in a few seconds."""
    soon = windows_at(now + timedelta(seconds=5))
    return tuple(dict.fromkeys((ALL_TIME, *windows_at(now), *soon)))


def seconds_kept(window: str) -> int:
    """Return after how many seconds the board of *window* may go; 0 for never."""
    return 0 if window == ALL_TIME else _DAYS_KEPT[len(window)] * 86_400


def moment_bytes(reached_at: datetime | None) -> bytes:
    """Return a moment such that earlier ones sort first."""
    return micros(reached_at).to_bytes(_MOMENT_BYTES, "big")


def score_of(window: str, member: bytes, score: bytes) -> tuple[HunterId, Score]:
    """Return whose score a member of a sorted set is."""
    reached = int.from_bytes(member[:_MOMENT_BYTES], "big")
    at = BEGINNING + timedelta(microseconds=reached) if reached else None
    return id_of(member), Score(window, xp_of(score), at)


def id_of(member: bytes) -> HunterId:
    """Return the hunter of a member."""
    return HunterId(AccountId(UUID(bytes=member[_MOMENT_BYTES:])))


def xp_of(score: bytes) -> int:
    """Return the XP of a score: a whole number below 2^53, so that the double is exact."""
    return -int(float(score))


def card_of(line: Line) -> str:
    """Return what is shown of a hunter, as one text."""
    streak, max_streak, freezes, last_day = line.streak
    day = None if last_day is None else last_day.isoformat()
    calendar = _calendar_text(line.calendar)
    return json.dumps(
        [line.name, line.level, line.rank.value, streak, max_streak, freezes, day, calendar],
        separators=(",", ":"),
        ensure_ascii=False,
    )


def lines_of(rows: list[bytes], cards: list[bytes]) -> list[Line]:
    """Return the lines of members and scores, in turns, and the cards of the same hunters."""
    told = json.loads(b"[" + b",".join(cards) + b"]")
    return [
        _line(id_of(rows[2 * place]), xp_of(rows[2 * place + 1]), *card) for place, card in enumerate(told)
    ]


def _line(hunter_id: HunterId, xp: int, *card: Any) -> Line:
    name, level, rank, streak, max_streak, freezes, day, calendar = card
    last_day = None if day is None else date.fromisoformat(day)
    state = StreakState(streak, max_streak, freezes, last_day)
    return Line(hunter_id, xp, name, level, _RANKS[rank], state, _calendar(calendar))


_RANKS = {rank.value: rank for rank in Rank}


@lru_cache(maxsize=4096)
def _calendar(text: str) -> Calendar:
    return calendar_from_json(json.loads(text))


@lru_cache(maxsize=4096)
def _calendar_text(calendar: Calendar) -> str:
    return json.dumps(calendar_to_json(calendar), separators=(",", ":"))

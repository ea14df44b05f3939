"""A refresh token is good once, and for a moment longer; what comes back later ends its session (SPEC 5)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from enum import Enum
from itertools import dropwhile

from hunter_core.accounts.policy import AuthPolicy
from hunter_core.accounts.session import Session

MOST_REMEMBERED = 100
"""Generations whose beginning is remembered, when a session is refreshed again and again within the grace."""


class Presented(Enum):
    """What a genuine refresh token of a session is worth at a moment."""

    CURRENT = "it is the session's latest: rotate"
    REPEATED = "it was the latest a moment ago: the same successor again"
    REUSED = "its successor has been out for too long: somebody else has it"
    OVER = "the session has ended"


def presented(session: Session, generation: int, now: datetime, policy: AuthPolicy) -> Presented:
    """
    Return what the token of *generation* is worth at *now*.

    Every generation has its own grace, from the moment at which its token was used: of twenty requests with
    one token some come late, when another has already used the successor. A generation that is not reached
    yet (the database was put back to an earlier state) is nobody's reuse; its session counts as over.
    """
    if not session.is_alive(now, policy.session_idles) or generation > session.generation:
        return Presented.OVER
    if generation == session.generation:
        return Presented.CURRENT
    used_at = _used_at(session, generation)
    if used_at is not None and now <= used_at + policy.grace:
        return Presented.REPEATED
    return Presented.REUSED


def _used_at(session: Session, generation: int) -> datetime | None:
    """Return when the token of *generation*, an earlier one, was used: the next one began; None if long ago."""
    began = (*session.earlier, session.rotated_at)
    back = session.generation - generation
    return began[-back] if back <= len(began) else None


def rotated(session: Session, *, now: datetime, address: str | None, policy: AuthPolicy) -> Session:
    """Return *session* with its next generation, refreshed from *address*. Its end stays where it was."""
    # The first generation began with the session: no token was used then.
    began = (*session.earlier, session.rotated_at) if session.generation else ()
    earlier = tuple(dropwhile(lambda at: at + policy.grace < now, began))[-MOST_REMEMBERED:]
    return replace(
        session,
        generation=session.generation + 1,
        rotated_at=now,
        last_used_at=now,
        address=address,
        earlier=earlier,
    )


def ended(session: Session, *, now: datetime) -> Session:
    """Return *session*, ended at *now*; one that was ended before keeps its moment."""
    return session if session.revoked_at is not None else replace(session, revoked_at=now)

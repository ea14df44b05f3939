"""A refresh token is good once, and for a moment longer; what comes back later ends its session (SPEC 5)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from enum import Enum

from hunter_core.accounts.policy import AuthPolicy
from hunter_core.accounts.session import Session


class Presented(Enum):
    """What a genuine refresh token of a session is worth at a moment."""

    CURRENT = "it is the session's latest: rotate"
    REPEATED = "it was the latest a moment ago: the same successor again"
    REUSED = "its successor has been out for too long: somebody else has it"
    OVER = "the session has ended"


def presented(session: Session, generation: int, now: datetime, policy: AuthPolicy) -> Presented:
    """
    Return what the token of *generation* is worth at *now*.

    Only the generation just before the current one has a grace: who holds the successor's successor has
    long received the successor. A generation that is not reached yet (the database was put back to an
    earlier state) is nobody's reuse; its session counts as over.
    """
    if not session.is_open(now) or generation > session.generation:
        return Presented.OVER
    if policy.session_idles is not None and now >= session.last_used_at + policy.session_idles:
        return Presented.OVER
    if generation == session.generation:
        return Presented.CURRENT
    if generation == session.generation - 1 and now <= session.rotated_at + policy.grace:
        return Presented.REPEATED
    return Presented.REUSED


def rotated(session: Session, *, now: datetime, address: str | None) -> Session:
    """Return *session* with its next generation, refreshed from *address*. Its end stays where it was."""
    return replace(
        session, generation=session.generation + 1, rotated_at=now, last_used_at=now, address=address
    )


def ended(session: Session, *, now: datetime) -> Session:
    """Return *session*, ended at *now*; one that was ended before keeps its moment."""
    return session if session.revoked_at is not None else replace(session, revoked_at=now)

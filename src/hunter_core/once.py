"""Once: whatever runs under an Idempotency-Key runs one time, and its answer is kept with it (SPEC 4, Idempotency)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from hunter_core.keys import KeyedRequest, StoredAnswer
from hunter_core.ports import UnitOfWork

Result = TypeVar("Result")


def once(
    *,
    uow: UnitOfWork,
    request: KeyedRequest | None,
    now: datetime,
    effect: Callable[[], Result],
    answer: Callable[[Result], tuple[int, bytes]],
) -> Result | StoredAnswer:
    """
    Return what *effect* does, or the answer that was stored when it did it before.

    The hunter is locked first, so that of two requests with one key the second waits for the first.
    *answer* gives status and body of a result; they are stored in *uow*, which the caller commits. A
    refusal raised by *effect* stores nothing and leaves the key free. Without a *request* nothing is kept.

    Raises:
        NotFound: If the account of the request is gone.
        IdempotencyKeyReused: If the key was used for another request.
    """
    if request is None:
        return effect()
    uow.hunters.lock(request.account_id)
    known = answered(uow, request, now)
    if known is not None:
        return known
    result = effect()
    keep(uow, request, now, answer(result))
    return result


def answered(uow: UnitOfWork, request: KeyedRequest, now: datetime) -> StoredAnswer | None:
    """
    Return what *request* was answered before, when that is not older than 24 hours.

    Raises:
        IdempotencyKeyReused: If its key was used for another request.
    """
    known = uow.keys.find(request.account_id, request.key)
    return None if known is None else known.replayed_for(request, now)


def keep(uow: UnitOfWork, request: KeyedRequest, now: datetime, answer: tuple[int, bytes]) -> None:
    """Store the *answer* (status, body) of *request* in the transaction of its effect."""
    status, body = answer
    stored = StoredAnswer(fingerprint=request.fingerprint, status=status, body=body, stored_at=now)
    uow.keys.store(request, stored)

"""A code that is refused is written to the security log: somebody guesses, or comes too late."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from hunter_core.accounts.code import CodePurpose
from hunter_core.accounts.security_log import SecurityEvent, SecurityEventKind, SecurityLog
from hunter_core.accounts.session import Client
from hunter_core.errors import CodeInvalid


@contextmanager
def recording_refused_codes(
    log: SecurityLog, purpose: CodePurpose, now: datetime, client: Client
) -> Iterator[None]:
    """Record a `CodeInvalid` that leaves the block, without the code, and let it pass."""
    try:
        yield
    except CodeInvalid:
        log.record(
            SecurityEvent(
                kind=SecurityEventKind.CODE_REFUSED,
                at=now,
                client=client,
                details={"purpose": purpose.value},
            )
        )
        raise

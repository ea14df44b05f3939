"""Sessions on the wire (SPEC 4, Auth)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import attrs

from hunter_core.accounts.session import Session
from hunter_core.ids import SessionId


@attrs.frozen(kw_only=True, slots=False)
class SessionView:
    """
    One sign-in on one device.

    `device` is what the client said of itself, `address` where it signed in or was last refreshed from;
    `lastUsedAt` lags behind by a few minutes at most.
    """

    id: UUID
    device: str | None
    address: str | None
    createdAt: datetime
    lastUsedAt: datetime
    expiresAt: datetime
    isCurrent: bool

    @classmethod
    def of(cls, session: Session, current: SessionId) -> SessionView:
        """Return *session* as it is shown to who asks by the session *current*."""
        return cls(
            id=session.id,
            device=session.device,
            address=session.address,
            createdAt=session.created_at,
            lastUsedAt=session.last_used_at,
            expiresAt=session.expires_at,
            isCurrent=session.id == current,
        )


@attrs.frozen(kw_only=True, slots=False)
class SessionsView:
    """The sessions that may still be used, newest first."""

    sessions: tuple[SessionView, ...]

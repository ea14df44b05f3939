"""The account in an export: who signs in, by what, and what they were written; no secret."""

from __future__ import annotations

from uuid import UUID

import attrs

from hunter_api.schemas.fields import UtcInstant
from hunter_core.accounts.account import Account, Role
from hunter_core.accounts.api_token import ApiToken, Scope
from hunter_core.accounts.identity import Identity
from hunter_core.accounts.session import Session
from hunter_core.export.records import (
    SecondFactor,
)
from hunter_core.mail.mail import Mail


@attrs.frozen(kw_only=True, slots=False)
class ExportAccountView:
    """Who signs in; without the password, of which only a hash is kept."""

    id: UUID
    email: str
    hasPassword: bool
    role: Role
    isVerified: bool
    isActive: bool
    lastLogin: UtcInstant | None
    createdAt: UtcInstant
    updatedAt: UtcInstant
    deleteAt: UtcInstant | None
    deactivatedAt: UtcInstant | None

    @classmethod
    def of(cls, account: Account) -> ExportAccountView:
        """Return it as it goes out."""
        return cls(
            id=account.id,
            email=account.email,
            hasPassword=account.password_hash is not None,
            role=account.role,
            isVerified=account.is_verified,
            isActive=account.is_active,
            lastLogin=account.last_login,
            createdAt=account.created_at,
            updatedAt=account.updated_at,
            deleteAt=account.delete_at,
            deactivatedAt=account.deactivated_at,
        )


@attrs.frozen(kw_only=True, slots=False)
class ExportSecondFactorView:
    """That there is a second factor, confirmed or not, and how many recovery codes are left."""

    createdAt: UtcInstant
    confirmedAt: UtcInstant | None
    recoveryCodesLeft: int

    @classmethod
    def of(cls, factor: SecondFactor) -> ExportSecondFactorView:
        """Return it as it goes out."""
        return cls(
            createdAt=factor.created_at,
            confirmedAt=factor.confirmed_at,
            recoveryCodesLeft=factor.recovery_codes_left,
        )


@attrs.frozen(kw_only=True, slots=False)
class ExportIdentityView:
    """Who the owner is at a provider."""

    id: UUID
    issuer: str
    subject: str
    email: str | None
    createdAt: UtcInstant

    @classmethod
    def of(cls, identity: Identity) -> ExportIdentityView:
        """Return it as it goes out."""
        return cls(
            id=identity.id,
            issuer=identity.issuer,
            subject=identity.subject,
            email=identity.email,
            createdAt=identity.created_at,
        )


@attrs.frozen(kw_only=True, slots=False)
class ExportSessionView:
    """A sign-in, running or over, while it is kept; `refreshes` counts how often its tokens were renewed."""

    id: UUID
    device: str | None
    address: str | None
    refreshes: int
    createdAt: UtcInstant
    authenticatedAt: UtcInstant
    steppedUpAt: UtcInstant | None
    refreshedAt: UtcInstant
    lastUsedAt: UtcInstant
    expiresAt: UtcInstant
    endedAt: UtcInstant | None

    @classmethod
    def of(cls, session: Session) -> ExportSessionView:
        """Return it as it goes out."""
        return cls(
            id=session.id,
            device=session.device,
            address=session.address,
            refreshes=session.generation,
            createdAt=session.created_at,
            authenticatedAt=session.authenticated_at,
            steppedUpAt=session.stepped_up_at,
            refreshedAt=session.rotated_at,
            lastUsedAt=session.last_used_at,
            expiresAt=session.expires_at,
            endedAt=session.revoked_at,
        )


@attrs.frozen(kw_only=True, slots=False)
class ExportApiTokenView:
    """A key for scripts; never the key."""

    id: UUID
    name: str
    scope: Scope
    createdAt: UtcInstant
    expiresAt: UtcInstant
    lastUsedAt: UtcInstant | None
    revokedAt: UtcInstant | None

    @classmethod
    def of(cls, token: ApiToken) -> ExportApiTokenView:
        """Return it as it goes out."""
        return cls(
            id=token.id,
            name=token.name,
            scope=token.scope,
            createdAt=token.created_at,
            expiresAt=token.expires_at,
            lastUsedAt=token.last_used_at,
            revokedAt=token.revoked_at,
        )


@attrs.frozen(kw_only=True, slots=False)
class ExportMailView:
    """A mail to the owner, while it is kept; never the code that it carried."""

    id: UUID
    to: str
    template: str
    details: dict[str, str]
    createdAt: UtcInstant
    sentAt: UtcInstant | None
    givenUpAt: UtcInstant | None

    @classmethod
    def of(cls, mail: Mail) -> ExportMailView:
        """Return it as it goes out."""
        return cls(
            id=mail.id,
            to=mail.recipient,
            template=mail.template.value,
            details=dict(mail.details),
            createdAt=mail.created_at,
            sentAt=mail.sent_at,
            givenUpAt=mail.parked_at,
        )

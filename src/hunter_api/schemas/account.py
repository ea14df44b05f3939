"""Leaving, on the wire (SPEC 4, Me)."""

from __future__ import annotations

import attrs

from hunter_api.schemas.fields import UtcInstant
from hunter_core.accounts.account import Account


@attrs.frozen(kw_only=True, slots=False)
class DeletionView:
    """When the account is erased; until then a sign-in takes that back."""

    deleteAt: UtcInstant

    @classmethod
    def of(cls, account: Account) -> DeletionView:
        """
        Return when *account*, whose deletion is planned, is erased.

        Raises:
            LookupError: If nobody asked for it.
        """
        if account.delete_at is None:
            raise LookupError("no deletion is planned for this account")
        return cls(deleteAt=account.delete_at)

"""A gate that costs nothing: the real keepers of secrets, at bcrypt's lowest cost."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hunter_adapters.crypto.access_tokens import JwtAccessTokens
from hunter_adapters.crypto.codes import DerivedCodes
from hunter_adapters.crypto.keys import KeyRing
from hunter_adapters.crypto.passwords import BcryptPasswords
from hunter_adapters.crypto.pool import BoundedPool
from hunter_adapters.crypto.refresh_tokens import DerivedRefreshTokens
from hunter_adapters.crypto.subjects import KeyedSubjects
from hunter_adapters.crypto.totp import PyotpTotp
from hunter_adapters.crypto.vault import AesVault
from hunter_adapters.memory.security_log import MemorySecurityLog
from hunter_core.accounts.common import common_passwords
from hunter_core.accounts.policy import CONTRACT, AuthPolicy
from hunter_core.accounts.sign_in import Gate

KEYS = KeyRing([("k1", bytes(range(32)))])
PEPPERS = KeyRing([("p1", bytes(range(100, 132)))])
PASSWORD = "Ar1se!Ar1se!"


def a_gate(
    policy: AuthPolicy = CONTRACT, *, peppers: KeyRing = PEPPERS, cost: int = 4, **changes: Any
) -> Gate:
    """Return a gate by *policy*."""
    gate = Gate(
        policy=policy,
        passwords=BcryptPasswords(peppers, BoundedPool(threads=1, waiting=32), cost=cost),
        common=common_passwords(),
        access=JwtAccessTokens(KEYS, lasts=policy.access_lasts),
        refresh=DerivedRefreshTokens(peppers),
        codes=DerivedCodes(peppers),
        totp=PyotpTotp(),
        vault=AesVault(peppers),
        subjects=KeyedSubjects(peppers),
        log=MemorySecurityLog(),
    )
    return replace(gate, **changes)

"""Who lets people in: keys, hashes, providers and the security log of the settings."""

from __future__ import annotations

import logging
from dataclasses import replace

from hunter_adapters.crypto.access_tokens import JwtAccessTokens
from hunter_adapters.crypto.codes import DerivedCodes
from hunter_adapters.crypto.keys import KeyRing
from hunter_adapters.crypto.passwords import BcryptPasswords
from hunter_adapters.crypto.pool import BoundedPool
from hunter_adapters.crypto.refresh_tokens import DerivedRefreshTokens
from hunter_adapters.crypto.subjects import KeyedSubjects
from hunter_adapters.crypto.totp import PyotpTotp
from hunter_adapters.crypto.vault import AesVault
from hunter_adapters.logs import security
from hunter_adapters.logs.security import JsonSecurityLog
from hunter_api import development_keys
from hunter_api.settings import SettingInvalid, Settings
from hunter_api.settings.values import AuthProfile
from hunter_api.sign_in_with import SignInWith
from hunter_api.wiring.words import one_line
from hunter_core.accounts.common import common_passwords
from hunter_core.accounts.identity import IdentityProvider, ProviderName
from hunter_core.accounts.policy import CONTRACT, STRICT, AuthPolicy
from hunter_core.accounts.providers import Providers
from hunter_core.accounts.sign_in import Gate


def gate_of(settings: Settings) -> tuple[Gate, BoundedPool]:
    """
    Return what lets people in, and the pool that hashes passwords for it.

    Raises:
        SettingInvalid: If a key cannot be used.
    """
    policy = _policy(settings)
    try:
        name = "HUNTER_JWT_KEYS"
        signing = KeyRing(development_keys.jwt_keys(settings))
        name = "HUNTER_PEPPERS"
        peppers = KeyRing(development_keys.peppers(settings))
    except ValueError as error:
        raise SettingInvalid(f"{name}: {one_line(error)}.") from error
    pool = BoundedPool.of_this_machine()
    gate = Gate(
        policy=policy,
        passwords=BcryptPasswords(peppers, pool),
        common=common_passwords(),
        access=JwtAccessTokens(signing, lasts=policy.access_lasts),
        refresh=DerivedRefreshTokens(peppers),
        codes=DerivedCodes(peppers),
        totp=PyotpTotp(),
        vault=AesVault(peppers),
        subjects=KeyedSubjects(peppers),
        log=JsonSecurityLog(),
    )
    return gate, pool


def _policy(settings: Settings) -> AuthPolicy:
    profile = STRICT if settings.auth_profile is AuthProfile.STRICT else CONTRACT
    return replace(profile, requires_verified=settings.require_verified)


def sign_in_with(settings: Settings) -> SignInWith:
    """Return the identity providers whose client and secret are set; a start without any needs no client of HTTP."""
    asked: dict[ProviderName, IdentityProvider] = {}
    if settings.google_client_id:
        from hunter_adapters.oauth.openid import OpenIdProvider

        asked[ProviderName.GOOGLE] = OpenIdProvider(
            issuer=settings.google_issuer,
            client_id=settings.google_client_id,
            client_secret=settings.google_client_secret,
        )
    if settings.github_client_id:
        from hunter_adapters.oauth.github import GitHubProvider

        asked[ProviderName.GITHUB] = GitHubProvider(
            url=settings.github_url,
            api_url=settings.github_api_url,
            client_id=settings.github_client_id,
            client_secret=settings.github_client_secret,
        )
    return SignInWith(
        providers=Providers(of=asked, callback_urls=settings.frontend_callback_urls),
        public_url=settings.public_url,
        is_production=settings.is_production,
    )


def open_security_log(settings: Settings) -> None:
    """
    Let the security log begin: in its file where it has one, else among the other messages.

    Raises:
        SettingInvalid: If the file cannot be written.
    """
    # Who reads only warnings wants these all the same.
    security.log.setLevel(logging.INFO)
    if settings.security_log is None:
        return
    try:
        security.log_to_file(settings.security_log)
    except OSError as error:
        raise SettingInvalid(
            f"HUNTER_SECURITY_LOG: {settings.security_log} cannot be written ({error.strerror or error}). "
            "Choose another file."
        ) from error

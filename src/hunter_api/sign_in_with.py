"""Bringing a browser to an identity provider and back: our own address, and the cookie that ties it to its attempt."""

from __future__ import annotations

import re

import attrs

from hunter_api.errors import BadRequest
from hunter_api.settings.values import is_loopback
from hunter_core.accounts.code import LASTS, CodePurpose
from hunter_core.accounts.providers import Providers

PATH = "/api/auth/oauth"
_HOST = re.compile(r"([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?", re.ASCII)
_LETTERS_OF_STATE = 16
_FORGOTTEN = 0

Header = tuple[bytes, bytes]


@attrs.frozen(kw_only=True)
class SignInWith:
    """
    The providers, and what they are told of us.

    Attributes:
        public_url: Where this API is reached from outside; empty for wherever a request says that it came to.
        is_production: Whether a cookie leaves only over TLS, but for a server on this machine.
    """

    providers: Providers = attrs.field(factory=Providers)
    public_url: str = ""
    is_production: bool = False

    def callback(self, provider: str, origin: str) -> str:
        """
        Return our own address that *provider* sends a browser to, for a request that came to *origin*.

        Raises:
            BadRequest: If the request names a host that is none.
        """
        return f"{self._base(origin)}{PATH}/{provider}/callback"

    def cookie(self, state: str, binding: str, origin: str) -> Header:
        """Return the header that gives a browser the *binding* of the attempt *state*."""
        return self._cookie(state, binding, int(LASTS[CodePurpose.OAUTH_STATE].total_seconds()), origin)

    def forget(self, state: str, origin: str) -> Header:
        """Return the header by which a browser forgets the attempt *state*."""
        return self._cookie(state, "", _FORGOTTEN, origin)

    def cookie_name(self, state: str, origin: str) -> str:
        """
        Return the name of the cookie of the attempt *state*: one for each, so that two windows do not meet.

        Over TLS it is one that no other host could have set (`__Host-`, RFC 6265bis).
        """
        known = "".join(
            letter for letter in state[:_LETTERS_OF_STATE] if letter.isascii() and letter.isalnum()
        )
        prefix = "__Host-" if self._is_secure(origin) else ""
        return f"{prefix}hunter-sign-in-{known}"

    def _cookie(self, state: str, value: str, seconds: int, origin: str) -> Header:
        secure = self._is_secure(origin)
        where = "Path=/; Secure" if secure else f"Path={PATH}"
        name = self.cookie_name(state, origin)
        return b"set-cookie", f"{name}={value}; {where}; HttpOnly; SameSite=Lax; Max-Age={seconds}".encode()

    def _base(self, origin: str) -> str:
        if self.public_url:
            return self.public_url
        scheme, _, host = origin.partition("://")
        if not _HOST.fullmatch(host):
            raise BadRequest("The header Host names no host.")
        return f"{scheme}://{host}"

    def _is_secure(self, origin: str) -> bool:
        base = self.public_url or origin
        return base.startswith("https:") or (self.is_production and not is_loopback(base))

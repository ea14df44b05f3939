"""Which addresses a provider may have: https, and plain http only where its operator says so (SPEC 5)."""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit

from hunter_core.accounts.identity import ProviderRefused


def checked_endpoint(url: object, issuer: str) -> str:
    """
    Return *url*, which the provider itself named, when it is https; plain http only on the issuer's own host.

    Raises:
        ProviderRefused: If it is anything else.
    """
    if not isinstance(url, str) or not url.isascii() or any(letter.isspace() for letter in url):
        raise ProviderRefused("its discovery document lacks an address")
    try:
        parts, own = urlsplit(url), urlsplit(issuer)
        _ = parts.port
    except ValueError as error:
        raise ProviderRefused("its discovery document has an address that is none") from error
    is_own = parts.scheme == own.scheme == "http" and parts.hostname == own.hostname
    if not (parts.scheme == "https" or is_own) or not parts.hostname or parts.username or parts.fragment:
        raise ProviderRefused("its discovery document has an address that is not https")
    return url


def with_query(url: str, **parameters: str) -> str:
    """Return *url* with these query parameters besides those that it has."""
    return f"{url}{'&' if urlsplit(url).query else '?'}{urlencode(parameters)}"

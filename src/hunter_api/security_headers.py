"""What every answer asks of a browser: to believe nothing of it but what it says (docs/security.md)."""

from __future__ import annotations

from collections.abc import Sequence

Header = tuple[bytes, bytes]

_YEAR = 365 * 24 * 60 * 60

POLICY: Header = (
    b"content-security-policy",
    b"default-src 'none'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox",
)
"""An answer is data: whoever opens one in a browser runs nothing, and nobody frames it. The page has its own."""

_ALWAYS: Sequence[Header] = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    POLICY,
)


def security_headers(*, strict: bool) -> tuple[Header, ...]:
    """
    Return the headers of every answer.

    `Strict-Transport-Security` means something only behind TLS; over plain HTTP browsers are told to ignore it
    (RFC 6797, 8.1). Only the *strict* profile speaks for the names below the API's own: a household may have a
    printer there that knows no TLS.
    """
    below = b"; includeSubDomains" if strict else b""
    return (*_ALWAYS, (b"strict-transport-security", b"max-age=%d%s" % (_YEAR, below)))


def with_security(headers: Sequence[Header], security: Sequence[Header]) -> list[Header]:
    """Return *headers* with those of *security* that they do not say themselves."""
    said = {name for name, _ in headers}
    return [*headers, *(each for each in security if each[0] not in said)]

"""What providers answer a code with: an access token, which never leaves the adapter."""

from __future__ import annotations

import re
from collections.abc import Mapping

from hunter_core.accounts.identity import ProviderRefused

_TOKEN = re.compile(r"[!-~]{1,4096}")


def access_token_of(answer: Mapping[str, object]) -> str:
    """
    Return the access token of an *answer* to a code: one word that can stand in a header.

    Raises:
        ProviderRefused: If there is none, or it is of a kind that we do not know how to send.
    """
    token, kind = answer.get("access_token"), answer.get("token_type", "bearer")
    if not isinstance(token, str) or not _TOKEN.fullmatch(token):
        raise ProviderRefused("it gives no access token")
    if not isinstance(kind, str) or kind.lower() != "bearer":
        raise ProviderRefused("its access token is of an unknown kind")
    return token


def text_of(said: Mapping[str, object], name: str) -> str | None:
    """Return what is *said* under *name* where it is text that can be stored; None else."""
    value = said.get(name)
    if not isinstance(value, str) or "\0" in value:
        return None
    try:
        value.encode()
    except UnicodeEncodeError:
        return None
    return value

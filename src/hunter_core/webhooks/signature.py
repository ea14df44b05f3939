"""
Signatures by which a receiver knows who speaks, after the Standard Webhooks specification, version 1.

Signed is `{id}.{timestamp}.{body}` by HMAC-SHA256; so neither a body nor an old message can be passed off.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime

from hunter_core.errors import InvalidInput

PREFIX = "whsec_"
"""What every secret begins with, so that it is known for one wherever it turns up."""

LEAST_BYTES, MOST_BYTES = 24, 64
"""How much a secret may hold (Standard Webhooks)."""

LONGEST_SECRET = len(PREFIX) + 88

_NEW_BYTES = 32


def new_secret() -> str:
    """Return a new secret of 256 random bits."""
    return PREFIX + base64.b64encode(secrets.token_bytes(_NEW_BYTES)).decode()


def key_of(secret: str) -> bytes:
    """
    Return the key that *secret* spells.

    Raises:
        InvalidInput: Naming `secret`, if it is none.
    """
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not secret.startswith(PREFIX) or not LEAST_BYTES <= len(key) <= MOST_BYTES:
        raise InvalidInput(
            "secret", f"must be {PREFIX} and the base64 of {LEAST_BYTES} to {MOST_BYTES} random bytes"
        )
    return key


def signature(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """Return what stands in `webhook-signature` for a message."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(key_of(secret), signed, hashlib.sha256)).decode()


def headers(secrets_: Sequence[str], message_id: str, now: datetime, body: bytes) -> dict[str, str]:
    """
    Return the headers by which the receiver of *body* can check who sent it, and when.

    Each of *secrets_* signs, the newest first; to know one of them is enough.
    """
    timestamp = int(now.timestamp())
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signature(each, message_id, timestamp, body) for each in secrets_),
    }

"""Codes by time are those of RFC 6238, a step of drift either way."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, unquote, urlsplit

import pyotp
import pytest

from hunter_adapters.crypto.totp import PyotpTotp

TOTP = PyotpTotp()
SECRET = base64.b32encode(b"12345678901234567890").decode()
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


# Appendix B of the RFC has eight digits, of which apps show the last six.
@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_the_codes_of_the_rfc_are_known_at_their_moment(seconds: int, code: str) -> None:
    at = datetime.fromtimestamp(seconds, UTC)

    assert TOTP.step(SECRET, code, now=at) == seconds // 30


def test_a_code_is_good_in_its_step_and_the_ones_beside_it() -> None:
    step = int(NOON.timestamp()) // 30
    code = pyotp.TOTP(SECRET).generate_otp(step)

    found = [TOTP.step(SECRET, code, now=NOON + timedelta(seconds=30 * away)) for away in range(-3, 4)]

    assert found == [None, None, step, step, step, None, None]


def test_the_last_second_of_a_step_is_still_in_it() -> None:
    code = pyotp.TOTP(SECRET).generate_otp(int(NOON.timestamp()) // 30)

    assert TOTP.step(SECRET, code, now=NOON + timedelta(seconds=59.9)) is not None
    assert TOTP.step(SECRET, code, now=NOON + timedelta(seconds=60)) is None


@pytest.mark.parametrize("code", ["", "0", "abcdef", "２８７０８２", "2870820"])
def test_what_is_no_code_is_none(code: str) -> None:
    assert TOTP.step(SECRET, code, now=datetime.fromtimestamp(59, UTC)) is None


def test_a_secret_has_160_random_bits() -> None:
    secrets = {TOTP.new_secret() for _ in range(50)}

    assert len(secrets) == 50
    assert {len(base64.b32decode(secret)) * 8 for secret in secrets} == {160}


def test_the_uri_says_what_an_app_reads() -> None:
    uri = urlsplit(TOTP.uri(SECRET, account="jin+woo@example.com"))

    assert (uri.scheme, uri.netloc) == ("otpauth", "totp")
    assert unquote(uri.path) == "/Hunter System:jin+woo@example.com"
    assert parse_qs(uri.query) == {"secret": [SECRET], "issuer": ["Hunter System"]}

"""Signatures of webhooks are those of Standard Webhooks, whose own example is kept here (issue 5, 5)."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest

from hunter_core.errors import InvalidInput
from hunter_core.webhooks.signature import headers, key_of, new_secret, signature

# From the specification's reference implementations.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
BODY = b'{"test": 2432232314}'


def test_the_example_of_the_specification_is_signed_as_it_says() -> None:
    told = signature(SECRET, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, BODY)
    assert told == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_headers_say_who_when_and_what() -> None:
    at = datetime.fromtimestamp(1614265330.9, UTC)
    told = headers([SECRET], "msg_p5jXN8AQM9LWM0D4loKWxJek", at, BODY)
    assert told == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_each_part_of_a_message_is_signed() -> None:
    good = signature(SECRET, "a", 1, b"body")
    others = [
        signature(SECRET, "b", 1, b"body"),
        signature(SECRET, "a", 2, b"body"),
        signature(SECRET, "a", 1, b"Body"),
        signature(new_secret(), "a", 1, b"body"),
    ]
    assert good not in others
    assert len(set(others)) == 4


def test_new_secrets_are_of_256_bits_and_never_the_same() -> None:
    made = {new_secret() for _ in range(100)}
    assert len(made) == 100
    assert {len(key_of(secret)) for secret in made} == {32}


@pytest.mark.parametrize("size", [24, 32, 64])
def test_a_secret_of_ones_own_may_have_24_to_64_bytes(size: int) -> None:
    assert key_of("whsec_" + base64.b64encode(bytes(size)).decode()) == bytes(size)


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_x", "abc", "whsec_" + "A" * 30, "WHSEC_" + "A" * 32])
def test_what_is_no_secret_is_refused_by_its_field(secret: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        key_of(secret)
    assert refused.value.problems[0][0] == "secret"

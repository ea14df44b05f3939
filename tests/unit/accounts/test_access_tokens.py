from __future__ import annotations

import base64
import json
import os
import string
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import jwt
import pytest

from hunter_adapters.crypto.access_tokens import AUDIENCE, ISSUER, JwtAccessTokens
from hunter_adapters.crypto.keys import KeyRing
from hunter_core.accounts.session import Proof, SignedIn
from hunter_core.errors import Unauthenticated
from tests.builders import NOW, a_session, an_account

KEY, OTHER = os.urandom(32), os.urandom(32)
TOKENS = JwtAccessTokens(KeyRing([("k1", KEY)]), lasts=timedelta(days=7))


def somebody() -> SignedIn:
    account = an_account()
    session = a_session(account_id=account.id, created_at=NOW, expires_at=NOW + timedelta(days=30))
    return SignedIn.of(session, account)


def proof_of(signed_in: SignedIn) -> Proof:
    return Proof(signed_in.session_id, signed_in.account_id)


def refused(token: str, now: datetime = NOW, tokens: JwtAccessTokens = TOKENS) -> None:
    with pytest.raises(Unauthenticated) as refusal:
        tokens.read(token, now=now)
    assert refusal.value.code == "UNAUTHENTICATED"


def test_a_token_proves_its_session_and_account() -> None:
    signed_in = somebody()
    assert TOKENS.read(TOKENS.issue(signed_in, now=NOW), now=NOW) == proof_of(signed_in)


def test_a_token_carries_the_claims_of_the_contract() -> None:
    signed_in = somebody()
    token = TOKENS.issue(signed_in, now=NOW)
    assert jwt.get_unverified_header(token) == {"alg": "HS256", "typ": "JWT", "kid": "k1"}
    claims = jwt.decode(token, options={"verify_signature": False})
    issued = int(NOW.timestamp())
    assert claims.pop("jti")
    assert claims == {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": str(signed_in.account_id),
        "id": str(signed_in.account_id),
        "email": signed_in.email,
        "role": "USER",
        "sid": str(signed_in.session_id),
        "iat": issued,
        "nbf": issued,
        "exp": issued + 7 * 86_400,
    }


def test_two_tokens_of_a_session_differ() -> None:
    signed_in = somebody()
    assert TOKENS.issue(signed_in, now=NOW) != TOKENS.issue(signed_in, now=NOW)


def test_a_token_is_good_until_its_time_is_up() -> None:
    signed_in = somebody()
    now = NOW.replace(microsecond=0)
    token = TOKENS.issue(signed_in, now=now)
    assert TOKENS.read(token, now=now + timedelta(days=7, seconds=-1))
    refused(token, now + timedelta(days=7))


def test_a_token_does_not_outlast_its_session() -> None:
    signed_in = replace(somebody(), expires_at=NOW + timedelta(hours=1))
    refused(TOKENS.issue(signed_in, now=NOW), NOW + timedelta(hours=1))


def test_a_token_of_tomorrow_is_not_good_today_but_clocks_may_differ_by_seconds() -> None:
    token = TOKENS.issue(somebody(), now=NOW)
    refused(token, NOW - timedelta(seconds=12))
    assert TOKENS.read(token, now=NOW - timedelta(seconds=9))


def test_every_key_of_the_ring_verifies_and_the_first_signs() -> None:
    signed_in = somebody()
    both = JwtAccessTokens(KeyRing([("k2", OTHER), ("k1", KEY)]), lasts=timedelta(days=7))
    assert both.read(TOKENS.issue(signed_in, now=NOW), now=NOW) == proof_of(signed_in)
    refused(both.issue(signed_in, now=NOW))


def test_another_issuer_or_audience_is_refused() -> None:
    ring = KeyRing([("k1", KEY)])
    for other in (
        JwtAccessTokens(ring, lasts=timedelta(days=7), issuer="elsewhere"),
        JwtAccessTokens(ring, lasts=timedelta(days=7), audience="elsewhere"),
    ):
        refused(other.issue(somebody(), now=NOW))


def signed(changes: dict[str, Any], key: bytes = KEY, algorithm: str = "HS256", **header: Any) -> str:
    claims = jwt.decode(TOKENS.issue(somebody(), now=NOW), options={"verify_signature": False}) | changes
    claims = {name: claim for name, claim in claims.items() if claim is not ...}
    # PyJWT will not write some of what an attacker would.
    return mangled({"alg": algorithm, "kid": "k1", "typ": "JWT"} | header, claims, key)


def mangled(header: dict[str, Any], claims: Any, key: bytes) -> str:
    algorithm = {"HS256": "HS256", "HS512": "HS512", "HS384": "HS384"}.get(str(header.get("alg")))
    head = ".".join(_b64(json.dumps(part).encode()) for part in (header, claims))
    if algorithm is None:
        return f"{head}."
    made = jwt.get_algorithm_by_name(algorithm).sign(head.encode(), key)
    return f"{head}.{_b64(made)}"


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def test_the_forger_of_these_tests_can_make_a_good_one() -> None:
    assert TOKENS.read(signed({}), now=NOW)


@pytest.mark.parametrize(
    "changes",
    [
        *(
            {name: ...}
            for name in ("iss", "aud", "sub", "id", "email", "role", "sid", "jti", "iat", "nbf", "exp")
        ),
        {"exp": "tomorrow"},
        {"exp": 9e99},
        {"exp": True},
        {"exp": None},
        {"exp": float(NOW.timestamp() + 60)},
        {"iat": "0"},
        {"nbf": True},
        {"exp": 0},
        {"nbf": 2**62},
        {"iat": 2**62},
        {"id": "00000000-0000-7000-8000-000000000000"},
        {"sub": "root", "id": "root"},
        {"sub": 7, "id": 7},
        {"sid": None},
        {"sid": ["x"]},
        {"sid": "x"},
        {"aud": [AUDIENCE]},
        {"aud": []},
        {"iss": [ISSUER]},
        {"iss": ""},
    ],
)
def test_a_signed_token_with_a_claim_missing_or_wrong_is_refused(changes: dict[str, Any]) -> None:
    refused(signed(changes))


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "none"},
        {"alg": "None"},
        {"alg": "HS512"},
        {"alg": "HS384"},
        {"alg": "RS256"},
        {"alg": None},
        {"alg": 1},
        {"kid": "k2"},
        {"kid": ""},
        {"kid": None},
        {"kid": 1},
        {"kid": ["k1"]},
        {"kid": "../../dev/null"},
        {"typ": "at+jwt"},
        {"typ": None},
        {"crit": ["exp"]},
        {"jku": "https://elsewhere.example/keys"},
        {"jwk": {"kty": "oct", "k": "AAAA"}},
        {"b64": False},
        {"zip": "DEF"},
    ],
)
def test_a_token_with_any_other_header_is_refused(header: dict[str, Any]) -> None:
    refused(signed({}, **header))


def test_a_token_signed_with_another_key_is_refused() -> None:
    for key in (OTHER, b"", KEY[:-1], KEY + b"\0" * 33):
        refused(signed({}, key=key))


@pytest.mark.parametrize(
    "change",
    [
        lambda token: "",
        lambda token: "x",
        lambda token: token + ".",
        lambda token: token + "=",
        lambda token: token + "\n",
        lambda token: " " + token,
        lambda token: "." + token,
        lambda token: token.replace(".", "..", 1),
        lambda token: token.rpartition(".")[0] + ".",
        lambda token: token.rpartition(".")[0],
        lambda token: "..".join(token.split(".")[:2]),
        lambda token: token + token,
        lambda token: token.replace(".", "\u2024"),
        lambda token: token.swapcase(),
        lambda token: token[:-4] + "!" + token[-4:],
        lambda token: token + "A" * 5000,
        lambda token: "A" * 1_000_000,
        lambda token: "." * 3000,
        lambda token: _b64(b"[" * 2000) + "." + token.partition(".")[2],
        lambda token: _b64(b'{"alg":"HS256","kid":"k1","typ":"JWT"') + "." + token.partition(".")[2],
        lambda token: _b64(b"\xff\xfe") + "." + token.partition(".")[2],
        lambda token: _b64(b"null") + "." + token.partition(".")[2],
        lambda token: "Bearer " + token,
        lambda token: "\x00" + token,
        lambda token: token + "\ud800",
    ],
)
def test_a_mangled_token_is_refused(change: Callable[[str], str]) -> None:
    refused(change(TOKENS.issue(somebody(), now=NOW)))


def test_a_token_with_any_character_changed_is_refused() -> None:
    token = TOKENS.issue(somebody(), now=NOW)
    for place, letter in enumerate(token):
        for other in ("A", "z", "_", "-", "=", "+"):
            if other != letter:
                refused(token[:place] + other + token[place + 1 :])


def test_no_two_ways_to_write_the_last_character_are_good() -> None:
    token = TOKENS.issue(somebody(), now=NOW)
    letters = string.ascii_uppercase + string.ascii_lowercase + string.digits + "-_"
    for other in letters.replace(token[-1], ""):
        refused(token[:-1] + other)


@pytest.mark.parametrize("claims", [None, [], "text", 7])
def test_a_signed_token_of_something_else_is_refused(claims: object) -> None:
    refused(mangled({"alg": "HS256", "kid": "k1", "typ": "JWT"}, claims, KEY))

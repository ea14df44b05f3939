"""
Forged and mangled access tokens over HTTP: none is taken (issue 4, figures; RFC 8725).

Each case makes what is sent of a good token, or with one of the keys that an attacker may have: none, their own,
or what a server publishes elsewhere. Those that are signed with the server's own key show that a signature alone
is not enough.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from typing import Any
from uuid import uuid4

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from hunter_core.accounts.security_log import SecurityEventKind
from tests.api.house import KEY, House

Headers = Mapping[str, str | bytes]
RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PUBLIC_PEM = RSA.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
OTHER_KEY = bytes(range(100, 132))
DERIVED = hmac.digest(KEY, b"hunter-system/refresh-token", hashlib.sha256)


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def part(value: object) -> str:
    return b64(value if isinstance(value, bytes) else json.dumps(value).encode())


def signed(header: object, claims: object, key: bytes = KEY, hashed: str = "sha256") -> str:
    """Return the token of *header* and *claims* (bytes go as they are), signed with *key*."""
    text = f"{part(header)}.{part(claims)}"
    return f"{text}.{b64(hmac.digest(key, text.encode(), hashed))}"


class Genuine:
    """A good token, taken apart, and whose it is."""

    def __init__(self, hunter: House, other: House) -> None:
        self.token = hunter.token or ""
        self.refresh_token = hunter.refresh_token
        self.head, self.body, self.signature = self.token.split(".")
        self.header: dict[str, Any] = jwt.get_unverified_header(self.token)
        self.claims: dict[str, Any] = jwt.decode(self.token, options={"verify_signature": False})
        self.theirs: dict[str, Any] = jwt.decode(other.token or "", options={"verify_signature": False})
        self.their_signature = (other.token or "").rpartition(".")[2]

    def with_header(self, key: bytes = KEY, **changes: Any) -> str:
        return signed(_changed(self.header, changes), self.claims, key)

    def with_claims(self, key: bytes = KEY, **changes: Any) -> str:
        return signed(self.header, _changed(self.claims, changes), key)


LEFT_OUT = object()


def _changed(known: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in (known | changes).items() if value is not LEFT_OUT}


def _flipped(text: str) -> str:
    return text[:-5] + ("A" if text[-5] != "A" else "B") + text[-4:]


def _spare_bit(text: str) -> str:
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return text[:-1] + alphabet[alphabet.index(text[-1]) ^ 1]


def _twice(claims: dict[str, Any], name: str, value: object) -> bytes:
    return f'{{"{name}":{json.dumps(value)},{json.dumps(claims)[1:]}'.encode()


Forge = Callable[[Genuine], str]
TOKENS: dict[str, Forge] = {
    # The algorithm (RFC 8725, 2.1 and 3.1).
    "alg none, no signature": lambda g: f"{part({**g.header, 'alg': 'none'})}.{g.body}.",
    "alg None in another case": lambda g: f"{part({**g.header, 'alg': 'nOnE'})}.{g.body}.",
    "alg none with the signature": lambda g: f"{part({**g.header, 'alg': 'none'})}.{g.body}.{g.signature}",
    "alg none, without two dots": lambda g: f"{part({**g.header, 'alg': 'none'})}.{g.body}",
    "alg empty": lambda g: g.with_header(alg=""),
    "alg missing": lambda g: g.with_header(alg=LEFT_OUT),
    "alg a list": lambda g: g.with_header(alg=["HS256"]),
    "alg in lower case": lambda g: g.with_header(alg="hs256"),
    "HS384 under our key": lambda g: signed({**g.header, "alg": "HS384"}, g.claims, KEY, "sha384"),
    "HS512 under our key": lambda g: signed({**g.header, "alg": "HS512"}, g.claims, KEY, "sha512"),
    "RS256 of their own": lambda g: jwt.encode(g.claims, RSA, algorithm="RS256", headers={"kid": "test"}),
    "RS256 told as HS256": lambda g: signed({**g.header, "alg": "HS256"}, g.claims, PUBLIC_PEM),
    "HS256 told as RS256": lambda g: g.with_header(alg="RS256"),
    "ES256, signature of zeros": lambda g: f"{part({**g.header, 'alg': 'ES256'})}.{g.body}.{b64(bytes(64))}",
    # The key (RFC 8725, 2.2 and 3.5).
    "another key": lambda g: g.with_claims(OTHER_KEY),
    "the empty key": lambda g: g.with_claims(b""),
    "a guessable key": lambda g: g.with_claims(b"secret"),
    "a key for another purpose": lambda g: g.with_claims(DERIVED),
    "kid unknown": lambda g: g.with_header(kid="old"),
    "kid missing": lambda g: g.with_header(kid=LEFT_OUT),
    "kid null": lambda g: g.with_header(kid=None),
    "kid a number": lambda g: g.with_header(kid=0),
    "kid a list": lambda g: g.with_header(kid=["test"]),
    "kid in another case": lambda g: g.with_header(kid="TEST"),
    "kid with a NUL": lambda g: g.with_header(kid="test\x00"),
    "kid a path, signed with nothing": lambda g: g.with_header(b"", kid="../../../../dev/null"),
    "kid an injection": lambda g: g.with_header(b"x", kid="x' UNION SELECT 'x"),
    "kid a command": lambda g: g.with_header(kid="test|id"),
    "jwk of their own": lambda g: g.with_header(OTHER_KEY, jwk={"kty": "oct", "k": b64(OTHER_KEY)}),
    "jku of their own": lambda g: g.with_header(OTHER_KEY, jku="https://evil.example/keys.json"),
    "x5u of their own": lambda g: g.with_header(OTHER_KEY, x5u="https://evil.example/cert.pem"),
    "a header too many, under our key": lambda g: g.with_header(crit=["exp"], exp=1),
    "b64 false, under our key": lambda g: g.with_header(b64=False, crit=["b64"]),
    "zip, under our key": lambda g: g.with_header(zip="DEF"),
    # What kind of token (RFC 8725, 2.8 and 3.11).
    "typ of another kind": lambda g: g.with_header(typ="at+jwt"),
    "typ of a logout token": lambda g: g.with_header(typ="logout+jwt"),
    "typ missing": lambda g: g.with_header(typ=LEFT_OUT),
    "a nested token": lambda g: signed({**g.header, "cty": "JWT"}, g.token.encode()),
    # Issuer, audience, subject (RFC 8725, 3.8 to 3.10).
    "iss of another": lambda g: g.with_claims(iss="https://accounts.google.com"),
    "iss a list": lambda g: g.with_claims(iss=[g.claims["iss"]]),
    "aud of another": lambda g: g.with_claims(aud="another-api"),
    "aud among others": lambda g: g.with_claims(aud=[g.claims["aud"], "another-api"]),
    "sub of another account": lambda g: g.with_claims(sub=g.theirs["sub"], id=g.theirs["id"]),
    "sub and id that differ": lambda g: g.with_claims(id=g.theirs["id"]),
    "sub a number": lambda g: g.with_claims(sub=1, id=1),
    "sub of another form": lambda g: g.with_claims(sub="1 OR 1=1", id="1 OR 1=1"),
    "sid of another account": lambda g: g.with_claims(sid=g.theirs["sid"]),
    "sid that never was": lambda g: g.with_claims(sid=str(uuid4())),
    "sid of another form": lambda g: g.with_claims(sid="../1"),
    "sid null": lambda g: g.with_claims(sid=None),
    # Times.
    "exp past": lambda g: g.with_claims(exp=g.claims["iat"]),
    "exp a text": lambda g: g.with_claims(exp=str(g.claims["exp"])),
    "exp a fraction": lambda g: g.with_claims(exp=g.claims["exp"] + 0.5),
    "exp true": lambda g: g.with_claims(exp=True),
    "exp beyond all numbers": lambda g: signed(
        g.header, json.dumps(g.claims | {"exp": 0}).replace('"exp": 0', '"exp": 1e999').encode()
    ),
    "nbf to come": lambda g: g.with_claims(nbf=g.claims["iat"] + 3600),
    "iat to come": lambda g: g.with_claims(iat=g.claims["iat"] + 3600),
    # Claims that are missing, or stand twice.
    **{f"{name} missing": lambda g, name=name: g.with_claims(**{name: LEFT_OUT})  # type: ignore[misc]
       for name in ("iss", "aud", "sub", "id", "email", "role", "sid", "jti", "iat", "nbf", "exp")},
    "exp twice, under our key": lambda g: signed(g.header, _twice(g.claims, "exp", 1)),
    "sub twice, under our key": lambda g: signed(g.header, _twice(g.claims, "sub", g.theirs["sub"])),
    "alg twice, under our key": lambda g: signed(_twice(g.header, "alg", "none"), g.claims),
    "claims a list": lambda g: signed(g.header, [g.claims]),
    "claims no JSON": lambda g: signed(g.header, b"{'sub': 1}"),
    "claims not UTF-8": lambda g: signed(g.header, b'{"sub": "\xff"}'),
    "claims nested without end": lambda g: signed(g.header, b"[" * 2000),
    # The letters.
    "role raised, signature kept": lambda g: f"{g.head}.{part({**g.claims, 'role': 'ADMIN'})}.{g.signature}",
    "signature of another token": lambda g: f"{g.head}.{g.body}.{g.their_signature}",
    "no signature": lambda g: f"{g.head}.{g.body}.",
    "signature cut short": lambda g: g.token[:-4],
    "a letter of the signature changed": lambda g: _flipped(g.token),
    "a spare bit of the signature changed": lambda g: _spare_bit(g.token),
    "a letter of the claims changed": lambda g: f"{g.head}.{_flipped(g.body)}.{g.signature}",
    "padding after the signature": lambda g: g.token + "=",
    "padding after the claims": lambda g: f"{g.head}.{g.body}==.{g.signature}",
    "letters after the signature": lambda g: g.token + "AAAA",
    "a part too many": lambda g: f"{g.token}.{g.signature}",
    "a part too few": lambda g: f"{g.body}.{g.signature}",
    "base64 of another alphabet": lambda g: (g.head + "." + g.body + "." + b64(b"\xfb\xff" * 16)).replace("-", "+"),
    "the token in base64": lambda g: b64(g.token.encode()),
    "the five parts of an encrypted one": lambda g: f"{g.head}..{g.body}.{g.signature}.{g.signature}",
    "a dot": lambda g: "..",
    "very long": lambda g: g.token + "A" * 5000,
    "a refresh token": lambda g: g.refresh_token,
    "the session's id": lambda g: str(g.claims["sid"]),
    "null": lambda g: "null",
}  # fmt: skip

# What is sent beside a good token, or in its place. (Two headers need a real line: tests/faults.)
REQUESTS: dict[str, Callable[[Genuine], tuple[Headers, dict[str, str]]]] = {
    "no header": lambda g: ({}, {}),
    "an empty header": lambda g: ({"authorization": ""}, {}),
    "the scheme alone": lambda g: ({"authorization": "Bearer "}, {}),
    "no scheme": lambda g: ({"authorization": g.token}, {}),
    "another scheme": lambda g: ({"authorization": f"Token {g.token}"}, {}),
    "Basic": lambda g: ({"authorization": f"Basic {b64(g.token.encode())}"}, {}),
    "Bearer twice": lambda g: ({"authorization": f"Bearer Bearer {g.token}"}, {}),
    "a tab for the space": lambda g: ({"authorization": f"Bearer\t{g.token}"}, {}),
    "a no-break space after it": lambda g: ({"authorization": f"Bearer {g.token}\xa0".encode("latin-1")}, {}),
    "a quoted token": lambda g: ({"authorization": f'Bearer "{g.token}"'}, {}),
    "two tokens in one header": lambda g: ({"authorization": f"Bearer {g.token}, Bearer {g.token}"}, {}),
    "a bad and a good one": lambda g: ({"authorization": f"Bearer x, Bearer {g.token}"}, {}),
    "a good and a bad one": lambda g: ({"authorization": f"Bearer {g.token}, Bearer x"}, {}),
    "in the query": lambda g: ({}, {"access_token": g.token}),
    "in the query as token": lambda g: ({}, {"token": g.token}),
    "in a cookie": lambda g: ({"cookie": f"token={g.token}; access_token={g.token}"}, {}),
    "in a header of another name": lambda g: ({"x-access-token": g.token, "proxy-authorization": g.token}, {}),
}  # fmt: skip


@pytest.fixture(scope="module")
def both(module_house: House) -> tuple[House, Genuine]:
    hunter = module_house.signed_in()
    other = module_house.another().signed_in("Haein")
    return hunter, Genuine(hunter, other)


@pytest.fixture(scope="module")
def module_house() -> Any:
    from tests.api.house import a_house

    with a_house() as opened:
        yield opened


def assert_refused(hunter: House, headers: Any, query: Mapping[str, str]) -> None:
    response = hunter.http.get("/api/auth/me", headers=headers, params=query)
    assert response.status_code == 401, response.text
    said = response.json()
    assert said["success"] is False
    assert "data" not in said
    assert (said["error"]["code"], said["error"]["message"]) == (
        "UNAUTHENTICATED",
        "Sign in first: this needs a valid access token.",
    )
    assert response.headers["www-authenticate"] == "Bearer"


def test_the_forger_of_these_tests_makes_good_tokens_too(both: tuple[House, Genuine]) -> None:
    hunter, genuine = both
    for token in (genuine.token, signed(genuine.header, genuine.claims), genuine.with_claims(jti="x")):
        for scheme in ("Bearer", "bearer", "BEARER"):
            answer = hunter.http.get("/api/auth/me", headers={"authorization": f"{scheme} {token}"})
            assert answer.status_code == 200, answer.text


def test_there_are_more_cases_than_the_issue_asks_for() -> None:
    assert len(TOKENS) + len(REQUESTS) >= 100


@pytest.mark.parametrize("case", TOKENS)
def test_a_forged_or_mangled_token_is_refused(both: tuple[House, Genuine], case: str) -> None:
    hunter, genuine = both
    assert_refused(hunter, {"authorization": b"Bearer " + TOKENS[case](genuine).encode("latin-1")}, {})


@pytest.mark.parametrize("case", REQUESTS)
def test_a_token_is_taken_from_its_header_alone_and_when_it_comes_once(
    both: tuple[House, Genuine], case: str
) -> None:
    hunter, genuine = both
    assert_refused(hunter, *REQUESTS[case](genuine))


def test_a_token_whose_session_has_ended_is_refused_in_the_same_words(house: House) -> None:
    hunter = house.signed_in()
    assert hunter.post("/api/auth/logout").status == 204
    assert_refused(hunter, {"authorization": f"Bearer {hunter.token}"}, {})


def test_forged_tokens_are_in_the_security_log_once_a_minute_and_expired_ones_are_not(house: House) -> None:
    hunter = house.signed_in()
    genuine = Genuine(hunter, hunter)
    house.log.events.clear()
    for _ in range(5):
        assert_refused(hunter, {"authorization": f"Bearer {_flipped(genuine.token)}"}, {})
        assert_refused(hunter, {"authorization": f"Bearer {genuine.with_claims(exp=1)}"}, {})
        assert_refused(hunter, {}, {})
    assert house.log.kinds() == [SecurityEventKind.ACCESS_REFUSED]
    assert dict(house.log.events[0].details) == {"operation": "me", "reason": "FORGED"}
    house.clock.advance(minutes=1)
    assert_refused(hunter, {"authorization": f"Bearer {_flipped(genuine.token)}"}, {})
    assert house.log.events[1].details["unreported"] == "4"

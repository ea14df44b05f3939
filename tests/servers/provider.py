"""
An identity provider that can lie in every field: OpenID Connect and GitHub's own way, over real HTTP.

    with LyingProvider() as provider:
        provider.user.email = "jin@example.com"
        provider.claims["aud"] = "somebody else"      # twist what an ID token says
        provider.path["/token"] = hang                # or what a path does
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa

CLIENT_ID, CLIENT_SECRET = "hunter-client", "hunter-client-secret"
LEFT_OUT = object()
"""As a claim or a field: it is not there."""

Json = dict[str, Any]


class Handler(BaseHTTPRequestHandler):
    """Answers one request."""

    protocol_version = "HTTP/1.1"
    server: _Server

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        self._answer({})

    def do_POST(self) -> None:
        size = int(self.headers.get("content-length", 0))
        self._answer({name: values[0] for name, values in parse_qs(self.rfile.read(size).decode()).items()})

    def _answer(self, form: dict[str, str]) -> None:
        path = urlsplit(self.path).path
        provider = self.server.provider
        provider.asked.append((path, form))
        with contextlib.suppress(OSError):
            twist = provider.path.get(path)
            if twist is not None:
                twist(self)
                return
            status, said = provider.answer(path, form, dict(self.headers), urlsplit(self.path).query)
            if status == 302:
                self.reply(302, b"", location=said)
            else:
                self.reply(status, json.dumps(said).encode())

    def reply(self, status: int, body: bytes, kind: str = "application/json", **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


Twist = Callable[[Handler], None]


def hang(handler: Handler) -> None:
    """Answer nothing at all."""
    handler.server.provider.closing.wait(60)


def drip(handler: Handler) -> None:
    """Send a header without an end, a byte now and then."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while not handler.server.provider.closing.wait(0.05):
        handler.wfile.write(b"x")


def flood(handler: Handler) -> None:
    """Send 50 MB of JSON."""
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.end_headers()
    for _ in range(50):
        handler.wfile.write(b" " * 1024 * 1024)
        handler.server.provider.flooded += 1


def saying(status: int, body: bytes, kind: str = "application/json", **headers: str) -> Twist:
    """Answer exactly this."""
    return lambda handler: handler.reply(status, body, kind, **headers)


@dataclass
class User:
    """Whoever agrees at the provider."""

    subject: str = "1001"
    email: Any = "jin@gmail.example"
    email_verified: Any = True
    name: Any = "Sung Jinwoo"
    picture: Any = "https://pictures.example/jin.png"
    emails: list[Json] | None = None
    """What GitHub's `/user/emails` lists; None for `email` alone, primary, verified as `email_verified` says."""


@cache
def rsa_key(number: int = 0) -> rsa.RSAPrivateKey:
    """Return the RSA key of that *number*: they take a while to make."""
    return rsa.generate_private_key(65537, 2048)


@dataclass
class Key:
    """A key to sign with."""

    kid: str | None
    private: Any
    algorithm: str = "RS256"

    @property
    def public(self) -> Json:
        kind = jwt.algorithms.ECAlgorithm if self.algorithm == "ES256" else jwt.algorithms.RSAAlgorithm
        jwk: Json = kind.to_jwk(self.private.public_key(), as_dict=True)
        return {**jwk, "use": "sig", **({} if self.kid is None else {"kid": self.kid})}


def ec_key() -> Key:
    """Return a key for ES256."""
    return Key("ec", ec.generate_private_key(ec.SECP256R1()), "ES256")


class LyingProvider:
    """The provider: honest until it is told otherwise. `claims`, `header`, `answers` and `path` twist what it says."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self.clock = clock
        self.be_honest()
        self.closing = threading.Event()
        self._codes: dict[str, Json] = {}
        self._tokens: dict[str, User] = {}
        self._server = _Server(("127.0.0.1", 0), Handler)
        self._server.provider = self
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        # The same server under another name, so that GitHub is not Google.
        self.other_url = self.url.replace("127.0.0.1", "localhost")

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()

    def be_honest(self) -> None:
        """Say the truth from now on, and forget what was asked."""
        self.user = User()
        self.key = Key("first", rsa_key(0))
        self.published: list[Json] | None = None
        self.claims: Json = {}
        self.header: Json = {}
        self.answers: Json = {}
        self.discovery: Json = {}
        self.path: dict[str, Twist] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.flooded = 0
        self.forgets_codes = True

    def count(self, path: str) -> int:
        """Return how often *path* was asked for."""
        return sum(asked == path for asked, _ in self.asked)

    def agree(self, authorization_url: str, **more: str) -> str:
        """Do as a browser whose user agrees: return where the provider sends it back to."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(authorization_url).query).items()}
        assert asked["client_id"] == CLIENT_ID
        assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
        code = secrets.token_urlsafe(16)
        self._codes[code] = {**asked, "user": replace(self.user)}
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state'], **more})}"

    # --- what it answers -----------------------------------------------------------------------------------------

    def answer(self, path: str, form: dict[str, str], headers: dict[str, str], query: str) -> tuple[int, Any]:
        match path:
            case "/.well-known/openid-configuration":
                return 200, _twisted(self._document(), self.discovery)
            case "/jwks":
                return 200, {"keys": [self.key.public] if self.published is None else self.published}
            case "/authorize" | "/login/oauth/authorize":
                return 302, self.agree(f"{self.url}{path}?{query}")
            case "/token":
                return self._token(form, is_openid=True)
            case "/login/oauth/access_token":
                status, said = self._token(form, is_openid=False)
                return 200 if status == 400 else status, said
            case "/user" | "/user/emails":
                user = self._tokens.get(headers.get("Authorization", "").removeprefix("Bearer "))
                return (401, {"message": "Bad credentials"}) if user is None else (200, self._of(path, user))
        return 404, {}

    def _document(self) -> Json:
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/jwks",
            "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
        }

    def _token(self, form: dict[str, str], *, is_openid: bool) -> tuple[int, Any]:
        known = (self._codes.pop if self.forgets_codes else self._codes.get)(form["code"], None)
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        right = (CLIENT_ID, CLIENT_SECRET)
        if known is None or (form["client_id"], form["client_secret"]) != right:
            return 400, {"error": "invalid_grant"}
        if (known["code_challenge"], known["redirect_uri"]) != (challenge, form["redirect_uri"]):
            return 400, {"error": "invalid_grant"}
        token = secrets.token_urlsafe(24)
        self._tokens[token] = known["user"]
        said: Json = {"access_token": token, "token_type": "bearer", "expires_in": 3599}
        if is_openid:
            said["id_token"] = self._id_token(known, token)
        return 200, _twisted(said, self.answers)

    def _id_token(self, known: Json, access_token: str) -> str:
        user, now = known["user"], int(self.clock())
        half = hashlib.sha256(access_token.encode()).digest()[:16]
        claims = {
            "iss": self.url, "aud": CLIENT_ID, "azp": CLIENT_ID, "sub": user.subject, "iat": now, "exp": now + 3600,
            "nonce": known["nonce"], "at_hash": base64.urlsafe_b64encode(half).decode().rstrip("="),
            "email": user.email, "email_verified": user.email_verified, "name": user.name, "picture": user.picture,
        }  # fmt: skip
        return self.signed(_twisted(claims, self.claims))

    def signed(self, claims: Json, key: Key | None = None) -> str:
        """Return *claims* signed with *key*, or its own; with `alg` none in `header`, not signed at all."""
        by = key or self.key
        header = _twisted({"kid": by.kid} if by.kid else {}, self.header)
        algorithm = header.pop("alg", by.algorithm)
        secret = {"none": None, "HS256": b"x" * 32}.get(algorithm, by.private)
        return jwt.encode(claims, secret, algorithm=algorithm, headers=header)

    def _of(self, path: str, user: User) -> Any:
        if path == "/user":
            number = int(user.subject) if user.subject.isdigit() else user.subject
            said = {"id": number, "login": "jin", "name": user.name, "avatar_url": user.picture}
            return _twisted(said, self.answers)
        listed = [{"email": user.email, "primary": True, "verified": user.email_verified}]
        return listed if user.emails is None else user.emails


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    provider: LyingProvider

    def handle_error(self, *_: object) -> None:
        """Leave alone whoever hung up."""


def _twisted(said: Json, twists: Json) -> Json:
    return {name: value for name, value in {**said, **twists}.items() if value is not LEFT_OUT}

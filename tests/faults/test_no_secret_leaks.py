"""
Through every way in and out of an account, no secret turns up in logs, database, Redis or addresses (issue 4, figures).

A server at log level debug goes through every story in `STORIES`; each secret that was sent or issued is then looked
for in what the server wrote. Whoever adds an operation that takes a secret adds a story, which a test asks for.
"""

from __future__ import annotations

import base64
import email
import email.policy
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import attrs
import psycopg
import pyotp
import pytest
import redis

from hunter_api.app import operations
from tests.servers.app import App
from tests.servers.client import PASSWORD, Answer, Client
from tests.servers.leaks import NAMES, Leak, Secrets
from tests.servers.length import LONG
from tests.servers.postgres import PostgresServer
from tests.servers.provider import CLIENT_ID, CLIENT_SECRET, LyingProvider
from tests.servers.redis import RedisServer

PAGE = "https://hunter.example/signed-in"
NEXT_PASSWORD = "Arise-from-the-shadows-2!"
WRONG_PASSWORD = "Wr0ng-from-the-shadows!"
MAIL_SECONDS = 60
_CODE = re.compile(r"(?<![A-Za-z0-9_-])[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])")


@attrs.define
class Scene:
    """A served program with everything on, and what was seen of it."""

    app: App
    redis: RedisServer
    provider: LyingProvider
    secrets: Secrets
    asked: set[tuple[str, str]] = attrs.field(factory=set)
    mailed: int = 0

    def client(self) -> Client:
        client = Client(self.app.url, secrets=self.secrets)
        send = client.send

        def noted(method: str, path: str, *args: Any, **more: Any) -> Answer:
            self.asked.add((method, path))
            return send(method, path, *args, **more)

        client.send = noted  # type: ignore[method-assign]
        return client

    def mail_to(self, address: str) -> list[str]:
        """Return the codes in the next mail to *address* that has one; and remember them all."""
        deadline = time.monotonic() + MAIL_SECONDS
        seen: set[Path] = getattr(self, "_seen", set())
        while time.monotonic() < deadline:
            for path in sorted((self.app.data_dir / "mail").glob("*.eml")):
                message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
                if path in seen or address not in str(message["to"]):
                    continue
                seen.add(path)
                body = message.get_body(("plain",))
                codes = _CODE.findall("" if body is None else body.get_content())
                if codes:
                    for code in codes:
                        self.secrets.add("mailed", code)
                    self.mailed += 1
                    self._seen = seen
                    return codes
            time.sleep(0.05)
        raise AssertionError(f"no mail with a code to {address} came")

    _seen: set[Path] = attrs.field(factory=set)


@pytest.fixture(scope="module", params=["debug", "info"] if LONG else ["debug"])
def scene(
    request: pytest.FixtureRequest, postgres_server: PostgresServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Scene]:
    url = postgres_server.fresh_database()
    with RedisServer.start() as redis_server, LyingProvider() as provider:
        settings = {
            "HUNTER_LOG_LEVEL": request.param,
            "HUNTER_REDIS_URL": redis_server.url,
            "HUNTER_GOOGLE_CLIENT_ID": CLIENT_ID,
            "HUNTER_GOOGLE_CLIENT_SECRET": CLIENT_SECRET,
            "HUNTER_GOOGLE_ISSUER": provider.url,
            "HUNTER_GITHUB_CLIENT_ID": CLIENT_ID,
            "HUNTER_GITHUB_CLIENT_SECRET": CLIENT_SECRET,
            "HUNTER_GITHUB_URL": provider.url,
            "HUNTER_GITHUB_API_URL": provider.url,
            "HUNTER_FRONTEND_CALLBACK_URLS": PAGE,
        }
        data_dir = tmp_path_factory.mktemp("leaks")
        with App(data_dir=data_dir, database_url=url, settings=settings) as app:
            secrets = Secrets()
            secrets.add("client_secret", CLIENT_SECRET)
            made = Scene(app=app, redis=redis_server, provider=provider, secrets=secrets)
            for story in STORIES:
                story(made)
            yield made
    postgres_server.drop_database(url)


# --- the stories -------------------------------------------------------------------------------------------


def _sessions(scene: Scene) -> None:
    """Register, sign in, fail to, refresh, refresh again too late, look at sessions and end them."""
    with scene.client() as hunter:
        hunter.register("leak-sessions", zone="Asia/Seoul")
        body = {"email": "leak-sessions@example.com", "password": PASSWORD}
        old = hunter.post("/api/auth/login", body).data
        assert hunter.post("/api/auth/login", {**body, "password": WRONG_PASSWORD}).status == 401
        assert hunter.post("/api/auth/login", {**body, "email": "nobody@example.com"}).status == 401
        assert hunter.post("/api/auth/register", {**body, "hunterName": "other-name"}).status == 400
        # Not JSON, a field too many, a password too long: refusals must not repeat what was sent.
        for twisted in (
            {**body, "token": old["token"]},
            {**body, "password": PASSWORD * 60},
            {"email": PASSWORD},
        ):
            assert hunter.post("/api/auth/login", twisted).status == 422
        assert hunter.send("POST", "/api/auth/login", raw=b'{"password": "' + PASSWORD.encode()).status == 400
        new = hunter.post("/api/auth/refresh", {"refreshToken": old["refreshToken"]}).data
        assert (
            hunter.post("/api/auth/refresh", {"refreshToken": new["refreshToken"][:-1] + "!"}).status == 401
        )
        with psycopg.connect(scene.app.database_url) as connection:
            connection.execute("UPDATE sessions SET rotated_at = rotated_at - interval '1 minute'")
        assert (
            hunter.post("/api/auth/refresh", {"refreshToken": old["refreshToken"]}).code
            == "REFRESH_TOKEN_REUSED"
        )
        for token in (new["token"], new["token"][:-4] + "AAAA", old["refreshToken"]):
            assert (
                hunter.send("GET", "/api/auth/me", headers={"Authorization": f"Bearer {token}"}).status == 401
            )
        other = hunter.post("/api/auth/login", body).data
        ids = [
            each["id"] for each in hunter.get("/api/auth/sessions").data["sessions"] if not each["isCurrent"]
        ]
        assert hunter.delete(f"/api/auth/sessions/{ids[0]}").status == 204
        assert hunter.delete("/api/auth/sessions").status == 204
        assert hunter.post("/api/auth/logout").status == 204
        assert hunter.post("/api/auth/refresh", {"refreshToken": other["refreshToken"]}).status == 401
        hunter.login("leak-sessions@example.com")
        assert hunter.post("/api/auth/logout-all").status == 204


def _guesses(scene: Scene) -> None:
    """Guess until it is refused."""
    with scene.client() as guesser:
        guesser.register("leak-guesses")
        body = {"email": "leak-guesses@example.com", "password": WRONG_PASSWORD}
        assert [guesser.post("/api/auth/login", body).status for _ in range(11)] == [401] * 10 + [429]


def _codes(scene: Scene) -> None:
    """Verify an address, change password and address, forget and reset."""
    with scene.client() as hunter:
        address, new_address = "leak-codes@example.com", "leak-moved@example.com"
        hunter.register("leak-codes")
        (code, *_) = scene.mail_to(address)
        assert hunter.post("/api/auth/verify-email/resend", {"email": address}).status == 202
        (code, *_) = scene.mail_to(address)
        assert hunter.post("/api/auth/verify-email", {"code": "x" * 43}).status == 400
        assert hunter.post("/api/auth/verify-email", {"code": code}).status == 204
        assert hunter.post("/api/auth/verify-email", {"code": code}).status == 400
        change = {"currentPassword": WRONG_PASSWORD, "newPassword": NEXT_PASSWORD}
        assert hunter.post("/api/auth/change-password", change).status == 401
        assert hunter.post("/api/auth/change-password", {**change, "currentPassword": PASSWORD}).status == 204
        asked = {"email": new_address, "password": NEXT_PASSWORD}
        assert hunter.post("/api/auth/change-email", asked).status == 202
        (code, *_) = scene.mail_to(new_address)
        assert hunter.post("/api/auth/change-email/confirm", {"code": code}).status == 204
        assert hunter.post("/api/auth/forgot-password", {"email": new_address}).status == 202
        (code, *_) = scene.mail_to(new_address)
        assert hunter.post("/api/auth/reset-password", {"code": code, "newPassword": "short"}).status == 422
        assert hunter.post("/api/auth/reset-password", {"code": code, "newPassword": PASSWORD}).status == 204
        hunter.login(new_address)
        assert hunter.get("/api/users/me/export").status == 200


def _two_factor(scene: Scene) -> None:
    """Switch a second factor on, use it and a recovery code, make others, make and use API tokens, switch it off."""
    with scene.client() as hunter:
        hunter.register("leak-factor")
        body = {"email": "leak-factor@example.com", "password": PASSWORD}
        secret = hunter.post("/api/auth/two-factor", {"password": PASSWORD}).data["secret"]
        # The code of now, which is good for half a minute more: the one before would end with it.
        code = pyotp.TOTP(secret).now()
        first = hunter.post("/api/auth/two-factor/confirm", {"code": code}).data["recoveryCodes"]
        assert hunter.post("/api/auth/login", body).code == "TWO_FACTOR_REQUIRED"
        assert hunter.post("/api/auth/login", {**body, "code": first[0]}).status == 200
        assert hunter.post("/api/auth/login", {**body, "code": first[0]}).status == 400
        assert hunter.post("/api/auth/step-up", {"password": PASSWORD, "code": first[1]}).status == 200
        made = hunter.post("/api/auth/two-factor/recovery-codes", {"password": PASSWORD, "code": first[2]})
        codes = made.data["recoveryCodes"]
        wish = {"name": "Home Assistant", "scope": "READ", "password": PASSWORD, "code": codes[0]}
        made = hunter.post("/api/auth/api-tokens", wish)
        bearer = {"Authorization": f"Bearer {made.data['token']}"}
        assert hunter.send("GET", "/api/quests", headers=bearer).status == 200
        assert hunter.send("POST", "/api/quests", {"title": "x"}, headers=bearer).status == 403
        assert (
            hunter.send(
                "GET", "/api/quests", headers={"Authorization": f"Bearer {made.data['token']}x"}
            ).status
            == 401
        )
        assert hunter.delete(f"/api/auth/api-tokens/{made.data['id']}").status == 204
        assert (
            hunter.send("DELETE", "/api/auth/two-factor", {"password": PASSWORD, "code": codes[1]}).status
            == 204
        )
        assert hunter.send("DELETE", "/api/users/me", {"password": PASSWORD}).status == 200


def _providers(scene: Scene) -> None:
    """Sign in by both providers, link and unlink, and come back by a ticket where there is a second factor."""
    for name, address in (("google", "leak-google@gmail.example"), ("github", "leak-github@gmail.example")):
        scene.provider.user.email, scene.provider.user.subject = address, str(abs(hash(address)) % 10**6)
        with scene.client() as browser:
            answer = _through(scene, browser, name)
            browser.token = answer.data["token"]
            secret = browser.post("/api/auth/two-factor", {}).data["secret"]
            confirmed = browser.post("/api/auth/two-factor/confirm", {"code": pyotp.TOTP(secret).now()})
            codes = confirmed.data["recoveryCodes"]
            refused = _through(scene, browser, name)
            assert refused.code == "TWO_FACTOR_REQUIRED"
            told = {each["field"]: each["message"] for each in refused.json["error"]["details"]}
            said = {"ticket": told["ticket"], "code": codes[0]}
            assert browser.post("/api/auth/two-factor/verify", {**said, "code": "x"}).status in (400, 422)
            assert browser.post("/api/auth/two-factor/verify", said).status == 200
            (identity,) = browser.get("/api/auth/identities").data["identities"]
            unlinked = browser.send("DELETE", f"/api/auth/identities/{identity['id']}", {"code": codes[1]})
            assert unlinked.status in (204, 409)
            began = browser.post("/api/auth/oauth/google/link", {"redirectUri": PAGE, "code": codes[2]})
            assert began.status == 200, began


def _webhooks(scene: Scene) -> None:
    """Add a webhook, which nobody hears, let it be told, give it another address, and add a push target."""
    with scene.client() as hunter:
        hunter.register("leak-hooks")
        secret = f"whsec_{base64.b64encode(bytes(range(3, 35))).decode()}"
        wish = {"url": "https://hooks.example/", "events": ["quest.completed"], "password": PASSWORD}
        made = hunter.post("/api/webhooks", {**wish, "secret": secret})
        assert made.status == 201, made
        assert hunter.post("/api/webhooks", {**wish, "password": WRONG_PASSWORD}).status == 401
        assert hunter.post(f"/api/webhooks/{made.data['id']}/test").status == 202
        renewed = hunter.post(f"/api/webhooks/{made.data['id']}/secret", {"password": PASSWORD})
        assert renewed.status == 200, renewed
        moved = {"url": "https://other.example/", "password": PASSWORD}
        assert hunter.send("PATCH", f"/api/webhooks/{made.data['id']}", moved).status == 200
        target = {"url": "ntfys://ntfy.sh/hunters", "password": PASSWORD}
        assert hunter.post("/api/notifications/targets", target).status in (201, 422)


def _through(scene: Scene, browser: Client, name: str) -> Answer:
    """Go to the provider and back, and change the code."""
    begun = browser.get(f"/api/auth/oauth/{name}")
    assert begun.status == 302, begun
    cookie = begun.headers["set-cookie"].partition(";")[0]
    back = scene.provider.agree(begun.headers["location"])
    scene.secrets.see_address(back)
    path = urlsplit(back)
    scene.asked.add(("GET", path.path))
    came = browser.send("GET", f"{path.path}?{path.query}", headers={"Cookie": cookie})
    assert came.status == 302, came
    scene.secrets.see({"accessToken": list(scene.provider._tokens)})
    code = parse_qs(urlsplit(came.headers["location"]).query)["code"][0]
    return browser.post("/api/auth/oauth/exchange", {"code": code})


STORIES: list[Callable[[Scene], None]] = [_sessions, _guesses, _codes, _two_factor, _providers, _webhooks]


# --- where they may not be -----------------------------------------------------------------------------------


def test_the_stories_had_secrets_of_every_kind(scene: Scene) -> None:
    kinds = scene.secrets.kinds()
    assert {"password", "newpassword", "token", "refreshtoken", "mailed", "secret", "otpauthuri"} <= set(
        kinds
    )
    assert {"recoverycodes", "ticket", "cookie", "accesstoken", "code", "client_secret"} <= set(kinds)
    assert scene.mailed >= 4
    assert len(scene.secrets) > 80


def test_every_operation_that_takes_a_secret_has_its_story(scene: Scene) -> None:
    missing = []
    for operation in operations():
        names = [] if operation.body is None else [field.name for field in attrs.fields(operation.body)]
        form = re.compile(re.sub(r"\{\w+\}", "[^/?]+", operation.path))
        if any(NAMES.fullmatch(name) for name in names) and not any(
            method == operation.method and form.fullmatch(path) for method, path in scene.asked
        ):
            missing.append(f"{operation.method} {operation.path}")
    assert missing == []


def test_no_secret_is_in_the_log_of_the_server(scene: Scene) -> None:
    log = scene.app.log
    assert len(log) > 1_000
    assert '"event": "session.refresh_token_reused"' in log
    assert "Traceback" not in log
    assert leaked(scene.secrets.leaks("log", log)) == []


def test_no_address_of_an_account_is_in_the_log_of_the_server(scene: Scene) -> None:
    assert re.findall(r"leak-\w+@\S+", scene.app.log) == []


def test_no_secret_is_in_any_column_of_the_database(scene: Scene) -> None:
    with psycopg.connect(scene.app.database_url) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        assert len(tables) > 25
        found: list[Leak] = []
        for (table,) in tables:
            # Bytes are written as hexadecimal digits, which the search knows.
            rows = connection.execute(f'SELECT t::text FROM "{table}" t').fetchall()
            text = "\n".join(row for (row,) in rows)
            found += scene.secrets.leaks(table, text)
    assert leaked(found) == []


def test_no_secret_is_in_redis(scene: Scene) -> None:
    server = redis.Redis.from_url(scene.redis.url)
    read: dict[Any, Callable[[Any], Any]] = {
        b"string": server.get,
        b"hash": server.hgetall,
        b"list": lambda key: server.lrange(key, 0, -1),
        b"set": server.smembers,
        b"zset": lambda key: server.zrange(key, 0, -1, withscores=True),
        b"stream": server.xrange,
    }
    keys = list(server.scan_iter(count=1000))
    text = "\n".join(f"{key!r} {read[server.type(key)](key)!r}" for key in keys)
    server.close()
    assert keys != []
    assert leaked(scene.secrets.leaks("redis", text)) == []


def test_no_token_and_no_password_is_in_an_address(scene: Scene) -> None:
    assert len(scene.secrets.addresses) > 10
    assert leaked(scene.secrets.leaks_in_addresses()) == []


def test_the_search_would_find_a_password_that_was_stored(scene: Scene) -> None:
    with psycopg.connect(scene.app.database_url) as connection:
        text = str(connection.execute("SELECT convert_to(%s, 'UTF8')::text", [PASSWORD]).fetchone())
    assert leaked(scene.secrets.leaks("here", text)) != []


def leaked(found: list[Leak]) -> list[str]:
    """Return what was found in words that hold no secret themselves: this is a log, too."""
    return [f"{leak.kind} {leak.form} in {leak.where}" for leak in found]

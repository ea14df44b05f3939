"""The application over memory, by a clock that the test moves, and a client of it."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from typing import Any

import httpx
from litestar import Litestar
from litestar.testing import TestClient

from hunter_adapters.crypto.access_tokens import JwtAccessTokens
from hunter_adapters.crypto.codes import DerivedCodes
from hunter_adapters.crypto.keys import KeyRing
from hunter_adapters.crypto.passwords import BcryptPasswords
from hunter_adapters.crypto.pool import BoundedPool
from hunter_adapters.crypto.refresh_tokens import DerivedRefreshTokens
from hunter_adapters.crypto.subjects import KeyedSubjects
from hunter_adapters.crypto.totp import PyotpTotp
from hunter_adapters.crypto.vault import AesVault
from hunter_adapters.memory import MemoryStore
from hunter_adapters.memory.limits import MemoryLimiter
from hunter_adapters.memory.mailer import MemoryMailer
from hunter_adapters.memory.security_log import MemorySecurityLog
from hunter_adapters.sql import SqlStore
from hunter_adapters.sql.boards import SqlBoards
from hunter_adapters.testing.clock import StillClock
from hunter_api.app import create_app
from hunter_api.limits import RateLimits
from hunter_api.metrics import Metrics, NoMetrics
from hunter_api.ports import Ports
from hunter_api.sign_in_with import SignInWith
from hunter_api.tracing import Tracing
from hunter_core.accounts.common import common_passwords
from hunter_core.accounts.policy import CONTRACT, STRICT, AuthPolicy
from hunter_core.accounts.sign_in import Gate
from hunter_core.achievements.ports import Holders
from hunter_core.dice import HashDice
from hunter_core.leaderboard.board import Boards
from hunter_core.limits.limit import Limit, LimitName
from hunter_core.mail.letters import Letters
from hunter_core.mail.ports import Message
from hunter_core.mail.send import MailRoom, send_due
from hunter_core.notifications.ports import Pusher
from hunter_core.notifications.targets import NoPusher
from hunter_core.ports import Store
from hunter_core.rules.toml import load_rulebook
from hunter_core.webhooks.nobody import NoSender
from hunter_core.webhooks.ports import Sender
from tests.api.secret_watch import no_secret_is_told

SUNDAY_NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
PASSWORD = "Arise-from-the-shadows-1!"
KEY = bytes(range(7, 7 + 32))
CHEAPEST = 4
"""The lowest cost that bcrypt takes: no test of HTTP is about how long a hash takes."""
NO_LIMIT = Limit(1_000_000, 60)
"""Who tests something else is not to meet the limits of good behaviour."""


class CountedUnlocks:
    """Counts holders in memory, anew each time."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def holders(self) -> Holders:
        with self._store.read() as uow:
            ids = uow.histories.hunter_ids()
            held = Counter(unlock.achievement_id for each in ids for unlock in uow.unlocks.standing(each))
            return Holders(hunters=len(ids), of=held)


def a_gate(policy: AuthPolicy = CONTRACT) -> Gate:
    ring = KeyRing([("test", KEY)])
    return Gate(
        policy=policy,
        passwords=BcryptPasswords(ring, BoundedPool(threads=2, waiting=16), cost=CHEAPEST),
        common=common_passwords(),
        access=JwtAccessTokens(ring, lasts=policy.access_lasts),
        refresh=DerivedRefreshTokens(ring),
        codes=DerivedCodes(ring),
        totp=PyotpTotp(),
        vault=AesVault(ring),
        subjects=KeyedSubjects(ring),
        log=MemorySecurityLog(),
    )


def boards_of(store: Store) -> Boards:
    if isinstance(store, MemoryStore):
        return store.boards
    assert isinstance(store, SqlStore)
    return SqlBoards(store)


def ports_over(
    store: Store,
    clock: StillClock,
    *,
    ready: Callable[[], None] = lambda: None,
    rulebook: str = "classic",
    policy: AuthPolicy = CONTRACT,
    limits: RateLimits | None = None,
    sign_in_with: SignInWith | None = None,
    pusher: Pusher | None = None,
    sender: Sender | None = None,
    metrics: Metrics | None = None,
    tracing: Tracing | None = None,
) -> Ports:
    return Ports(
        store=store if tracing is None else tracing.store(store),
        clock=clock,
        dice=HashDice(),
        rulebook=_rulebook(rulebook),
        gate=a_gate(policy),
        popularity=CountedUnlocks(store),
        limits=limits or RateLimits(limiter=MemoryLimiter(), limits=dict.fromkeys(LimitName, NO_LIMIT)),
        boards=boards_of(store),
        ready=ready,
        sign_in_with=sign_in_with or SignInWith(),
        pusher=pusher or NoPusher(),
        sender=sender or NoSender(),
        metrics=metrics or NoMetrics(),
        tracing=tracing,
    )


# It takes longer to read than most tests, and nothing can change it.
_rulebook = cache(load_rulebook)


class Answer:
    """An answer, and what the contract says of every one."""

    def __init__(self, response: httpx.Response) -> None:
        self.status = response.status_code
        self.headers = response.headers
        self.body = response.content
        assert self.headers["x-request-id"]
        assert self.headers["x-content-type-options"] == "nosniff"
        assert self.headers["referrer-policy"] == "no-referrer"

    def __repr__(self) -> str:
        return f"<{self.status} {self.body[:400]!r}>"

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def data(self) -> Any:
        assert self.json["success"] is True, self
        return self.json["data"]

    @property
    def error(self) -> Any:
        said = self.json
        assert said["success"] is False, self
        assert said["error"]["requestId"] == self.headers["x-request-id"]
        return said["error"]

    @property
    def code(self) -> str:
        return str(self.error["code"])

    @property
    def fields(self) -> set[str]:
        return {each["field"] for each in self.error.get("details", ())}


class House:
    """A running application, and a hunter who asks it things."""

    def __init__(self, http: TestClient[Any], ports: Ports, clock: StillClock) -> None:
        self.http, self.ports, self.clock = http, ports, clock
        self.store = ports.store
        self.token: str | None = None
        self.refresh_token = ""
        self.user: dict[str, Any] = {}

    def another(self) -> House:
        """Return somebody else at the same application."""
        return House(self.http, self.ports, self.clock)

    @property
    def log(self) -> MemorySecurityLog:
        """What the security log has."""
        log = self.ports.gate.log
        assert isinstance(log, MemorySecurityLog)
        return log

    def delivered(self) -> list[Message]:
        """Send the mails that are due, and return them."""
        mailer = MemoryMailer()
        send_due(
            MailRoom(
                store=self.store,
                mailer=mailer,
                letters=Letters(),
                codes=self.ports.gate.codes,
                log=self.ports.gate.log,
                clock=self.clock,
                rulebook=self.ports.rulebook,
            )
        )
        return mailer.sent

    def mailed_code(self, subject: str) -> str:
        """Send the mails that are due, and return the code of the last one that has *subject* in its own."""
        found = [message for message in self.delivered() if subject in message.subject]
        return next(line for line in found[-1].text.splitlines() if re.fullmatch(r"[\w-]{43}", line))

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        raw: bytes | None = None,
        key: str | None = None,
        headers: Mapping[str, str | bytes] | None = None,
        **query: Any,
    ) -> Answer:
        sent: dict[str, Any] = dict(headers or {})
        if self.token is not None:
            sent.setdefault("authorization", f"Bearer {self.token}")
        if key is not None:
            sent["idempotency-key"] = key
        if body is not None:
            raw = json.dumps(body).encode()
        if raw is not None:
            sent.setdefault("content-type", "application/json")
        return Answer(
            self.http.request(
                method, path, content=raw, headers=sent, params=query or None, follow_redirects=False
            )
        )

    def get(self, path: str, **query: Any) -> Answer:
        return self.ask("GET", path, **query)

    def post(self, path: str, body: Any = None, *, key: str | None = None) -> Answer:
        return self.ask("POST", path, body, key=key)

    def patch(self, path: str, body: Any) -> Answer:
        return self.ask("PATCH", path, body)

    def delete(self, path: str) -> Answer:
        return self.ask("DELETE", path)

    def register(self, name: str = "Jinwoo", **more: Any) -> Answer:
        body = {"email": f"{name}@example.com", "password": PASSWORD, "hunterName": name, **more}
        return self.post("/api/auth/register", body)

    def signed_in(self, name: str = "Jinwoo", **more: Any) -> House:
        answer = self.register(name, **more)
        assert answer.status == 201, answer
        self.token, self.refresh_token = answer.data["token"], answer.data["refreshToken"]
        self.user = answer.data["user"]
        return self

    def quest(self, **fields: Any) -> Any:
        answer = self.post("/api/quests", {"title": "Push-ups", "type": "DAILY", "baseXP": 100, **fields})
        assert answer.status == 201, answer
        return answer.data

    def complete(self, quest: Any, body: Any = None, *, key: str | None = None) -> Answer:
        return self.post(f"/api/quests/{quest['id']}/complete", {} if body is None else body, key=key)

    def me(self) -> Any:
        return self.get("/api/auth/me").data


_closed: dict[tuple[Any, ...], list[Litestar]] = {}
"""
Applications that were closed, by what their paths were made for, for somebody else to move in.

To put up 71 paths takes forty times as long as all that is behind them, which is new for each house (`Inside`).
"""


@contextmanager
def a_house(store: Store | None = None, *, origins: Sequence[str] = (), **settings: Any) -> Iterator[House]:
    """Open an application over *store*, else over memory; in the end no secret stands where it should not."""
    store, clock = store or MemoryStore(), StillClock(SUNDAY_NOON)
    strict = settings.get("policy") is STRICT
    ports = ports_over(store, clock, **settings)
    closed = _closed.setdefault((tuple(origins), strict, ports.rulebook.name), [])
    if closed:
        app = closed.pop()
        app.state.inside.move_in(ports)
    else:
        app = create_app(ports, origins=origins, strict=strict)
    with TestClient(app, raise_server_exceptions=False) as http:
        http.headers.clear()
        with no_secret_is_told(http, ports):
            yield House(http, ports, clock)
    closed.append(app)

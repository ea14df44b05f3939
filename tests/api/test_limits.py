"""Rate limits over HTTP: who is counted where, what answers say of it, and what 429 says (SPEC 4, Rate limits)."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest

from hunter_adapters.memory.limits import MemoryLimiter
from hunter_api.addresses import Proxies
from hunter_api.app import operations
from hunter_api.door import threads
from hunter_api.door.threads import KeysUnderWay, KeyUnderWay
from hunter_api.limits import HEADERS, RateLimits
from hunter_core.errors import StoreUnavailable
from hunter_core.keys import KeyedRequest
from hunter_core.limits.limit import Limit, LimitName
from tests.api.house import NO_LIMIT, PASSWORD, SUNDAY_NOON, Answer, House, a_house

NOON = int(SUNDAY_NOON.timestamp())
SIGN_IN = {"email": "jinwoo@example.com", "password": PASSWORD}


@contextmanager
def limited(*, proxies: tuple[str, ...] = (), **limits: Limit) -> Iterator[House]:
    """Open an application with these limits, and all others as good as none."""
    found = {name: limits.get(name.value, NO_LIMIT) for name in LimitName}
    rates = RateLimits(limiter=MemoryLimiter(), limits=found, proxies=Proxies(proxies))
    with a_house(limits=rates) as house:
        yield house


def statuses(
    house: House, times: int, method: str = "GET", path: str = "/api/quests", **more: Any
) -> list[int]:
    return [house.ask(method, path, **more).status for _ in range(times)]


def limit_of(answer: Answer) -> tuple[int, int, int]:
    """Return limit, remaining and reset, and see that both spellings of them agree."""
    limit, remaining, reset = (int(answer.headers[name]) for name in HEADERS[:3])
    said = re.fullmatch(r'"(\w+)";r=(\d+);t=(\d+)', answer.headers["ratelimit"])
    policy = re.fullmatch(r'"(\w+)";q=(\d+);w=(\d+)', answer.headers["ratelimit-policy"])
    assert said is not None
    assert policy is not None
    assert said[1] == policy[1]
    assert (int(policy[2]), int(said[2])) == (limit, remaining)
    return limit, remaining, reset


# --- which operation counts where ------------------------------------------------------------------------------


UNDER_ALL_ELSE = {
    (method, f"/api/auth/{path}")
    for method, path in (
        ("POST", "refresh"),
        ("POST", "logout"),
        ("POST", "logout-all"),
        ("GET", "me"),
        ("GET", "sessions"),
        ("DELETE", "sessions"),
        ("DELETE", "sessions/{session_id}"),
        ("GET", "identities"),
        ("GET", "two-factor"),
        ("GET", "api-tokens"),
        ("DELETE", "api-tokens/{token_id}"),
    )
}
"""What of /api/auth takes no secret that could be guessed (SPEC 4, Rate limits)."""


DEAR = (
    "GET /api/users/me/export",
    "DELETE /api/users/me",
    "POST /api/webhooks",
    "PATCH /api/webhooks/{webhook_id}",
    "POST /api/webhooks/{webhook_id}/secret",
    "POST /api/notifications/targets",
)
"""The first reads a whole account, the others take a password (docs/choices.md)."""


def test_every_operation_counts_under_the_limit_of_the_contract() -> None:
    for operation in operations():
        path = operation.path
        if path.startswith("/health"):
            expected = None
        elif path.startswith("/api/auth/"):
            expected = LimitName.OTHER if (operation.method, path) in UNDER_ALL_ELSE else LimitName.AUTH
        elif f"{operation.method} {path}" in DEAR:
            expected = LimitName.AUTH
        else:
            first = path.split("/")[2]
            expected = LimitName(first) if first in tuple(LimitName) and first != "auth" else LimitName.OTHER
        assert operation.limit == expected, operation.name


def test_each_limit_is_counted_for_itself() -> None:
    with limited(quests=Limit(2, 60), other=Limit(3, 60)) as house:
        house.signed_in()
        assert statuses(house, 3) == [200, 200, 429]
        assert statuses(house, 4, path="/api/auth/me") == [200, 200, 200, 429]
        assert statuses(house, 1, path="/api/users/me/settings") == [429]


def test_health_and_the_page_are_not_limited() -> None:
    with limited(other=Limit(1, 60)) as house:
        for path in ("/health/live", "/health/ready", "/schema", "/schema/openapi.json"):
            answers = [house.get(path) for _ in range(5)]
            assert {answer.status for answer in answers} == {200}
            assert not any(name in answer.headers for name in HEADERS for answer in answers)


def test_every_way_of_asking_counts() -> None:
    with limited(quests=Limit(5, 60)) as house:
        house.signed_in()
        quest = house.quest()
        house.complete(quest, key="once")
        assert house.complete(quest, key="once").headers["idempotency-replayed"] == "true"
        etag = house.get("/api/quests").headers["etag"]
        assert house.ask("GET", "/api/quests", headers={"if-none-match": etag}).status == 304
        assert house.ask("HEAD", "/api/quests").status == 429


# --- what answers say ------------------------------------------------------------------------------------------


def test_every_answer_of_a_limited_operation_says_what_is_left() -> None:
    with limited(quests=Limit(20, 60)) as house:
        house.signed_in()
        first = house.get("/api/quests")
        assert limit_of(first) == (20, 19, NOON + 60)
        assert first.headers["ratelimit"] == '"quests";r=19;t=60'
        assert first.headers["ratelimit-policy"] == '"quests";q=20;w=60'
        house.clock.advance(seconds=10.5)
        etag = first.headers["etag"]
        answers = [
            house.ask("GET", "/api/quests", headers={"if-none-match": etag}),  # 304
            house.post("/api/quests", {"title": ""}),  # 422
            house.ask("POST", "/api/quests", raw=b"{"),  # 400
            house.get("/api/quests/x"),  # 404
            house.ask("POST", "/api/quests", raw=b"{}", headers={"content-type": "text/plain"}),  # 415
            house.ask("POST", "/api/quests", raw=b" " * 70_000),  # 413
        ]
        assert [answer.status for answer in answers] == [304, 422, 400, 404, 415, 413]
        assert [limit_of(answer) for answer in answers] == [
            (20, left, NOON + 60) for left in range(18, 12, -1)
        ]
        assert answers[0].headers["ratelimit"] == '"quests";r=18;t=50'


def test_429_says_in_how_many_seconds_and_then_it_passes() -> None:
    with limited(quests=Limit(1, 60)) as house:
        house.signed_in().get("/api/quests")
        house.clock.advance(seconds=17.25)
        answer = house.get("/api/quests")
        assert (answer.status, answer.code) == (429, "RATE_LIMIT_EXCEEDED")
        assert answer.error["message"] == "Too many requests. Please try again in 43 seconds."
        assert answer.headers["retry-after"] == "43"
        assert answer.headers["cache-control"] == "no-store"
        assert limit_of(answer) == (1, 0, NOON + 60)
        house.clock.advance(seconds=42)
        assert house.get("/api/quests").headers["retry-after"] == "1"
        house.clock.advance(seconds=1)
        assert house.get("/api/quests").status == 200


def test_what_is_refused_by_the_limit_does_nothing() -> None:
    with limited(quests=Limit(2, 60)) as house:
        house.signed_in()
        quest = house.quest()
        assert house.complete(quest, key="k").status == 200
        assert house.complete(house.user, key="other").status == 429
        xp = house.me()["totalXP"]
        house.clock.advance(minutes=1)
        assert house.complete(quest, key="k").headers["idempotency-replayed"] == "true"
        assert house.me()["totalXP"] == xp


def test_an_answer_that_nobody_counted_says_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "LONGEST_WAIT", -1.0)
    with limited(quests=Limit(7, 60)) as house:
        house.token = "x"
        answer = house.get("/api/quests")
        assert answer.status == 503
        assert limit_of(answer) == (7, 7, NOON)


def test_pages_of_other_origins_may_read_them() -> None:
    with a_house(origins=["https://hunter.example"]) as house:
        answer = house.ask("GET", "/api/users/me", headers={"origin": "https://hunter.example"})
        exposed = {name.strip() for name in answer.headers["access-control-expose-headers"].split(",")}
        assert {*HEADERS, "Retry-After"} <= exposed


# --- who is counted --------------------------------------------------------------------------------------------


def test_who_is_signed_in_is_counted_by_account_wherever_they_ask_from() -> None:
    with limited(quests=Limit(2, 60)) as house:
        house.signed_in()
        other = house.another().signed_in("Haein")
        again = house.another()
        answer = again.post("/api/auth/login", SIGN_IN)
        again.token = answer.data["token"]
        assert statuses(house, 1) == [200]
        # another session of the same account
        assert statuses(again, 2) == [200, 429]
        assert statuses(house, 1) == [429]
        assert statuses(other, 3) == [200, 200, 429]


def test_who_is_not_signed_in_is_counted_by_address_and_told_401_only_up_to_the_limit() -> None:
    with limited(quests=Limit(2, 60)) as house:
        assert statuses(house, 3) == [401, 401, 429]
        house.token = "no.good.token"
        assert statuses(house, 1) == [429]
        # and fills nobody's bucket who is signed in behind the same address
        assert statuses(house.another().signed_in(), 3) == [200, 200, 429]


def test_a_session_that_has_ended_fills_no_account_any_more() -> None:
    with limited(quests=Limit(2, 60)) as house:
        house.signed_in()
        ended = house.another()
        ended.token = house.another().post("/api/auth/login", SIGN_IN).data["token"]
        assert ended.post("/api/auth/logout").status == 204
        assert statuses(ended, 3) == [401, 401, 429]
        assert statuses(house, 2) == [200, 200]


def test_guessing_passwords_is_limited_by_address_whoever_it_is_about() -> None:
    with limited(auth=Limit(3, 60)) as house:
        house.signed_in()
        wrong = [{"email": f"{n}@example.com", "password": PASSWORD} for n in range(3)]
        answers = [house.post("/api/auth/login", body) for body in wrong]
        assert [answer.status for answer in answers] == [401, 401, 429]
        assert house.another().post("/api/auth/login", SIGN_IN).status == 429
        assert house.another().register("Haein").status == 429
        # What has a session goes on.
        assert house.get("/api/auth/me").status == 200
        house.clock.advance(minutes=1)
        assert house.another().post("/api/auth/login", SIGN_IN).status == 200


def test_while_the_store_is_away_requests_are_counted_by_address(monkeypatch: pytest.MonkeyPatch) -> None:
    with limited(quests=Limit(2, 60)) as house:
        house.signed_in()

        def away() -> None:
            raise StoreUnavailable

        with monkeypatch.context() as patched:
            patched.setattr(house.store, "read", away)
            answers = [house.get("/api/quests") for _ in range(3)]
        assert [answer.status for answer in answers] == [503, 503, 429]
        assert [limit_of(answer)[1] for answer in answers] == [1, 0, 0]
        assert statuses(house, 1) == [200]


def test_a_request_that_waits_for_another_with_its_key_counts_once(monkeypatch: pytest.MonkeyPatch) -> None:
    with limited(quests=Limit(3, 60)) as house:
        house.signed_in()
        quest = house.quest()
        holding, busy = KeysUnderWay.holding, [1, 2, 3]

        def busy_at_first(keys: KeysUnderWay, request: KeyedRequest) -> AbstractContextManager[None]:
            if busy:
                busy.pop()
                first: Future[None] = Future()
                first.set_result(None)
                raise KeyUnderWay(first)
            return holding(keys, request)

        monkeypatch.setattr(KeysUnderWay, "holding", busy_at_first)
        answer = house.complete(quest, key="same")
        assert (answer.status, busy, limit_of(answer)[1]) == (200, [], 1)


# --- the client's address --------------------------------------------------------------------------------------


async def asked_from(app: Any, peer: str, *forwarded: str) -> int:
    """Ask for the quests from *peer*, without a session, and return the status."""
    headers = [(b"x-forwarded-for", value.encode()) for value in forwarded]
    scope: dict[str, Any] = {
        "type": "http", "http_version": "1.1", "method": "GET", "path": "/api/quests", "raw_path": b"/api/quests",
        "root_path": "", "query_string": b"", "scheme": "http", "headers": headers, "client": (peer, 4711),
        "server": ("127.0.0.1", 80), "state": {}, "app": app, "extensions": {},
    }  # fmt: skip
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    await app(scope, receive, send)
    return int(sent[0]["status"])


def ask_from(house: House, *asks: tuple[str, ...]) -> list[int]:
    async def story() -> list[int]:
        return [await asked_from(house.http.app, *ask) for ask in asks]

    return asyncio.run(story())


def test_a_forged_header_changes_nobodys_bucket() -> None:
    with limited(quests=Limit(2, 60)) as house:
        forged = [("198.51.100.7", f"203.0.113.{n}") for n in range(3)]
        assert ask_from(house, *forged) == [401, 401, 429]
        assert ask_from(house, ("203.0.113.0",), ("203.0.113.1",)) == [401, 401]


def test_behind_a_trusted_proxy_a_forged_header_changes_nobodys_bucket_either() -> None:
    with limited(quests=Limit(2, 60), proxies=("10.0.0.0/8",)) as house:
        forged = [("10.0.0.1", f"203.0.113.{n}, 198.51.100.7") for n in range(2)]
        split = ("10.0.0.1", "203.0.113.9", "198.51.100.7")
        assert ask_from(house, *forged, split) == [401, 401, 429]
        assert ask_from(house, ("10.0.0.2", "203.0.113.0"), ("10.0.0.1", "203.0.113.1")) == [401, 401]


def test_all_addresses_of_one_customer_are_one() -> None:
    with limited(quests=Limit(2, 60)) as house:
        asks = [(f"2001:db8:1:2::{n}",) for n in range(3)]
        assert ask_from(house, *asks) == [401, 401, 429]
        assert ask_from(house, ("2001:db8:1:3::1",)) == [401]

"""A hunter's client for the tests: signs in, makes and completes quests, and asks again until it is told the truth."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

import httpx

from tests.servers.leaks import Secrets

PASSWORD = "Arise-from-the-shadows-1!"
# What a client may meet while a server is killed, starts, or waits for its database.
PATIENCE_SECONDS = 60
ASK_AGAIN = {502, 503}


class Answer:
    """One answer of the server, with its bytes as they came."""

    def __init__(self, response: httpx.Response) -> None:
        self.status = response.status_code
        self.headers = response.headers
        self.body = response.content
        self.request = f"{response.request.method} {response.request.url.path}"

    def __repr__(self) -> str:
        return f"<{self.request}: {self.status} {self.body[:600]!r}>"

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)

    @property
    def data(self) -> Any:
        """What a success holds; a refusal fails the test here, with its whole text."""
        assert 200 <= self.status < 300, self
        return self.json["data"]

    @property
    def code(self) -> str:
        """The stable word of a refusal; empty for a success."""
        return "" if self.status < 400 else str(self.json["error"]["code"])

    @property
    def fields(self) -> set[str]:
        """The fields that a refusal names."""
        return {detail["field"] for detail in self.json["error"].get("details") or ()}

    @property
    def is_replayed(self) -> bool:
        """Whether this is what the key was answered before."""
        return bool(self.headers.get("idempotency-replayed") == "true")


class Client:
    """
    One connection pool and one session. Threads may share it. It tells *secrets* what it sends and gets.

    Nothing is asked again by itself: `surely` is the one that does, and it takes a key.
    """

    def __init__(
        self, url: str, *, token: str | None = None, seconds: float = 30, secrets: Secrets | None = None
    ) -> None:
        self.url = url
        self.secrets = secrets
        self.token = token
        self.refresh_token = ""
        self.user: dict[str, Any] = {}
        # no proxy of whoever runs the tests, and no list of certificates to be read for every client
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=64)
        self._http = httpx.Client(base_url=url, timeout=seconds, trust_env=False, verify=False, limits=limits)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    # --- requests ---------------------------------------------------------------------------------------------

    def send(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        raw: bytes | None = None,
        key: str | None = None,
        headers: Mapping[str, str | bytes] | None = None,
        **query: Any,
    ) -> Answer:
        """
        Send one request and return its answer, whatever it is.

        Args:
            raw: The body's bytes, where they are no JSON.
            key: The Idempotency-Key.
        """
        sent: dict[str, str | bytes] = dict(headers or {})
        if self.token is not None:
            sent.setdefault("Authorization", f"Bearer {self.token}")
        if key is not None:
            sent["Idempotency-Key"] = key
        if body is not None:
            raw = json.dumps(body).encode()
        if raw is not None:
            sent.setdefault("Content-Type", "application/json")
        encoded = [(name.encode(), _bytes(value)) for name, value in sent.items()]
        response = self._http.request(method, path, content=raw, headers=encoded, params=query or None)
        if self.secrets is not None:
            self._tell(self.secrets, raw, response)
        return Answer(response)

    @staticmethod
    def _tell(secrets: Secrets, raw: bytes | None, response: httpx.Response) -> None:
        secrets.see_body(raw)
        secrets.see_body(response.content)
        for address in (str(response.request.url), response.headers.get("location", "")):
            secrets.see_address(address)
        for cookie in response.headers.get_list("set-cookie"):
            secrets.add("cookie", cookie.partition("=")[2].partition(";")[0])

    def get(self, path: str, **query: Any) -> Answer:
        """Send a GET."""
        return self.send("GET", path, **query)

    def post(self, path: str, body: object = None, *, key: str | None = None) -> Answer:
        """Send a POST."""
        return self.send("POST", path, body, key=key)

    def patch(self, path: str, body: object) -> Answer:
        """Send a PATCH."""
        return self.send("PATCH", path, body)

    def delete(self, path: str) -> Answer:
        """Send a DELETE."""
        return self.send("DELETE", path)

    def surely(self, method: str, path: str, body: object = None, *, key: str) -> Answer:
        """Send the request with *key* until it is answered with something else than "later"."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                answer = self.send(method, path, body, key=key)
            except httpx.TransportError:
                if time.monotonic() > deadline:
                    raise
            else:
                later = answer.status in ASK_AGAIN or answer.code == "IDEMPOTENCY_IN_PROGRESS"
                if not later or time.monotonic() > deadline:
                    return answer
            time.sleep(0.02)

    # --- what a hunter does -----------------------------------------------------------------------------------

    def register(self, name: str | None = None, *, zone: str | None = None) -> Self:
        """Register a new account and be signed in as it."""
        name = name or f"h-{uuid.uuid4().hex[:16]}"
        body = {"email": f"{name}@example.com", "password": PASSWORD, "hunterName": name}
        if zone is not None:
            body["timezone"] = zone
        answer = self.post("/api/auth/register", body)
        assert answer.status == 201, answer
        return self._signed_in(answer)

    def login(self, email: str) -> Self:
        """Sign in."""
        return self._signed_in(self.post("/api/auth/login", {"email": email, "password": PASSWORD}))

    def _signed_in(self, answer: Answer) -> Self:
        self.token, self.refresh_token = answer.data["token"], answer.data["refreshToken"]
        self.user = answer.data["user"]
        return self

    def me(self) -> dict[str, Any]:
        """Return the signed-in user."""
        found: dict[str, Any] = self.get("/api/auth/me").data
        return found

    def create_quest(self, **fields: Any) -> dict[str, Any]:
        """Create a daily quest of 100 XP, or as *fields* say, and return it."""
        body = {"title": "Push-ups", "type": "DAILY", "baseXP": 100, **fields}
        answer = self.post("/api/quests", body)
        assert answer.status == 201, answer
        quest: dict[str, Any] = answer.data
        return quest

    def complete(self, quest_id: str, *, key: str | None = None, **fields: Any) -> Answer:
        """Complete a quest."""
        return self.post(f"/api/quests/{quest_id}/complete", fields, key=key)

    def complete_surely(self, quest_id: str, *, key: str, **fields: Any) -> Answer:
        """Complete a quest once, asking again with the same key until the server knows."""
        return self.surely("POST", f"/api/quests/{quest_id}/complete", fields, key=key)

    def void(self, quest_id: str, completion_id: str) -> Answer:
        """Take a completion back."""
        return self.delete(f"/api/quests/{quest_id}/completions/{completion_id}")


def _bytes(value: str | bytes) -> bytes:
    return value if isinstance(value, bytes) else value.encode("latin-1")

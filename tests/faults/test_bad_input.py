"""
Bad input, field by field: it is refused, the field is named, and nothing is stored.

The door refuses before any database is asked, so the whole of it is tried over SQLite. Over PostgreSQL go the values
that a database itself would take otherwise: characters that it cannot keep, numbers past its columns, and ids.
"""

from __future__ import annotations

import itertools
import json
import re
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.faults.badness import BEYOND, HALF, NUL, Json, bad_texts, bad_values, resolved
from tests.servers import clock
from tests.servers.app import App
from tests.servers.books import Books
from tests.servers.client import PASSWORD, Answer, Client
from tests.servers.clock import MovableClock
from tests.servers.served import DATABASES, MONDAY, an_app_at

SETTLE_SECONDS = 60.0
WRITTEN_BY_JOBS = ("agendas", "mails", "outbox")
"""Tables whose rows change by themselves: looking at what is due and telling it go on meanwhile."""
METHODS = ("get", "post", "patch", "put", "delete")


class Operation(NamedTuple):
    """A method of a path, as the document has it."""

    method: str
    path: str
    described: Json

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def body(self) -> Json | None:
        content = self.described.get("requestBody", {}).get("content", {})
        return content["application/json"]["schema"] if content else None

    @property
    def ids(self) -> list[str]:
        """The names of the ids in its path."""
        return [each["name"] for each in self.parameters("path") if each["schema"].get("format") == "uuid"]

    def parameters(self, where: str) -> list[Json]:
        return [each for each in self.described.get("parameters", ()) if each["in"] == where]


class Ground:
    """A hunter who has one of everything, the document, and what stood in the books before."""

    def __init__(self, app: App, client: Client, books: Books) -> None:
        self.client, self.books = client, books
        self._clock = MovableClock(Path(app.environment[clock.VARIABLE]))
        client.register()
        self.document: Json = client.get("/schema/openapi.json").json
        quest = client.create_quest(completionsPerDay=50)
        completion = client.complete(quest["id"]).data["completion"]
        client.post("/api/users/me/pauses", {"from": "2990-01-01", "until": "2990-01-02"})
        self.quest_id = quest["id"]
        self.ids = {"questId": quest["id"], "completionId": completion["id"]}
        self.is_whole = app.database_url.startswith("sqlite")
        self.settle()
        self._begins = self._clock.now()

    def is_tried(self, value: object) -> bool:
        """Tell whether *value* is tried here: everything over SQLite, over PostgreSQL what it might take otherwise."""
        said = json.dumps(value)
        return self.is_whole or any(json.dumps(each).strip('"') in said for each in (NUL, HALF, *BEYOND))

    def settle(self) -> None:
        """Wait until what was done has been told everywhere: the relay writes, too."""
        deadline = time.monotonic() + SETTLE_SECONDS
        while self.books.one("SELECT count(*) FROM outbox WHERE relayed_at IS NULL AND parked_at IS NULL"):
            assert time.monotonic() < deadline
            time.sleep(0.05)

    def operations(self) -> Iterator[Operation]:
        """Yield every operation under /api."""
        for path, methods in self.document["paths"].items():
            for method in METHODS:
                if method in methods and path.startswith("/api/"):
                    yield Operation(method.upper(), path, methods[method])

    def with_body(self) -> Iterator[Operation]:
        """Yield every operation that takes a body."""
        return (operation for operation in self.operations() if operation.body is not None)

    def path_of(self, operation: Operation) -> str:
        """Return the path with ids of the hunter's own in it."""
        path = operation.path
        for parameter in operation.parameters("path"):
            name = parameter["name"]
            value = (
                self.client.user["hunterName"] if name == "hunterName" else self.ids.get(name, uuid.uuid4())
            )
            path = path.replace(f"{{{name}}}", str(value))
        return path

    def hold(self, operations: Iterable[Operation], ask: Callable[[Operation], None]) -> None:
        """
        Let *ask* do its worst to each operation, and assert that the database holds what it held, to the last column.

        To read it all takes longer than to be refused: it is read once for all, and if it differs once for each.
        """
        asked = list(operations)
        # Always the same minute: after three, a session is written down to be in use, however slow the machine.
        self._clock.set(self._begins)
        before = self.contents()
        for operation in asked:
            ask(operation)
        after = self.contents()
        if after != before:
            for operation in asked:
                now = self.contents()
                ask(operation)
                assert self.contents() == now, f"{operation.name} stores what it refuses"
        assert after == before

    def contents(self) -> dict[str, object]:
        """Return what every table holds; of those that jobs go on to write, how many rows."""
        counts = self.books.counts()
        return {**self.books.contents(), **{table: counts[table] for table in WRITTEN_BY_JOBS}}

    def assert_refused(self, answer: Answer, field: str, value: object) -> None:
        """Assert that *field* is named in a refusal, and that nothing was stored."""
        assert (answer.status, answer.code) == (422, "VALIDATION_ERROR"), (answer, field, value)
        named = {name.replace("[", ".").partition(".")[0] for name in answer.fields}
        assert named == {field}, (answer, field, value)


@pytest.fixture(scope="module", params=DATABASES)
def app(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """A server whose day is always the same one: nothing becomes due while it is looked at what was stored."""
    with an_app_at(MONDAY, request, request.param, tmp_path_factory.mktemp("still")) as running:
        yield running


@pytest.fixture(scope="module")
def ground(app: App) -> Iterator[Ground]:
    with Client(app.url) as client, Books(app.database_url) as books:
        yield Ground(app, client, books)


on_sqlite = pytest.mark.parametrize("app", ["sqlite"], indirect=True)
"""Where no value is that a database could take otherwise."""


def good_body(operation: Operation) -> dict[str, Any]:
    """Return a body that *operation* would take; it must be here, or the test does not know the operation."""
    bodies: dict[str, dict[str, Any]] = {
        "POST /api/auth/register": {"email": "new@example.com", "password": PASSWORD, "hunterName": "Newcomer"},
        "POST /api/auth/login": {"email": "new@example.com", "password": PASSWORD},
        "POST /api/auth/refresh": {"refreshToken": "x"},
        "POST /api/auth/verify-email": {"code": "x"},
        "POST /api/auth/verify-email/resend": {"email": "new@example.com"},
        "POST /api/auth/forgot-password": {"email": "new@example.com"},
        "POST /api/auth/reset-password": {"code": "x", "newPassword": PASSWORD},
        "POST /api/auth/change-password": {"currentPassword": PASSWORD, "newPassword": "Another-shadow-7!"},
        "POST /api/auth/change-email": {"email": "new@example.com"},
        "POST /api/auth/change-email/confirm": {"code": "x"},
        "POST /api/auth/oauth/{provider}": {},
        "POST /api/auth/oauth/exchange": {"code": "x"},
        "POST /api/auth/oauth/{provider}/link": {},
        "DELETE /api/auth/identities/{identityId}": {},
        "POST /api/auth/two-factor": {},
        "POST /api/auth/two-factor/confirm": {"code": "123456"},
        "DELETE /api/auth/two-factor": {},
        "POST /api/auth/two-factor/recovery-codes": {},
        "POST /api/auth/two-factor/verify": {"ticket": "x", "code": "123456"},
        "POST /api/auth/step-up": {},
        "POST /api/auth/api-tokens": {"name": "Script", "scope": "READ"},
        "DELETE /api/users/me": {},
        "POST /api/quests": {"title": "Run", "type": "RECURRING", "baseXP": 10, "frequency": "CUSTOM",
                      "schedule": {"kind": "EVERY_DAY"}},
        "PATCH /api/quests/{questId}": {},
        "POST /api/quests/{questId}/complete": {},
        "POST /api/quests/{questId}/skip": {"day": f"{MONDAY:%F}"},
        "PATCH /api/users/me": {},
        "PATCH /api/users/me/settings": {},
        "POST /api/notifications/targets": {"url": "ntfys://ntfy.sh/quests"},
        "POST /api/webhooks": {"url": "https://home.example/", "events": ["quest.completed"]},
        "PATCH /api/webhooks/{webhookId}": {},
        "POST /api/webhooks/{webhookId}/secret": {},
        "POST /api/users/me/pauses": {"from": "2990-02-01", "until": "2990-02-02"},
    }  # fmt: skip
    return bodies[operation.name]


def test_no_field_of_any_body_takes_what_it_must_not_be(ground: Ground) -> None:
    tried = 0

    def ask(operation: Operation) -> None:
        nonlocal tried
        path, good = ground.path_of(operation), good_body(operation)
        fields = resolved(operation.body or {}, ground.document)["properties"]
        # Who comes with a password that no new account could have is told what anybody else is told.
        words = "password" not in fields or operation.path.endswith("/register")
        for field, schema in fields.items():
            for value in bad_values(field, schema, ground.document, words=words):
                if ground.is_tried(value):
                    answer = ground.client.send(operation.method, path, {**good, field: value})
                    ground.assert_refused(answer, field, value)
                    tried += 1

    ground.hold(ground.with_body(), ask)
    assert tried > (800 if ground.is_whole else 150)


UNKNOWN = ["unknown", "Title", "id", "hunterId", "totalXP", "role", "_private", "", "a\0b", "__proto__"]


@on_sqlite
def test_no_field_is_taken_that_nobody_knows(ground: Ground) -> None:
    def ask(operation: Operation) -> None:
        path, good = ground.path_of(operation), good_body(operation)
        for name in UNKNOWN:
            answer = ground.client.send(operation.method, path, {**good, name: 1})
            assert (answer.status, answer.code) == (422, "VALIDATION_ERROR"), (answer, name)
            assert answer.fields == {name} or not name, (answer, name)
        half = ground.client.send(operation.method, path, {**good, "\ud800": 1})
        assert (half.status, half.code) == (422, "VALIDATION_ERROR"), half

    ground.hold(ground.with_body(), ask)


@on_sqlite
def test_no_needed_field_may_be_missing(ground: Ground) -> None:
    def ask(operation: Operation) -> None:
        path, good = ground.path_of(operation), good_body(operation)
        for field in resolved(operation.body or {}, ground.document).get("required", ()):
            less = {name: value for name, value in good.items() if name != field}
            ground.assert_refused(ground.client.send(operation.method, path, less), field, "nothing")

    ground.hold(ground.with_body(), ask)


MALFORMED = {
    "NaN": b'{"title": NaN}',
    "Infinity": b'{"baseXP": Infinity}',
    "-Infinity": b'{"baseXP": -Infinity}',
    "cut off": b'{"title": "a',
    "a comma too many": b'{"title": "a",}',
    "single quotes": b"{'title': 'a'}",
    "no UTF-8": b'{"title": "\xff"}',
    "half a pair in UTF-8": b'{"title": "\xed\xa0\x80"}',
    "UTF-16": '{"title": "a"}'.encode("utf-16"),
    "a bare control character": b'{"title": "a\x01"}',
    "too deep": b"[" * 60_000,
    "two values": b"{}{}",
    "a comment": b"{} // nothing",
}


@on_sqlite
def test_what_is_no_json_is_malformed(ground: Ground) -> None:
    def ask(operation: Operation) -> None:
        path = ground.path_of(operation)
        for what, raw in MALFORMED.items():
            answer = ground.client.send(operation.method, path, raw=raw)
            assert (answer.status, answer.code) == (400, "MALFORMED_JSON"), (answer, what)
        for raw in (b"[]", b"null", b'"text"', b"7", b"true"):
            other = ground.client.send(operation.method, path, raw=raw)
            assert (other.status, other.code, other.fields) == (422, "VALIDATION_ERROR", {"body"}), other
        big = ground.client.send(operation.method, path, raw=json.dumps({"title": "x" * 70_000}).encode())
        assert (big.status, big.code) == (413, "BODY_TOO_LARGE"), big
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        text = ground.client.send(operation.method, path, raw=b"title=a", headers=form)
        assert (text.status, text.code) == (415, "UNSUPPORTED_MEDIA_TYPE"), text

    ground.hold(ground.with_body(), ask)


def test_no_query_parameter_takes_what_it_must_not_be(ground: Ground) -> None:
    tried = 0
    for operation in ground.operations():
        parameters = operation.parameters("query")
        needed = {each["name"]: "x" for each in parameters if each["required"]}
        for parameter in parameters:
            for value in bad_texts(parameter["schema"]):
                if ground.is_tried(value):
                    query = {**needed, parameter["name"]: value}
                    answer = ground.client.get(ground.path_of(operation), **query)
                    ground.assert_refused(answer, parameter["name"], value)
                    tried += 1
    assert tried > (50 if ground.is_whole else 20)


@pytest.mark.parametrize("query", ["page=%ff", "page=1&page=2", "&".join(f"q{n}=1" for n in range(200))])
@on_sqlite
def test_a_query_that_cannot_be_read_is_refused(ground: Ground, query: str) -> None:
    answer = ground.client.get(f"/api/quests?{query}")
    assert (answer.status, answer.code) == (422, "VALIDATION_ERROR"), answer


BAD_IDS = [
    "x",
    "1",
    "%00",
    "%ff",
    "..%2f..",
    "9223372036854775808",
    "%7BquestId%7D",
    "' OR 1=1 --",
    "me",
    "é",
]


FOR_A_DATABASE = ["%00", "9223372036854775808", "' OR 1=1 --"]
"""Of them, those that an id of a database could take otherwise."""


def test_what_is_no_id_is_answered_like_an_id_that_nothing_has(ground: Ground) -> None:
    def ask(operation: Operation) -> None:
        good = good_body(operation) if operation.body is not None else None
        tried = [str(uuid.uuid4()), *(BAD_IDS if ground.is_whole else FOR_A_DATABASE)]
        for name, value in itertools.product(operation.ids, tried):
            path = ground.path_of(operation._replace(path=operation.path.replace(f"{{{name}}}", value)))
            answer = ground.client.send(operation.method, path, good)
            assert (answer.status, answer.code) == (404, "NOT_FOUND"), (answer, value)
            # %2f is a slash to the router, and so another path
            if value != "..%2f..":
                said = answer.json["error"]["message"]
                assert re.fullmatch(r"There is no \w+ with this id\.", said), (answer, value)

    ground.hold((each for each in ground.operations() if each.ids), ask)


def test_what_belongs_to_somebody_else_is_answered_like_an_id_that_nothing_has(
    ground: Ground, app: App
) -> None:
    with Client(app.url) as other:
        other.register()
        ground.settle()

        def ask(operation: Operation) -> None:
            good = good_body(operation) if operation.body is not None else None
            path = ground.path_of(operation)
            theirs = other.send(operation.method, path, good)
            nobodys = other.send(operation.method, path.replace(ground.quest_id, str(uuid.uuid4())), good)
            assert (theirs.status, theirs.code) == (404, "NOT_FOUND"), theirs
            first, second = theirs.json["error"], nobodys.json["error"]
            assert first.pop("requestId") != second.pop("requestId")
            assert first == second

        owned = [
            operation
            for operation in ground.operations()
            if any(each["name"] in ground.ids for each in operation.parameters("path"))
        ]
        assert len(owned) > 5
        ground.hold(owned, ask)


def test_a_key_that_is_none_is_refused(ground: Ground) -> None:
    keyed = [
        each
        for each in ground.operations()
        if any(header["name"] == "Idempotency-Key" for header in each.parameters("header"))
    ]
    assert len(keyed) == 5

    def ask(operation: Operation) -> None:
        for key in (b"", b"x" * 256, b"a b", b"\xc3\xbc", b"a\tb"):
            answer = ground.client.send(
                operation.method,
                ground.path_of(operation),
                good_body(operation),
                headers={"Idempotency-Key": key},
            )
            assert (answer.status, answer.code) == (400, "IDEMPOTENCY_KEY_INVALID"), (answer, key)

    ground.hold(keyed, ask)

"""
What Schemathesis cannot guess: who is signed in, and the ids of what belongs to them.

Schemathesis loads this module in its own process (`SCHEMATHESIS_HOOKS`). An id that it made up is replaced by
one of the hunter's own, so that the request touches something; what it meant to be no id stays as it is.
"""

from __future__ import annotations

import atexit
import json
import os
import re
import uuid
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import schemathesis
from schemathesis.core import NotSet
from schemathesis.core.failures import AcceptedNegativeData, Failure
from schemathesis.core.parameters import ParameterLocation

from tests.fuzz.variables import REPORT, URL
from tests.servers.client import PASSWORD, Client

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE | re.ASCII)
Case = schemathesis.Case[Any]
# These end the session that they are asked with, or are asked with a session's own secret.
ENDS_SESSION = {"logout", "logoutAll", "deleteMe"}


class Owner:
    """The hunter who is signed in, with one of everything that a path can name; replaced when its account is full."""

    def __init__(self) -> None:
        self._client = Client(os.environ[URL])
        self._passing = Client(os.environ[URL])
        self._passing_is_in = False
        # Whether it was seen that the session stands, and a quest that was seen to be active: not asked each time.
        self._stands = False
        self._quest_id = ""
        self._sign_up()

    def _sign_up(self) -> None:
        self._client.token, self._quest_id = None, ""
        self._client.register(zone="Europe/Berlin")

    def look_again(self, *, session: bool) -> None:
        """Take note that something was changed, or, of the session, that it may have ended."""
        self._quest_id = ""
        self._stands = self._stands and not session

    @property
    def token(self) -> str:
        """The token of a session that stands."""
        if not self._stands and self._client.get("/api/auth/me").status == 401:
            self._sign_up()
        self._stands = True
        return str(self._client.token)

    def passing(self) -> Client:
        """Return a client with a session to be thrown away, of an account that has nothing."""
        is_over = not self._passing_is_in or self._passing.get("/api/auth/me").status == 401
        if not self._passing.user or is_over:
            # Another one each time: nobody may sign in more than ten times in five minutes.
            self._passing.token = None
            self._passing.register()
        self._passing_is_in = True
        return self._passing

    def quest_id(self) -> str:
        """Return the id of a quest that is active."""
        self._quest_id = self._quest_id or self._find_quest()
        return self._quest_id

    def _find_quest(self) -> str:
        quests = self._client.get("/api/quests", isActive="true", limit=5).data["quests"]
        open_ones = [quest for quest in quests if quest["type"] != "ONE_TIME" and not quest["deadline"]]
        if open_ones:
            return str(open_ones[0]["id"])
        made = self._client.post(
            "/api/quests", {"title": "Fuzz", "type": "DAILY", "baseXP": 9, "completionsPerDay": 50}
        )
        if made.status == 409:
            self._sign_up()
            return self._find_quest()
        return str(made.data["id"])

    def completion_id(self, quest_id: str) -> str:
        """Return the id of a completion of that quest which can be voided, if there can be one."""
        done = self._client.complete(quest_id)
        if done.status == 200:
            return str(done.data["completion"]["id"])
        listed = self._client.get(f"/api/quests/{quest_id}/completions", limit=1)
        found = listed.data["completions"] if listed.status == 200 else []
        return str(found[0]["id"]) if found else str(uuid.uuid4())

    def pause_id(self) -> str:
        """Return the id of a pause that has not passed."""
        pauses = self._client.get("/api/users/me/pauses").data["pauses"]
        if pauses:
            return str(pauses[0]["id"])
        made = self._client.post("/api/users/me/pauses", {"from": "2030-01-01", "until": "2030-01-02"})
        return str(made.data["id"])

    @property
    def name(self) -> str:
        """The hunter's name."""
        return str(self._client.me()["hunterName"])

    @property
    def email(self) -> str:
        """The hunter's address."""
        return str(self._client.user["email"])

    def close(self) -> None:
        """Close the connections."""
        self._client.close()
        self._passing.close()


class Tally:
    """What was asked and answered, by operation; written down at the end."""

    def __init__(self) -> None:
        self._seen: defaultdict[str, Counter[str]] = defaultdict(Counter)

    def count(self, operation: str, status: int) -> None:
        """Count an answer."""
        self._seen[operation][str(status)] += 1

    def write(self) -> None:
        """Write the tally where the test looks for it."""
        Path(os.environ[REPORT]).write_text(json.dumps(self._seen))


owner = Owner()
tally = Tally()
atexit.register(tally.write)
atexit.register(owner.close)


@schemathesis.auth(refresh_interval=None)
class SignedIn:
    """Signs requests in as the owner; what ends a session gets one to be thrown away."""

    def get(self, case: Case, context: schemathesis.AuthContext) -> str | None:
        """Return the token for *case*."""
        name = _name(case)
        return str(owner.passing().token) if name in ENDS_SESSION else owner.token

    def set(self, case: Case, data: str, context: schemathesis.AuthContext) -> None:
        """Put the token into *case*."""
        case.headers["Authorization"] = f"Bearer {data}"


@schemathesis.hook
def before_call(context: schemathesis.HookContext, case: Case, kwargs: dict[str, Any]) -> None:
    """Put what belongs to the owner in the place of what was made up."""
    own(case.path_parameters or {})
    body = with_secrets(_name(case), case.body)
    if body is not case.body:
        case.body = body


def own(parameters: dict[str, Any]) -> None:
    """Replace ids that were made up."""
    makers: dict[str, Callable[[], str]] = {
        "questId": owner.quest_id,
        "pauseId": owner.pause_id,
        "completionId": lambda: owner.completion_id(str(parameters["questId"])),
    }
    for name, make in makers.items():
        if name in parameters and _is_made_up(parameters[name]):
            parameters[name] = make()
    if "hunterName" in parameters and _seldom(parameters["hunterName"]):
        parameters["hunterName"] = owner.name


def with_secrets(operation: str, body: Any) -> Any:
    """Return *body*, or now and then one that somebody sends who has the password, or the token."""
    match operation, body:
        case "login", {"email": str(), "password": str(password)} if len(body) == 2 and _seldom(password):
            return {"email": owner.email, "password": PASSWORD}
        case "refresh", {"refreshToken": str(token)} if len(body) == 1 and _seldom(token):
            return {"refreshToken": owner.passing().refresh_token}
    return body


@schemathesis.hook
def after_call(context: schemathesis.HookContext, case: Case, response: schemathesis.Response) -> None:
    """Count the answer, and take note of what may have changed."""
    # What was asked by another method, such as OPTIONS, was not granted by this operation.
    if case.method.upper() == case.operation.method.upper() or response.status_code >= 500:
        tally.count(_name(case), response.status_code)
    if case.method.upper() != "GET" or response.status_code == 401:
        owner.look_again(session=response.status_code == 401)


@schemathesis.hook
def filter_failure(
    context: schemathesis.HookContext, failure: Failure, case: Case, response: schemathesis.Response
) -> bool:
    """Drop "an invalid request was accepted" where nothing was sent in the place of a body that is not needed."""
    needed = case.operation.definition.raw.get("requestBody", {}).get("required", False)
    left_out = isinstance(case.body, NotSet) and not needed
    modes = {where: info.mode for where, info in case.meta.components.items()} if case.meta else {}
    only_body = {where for where, mode in modes.items() if mode.is_negative} == {ParameterLocation.BODY}
    return not (isinstance(failure, AcceptedNegativeData) and left_out and only_body)


def _name(case: Case) -> str:
    return str(case.operation.definition.raw["operationId"])


def _is_made_up(value: object) -> bool:
    """Tell whether *value* is an id as the document wants it, but none of the server's, which are of version 7."""
    text = str(value)
    return _UUID.fullmatch(text) is not None and uuid.UUID(text).version != 7


def _seldom(text: object) -> bool:
    """Tell about one value in three, always the same ones."""
    return sum(str(text).encode("utf-8", "replace")) % 3 == 0

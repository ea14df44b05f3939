"""
Which operations an API token reaches: a table that somebody decided, for every one of them (issue 4, 8).

A new route for the signed-in belongs into one of the three lists below, on purpose: READ what the game shows,
WRITE what plays it, and nothing that is the account's: how it is entered, who sees it, what it is called, its
export, its end.
"""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from hunter_api.app import operations
from hunter_api.openapi import document
from hunter_api.operations import Operation
from hunter_api.wire import bounds_of
from hunter_core.accounts.api_token import Scope
from hunter_core.rules.toml import load_rulebook
from tests.api.house import House

READ = """
    getMe getSettings listPauses getLedger getProfile
    listQuests listToday getQuest listCompletions getCalendar
    listAchievements listUnlocked readLeaderboard
    listNotifications
    getXpHistory getAttributeHistory getHeatMap listQuestFigures getSummary
"""
WRITE = """
    createPause deletePause
    readAllNotifications readNotification removeNotification
    postQuest patchQuest deleteQuest postCompletion deleteCompletion postSkip
"""
SESSION_ONLY = """
    logout logoutAll me changePassword changeEmail
    listSessions endSession endOtherSessions
    listIdentities linkIdentity unlinkIdentity
    getTwoFactor beginTwoFactor confirmTwoFactor endTwoFactor renewRecoveryCodes stepUp
    createApiToken listApiTokens revokeApiToken
    changeMe patchSettings exportMe deleteMe
    createTicket
    listPushTargets addPushTarget removePushTarget
    listWebhooks createWebhook editWebhook changeWebhookSecret removeWebhook tryWebhook listWebhookDeliveries
"""

SIGNED_IN = [operation for operation in operations() if operation.signed_in]


def table() -> dict[str, Scope | None]:
    """Return what was decided, by the operation's name."""
    lists = ((READ, Scope.READ), (WRITE, Scope.WRITE), (SESSION_ONLY, None))
    return {name: scope for names, scope in lists for name in names.split()}


def test_every_route_for_the_signed_in_was_decided_on() -> None:
    assert {operation.name: operation.scope for operation in SIGNED_IN} == table()


def test_nothing_that_changes_something_is_within_reach_of_reading() -> None:
    assert {each.method for each in SIGNED_IN if each.scope is Scope.READ} == {"GET"}


def test_nothing_under_auth_is_within_reach() -> None:
    within = {each.path for each in SIGNED_IN if each.scope is not None}

    assert not [path for path in within if path.startswith("/api/auth")]


@pytest.mark.parametrize("held", Scope)
def test_a_token_reaches_what_the_table_says_and_nothing_else(hunter: House, held: Scope) -> None:
    made = hunter.post("/api/auth/api-tokens", {"name": "Script", "scope": held.value})
    script = hunter.another()
    script.token = made.data["token"]

    for operation in SIGNED_IN:
        answer = script.ask(operation.method, path_of(operation), {} if operation.body else None)
        within = operation.scope is not None and held.allows(operation.scope)
        assert (answer.status != 403) is within, (operation.name, answer)
        # Within reach it is answered by what the request says: found or not, good or not.
        assert answer.status in (({200, 404, 422}) if within else {403}), (operation.name, answer)
        if not within:
            assert answer.code == "FORBIDDEN"
    # Nothing of the account was touched on the way.
    assert hunter.get("/api/auth/me").status == 200
    assert len(hunter.get("/api/auth/sessions").data["sessions"]) == 1


def test_the_document_and_the_declaration_say_the_same() -> None:
    rulebook = load_rulebook("classic")
    described = document(operations(), bounds_of(rulebook.limits))

    schemes = described["components"]["securitySchemes"]
    assert set(schemes) == {"session", "apiToken"}
    assert {scheme["type"] for scheme in schemes.values()} == {"http"}
    for operation in operations():
        said = described["paths"][operation.wire_path][operation.method.lower()]["security"]
        expected: list[Any] = [{"session": []}] if operation.signed_in else []
        if operation.scope is not None:
            expected.append({"apiToken": [operation.scope.value]})
        assert said == expected, operation.name


def path_of(operation: Operation) -> str:
    path = operation.path
    for name in operation.path_parameters:
        path = path.replace(f"{{{name}}}", str(uuid4()) if name.endswith("_id") else "Nobody")
    return path

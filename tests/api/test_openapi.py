"""The OpenAPI document: complete, true, and shown by a page that asks nobody else (SPEC 4)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from typing import Any

import jsonschema_rs
import pytest
from pyotp import TOTP

from hunter_api.app import operations
from hunter_api.docs_page import PATH, DocsPage
from hunter_api.operations import Operation, camel_case
from hunter_api.problems import status_of
from hunter_core.errors import InvalidInput
from hunter_core.rules.toml import load_rulebook
from tests.api.house import House

DOCUMENT: dict[str, Any] = json.loads(DocsPage(operations(), load_rulebook("classic")).document)
SCHEMAS = DOCUMENT["components"]["schemas"]


def described(operation: Operation) -> Any:
    path = re.sub(r"\{(\w+)\}", lambda match: f"{{{camel_case(match[1])}}}", operation.path)
    return DOCUMENT["paths"][path][operation.method.lower()]


def every(kind: str, value: Any = DOCUMENT) -> Iterator[Any]:
    """Yield what stands under the key *kind*, however deep."""
    if isinstance(value, dict):
        if kind in value:
            yield value[kind]
        for inner in value.values():
            yield from every(kind, inner)
    elif isinstance(value, list):
        for inner in value:
            yield from every(kind, inner)


def validator(schema: Any) -> Any:
    """Return what validates by *schema* with the components of the document, formats too."""
    whole = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "components": DOCUMENT["components"],
    }
    return jsonschema_rs.validator_for(whole, validate_formats=True)


def test_it_is_served_as_it_is_made(house: House) -> None:
    answer = house.get("/schema/openapi.json")
    assert (answer.status, answer.headers["content-type"]) == (200, "application/json")
    assert answer.json == DOCUMENT
    assert DOCUMENT["openapi"] == "3.1.0"


def test_every_reference_leads_somewhere() -> None:
    for reference in every("$ref"):
        place: Any = DOCUMENT
        for part in reference.removeprefix("#/").split("/"):
            place = place[part]


def test_every_operation_has_a_name_of_its_own_and_says_what_it_does() -> None:
    names = list(every("operationId", DOCUMENT["paths"]))
    by_itself = [described(each)["operationId"] for each in operations()]
    assert len(set(by_itself)) == len(operations())
    assert set(names) == set(by_itself)
    for operation in operations():
        assert len(described(operation)["summary"]) > 10, operation.name


@pytest.mark.parametrize("operation", operations(), ids=lambda each: each.name)
def test_every_status_and_code_that_an_operation_can_answer_is_in_it(operation: Operation) -> None:
    responses = described(operation)["responses"]
    told = {
        (int(status), code)
        for status, response in responses.items()
        for code in response.get("content", {}).get("application/json", {}).get("examples", {})
    }
    assert told == {(status_of(refusal).value, refusal.code) for refusal in operation.all_refusals}
    assert str(operation.status) in responses
    assert ("304" in responses) == operation.listed
    # Which tokens, besides, is held by `test_scopes`.
    assert ({"session": []} in described(operation)["security"]) == operation.signed_in


@pytest.mark.parametrize("operation", operations(), ids=lambda each: each.name)
def test_every_parameter_and_header_that_is_looked_at_is_in_it(operation: Operation) -> None:
    named = {(each["in"], each["name"]) for each in described(operation).get("parameters", ())}
    assert {("path", camel_case(name)) for name in operation.path_parameters} <= named
    assert (("header", "Idempotency-Key") in named) == operation.keyed
    assert (("header", "If-None-Match") in named) == operation.listed
    assert ("requestBody" in described(operation)) == (operation.body is not None)


def test_every_example_fits_its_schema() -> None:
    count = 0
    for content in every("application/json", DOCUMENT["paths"]):
        examples = [each["value"] for each in content.get("examples", {}).values()]
        examples += [content["example"]] if "example" in content else []
        for example in examples:
            assert validator(content["schema"]).is_valid(example), example
            count += 1
    assert count > 100


def test_requests_show_the_rules_that_are_enforced() -> None:
    draft = SCHEMAS["QuestDraft"]
    assert draft["additionalProperties"] is False
    assert draft["required"] == ["title", "type", "baseXP"]
    fields = draft["properties"]
    assert (fields["title"]["minLength"], fields["title"]["maxLength"]) == (1, 120)
    assert (fields["baseXP"]["minimum"], fields["baseXP"]["maximum"]) == (1, 500)
    whole, null = fields["completionsPerDay"]["anyOf"]
    assert (whole["minimum"], whole["maximum"], null) == (1, 50, {"type": "null"})
    assert SCHEMAS["SettingsChange"]["properties"]["restDays"]["maxItems"] == 2
    assert set(SCHEMAS["PausePlan"]["properties"]) == {"from", "until"}
    (limit,) = (each for each in described(listed())["parameters"] if each["name"] == "limit")
    assert (limit["schema"]["minimum"], limit["schema"]["maximum"], limit["schema"]["default"]) == (
        1,
        100,
        20,
    )


def listed() -> Operation:
    return next(each for each in operations() if each.name == "listQuests")


def test_the_bounds_are_those_of_the_rules_in_force() -> None:
    modern = json.loads(DocsPage(operations(), load_rulebook("modern")).document)
    limits = load_rulebook("modern").limits
    field = modern["components"]["schemas"]["QuestDraft"]["properties"]["baseXP"]
    assert (field["minimum"], field["maximum"]) == (limits.least_base_xp, limits.most_base_xp)


def test_ids_in_answers_lead_to_what_takes_them() -> None:
    created = DOCUMENT["paths"]["/api/quests"]["post"]["responses"]["201"]["links"]
    assert created["postCompletion"]["parameters"] == {"questId": "$response.body#/data/id"}
    done = DOCUMENT["paths"]["/api/quests/{questId}/complete"]["post"]["responses"]["200"]["links"]
    assert done["deleteCompletion"]["parameters"]["completionId"] == "$response.body#/data/completion/id"


def test_a_whole_story_fits_the_document(house: House) -> None:
    """Every operation once, each answer held to what the document says of its status."""
    told: set[tuple[str, str]] = set()

    def fits(method: str, path: str, template: str, body: Any = None) -> Any:
        answer = house.ask(method, path, body)
        response = DOCUMENT["paths"][template][method.lower()]["responses"][str(answer.status)]
        for name, header in response["headers"].items():
            required = DOCUMENT["components"]["headers"][header["$ref"].rpartition("/")[2]].get(
                "required", False
            )
            assert not required or name in answer.headers, (template, name)
        if "content" in response:
            schema = response["content"]["application/json"]["schema"]
            validator(schema).validate(answer.json)
        else:
            assert answer.body == b""
        told.add((method, template))
        return answer.json.get("data") if answer.body else None

    house.signed_in()
    email = {"email": "jinwoo@example.com", "password": "Arise-from-the-shadows-1!"}
    fits("POST", "/api/auth/register", "/api/auth/register", {**email, "hunterName": "Jinwoo"})
    fits("POST", "/api/auth/login", "/api/auth/login", email)
    fits("POST", "/api/auth/refresh", "/api/auth/refresh", {"refreshToken": house.refresh_token})
    new = {
        "title": "Run",
        "type": "DAILY",
        "baseXP": 50,
        "attributes": ["luck"],
        "deadline": "2027-01-01T00:00:00Z",
    }
    quest = fits("POST", "/api/quests", "/api/quests", new)["id"]
    one = f"/api/quests/{quest}"
    done = fits("POST", f"{one}/complete", "/api/quests/{questId}/complete", {"timeSpent": 5, "notes": "…"})
    fits("POST", f"{one}/complete", "/api/quests/{questId}/complete", {})
    fits("POST", f"{one}/skip", "/api/quests/{questId}/skip", {"day": "2026-11-23"})
    fits("PATCH", one, "/api/quests/{questId}", {"reminderTime": "07:00"})
    pause = fits(
        "POST", "/api/users/me/pauses", "/api/users/me/pauses", {"from": "2026-11-25", "until": "2026-11-25"}
    )
    fits("PATCH", "/api/users/me", "/api/users/me", {"avatarStyle": "calm"})
    fits("PATCH", "/api/users/me/settings", "/api/users/me/settings", {"timezone": "Asia/Seoul"})
    for operation in operations():
        if operation.method == "GET":
            template = re.sub(r"\{(\w+)\}", lambda match: f"{{{camel_case(match[1])}}}", operation.path)
            fits("GET", template.replace("{questId}", quest).replace("{hunterName}", "Jinwoo"), template)
    completion = done["completion"]["id"]
    fits("DELETE", f"{one}/completions/{completion}", "/api/quests/{questId}/completions/{completionId}")
    fits("DELETE", f"{one}/completions/{completion}", "/api/quests/{questId}/completions/{completionId}")
    fits("DELETE", f"/api/users/me/pauses/{pause['id']}", "/api/users/me/pauses/{pauseId}")
    fits("DELETE", one, "/api/quests/{questId}")
    _fit_what_is_told(fits)
    _fit_webhooks(fits)
    fits("POST", "/api/ws/ticket", "/api/ws/ticket")
    _fit_what_is_done_with_providers(fits)
    _fit_what_is_done_by_mail(house, fits)
    _fit_second_factors_and_tokens(house, fits)
    # Refused, for others follow; test_account.py has the rest.
    fits("DELETE", "/api/users/me", "/api/users/me", {"password": "Wr0ng!Wr0ng!Wr0ng!"})
    fits("POST", "/api/auth/logout-all", "/api/auth/logout-all")
    fits("POST", "/api/auth/logout", "/api/auth/logout")
    assert len(told) == len(operations())


def _fit_what_is_told(fits: Callable[..., Any]) -> None:
    """Nobody relays here, and no pushes are installed; test_notifications.py has both."""
    base, nobody = "/api/notifications", "019aa000-0000-7000-8000-000000000000"
    fits("POST", f"{base}/read-all", f"{base}/read-all")
    fits("POST", f"{base}/{nobody}/read", f"{base}/{{notificationId}}/read")
    fits("DELETE", f"{base}/{nobody}", f"{base}/{{notificationId}}")
    fits("POST", f"{base}/targets", f"{base}/targets", {"url": "ntfys://ntfy.sh/quests"})
    fits("DELETE", f"{base}/targets/{nobody}", f"{base}/targets/{{targetId}}")


def _fit_webhooks(fits: Callable[..., Any]) -> None:
    """Nobody sends anything here; test_webhooks.py does."""
    base, nobody = "/api/webhooks", "019aa000-0000-7000-8000-000000000000"
    fits("POST", base, base, {"url": "https://home.example/", "events": ["quest.completed"]})
    fits("PATCH", f"{base}/{nobody}", f"{base}/{{webhookId}}", {"isActive": True})
    fits("POST", f"{base}/{nobody}/secret", f"{base}/{{webhookId}}/secret", {})
    fits("POST", f"{base}/{nobody}/test", f"{base}/{{webhookId}}/test")
    fits("DELETE", f"{base}/{nobody}", f"{base}/{{webhookId}}")


def _fit_what_is_done_with_providers(fits: Callable[..., Any]) -> None:
    """Nobody has told this server of a provider; test_providers.py walks the whole way."""
    for more in ("", "/link"):
        fits("POST", f"/api/auth/oauth/google{more}", f"/api/auth/oauth/{{provider}}{more}", {})
    fits("POST", "/api/auth/oauth/exchange", "/api/auth/oauth/exchange", {"code": "x"})
    path = "/api/auth/identities/{identityId}"
    fits("DELETE", path.replace("{identityId}", "019aa000-0000-7000-8000-000000000000"), path, {})


def _fit_what_is_done_by_mail(house: House, fits: Callable[..., Any]) -> None:
    password, address = "Arise-from-the-shadows-1!", {"email": "jinwoo@example.com"}
    for path in ("verify-email/resend", "forgot-password"):
        assert fits("POST", f"/api/auth/{path}", f"/api/auth/{path}", address) == {}
    mails = {message.subject: message for message in house.delivered()}
    for path, subject, more in (
        ("verify-email", "Confirm your e-mail address", {}),
        ("reset-password", "Choose a new password", {"newPassword": password}),
    ):
        code = next(line for line in mails[subject].text.splitlines() if re.fullmatch(r"[\w-]{43}", line))
        fits("POST", f"/api/auth/{path}", f"/api/auth/{path}", {"code": code, **more})
    login = house.post("/api/auth/login", {**address, "password": password})
    house.token = login.data["token"]
    change = {"currentPassword": password, "newPassword": password}
    fits("POST", "/api/auth/change-password", "/api/auth/change-password", change)
    new = {"email": "sung@example.com"}
    assert fits("POST", "/api/auth/change-email", "/api/auth/change-email", new) == {}
    confirm = {"code": house.mailed_code("Confirm your new e-mail address")}
    fits("POST", "/api/auth/change-email/confirm", "/api/auth/change-email/confirm", confirm)


def _fit_second_factors_and_tokens(house: House, fits: Callable[..., Any]) -> None:
    nobody = "019aa000-0000-7000-8000-000000000000"
    password = {"password": "Arise-from-the-shadows-1!"}
    token = fits(
        "POST", "/api/auth/api-tokens", "/api/auth/api-tokens", {"name": "Home", "scope": "READ", **password}
    )
    fits("DELETE", f"/api/auth/api-tokens/{token['id']}", "/api/auth/api-tokens/{tokenId}")
    base = "/api/auth/two-factor"
    secret = fits("POST", base, base, password)["secret"]
    code = TOTP(secret).at(house.clock.now())
    fits("POST", f"{base}/confirm", f"{base}/confirm", {"code": code})
    fits("POST", f"{base}/verify", f"{base}/verify", {"ticket": "x" * 43, "code": code})
    house.clock.advance(seconds=30)
    proofs = {**password, "code": TOTP(secret).at(house.clock.now())}
    fits("POST", "/api/auth/step-up", "/api/auth/step-up", proofs)
    fits("POST", f"{base}/recovery-codes", f"{base}/recovery-codes", {})
    fits("DELETE", base, base, {})
    fits("DELETE", f"/api/auth/sessions/{nobody}", "/api/auth/sessions/{sessionId}")
    fits("DELETE", "/api/auth/sessions", "/api/auth/sessions")


# --- the page --------------------------------------------------------------------------------------------------


class Assets(HTMLParser):
    """Collects what a page loads."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in ("script", "link", "img"):
            self.found.append(str(given.get("src") or given.get("href")))


def test_the_page_loads_only_from_here_and_all_of_it_is_here(house: House) -> None:
    page = house.get(PATH)
    assert page.headers["content-type"].startswith("text/html")
    assets = Assets()
    assets.feed(page.body.decode())
    assert len(assets.found) == 4
    for asset in assets.found:
        assert asset.startswith("/schema/")
        answer = house.get(asset)
        assert (answer.status, len(answer.body) > 100) == (200, True)
    assert "/schema/openapi.json" in house.get("/schema/page.js").body.decode()
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "http" not in policy


def test_the_files_are_sent_compressed(house: House) -> None:
    answer = house.http.get("/schema/swagger-ui.css", headers={"accept-encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"
    assert int(answer.headers["content-length"]) < len(answer.content)
    assert b"swagger-ui" in answer.content


def test_the_document_names_its_refusals_in_words() -> None:
    assert InvalidInput.code in described(listed())["responses"]["422"]["description"]

"""The settings of sign-in with a provider: whole or not at all, and over https where it counts (SPEC 8)."""

from __future__ import annotations

import pytest

from hunter_api.settings import SettingInvalid, load

KEYS = "k1:" + "Zm9yIHRlc3RzIG9ubHksIG5ldmVyIGluIGVhcm5lc3QsIDEyMzQ1Njc4OTA="
PRODUCTION = {"HUNTER_ENV": "production", "HUNTER_JWT_KEYS": KEYS, "HUNTER_PEPPERS": KEYS}
PAGES = {"HUNTER_FRONTEND_CALLBACK_URLS": "https://hunter.example/in"}
GOOGLE = {"HUNTER_GOOGLE_CLIENT_ID": "x", "HUNTER_GOOGLE_CLIENT_SECRET": "y", **PAGES}
GITHUB = {"HUNTER_GITHUB_CLIENT_ID": "x", "HUNTER_GITHUB_CLIENT_SECRET": "y", **PAGES}


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"HUNTER_GOOGLE_CLIENT_ID": "x"}, "HUNTER_GOOGLE_CLIENT_SECRET"),
        ({"HUNTER_GOOGLE_CLIENT_SECRET": "x"}, "HUNTER_GOOGLE_CLIENT_ID"),
        ({"HUNTER_GITHUB_CLIENT_SECRET": "x"}, "HUNTER_GITHUB_CLIENT_ID"),
        ({**GITHUB, "HUNTER_GITHUB_CLIENT_ID": " "}, "HUNTER_GITHUB_CLIENT_ID"),
        ({**GOOGLE, "HUNTER_FRONTEND_CALLBACK_URLS": ""}, "HUNTER_FRONTEND_CALLBACK_URLS"),
        ({"HUNTER_FRONTEND_CALLBACK_URLS": "https://a.example,javascript:x"}, "HUNTER_FRONTEND_CALLBACK_URLS"),
        ({"HUNTER_FRONTEND_CALLBACK_URLS": "https://user@a.example"}, "HUNTER_FRONTEND_CALLBACK_URLS"),
        ({"HUNTER_FRONTEND_CALLBACK_URLS": "https://a.example/#x"}, "HUNTER_FRONTEND_CALLBACK_URLS"),
        ({"HUNTER_GOOGLE_ISSUER": "accounts.google.com"}, "HUNTER_GOOGLE_ISSUER"),
        ({"HUNTER_PUBLIC_URL": "api.hunter.example"}, "HUNTER_PUBLIC_URL"),
        ({**PRODUCTION, **GOOGLE, "HUNTER_GOOGLE_ISSUER": "http://accounts.example"}, "HUNTER_GOOGLE_ISSUER"),
        ({**PRODUCTION, **GITHUB, "HUNTER_GITHUB_URL": "http://github.example"}, "HUNTER_GITHUB_URL"),
        ({**PRODUCTION, **GITHUB, "HUNTER_GITHUB_API_URL": "http://127.0.0.1.example"}, "HUNTER_GITHUB_API_URL"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_named(settings: dict[str, str], named: str) -> None:
    with pytest.raises(SettingInvalid) as refused:
        load(settings)
    assert named in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "settings",
    [
        GOOGLE,
        GITHUB,
        {**PRODUCTION, **GOOGLE, **GITHUB},
        {**PRODUCTION, **GOOGLE, "HUNTER_GOOGLE_ISSUER": "http://127.0.0.1:9000"},
        {**PRODUCTION, **GITHUB, "HUNTER_GITHUB_URL": "http://localhost", "HUNTER_GITHUB_API_URL": "http://[::1]:8"},
        {**GOOGLE, "HUNTER_GOOGLE_ISSUER": "http://provider:9000"},
        {**PRODUCTION, "HUNTER_GOOGLE_ISSUER": "http://nobody.asks.example"},
    ],
)  # fmt: skip
def test_what_can_be_used_is_taken(settings: dict[str, str]) -> None:
    load(settings)


def test_pages_are_kept_letter_for_letter() -> None:
    found = load({"HUNTER_FRONTEND_CALLBACK_URLS": "https://a.example/, http://localhost:5173/in?x=1"})
    assert found.frontend_callback_urls == ("https://a.example/", "http://localhost:5173/in?x=1")

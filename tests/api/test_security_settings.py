"""In production, the strict profile starts only where nothing leaves the machine in clear (ASVS 12.3)."""

from __future__ import annotations

import base64

import pytest

from hunter_api.settings import SettingInvalid, load

SECRET = base64.b64encode(bytes(range(40))).decode()
STRICT = {
    "HUNTER_ENV": "production",
    "HUNTER_AUTH_PROFILE": "strict",
    "HUNTER_JWT_KEYS": f"a:{SECRET}",
    "HUNTER_PEPPERS": f"p:{SECRET}",
}
PLAIN = [
    ("HUNTER_DATABASE_URL", "postgresql://hunter:pass-word@db.example/hunter"),
    ("HUNTER_DATABASE_URL", "postgresql://hunter:pass-word@db.example/hunter?sslmode=require"),
    ("HUNTER_DATABASE_URL", "postgresql://hunter:pass-word@localhost,db.example:5433/hunter?sslmode=prefer"),
    ("HUNTER_DATABASE_URL", "postgresql:///hunter?host=db.example"),
    ("HUNTER_REDIS_URL", "redis://redis.example:6379/0"),
    ("HUNTER_REDIS_URL", "rediss://redis.example:6379/0?ssl_cert_reqs=none"),
    ("HUNTER_REDIS_URL", "rediss://redis.example:6379/0?ssl_check_hostname=false"),
    ("HUNTER_SMTP_URL", "smtp://mail.example?starttls=optional"),
    ("HUNTER_SMTP_URL", "smtp://mail.example?starttls=never"),
    ("HUNTER_GOOGLE_ISSUER", "http://accounts.example"),
    ("HUNTER_GITHUB_URL", "http://github.example"),
    ("HUNTER_GITHUB_API_URL", "http://api.example"),
    ("HUNTER_FRONTEND_CALLBACK_URLS", "https://hunter.example/in,http://hunter.example/in"),
    ("HUNTER_MAIL_LINK_URL", "http://hunter.example"),
    ("HUNTER_CORS_ORIGINS", "http://hunter.example"),
]
ENCRYPTED = [
    ("HUNTER_DATABASE_URL", "sqlite:////data/hunter.db"),
    ("HUNTER_DATABASE_URL", "postgresql://hunter:pass-word@db.example/hunter?sslmode=verify-full"),
    ("HUNTER_DATABASE_URL", "postgresql://hunter:pass-word@127.0.0.1:5432/hunter"),
    ("HUNTER_DATABASE_URL", "postgresql://hunter@[::1]:5432/hunter"),
    ("HUNTER_DATABASE_URL", "postgresql://hunter@%2Fvar%2Frun%2Fpostgresql/hunter"),
    ("HUNTER_DATABASE_URL", "postgresql:///hunter?host=/var/run/postgresql"),
    ("HUNTER_REDIS_URL", "rediss://redis.example:6379/0"),
    ("HUNTER_REDIS_URL", "unix:///run/redis.sock"),
    ("HUNTER_REDIS_URL", "redis://localhost:6379/0"),
    ("HUNTER_SMTP_URL", "smtp://user:pass@mail.example:587"),
    ("HUNTER_SMTP_URL", "smtps://mail.example"),
    ("HUNTER_SMTP_URL", "smtp://localhost:25"),
    ("HUNTER_FRONTEND_CALLBACK_URLS", "https://hunter.example/in,http://localhost:3000/in"),
]


@pytest.mark.parametrize(("name", "url"), PLAIN)
def test_a_connection_in_clear_stops_the_start_by_its_name(name: str, url: str) -> None:
    with pytest.raises(SettingInvalid) as refused:
        load({**STRICT, name: url})
    line = str(refused.value)
    assert line.startswith(f"{name} leads to another machine without TLS")
    assert "pass-word" not in line
    assert "\n" not in line


@pytest.mark.parametrize(("name", "url"), PLAIN)
@pytest.mark.parametrize("convenient", ["HUNTER_ENV", "HUNTER_AUTH_PROFILE"])
def test_development_and_the_contract_take_it(name: str, url: str, convenient: str) -> None:
    load({**STRICT, name: url, convenient: ""})


@pytest.mark.parametrize(("name", "url"), ENCRYPTED)
def test_what_is_encrypted_and_checked_or_stays_here_is_taken(name: str, url: str) -> None:
    load({**STRICT, name: url})

"""Settings: read once, typed, and refused in one line that names the variable (SPEC 8)."""

from __future__ import annotations

import base64
import stat
from pathlib import Path

import attrs
import pytest

from hunter_api import development_keys
from hunter_api.settings import SettingInvalid, Settings, host_of, load, misspelt, variable
from hunter_api.settings.values import AuthProfile, Environment, Key, Rate
from hunter_api.wiring import make_data_dir, open_world

SECRET = base64.b64encode(bytes(range(40))).decode()
VARIABLES = [variable(field) for field in attrs.fields(Settings)]
SECRETS = [variable(field) for field in attrs.fields(Settings) if field.metadata["secret"]]
PRODUCTION = {"HUNTER_ENV": "production", "HUNTER_JWT_KEYS": f"a:{SECRET}", "HUNTER_PEPPERS": f"p:{SECRET}"}


def refused(**environ: str) -> str:
    with pytest.raises(SettingInvalid) as caught:
        load(environ)
    line = str(caught.value)
    assert "\n" not in line
    return line


def test_without_any_variable_everything_has_its_default() -> None:
    settings = load({})
    assert (settings.host, settings.port, settings.workers) == ("127.0.0.1", 8000, 1)
    assert (settings.env, settings.auth_profile) == (Environment.DEVELOPMENT, AuthProfile.CONTRACT)
    assert settings.database == f"sqlite:///{settings.data_dir / 'hunter.db'}"
    assert settings.mail_dir == settings.data_dir / "mail"
    limits = (
        settings.limit_auth,
        settings.limit_quests,
        settings.limit_leaderboard,
        settings.limit_analytics,
    )
    assert limits == (Rate(10, 60), Rate(100, 60), Rate(30, 60), Rate(60, 60))
    assert settings.limit_other == Rate(120, 60)


def test_an_empty_variable_counts_as_not_set() -> None:
    assert load(dict.fromkeys(VARIABLES, "  ")) == load({})


def test_a_name_that_is_nearly_a_setting_is_told_and_others_are_let_be() -> None:
    environ = {"HUNTER_METRIC_PORT": "9100", "HUNTER_PORT": "8000", "HUNTER_VALLEY": "wine", "PATH": "/bin"}

    assert list(misspelt(environ)) == [
        "HUNTER_METRIC_PORT is no setting and does nothing. Is HUNTER_METRICS_PORT meant?"
    ]


def test_every_variable_is_read() -> None:
    values = {
        "HUNTER_DATABASE_URL": "postgresql://h:p@db:5432/hunter?sslmode=verify-full",
        "HUNTER_DATA_DIR": "/data",
        "HUNTER_REDIS_URL": "rediss://r:6379/1",
        "HUNTER_HOST": "0.0.0.0",
        "HUNTER_PORT": "80",
        "HUNTER_WORKERS": "4",
        "HUNTER_ENV": "Production",
        "HUNTER_LOG_LEVEL": "DEBUG",
        "HUNTER_SECURITY_LOG": "/logs/security.jsonl",
        "HUNTER_JWT_KEYS": f"b:{SECRET}, a:{SECRET}",
        "HUNTER_PEPPERS": f"p:{SECRET.replace('+', '-').replace('/', '_').rstrip('=')}",
        "HUNTER_AUTH_PROFILE": "strict",
        "HUNTER_REQUIRE_VERIFIED": "yes",
        "HUNTER_RULEBOOK": "modern",
        "HUNTER_LIMIT_AUTH": "1/2",
        "HUNTER_LIMIT_QUESTS": "3/4",
        "HUNTER_LIMIT_LEADERBOARD": "5/6",
        "HUNTER_LIMIT_ANALYTICS": "7/8",
        "HUNTER_LIMIT_OTHER": "9/10",
        "HUNTER_TRUSTED_PROXIES": "10.0.0.0/8, ::1",
        "HUNTER_CORS_ORIGINS": "https://a.example,http://localhost:3000",
        "HUNTER_SMTP_URL": "smtps://u:p@mail.example",
        "HUNTER_MAIL_DIR": "/mail",
        "HUNTER_MAIL_FROM": "Hunter <hunter@a.example>",
        "HUNTER_MAIL_LINK_URL": "https://a.example/account",
        "HUNTER_GOOGLE_CLIENT_ID": "id",
        "HUNTER_GOOGLE_CLIENT_SECRET": "s",
        "HUNTER_GOOGLE_ISSUER": "https://issuer.example/",
        "HUNTER_GITHUB_CLIENT_ID": "id",
        "HUNTER_GITHUB_CLIENT_SECRET": "s",
        "HUNTER_GITHUB_URL": "https://github.example",
        "HUNTER_GITHUB_API_URL": "https://api.github.example",
        "HUNTER_PUBLIC_URL": "https://api.example",
        "HUNTER_FRONTEND_CALLBACK_URLS": "https://a.example/in,https://b.example/in",
        "HUNTER_OUTBOUND_ALLOW": "10.1.2.3,fd00::/8",
        "HUNTER_METRICS_PORT": "9100",
        "HUNTER_METRICS_HOST": "::",
        "HUNTER_LOG_FORMAT": "JSON",
    }
    assert set(values) == set(VARIABLES)
    settings = load(values)
    default = load({})
    pairs = zip(attrs.astuple(settings, recurse=False), attrs.astuple(default, recurse=False), strict=True)
    assert [read for read, unread in pairs if read == unread] == []
    assert settings.jwt_keys == (Key("b", bytes(range(40))), Key("a", bytes(range(40))))
    assert settings.peppers == (Key("p", bytes(range(40))),)
    assert settings.trusted_proxies == ("10.0.0.0/8", "::1")
    assert settings.google_issuer == "https://issuer.example"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HUNTER_DATABASE_URL", "mysql://localhost/hunter"),
        ("HUNTER_DATABASE_URL", "sqlite://"),
        ("HUNTER_DATABASE_URL", "sqlite:///:memory:"),
        ("HUNTER_DATABASE_URL", "sqlite://host/file"),
        ("HUNTER_DATABASE_URL", "postgresql://localhost"),
        ("HUNTER_DATABASE_URL", "postgresql://localhost:port/x"),
        ("HUNTER_DATABASE_URL", "hunter.db"),
        ("HUNTER_REDIS_URL", "localhost:6379"),
        ("HUNTER_HOST", "a\tb"),
        ("HUNTER_PORT", "eighty"),
        ("HUNTER_PORT", "65536"),
        ("HUNTER_PORT", "-1"),
        ("HUNTER_PORT", "٨٠"),
        ("HUNTER_WORKERS", "0"),
        ("HUNTER_ENV", "staging"),
        ("HUNTER_LOG_LEVEL", "loud"),
        ("HUNTER_JWT_KEYS", "no-colon"),
        ("HUNTER_JWT_KEYS", "a:***"),
        ("HUNTER_JWT_KEYS", "a:"),
        ("HUNTER_JWT_KEYS", f"a:{SECRET},a:{SECRET}"),
        ("HUNTER_PEPPERS", f"{'k' * 65}:{SECRET}"),
        ("HUNTER_AUTH_PROFILE", "lax"),
        ("HUNTER_REQUIRE_VERIFIED", "maybe"),
        ("HUNTER_LIMIT_AUTH", "10"),
        ("HUNTER_LIMIT_AUTH", "0/60"),
        ("HUNTER_LIMIT_AUTH", "10/0"),
        ("HUNTER_TRUSTED_PROXIES", "proxy.example"),
        ("HUNTER_CORS_ORIGINS", "https://a.example/path"),
        ("HUNTER_CORS_ORIGINS", "*"),
        ("HUNTER_SMTP_URL", "mail.example"),
        ("HUNTER_MAIL_LINK_URL", "javascript:alert(1)"),
        ("HUNTER_MAIL_LINK_URL", "https://a.example/#here"),
        ("HUNTER_MAIL_FROM", "a@b\nBcc: c@d"),
        ("HUNTER_GITHUB_URL", "github.example"),
        ("HUNTER_FRONTEND_CALLBACK_URLS", "https://a.example,javascript:alert(1)"),
        ("HUNTER_METRICS_PORT", "0"),
        ("HUNTER_DATA_DIR", "~nobody-of-this-name/data"),
    ],
)
def test_a_value_that_cannot_be_used_is_named(name: str, value: str) -> None:
    assert refused(**{name: value}).startswith(f"{name} ")


@pytest.mark.parametrize("name", [name for name in SECRETS if not name.endswith("_CLIENT_SECRET")])
def test_a_secret_is_not_repeated_in_what_is_said_of_it(name: str) -> None:
    assert "s3cret-word" not in refused(**{name: "x://jin:s3cret-word@host:port/y"})


def test_a_secret_is_not_shown_where_settings_are() -> None:
    shown = repr(
        load(
            {
                **PRODUCTION,
                "HUNTER_DATABASE_URL": "postgresql://jin:s3cret-word@db/hunter?sslmode=verify-full",
            }
        )
    )
    assert "s3cret-word" not in shown
    assert SECRET[:10] not in shown
    assert repr(Key("a", b"s3cret-word")) == "Key(kid='a', secret=…)"
    assert host_of("postgresql://jin:s3cret-word@db:5432/hunter") == "db:5432"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("sqlite:///data/hunter.db", "data/hunter.db"),
        ("sqlite:////srv/hunter.db", "/srv/hunter.db"),
        ("postgresql://jin@/hunter?host=/run/postgresql", "hunter"),
    ],
)
def test_a_database_that_is_no_host_is_shown_as_it_was_named(url: str, shown: str) -> None:
    assert host_of(url) == shown


def test_more_than_one_worker_needs_a_database_and_a_redis_that_they_share() -> None:
    assert "SQLite" in refused(HUNTER_WORKERS="2")
    shared = {"HUNTER_WORKERS": "2", "HUNTER_DATABASE_URL": "postgresql://db/hunter?sslmode=verify-full"}
    assert "HUNTER_REDIS_URL" in refused(**shared)
    assert load({**shared, "HUNTER_REDIS_URL": "redis://r"}).workers == 2


@pytest.mark.parametrize("name", ["HUNTER_JWT_KEYS", "HUNTER_PEPPERS"])
@pytest.mark.parametrize(
    "secret",
    [
        None,
        b"short",
        b"0" * 64,
        b"please-change-me-to-something-else-entirely",
        b"my very own hunter system secret, 2026",
    ],
)
def test_production_takes_no_default_and_no_short_secret(name: str, secret: bytes | None) -> None:
    environ = {**PRODUCTION, name: "" if secret is None else f"a:{base64.b64encode(secret).decode()}"}
    assert refused(**environ).startswith(name)
    assert load(PRODUCTION).is_production


def test_production_takes_no_key_of_the_example_file() -> None:
    example = {field.name: field.metadata["example"] for field in attrs.fields(Settings)}
    for name in ("jwt_keys", "peppers"):
        assert refused(**{**PRODUCTION, variable(name): example[name]}).startswith(variable(name))


# --- keys for development --------------------------------------------------------------------------------------


def test_keys_for_development_are_made_once_and_are_their_owners_alone(tmp_path: Path) -> None:
    settings = load({"HUNTER_DATA_DIR": str(tmp_path)})
    first = development_keys.jwt_keys(settings), development_keys.peppers(settings)
    again = development_keys.jwt_keys(settings), development_keys.peppers(settings)
    assert first == again
    assert first[0] != first[1]
    assert {len(ring[0].secret) for ring in first} == {32}
    files = list(tmp_path.iterdir())
    assert len(files) == 2
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def test_keys_that_were_given_are_the_ones(tmp_path: Path) -> None:
    settings = load({**PRODUCTION, "HUNTER_DATA_DIR": str(tmp_path)})
    assert development_keys.jwt_keys(settings) == settings.jwt_keys
    assert list(tmp_path.iterdir()) == []


def test_a_key_file_that_cannot_be_read_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "jwt.key").write_text("not a key")
    with pytest.raises(SettingInvalid, match=r"HUNTER_DATA_DIR.*jwt\.key"):
        development_keys.jwt_keys(load({"HUNTER_DATA_DIR": str(tmp_path)}))


def test_the_data_folder_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    make_data_dir(folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert list(folder.iterdir()) == []


def test_with_a_database_and_keys_of_its_own_nothing_is_written_to_the_data_folder(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    url = f"sqlite:///{tmp_path / 'elsewhere.db'}"
    open_world(load({**PRODUCTION, "HUNTER_DATA_DIR": str(folder), "HUNTER_DATABASE_URL": url})).close()
    assert not folder.exists()


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("HUNTER_SMTP_URL", "smtp://u:secret-word@mail.example?starttls=never", "credentials"),
        ("HUNTER_SMTP_URL", "smtp://mail.example?tls=off", "?starttls"),
        ("HUNTER_SMTP_URL", "smtp://u:p%C3%A4ss@mail.example", "ASCII"),
        ("HUNTER_SMTP_URL", "smtp://mail.example?starttls=never&starttls=required", "once"),
        ("HUNTER_SMTP_URL", "smtp://u@mail.example", "without a password"),
        ("HUNTER_SMTP_URL", "smtp://:secret-word@mail.example", "without a user"),
        ("HUNTER_SMTP_URL", "smtp://mail.example:0", "port 0"),
        ("HUNTER_MAIL_FROM", "nobody", "e-mail address"),
        ("HUNTER_MAIL_FROM", "a@example.com, b@example.com", "e-mail address"),
        ("HUNTER_MAIL_FROM", "a@example.com b@example.com", "e-mail address"),
        ("HUNTER_MAIL_FROM", "a@example.com b", "e-mail address"),
    ],
)
def test_a_mail_server_or_sender_that_cannot_be_used_stops_the_start_in_one_line(
    tmp_path: Path, name: str, value: str, said: str
) -> None:
    with pytest.raises(SettingInvalid) as refused_by:
        open_world(load({"HUNTER_DATA_DIR": str(tmp_path), name: value}))
    line = str(refused_by.value)
    assert line.startswith(f"{name} ")
    assert said in line
    assert "\n" not in line
    assert "secret-word" not in line


@pytest.mark.parametrize("place", ["file", "file/folder", "file/folder/mail"])
def test_a_folder_for_mails_that_cannot_be_written_stops_the_start(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(
        SettingInvalid, match=r"HUNTER_MAIL_DIR: .*/file.* cannot be written\. Choose another"
    ):
        open_world(load({"HUNTER_DATA_DIR": str(tmp_path), "HUNTER_MAIL_DIR": str(tmp_path / place)}))


SHARED = {"HUNTER_DATABASE_URL": "postgresql://localhost/hunter", "HUNTER_REDIS_URL": "redis://localhost"}


@pytest.mark.parametrize(
    ("port", "workers", "metrics"), [(8000, 1, 8000), (8000, 4, 7997), (8003, 4, 8000), (80, 4, 65533)]
)
def test_metrics_that_would_take_the_port_of_the_api_or_none_stop_the_start(
    port: int, workers: int, metrics: int
) -> None:
    numbers = {"HUNTER_PORT": port, "HUNTER_WORKERS": workers, "HUNTER_METRICS_PORT": metrics}
    said = refused(**SHARED, **{name: str(value) for name, value in numbers.items()})
    assert said.startswith("HUNTER_METRICS_PORT ")


@pytest.mark.parametrize(
    ("port", "workers", "metrics"), [(8000, 1, 8001), (8000, 4, 7996), (8004, 4, 8000), (0, 4, 65532)]
)
def test_metrics_beside_the_port_of_the_api_are_taken(port: int, workers: int, metrics: int) -> None:
    numbers = {"HUNTER_PORT": port, "HUNTER_WORKERS": workers, "HUNTER_METRICS_PORT": metrics}
    settings = load({**SHARED, **{name: str(value) for name, value in numbers.items()}})
    assert settings.metrics_port == metrics

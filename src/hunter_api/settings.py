"""Every setting, with its environment variable, its default and its meaning, in one typed class (SPEC 8)."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import attrs
from platformdirs import user_data_path

from hunter_api.plain_connections import plain_connections
from hunter_api.setting_values import (
    AuthProfile,
    Environment,
    Key,
    LogFormat,
    LogLevel,
    Network,
    Rate,
    addresses,
    database_url,
    exact_urls,
    flag,
    is_default_secret,
    is_loopback,
    keys,
    networks,
    one_of,
    origins,
    path,
    rate,
    redis_url,
    smtp_url,
    text,
    web_url,
    whole,
)

PREFIX = "HUNTER_"

# Every identity provider, with the settings that hold its addresses.
_PROVIDERS = {"google": ("google_issuer",), "github": ("github_url", "github_api_url")}


class SettingInvalid(Exception):
    """A setting cannot be used: one line that names its variable and says what to do."""


def _about(
    read: Callable[[str], Any],
    meaning: str,
    *,
    shown: str = "",
    example: str = "",
    secret: bool = False,
) -> dict[str, Any]:
    """
    Return what is to be known of a setting.

    Args:
        read: Makes the value of the variable's text, or raises ValueError with what it must be.
        meaning: One sentence for the reference page.
        shown: The default in words, where the value does not say it.
        example: A value for `.env.example`, where the default does not show the form.
        secret: Whether the text may never be repeated in a message.
    """
    return {"read": read, "meaning": meaning, "shown": shown, "example": example, "secret": secret}


@attrs.frozen(kw_only=True)
class Settings:
    """All settings. Each field is the variable `HUNTER_` and its name in capitals."""

    database_url: str = attrs.field(
        default="",
        repr=False,
        metadata=_about(
            database_url,
            "The database: `sqlite:///…` or `postgresql://…`.",
            shown="`hunter.db` in `HUNTER_DATA_DIR`, by SQLite",
            example="postgresql://hunter:password@localhost:5432/hunter",
            secret=True,
        ),
    )
    data_dir: Path = attrs.field(
        default=attrs.Factory(lambda: user_data_path("hunter-system", appauthor=False)),
        metadata=_about(
            path,
            "Where the SQLite database, the keys generated for development and mails are kept.",
            shown="the platform's data folder, such as `~/.local/share/hunter-system`",
            example="/var/lib/hunter",
        ),
    )
    redis_url: str = attrs.field(
        default="",
        repr=False,
        metadata=_about(
            redis_url,
            "Redis. Without it, limits, cache, events and jobs run in process, and boards in SQL.",
            shown="none",
            example="redis://localhost:6379/0",
            secret=True,
        ),
    )
    host: str = attrs.field(default="127.0.0.1", metadata=_about(text, "The address to listen on."))
    port: int = attrs.field(
        default=8000, metadata=_about(whole(0, 65535), "The port to listen on; 0 takes a free one.")
    )
    workers: int = attrs.field(
        default=1, metadata=_about(whole(1, 64), "Web processes. More than one needs PostgreSQL and Redis.")
    )
    env: Environment = attrs.field(
        default=Environment.DEVELOPMENT,
        metadata=_about(
            one_of(Environment),
            "`development` or `production`; production refuses missing, default and short secrets.",
        ),
    )
    log_level: LogLevel = attrs.field(
        default=LogLevel.INFO, metadata=_about(one_of(LogLevel), "The least serious message that is logged.")
    )
    log_format: LogFormat = attrs.field(
        default=LogFormat.TEXT,
        metadata=_about(
            one_of(LogFormat),
            "`text` for people, or `json`: an object a line, for programs that collect logs.",
        ),
    )
    security_log: Path | None = attrs.field(
        default=None,
        metadata=_about(
            path,
            "The file of the security log, a line of JSON for each event. Without it they are among the other "
            "messages, at any `HUNTER_LOG_LEVEL`.",
            shown="none",
            example="/var/log/hunter/security.jsonl",
        ),
    )
    jwt_keys: tuple[Key, ...] = attrs.field(
        default=(),
        repr=False,
        metadata=_about(
            keys,
            "What signs access tokens: `kid:base64,kid:base64`. The first signs, all verify.",
            shown="generated once in `HUNTER_DATA_DIR`, in development only",
            example="2026-11:<base64 of 32 random bytes>",
            secret=True,
        ),
    )
    peppers: tuple[Key, ...] = attrs.field(
        default=(),
        repr=False,
        metadata=_about(
            keys,
            "What password hashes and refresh tokens are keyed with, in the same form.",
            shown="generated once in `HUNTER_DATA_DIR`, in development only",
            example="2026-11:<base64 of 32 random bytes>",
            secret=True,
        ),
    )
    auth_profile: AuthProfile = attrs.field(
        default=AuthProfile.CONTRACT,
        metadata=_about(one_of(AuthProfile), "`contract` or `strict`: how accounts are kept."),
    )
    require_verified: bool = attrs.field(
        default=False, metadata=_about(flag, "Whether only a verified address may sign in.")
    )
    rulebook: str = attrs.field(
        default="classic",
        metadata=_about(text, "The rules of the game: `classic`, `modern` or the path of a TOML file."),
    )
    limit_auth: Rate = attrs.field(
        default=Rate(10, 60),
        metadata=_about(rate, "Registering, signing in, codes and passwords: requests/seconds."),
    )
    limit_quests: Rate = attrs.field(
        default=Rate(100, 60), metadata=_about(rate, "Quest operations: requests/seconds.")
    )
    limit_leaderboard: Rate = attrs.field(
        default=Rate(30, 60), metadata=_about(rate, "Boards: requests/seconds.")
    )
    limit_analytics: Rate = attrs.field(
        default=Rate(60, 60), metadata=_about(rate, "Analytics: requests/seconds.")
    )
    limit_other: Rate = attrs.field(
        default=Rate(120, 60), metadata=_about(rate, "All else: requests/seconds.")
    )
    trusted_proxies: tuple[str, ...] = attrs.field(
        default=(),
        metadata=_about(
            addresses,
            "Addresses or networks of proxies whose `X-Forwarded-For` is believed.",
            shown="none",
            example="10.0.0.0/8,192.168.1.5",
        ),
    )
    cors_origins: tuple[str, ...] = attrs.field(
        default=(),
        metadata=_about(
            origins,
            "Origins of pages that may call the API from a browser.",
            shown="none",
            example="https://hunter.example",
        ),
    )
    smtp_url: str = attrs.field(
        default="",
        repr=False,
        metadata=_about(
            smtp_url,
            "The mail server. STARTTLS is required, but for a server on this machine without credentials; "
            "`?starttls=optional` or `never` says otherwise, and `smtps://` is encrypted from the start. Without "
            "it, mails are `.eml` files in `HUNTER_MAIL_DIR`.",
            shown="none",
            example="smtp://user:password@mail.example:587",
            secret=True,
        ),
    )
    mail_dir: Path = attrs.field(
        default=attrs.Factory(lambda self: self.data_dir / "mail", takes_self=True),
        metadata=_about(
            path,
            "Where mails are kept without a mail server.",
            shown="`mail` in `HUNTER_DATA_DIR`",
            example="/var/lib/hunter/mail",
        ),
    )
    mail_from: str = attrs.field(
        default="Hunter System <hunter@localhost>",
        metadata=_about(
            text,
            "Whom mails are from.",
            example="Hunter System <hunter@hunter.example>",
        ),
    )
    mail_link_url: str = attrs.field(
        default="",
        metadata=_about(
            web_url,
            "The page that mails lead to, with the code after `#verify-email=`, `#reset-password=` or "
            "`#change-email=`. Without it, a mail carries the code to paste.",
            shown="none",
            example="https://hunter.example/account",
        ),
    )
    google_client_id: str = attrs.field(
        default="",
        metadata=_about(text, "Sign-in with Google: the client. Without it there is none.", shown="none"),
    )
    google_client_secret: str = attrs.field(
        default="",
        repr=False,
        metadata=_about(text, "Sign-in with Google: its secret.", shown="none", secret=True),
    )
    google_issuer: str = attrs.field(
        default="https://accounts.google.com",
        metadata=_about(web_url, "Sign-in with Google: the issuer."),
    )
    github_client_id: str = attrs.field(
        default="",
        metadata=_about(text, "Sign-in with GitHub: the client. Without it there is none.", shown="none"),
    )
    github_client_secret: str = attrs.field(
        default="",
        repr=False,
        metadata=_about(text, "Sign-in with GitHub: its secret.", shown="none", secret=True),
    )
    github_url: str = attrs.field(
        default="https://github.com",
        metadata=_about(web_url, "Sign-in with GitHub: where it is."),
    )
    github_api_url: str = attrs.field(
        default="https://api.github.com",
        metadata=_about(web_url, "Sign-in with GitHub: where its API is."),
    )
    public_url: str = attrs.field(
        default="",
        metadata=_about(
            web_url,
            "Where this API is reached from outside, without a path of its own: providers send browsers back there.",
            shown="what each request says in `Host`, and a trusted proxy in `X-Forwarded-Proto`",
            example="https://api.hunter.example",
        ),
    )
    frontend_callback_urls: tuple[str, ...] = attrs.field(
        default=(),
        metadata=_about(
            exact_urls,
            "The exact addresses that a sign-in with a provider may return to, separated by commas; the first is "
            "where it returns when nobody says.",
            shown="none",
            example="https://hunter.example/signed-in",
        ),
    )
    outbound_allow: tuple[Network, ...] = attrs.field(
        default=(),
        metadata=_about(
            networks,
            "Private addresses or networks that webhooks and push targets may lead into, such as that of one's own "
            "home automation; there, and only there, also without TLS.",
            shown="none",
            example="192.168.1.20,fd00::/8",
        ),
    )
    metrics_port: int | None = attrs.field(
        default=None,
        metadata=_about(
            whole(1, 65535),
            "The port of the Prometheus metrics. Each further web process takes the next one, and a worker the first "
            "free one after them. Without it, nothing is counted.",
            shown="none",
            example="9100",
        ),
    )
    metrics_host: str = attrs.field(
        default="127.0.0.1",
        metadata=_about(text, "The address that the metrics are served on: they are for nobody outside."),
    )

    @property
    def database(self) -> str:
        """The URL of the database: the one that was set, or that of the file in the data folder."""
        return self.database_url or f"sqlite:///{self.data_dir / 'hunter.db'}"

    @property
    def is_sqlite(self) -> bool:
        """Whether the database is a file of this machine."""
        return self.database.startswith("sqlite:")

    @property
    def is_strict(self) -> bool:
        """Whether accounts are kept by the hardened profile."""
        return self.auth_profile is AuthProfile.STRICT

    @property
    def is_production(self) -> bool:
        """Whether nothing may be convenient."""
        return self.env is Environment.PRODUCTION


def variable(field: attrs.Attribute[Any] | str) -> str:
    """Return the environment variable of a setting."""
    name = field if isinstance(field, str) else field.name
    return PREFIX + name.upper()


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """
    Return the settings that *environ* (the process's own) holds; an empty variable counts as not set.

    Raises:
        SettingInvalid: For the first that cannot be used, alone or together with the others.
    """
    environ = os.environ if environ is None else environ
    values: dict[str, Any] = {}
    for field in attrs.fields(Settings):
        name = variable(field)
        raw = environ.get(name, "").strip()
        if not raw:
            continue
        try:
            values[field.name] = field.metadata["read"](raw)
        except ValueError as error:
            quoted = "" if field.metadata["secret"] else f" is {raw[:80]!r}, but"
            raise SettingInvalid(f"{name}{quoted} {error}.") from error
    settings = Settings(**values)
    _check_together(settings)
    return settings


def _check_together(settings: Settings) -> None:
    if settings.workers > 1 and settings.is_sqlite:
        raise SettingInvalid(
            "HUNTER_WORKERS is more than 1, but SQLite serves one process: set it to 1, or "
            "HUNTER_DATABASE_URL to a PostgreSQL database."
        )
    if settings.workers > 1 and not settings.redis_url:
        raise SettingInvalid(
            "HUNTER_WORKERS is more than 1, but processes share limits and events through Redis: set it to 1, "
            "or set HUNTER_REDIS_URL."
        )
    _check_providers(settings)
    if not settings.is_production:
        return
    for name in ("jwt_keys", "peppers"):
        ring: tuple[Key, ...] = getattr(settings, name)
        if not ring:
            raise SettingInvalid(
                f"{variable(name)} is not set, and production needs it: `kid:base64` with 32 or more random bytes."
            )
        for key in ring:
            if is_default_secret(key.secret):
                raise SettingInvalid(
                    f"{variable(name)} has a default or short secret under {key.kid!r}: production needs 32 or "
                    "more random bytes, such as `openssl rand -base64 32` makes."
                )
    if settings.is_strict:
        for name, instead in plain_connections(settings):
            raise SettingInvalid(
                f"{name} leads to another machine without TLS, which the strict profile refuses in production: "
                f"it {instead}."
            )


def _check_providers(settings: Settings) -> None:
    asked = False
    for name, places in _PROVIDERS.items():
        half = (getattr(settings, f"{name}_client_id"), getattr(settings, f"{name}_client_secret"))
        asked = asked or all(half)
        if any(half) and not all(half):
            there, missing = ("ID", "SECRET") if half[0] else ("SECRET", "ID")
            raise SettingInvalid(
                f"HUNTER_{name.upper()}_CLIENT_{there} is set, and HUNTER_{name.upper()}_CLIENT_{missing} is not: "
                "set both, or neither."
            )
        for address in places if all(half) and settings.is_production else ():
            url: str = getattr(settings, address)
            if not url.startswith("https:") and not is_loopback(url):
                raise SettingInvalid(
                    f"{variable(address)} is {url!r}: production asks no provider without https."
                )
    if asked and not settings.frontend_callback_urls:
        raise SettingInvalid(
            "HUNTER_FRONTEND_CALLBACK_URLS is not set, so a sign-in with a provider could return nowhere: set it to "
            "the address of the page that takes the code."
        )


def host_of(url: str) -> str:
    """Return host and port of a database URL, or the path of its file, for messages: never user or password."""
    parts = urlsplit(url)
    return parts.netloc.rpartition("@")[2] or parts.path.removeprefix("/")

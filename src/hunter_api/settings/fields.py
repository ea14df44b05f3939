"""Every setting, with its environment variable, its default and its meaning, in one typed class (SPEC 8)."""

from __future__ import annotations

from pathlib import Path

import attrs
from platformdirs import user_data_path

from hunter_api.settings.about import about
from hunter_api.settings.redis_url import redis_url
from hunter_api.settings.values import (
    LAST_PORT,
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
    keys,
    networks,
    one_of,
    origins,
    path,
    rate,
    smtp_url,
    text,
    web_url,
    whole,
)


@attrs.frozen(kw_only=True)
class Settings:
    """All settings. Each field is the variable `HUNTER_` and its name in capitals."""

    database_url: str = attrs.field(
        default="",
        repr=False,
        metadata=about(
            database_url,
            "The database: `sqlite:///…` or `postgresql://…`.",
            shown="`hunter.db` in `HUNTER_DATA_DIR`, by SQLite",
            example="postgresql://hunter:password@localhost:5432/hunter",
            secret=True,
        ),
    )
    data_dir: Path = attrs.field(
        default=attrs.Factory(lambda: user_data_path("hunter-system", appauthor=False)),
        metadata=about(
            path,
            "Where the SQLite database, the keys generated for development and mails are kept.",
            shown="the platform's data folder, such as `~/.local/share/hunter-system`",
            example="/var/lib/hunter",
        ),
    )
    redis_url: str = attrs.field(
        default="",
        repr=False,
        metadata=about(
            redis_url,
            "Redis. Without it, limits, cache, events and jobs run in process, and boards in SQL.",
            shown="none",
            example="redis://localhost:6379/0",
            secret=True,
        ),
    )
    host: str = attrs.field(default="127.0.0.1", metadata=about(text, "The address to listen on."))
    port: int = attrs.field(
        default=8000, metadata=about(whole(0, LAST_PORT), "The port to listen on; 0 takes a free one.")
    )
    workers: int = attrs.field(
        default=1, metadata=about(whole(1, 64), "Web processes. More than one needs PostgreSQL and Redis.")
    )
    env: Environment = attrs.field(
        default=Environment.DEVELOPMENT,
        metadata=about(
            one_of(Environment),
            "`development` or `production`; production refuses missing, default and short secrets.",
        ),
    )
    log_level: LogLevel = attrs.field(
        default=LogLevel.INFO, metadata=about(one_of(LogLevel), "The least serious message that is logged.")
    )
    log_format: LogFormat = attrs.field(
        default=LogFormat.TEXT,
        metadata=about(
            one_of(LogFormat),
            "`text` for people, or `json`: an object a line, for programs that collect logs.",
        ),
    )
    security_log: Path | None = attrs.field(
        default=None,
        metadata=about(
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
        metadata=about(
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
        metadata=about(
            keys,
            "What password hashes and refresh tokens are keyed with, in the same form.",
            shown="generated once in `HUNTER_DATA_DIR`, in development only",
            example="2026-11:<base64 of 32 random bytes>",
            secret=True,
        ),
    )
    auth_profile: AuthProfile = attrs.field(
        default=AuthProfile.CONTRACT,
        metadata=about(one_of(AuthProfile), "`contract` or `strict`: how accounts are kept."),
    )
    require_verified: bool = attrs.field(
        default=False, metadata=about(flag, "Whether only a verified address may sign in.")
    )
    rulebook: str = attrs.field(
        default="classic",
        metadata=about(text, "The rules of the game: `classic`, `modern` or the path of a TOML file."),
    )
    limit_auth: Rate = attrs.field(
        default=Rate(10, 60),
        metadata=about(rate, "Registering, signing in, codes and passwords: requests/seconds."),
    )
    limit_quests: Rate = attrs.field(
        default=Rate(100, 60), metadata=about(rate, "Quest operations: requests/seconds.")
    )
    limit_leaderboard: Rate = attrs.field(
        default=Rate(30, 60), metadata=about(rate, "Boards: requests/seconds.")
    )
    limit_analytics: Rate = attrs.field(
        default=Rate(60, 60), metadata=about(rate, "Analytics: requests/seconds.")
    )
    limit_other: Rate = attrs.field(
        default=Rate(120, 60), metadata=about(rate, "All else: requests/seconds.")
    )
    trusted_proxies: tuple[str, ...] = attrs.field(
        default=(),
        metadata=about(
            addresses,
            "Addresses or networks of proxies whose `X-Forwarded-For` is believed.",
            shown="none",
            example="10.0.0.0/8,192.168.1.5",
        ),
    )
    cors_origins: tuple[str, ...] = attrs.field(
        default=(),
        metadata=about(
            origins,
            "Origins of pages that may call the API from a browser.",
            shown="none",
            example="https://hunter.example",
        ),
    )
    smtp_url: str = attrs.field(
        default="",
        repr=False,
        metadata=about(
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
        metadata=about(
            path,
            "Where mails are kept without a mail server.",
            shown="`mail` in `HUNTER_DATA_DIR`",
            example="/var/lib/hunter/mail",
        ),
    )
    mail_from: str = attrs.field(
        default="Hunter System <hunter@localhost>",
        metadata=about(
            text,
            "Whom mails are from.",
            example="Hunter System <hunter@hunter.example>",
        ),
    )
    mail_link_url: str = attrs.field(
        default="",
        metadata=about(
            web_url,
            "The page that mails lead to, with the code after `#verify-email=`, `#reset-password=` or "
            "`#change-email=`. Without it, a mail carries the code to paste.",
            shown="none",
            example="https://hunter.example/account",
        ),
    )
    google_client_id: str = attrs.field(
        default="",
        metadata=about(text, "Sign-in with Google: the client. Without it there is none.", shown="none"),
    )
    google_client_secret: str = attrs.field(
        default="",
        repr=False,
        metadata=about(text, "Sign-in with Google: its secret.", shown="none", secret=True),
    )
    google_issuer: str = attrs.field(
        default="https://accounts.google.com",
        metadata=about(web_url, "Sign-in with Google: the issuer."),
    )
    github_client_id: str = attrs.field(
        default="",
        metadata=about(text, "Sign-in with GitHub: the client. Without it there is none.", shown="none"),
    )
    github_client_secret: str = attrs.field(
        default="",
        repr=False,
        metadata=about(text, "Sign-in with GitHub: its secret.", shown="none", secret=True),
    )
    github_url: str = attrs.field(
        default="https://github.com",
        metadata=about(web_url, "Sign-in with GitHub: where it is."),
    )
    github_api_url: str = attrs.field(
        default="https://api.github.com",
        metadata=about(web_url, "Sign-in with GitHub: where its API is."),
    )
    public_url: str = attrs.field(
        default="",
        metadata=about(
            web_url,
            "Where this API is reached from outside, without a path of its own: providers send browsers back there.",
            shown="what each request says in `Host`, and a trusted proxy in `X-Forwarded-Proto`",
            example="https://api.hunter.example",
        ),
    )
    frontend_callback_urls: tuple[str, ...] = attrs.field(
        default=(),
        metadata=about(
            exact_urls,
            "The exact addresses that a sign-in with a provider may return to, separated by commas; the first is "
            "where it returns when nobody says.",
            shown="none",
            example="https://hunter.example/signed-in",
        ),
    )
    outbound_allow: tuple[Network, ...] = attrs.field(
        default=(),
        metadata=about(
            networks,
            "Private addresses or networks that webhooks and push targets may lead into, such as that of one's own "
            "home automation; there, and only there, also without TLS.",
            shown="none",
            example="192.168.1.20,fd00::/8",
        ),
    )
    metrics_port: int | None = attrs.field(
        default=None,
        metadata=about(
            whole(1, LAST_PORT),
            "The port of the Prometheus metrics. Each further web process takes the next one, and a worker the first "
            "free one after them. Without it, nothing is counted.",
            shown="none",
            example="9100",
        ),
    )
    metrics_host: str = attrs.field(
        default="127.0.0.1",
        metadata=about(text, "The address that the metrics are served on: they are for nobody outside."),
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

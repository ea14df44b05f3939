"""What settings must be together: which one needs another, and what production refuses (SPEC 8)."""

from __future__ import annotations

from hunter_api.settings.about import variable
from hunter_api.settings.fields import Settings
from hunter_api.settings.plain_connections import plain_connections
from hunter_api.settings.refusals import SettingInvalid
from hunter_api.settings.values import LAST_PORT, Key, is_default_secret, is_loopback

# Every identity provider, with the settings that hold its addresses.
_PROVIDERS = {"google": ("google_issuer",), "github": ("github_url", "github_api_url")}


def check_together(settings: Settings) -> None:
    """
    Hold settings against each other.

    Raises:
        SettingInvalid: For the first that does not go with the others.
    """
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
    _check_ports(settings)
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


def _check_ports(settings: Settings) -> None:
    # Both would be bound, since neither listens yet, and whichever listens second would find out.
    if settings.metrics_port is None:
        return
    last = settings.metrics_port + settings.workers - 1
    if last > LAST_PORT:
        raise SettingInvalid(
            f"HUNTER_METRICS_PORT is {settings.metrics_port}, and {settings.workers} web processes take that many "
            f"ports from there on: set it to {LAST_PORT - settings.workers + 1} or less."
        )
    if settings.metrics_port <= settings.port <= last:
        raise SettingInvalid(
            f"HUNTER_METRICS_PORT is {settings.metrics_port}, and HUNTER_PORT is among the ports that metrics take, "
            f"{settings.workers} from there on: set another."
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

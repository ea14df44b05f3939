"""Which connections would leave the machine in clear, or without asking who answers (ASVS 12.3)."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, unquote, urlsplit

if TYPE_CHECKING:
    from hunter_api.settings.fields import Settings

_CHECKED = frozenset(("verify-ca", "verify-full"))


def plain_connections(settings: Settings) -> Iterator[tuple[str, str]]:
    """
    Yield the variable of each setting by which something would travel in clear, and what it must be instead.

    What stays on this machine (a loopback address, a socket in the file system) may.
    """
    for variable, url, is_safe, instead in _connections(settings):
        if url and not is_safe(url):
            yield variable, instead


def _connections(settings: Settings) -> Iterable[tuple[str, str, Callable[[str], bool], str]]:
    yield "HUNTER_DATABASE_URL", settings.database, _database, "needs ?sslmode=verify-full"
    yield "HUNTER_REDIS_URL", settings.redis_url, _redis, "must be rediss://, with the certificate checked"
    yield "HUNTER_SMTP_URL", settings.smtp_url, _smtp, "must be smtps://, or smtp:// with STARTTLS required"
    for name in ("google_issuer", "github_url", "github_api_url", "mail_link_url"):
        yield f"HUNTER_{name.upper()}", getattr(settings, name), _web, "must be https://"
    for url in settings.frontend_callback_urls:
        yield "HUNTER_FRONTEND_CALLBACK_URLS", url, _web, "must be https://"
    for url in settings.cors_origins:
        yield "HUNTER_CORS_ORIGINS", url, _web, "must be https://"


def is_here(host: str | None) -> bool:
    """Tell whether *host* is this machine: no name at all, a folder with a socket, or a loopback address."""
    if not host or host.startswith(("/", "@")):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _database(url: str) -> bool:
    if url.startswith("sqlite:"):
        return True
    parts = urlsplit(url)
    asked = parse_qs(parts.query)
    # Several hosts stand side by side, each with its port; `host` in the query comes before them.
    named = asked.get("host", [unquote(parts.netloc.rpartition("@")[2])])[-1].split(",")
    hosts = [host if host.startswith("/") else _without_port(host) for host in named]
    return asked.get("sslmode", [""])[-1] in _CHECKED or all(is_here(host) for host in hosts)


def _without_port(host: str) -> str:
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0] if host.count(":") == 1 else host


def _redis(url: str) -> bool:
    parts = urlsplit(url)
    if parts.scheme == "unix" or is_here(parts.hostname):
        return True
    asked = parse_qs(parts.query)
    checks = asked.get("ssl_cert_reqs", ["required"])[-1] == "required"
    names = asked.get("ssl_check_hostname", ["true"])[-1].lower() in {"true", "1", "yes"}
    return parts.scheme == "rediss" and checks and names


def _smtp(url: str) -> bool:
    parts = urlsplit(url)
    if parts.scheme == "smtps" or is_here(parts.hostname):
        return True
    return parse_qs(parts.query).get("starttls", ["required"])[-1] == "required"


def _web(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme == "https" or is_here(parts.hostname)

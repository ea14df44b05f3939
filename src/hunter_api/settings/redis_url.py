"""What `HUNTER_REDIS_URL` may say: where Redis is, who asks, and how TLS is checked. All else is ours to set."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple
from urllib.parse import SplitResult, parse_qsl, unquote

from hunter_api.settings.values import split_url


class Option(NamedTuple):
    """An option that may stand after `?`: whether a value of it can be used, what it must be, and what it means."""

    is_usable: Callable[[str], bool]
    must_be: str
    meaning: str


def _is_number(value: str) -> bool:
    return re.fullmatch(r"\d{1,9}", value, re.ASCII) is not None


def _is_word(value: str) -> bool:
    return re.fullmatch(r"[!-~]{1,64}", value) is not None


def _is_truth(value: str) -> bool:
    return value.lower() in {"true", "false"}


def _is_file(value: str) -> bool:
    return "\0" not in value and Path(value).is_file()


def _is_folder(value: str) -> bool:
    return "\0" not in value and Path(value).is_dir()


_FILE = "the path of a file that is there"

ANYWHERE: Mapping[str, Option] = {
    "db": Option(
        _is_number, "a number from 0 on", "The number of the database; with a host, `/1` says the same."
    ),
    "username": Option(bool, "a name", "Who asks; `user@` before the host says the same."),
    "password": Option(bool, "a password", "Their password; `:password@` says the same."),
    "client_name": Option(
        _is_word, "1 to 64 visible ASCII characters", "What our connections are called in `CLIENT LIST`."
    ),
}
"""Options of every URL."""

WITH_TLS: Mapping[str, Option] = {
    "ssl_ca_certs": Option(
        _is_file, _FILE, "A file of certificates that are believed beside those of the system."
    ),
    "ssl_ca_path": Option(_is_folder, "the path of a folder that is there", "A folder of such certificates."),
    "ssl_certfile": Option(_is_file, _FILE, "The certificate that we show."),
    "ssl_keyfile": Option(_is_file, _FILE, "Its key, where that is in a file of its own."),
    "ssl_password": Option(bool, "a password", "The password of that key."),
    "ssl_cert_reqs": Option(
        {"required", "optional", "none"}.__contains__,
        "required, optional or none",
        "Whether the server's certificate is checked: `required` unless `optional` or `none` is said.",
    ),
    "ssl_check_hostname": Option(
        _is_truth, "true or false", "Whether it must be for this host: `true` unless `false` is said."
    ),
}
"""Options of `rediss://` alone."""


def redis_url(raw: str) -> str:
    """Return the URL of a Redis server, once it says nothing but what may be said."""
    parts = split_url(raw)
    if not raw.startswith(("redis://", "rediss://", "unix://")):
        raise ValueError("must begin with redis://, rediss:// or unix://")
    if parts.fragment or "@" in parts.query:
        raise ValueError("has a ?, # or @ that is part of something else: write it as %3F, %23 or %40")
    if parts.scheme == "unix":
        _check_socket(parts)
    database = "" if parts.scheme == "unix" else _database_of(parts)
    said = {"db": database, "username": parts.username, "password": parts.password}
    _check_options(parts, {name for name, value in said.items() if value})
    return raw


def _check_socket(parts: SplitResult) -> None:
    """Check the path of a socket; which database is said by an option alone."""
    if parts.netloc.rpartition("@")[2] or len(parts.path) < 2:
        raise ValueError("must hold the path of a socket: unix:///run/redis.sock, and ?db=1 for database 1")


def _database_of(parts: SplitResult) -> str:
    """Check host and port; return the database that stands after them, where one does."""
    host = unquote(parts.hostname or "")
    try:
        # What cannot be looked up at all is no error of the network.
        host.encode("idna")
        is_host = re.fullmatch(r"\S*", host) is not None
    except UnicodeError:
        is_host = False
    if parts.port == 0 or not is_host:
        raise ValueError("is not a URL: look at its host and port")
    database = parts.path.removeprefix("/")
    if database and not _is_number(database):
        raise ValueError(
            "must end with the number of a database from 0 on, or with none, such as redis://localhost:6379/0"
        )
    return database


def _check_options(parts: SplitResult, said: set[str]) -> None:
    known = {**ANYWHERE, **WITH_TLS}
    for name, value in parse_qsl(parts.query, keep_blank_values=True):
        if name not in known:
            raise ValueError(
                f"has {_named(name)}, which is not to be set here: leave it out. {_all_options()}"
            )
        if name in WITH_TLS and parts.scheme != "rediss":
            raise ValueError(f"has the option {name}, but no TLS: begin with rediss://, or leave it out")
        if name in said:
            # The client would take one, whoever looks whether it is safe another.
            raise ValueError(f"says {name} twice: once is enough")
        if not known[name].is_usable(value):
            raise ValueError(f"has an option that cannot be used: {name} must be {known[name].must_be}")
        said.add(name)
    if said & {"ssl_keyfile", "ssl_password"} and "ssl_certfile" not in said:
        raise ValueError("has a key and no certificate: add ssl_certfile, or leave both out")


def _named(name: str) -> str:
    # What is not spelled like an option may be a part of a password.
    return f"the option {name}" if re.fullmatch(r"[a-z_]{1,40}", name) else "an option"


def _all_options() -> str:
    return f"There are {', '.join(ANYWHERE)}, and with rediss:// {', '.join(WITH_TLS)}"

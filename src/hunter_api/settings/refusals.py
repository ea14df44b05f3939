"""What is said of a setting that cannot be used: its variable and what to do, never what is secret."""

from __future__ import annotations

from urllib.parse import urlsplit


class SettingInvalid(Exception):
    """A setting cannot be used: one line that names its variable and says what to do."""


class DatabaseAway(Exception):
    """The database does not answer: no setting need be at fault, and whoever starts again may find it back."""


def host_of(url: str) -> str:
    """Return host and port of a database URL, or the path of its file, for messages: never user or password."""
    parts = urlsplit(url)
    return parts.netloc.rpartition("@")[2] or parts.path.removeprefix("/")

"""Secrets for development: made once, kept in the data folder, readable by their owner alone (SPEC 8)."""

from __future__ import annotations

import base64
import contextlib
import os
import secrets
from pathlib import Path

from hunter_api.settings import SettingInvalid, Settings
from hunter_api.settings.values import SHORTEST_SECRET, Key, keys


def jwt_keys(settings: Settings) -> tuple[Key, ...]:
    """
    Return what signs access tokens.

    Raises:
        SettingInvalid: If they are to be made, and cannot be kept.
    """
    return settings.jwt_keys or _kept(settings.data_dir / "jwt.key")


def peppers(settings: Settings) -> tuple[Key, ...]:
    """
    Return what password hashes and refresh tokens are keyed with.

    Raises:
        SettingInvalid: If they are to be made, and cannot be kept.
    """
    return settings.peppers or _kept(settings.data_dir / "pepper.key")


def _kept(path: Path) -> tuple[Key, ...]:
    try:
        with contextlib.suppress(FileExistsError):
            _make(path)
        return keys(path.read_text("ascii").strip())
    except (OSError, ValueError) as error:
        raise SettingInvalid(
            f"HUNTER_DATA_DIR: the generated key {path} cannot be kept or read ({error}). "
            "Delete the file, or choose a folder that can be written."
        ) from error


def _make(path: Path) -> None:
    """Make the file whole or not at all; of two processes that start at once, one does, and both read it."""
    secret = base64.b64encode(secrets.token_bytes(SHORTEST_SECRET)).decode("ascii")
    if path.exists():
        return
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(f"development:{secret}\n")
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    finally:
        draft.unlink()

"""The database of the settings, and a connection for each thread that asks it."""

from __future__ import annotations

import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import make_url

from hunter_adapters.sql import SqlStore, WrongDatabase, open_store
from hunter_api.settings import SettingInvalid, Settings, host_of
from hunter_api.wiring.words import one_line

THREADS = 12
"""Requests of one process that ask the database at one time."""

PASSWORD_THREADS = 6
"""Sign-ins of one process that are under way at one time, most of them waiting for their hash."""

PROVIDER_THREADS = 4
"""Requests of one process that wait for an identity provider at one time."""

EXPORT_THREADS = 2
"""Exports that one process writes at one time."""

LIVE_THREADS = 2
"""Threads of one process that ask the database for live sockets."""

_HEALTH_THREADS = 1
_FIGURES_THREADS = 1
_RELAY_THREADS = 1
_BOARD_THREADS = 1
# A mail server and push targets that hang must not keep other jobs waiting.
JOB_THREADS = 4


def store_of(settings: Settings) -> SqlStore:
    """
    Return the store, not connected yet.

    Raises:
        SettingInvalid: If its address is none, or its driver is not installed.
    """
    try:
        return open_store(
            settings.database,
            pool_size=THREADS
            + PASSWORD_THREADS
            + PROVIDER_THREADS
            + EXPORT_THREADS
            + LIVE_THREADS
            + _HEALTH_THREADS
            + _FIGURES_THREADS
            + _RELAY_THREADS
            + _BOARD_THREADS
            + JOB_THREADS,
        )
    except WrongDatabase as error:
        raise wrong_database(error) from error


def make_data_dir(folder: Path) -> None:
    """
    Make the data folder, for its owner alone, and see that it can be written.

    Raises:
        SettingInvalid: If it cannot.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise SettingInvalid(
            f"HUNTER_DATA_DIR: {folder} cannot be written ({error.strerror or error}). Choose another folder."
        ) from error


def check_there_is_a_file(settings: Settings) -> None:
    """
    Make sure that a database in a file is there: to open one that is not would make an empty one.

    Raises:
        SettingInvalid: If it is not.
    """
    if settings.is_sqlite:
        path = make_url(settings.database).database or ""
        if not Path(path).exists():
            raise SettingInvalid(
                f"HUNTER_DATABASE_URL: there is no database at {path}. `hunter migrate` makes one, and so does "
                "`hunter serve`."
            )


def wrong_database(error: WrongDatabase) -> SettingInvalid:
    """Return what to say of a database that is none of ours."""
    return SettingInvalid(f"HUNTER_DATABASE_URL: {one_line(error)}.")


def no_database(settings: Settings, error: BaseException) -> SettingInvalid:
    """Return what to say, in the words of the driver, which knows best; but never with the password."""
    driver = getattr(error, "orig", None) or error.__cause__ or error
    where, why = (
        host_of(settings.database),
        (str(driver).splitlines() or [type(driver).__name__])[0].rstrip("."),
    )
    password = urlsplit(settings.database).password
    if password:
        why = why.replace(password, "…")
    return SettingInvalid(f"HUNTER_DATABASE_URL: the database at {where} cannot be used: {why}.")

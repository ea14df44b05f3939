"""The database of the settings, and a connection for each thread that asks it."""

from __future__ import annotations

import sqlite3
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import make_url

from hunter_adapters.sql import SqlStore, WrongDatabase, open_store
from hunter_api.settings import DatabaseAway, SettingInvalid, Settings, host_of
from hunter_api.wiring.words import one_line
from hunter_core.errors import StoreUnavailable

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


def no_database(settings: Settings, store: SqlStore, error: BaseException) -> SettingInvalid | DatabaseAway:
    """Return what to say, in the words of the driver, which knows best; but never with the password."""
    driver = error
    while not isinstance(driver, store.database.errors):
        inner = getattr(driver, "orig", None) or driver.__cause__
        if inner is None:
            break
        driver = inner
    where, why = (
        host_of(settings.database),
        (str(driver).splitlines() or [type(driver).__name__])[0].rstrip("."),
    )
    password = urlsplit(settings.database).password
    if password:
        why = why.replace(password, "…")
    if isinstance(error, StoreUnavailable) and _may_be_back(driver):
        return DatabaseAway(
            f"the database at {where} (HUNTER_DATABASE_URL) does not answer: {why}. Start again when it does."
        )
    return SettingInvalid(f"HUNTER_DATABASE_URL: the database at {where} cannot be used: {why}.")


def _may_be_back(driver: BaseException) -> bool:
    """Tell whether what *driver* says passes by itself: of a file, that another has locked it; of a server, all."""
    code = getattr(driver, "sqlite_errorcode", sqlite3.SQLITE_BUSY)
    return code & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)

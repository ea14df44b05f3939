"""The database of the settings, found before anything begins: it answers, and has our tables."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Iterator

from sqlalchemy.exc import DBAPIError

from hunter_adapters.sql import OlderSchema, SqlStore, WrongDatabase
from hunter_api.settings import Settings
from hunter_api.wiring.database import no_database, wrong_database
from hunter_api.wiring.words import one_line
from hunter_core.errors import StoreUnavailable

MIGRATED_SECONDS = 60.0
"""How long a worker waits for the migration of a server that was started together with it."""

LOOK_AGAIN = 0.5

log = logging.getLogger("hunter.server")


@contextlib.contextmanager
def reaching(settings: Settings, store: SqlStore) -> Iterator[None]:
    """
    Let what fails at the database within be said in one line.

    Raises:
        SettingInvalid: If the database cannot be used.
        DatabaseAway: If it does not answer.
    """
    failures: tuple[type[Exception], ...] = (StoreUnavailable, DBAPIError, *store.database.errors)
    try:
        yield
    except WrongDatabase as error:
        raise wrong_database(error) from error
    except failures as error:
        raise no_database(settings, store, error) from error


def wait_until_migrated(store: SqlStore, *, seconds: float = MIGRATED_SECONDS) -> None:
    """
    Return when the database has the schema of this program; one that has an older one is given some time.

    Raises:
        StoreUnavailable: If it is away.
        WrongDatabase: If it has another schema, an older one still after *seconds*.
    """
    until, is_told = time.monotonic() + seconds, False
    while True:
        try:
            store.check_schema()
        except OlderSchema as error:
            if time.monotonic() >= until:
                raise
            if not is_told:
                is_told = True
                log.warning("%s; this waits for it up to %.0f s", one_line(error), seconds)
            time.sleep(LOOK_AGAIN)
        else:
            return

"""The peppers of the settings, held against the database before anything is made or opened with them."""

from __future__ import annotations

from hunter_adapters.crypto.check_values import check_values
from hunter_adapters.crypto.keys import KeyRing
from hunter_adapters.sql import SqlStore
from hunter_adapters.sql.peppers import OtherPeppers, agree_on_peppers
from hunter_api import development_keys
from hunter_api.settings import SettingInvalid, Settings
from hunter_api.wiring.words import one_line

_WHAT_TO_DO = (
    "Give every process on this database the same, and keep an old one listed behind a new one. "
    "Where it is lost or was replaced on purpose: hunter migrate --forget-peppers"
)


def check_peppers(settings: Settings, store: SqlStore) -> None:
    """
    Make sure that the database was used with the peppers of *settings*, and record there those that are new.

    Raises:
        SettingInvalid: If it was used with others.
        StoreUnavailable: If the database is away or busy.
    """
    try:
        agree_on_peppers(store, check_values(KeyRing(development_keys.peppers(settings))))
    except OtherPeppers as error:
        where = "HUNTER_PEPPERS"
        if not settings.peppers:
            where += f", HUNTER_DATA_DIR (the pepper of {settings.data_dir} was taken, as none is set)"
        raise SettingInvalid(f"{where}: {one_line(error)}. {_WHAT_TO_DO}.") from error

"""The rulebook in force, which no start takes with an error in it."""

from __future__ import annotations

from hunter_api.settings import SettingInvalid, Settings
from hunter_api.wiring.words import one_line
from hunter_core.errors import HunterError
from hunter_core.rules.check import first_error
from hunter_core.rules.rulebook import Rulebook
from hunter_core.rules.toml import read_rulebook, rulebook_text


def rulebook_of(settings: Settings) -> Rulebook:
    """
    Return the rules in force.

    Raises:
        SettingInvalid: If there are none of that name, or they cannot be read.
    """
    try:
        reading = read_rulebook(*rulebook_text(settings.rulebook))
    except (HunterError, OSError, ValueError) as error:
        raise SettingInvalid(f"HUNTER_RULEBOOK: {one_line(error)}") from error
    wrong = first_error(reading)
    if wrong is not None:
        raise SettingInvalid(f"HUNTER_RULEBOOK: {wrong}. `hunter rules check {settings.rulebook}` says more.")
    return reading.rulebook

"""Every setting: what there is, how the environment is read, and what is refused before anything starts (SPEC 8)."""

from hunter_api.settings.about import variable
from hunter_api.settings.fields import Settings
from hunter_api.settings.load import load
from hunter_api.settings.misspelt import misspelt
from hunter_api.settings.refusals import DatabaseAway, SettingInvalid, host_of

__all__ = ["DatabaseAway", "SettingInvalid", "Settings", "host_of", "load", "misspelt", "variable"]

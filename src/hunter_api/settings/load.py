"""The environment becomes settings; what cannot be used is refused by its variable, before anything starts."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import attrs

from hunter_api.settings.about import variable
from hunter_api.settings.checks import check_together
from hunter_api.settings.fields import Settings
from hunter_api.settings.refusals import SettingInvalid


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """
    Return the settings that *environ* (the process's own) holds; an empty variable counts as not set.

    Raises:
        SettingInvalid: For the first that cannot be used, alone or together with the others.
    """
    environ = os.environ if environ is None else environ
    values: dict[str, Any] = {}
    for field in attrs.fields(Settings):
        name = variable(field)
        raw = environ.get(name, "").strip()
        if not raw:
            continue
        try:
            values[field.name] = field.metadata["read"](raw)
        except ValueError as error:
            quoted = "" if field.metadata["secret"] else f" is {raw[:80]!r}, but"
            raise SettingInvalid(f"{name}{quoted} {error}.") from error
    settings = Settings(**values)
    check_together(settings)
    return settings

"""Variables that look like a setting and are none: most likely somebody meant one, and wonders why it does nothing."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping

import attrs

from hunter_api.settings.about import PREFIX, variable
from hunter_api.settings.fields import Settings

ALIKE = 0.8
"""How alike two names must be (`difflib`): other programs may have variables that begin with our word."""


def misspelt(environ: Mapping[str, str]) -> Iterator[str]:
    """Yield a line for each variable of *environ* that is no setting, but is spelled nearly like one."""
    known = [variable(field) for field in attrs.fields(Settings)]
    for name in sorted(environ):
        if name.startswith(PREFIX) and name not in known:
            meant = difflib.get_close_matches(name, known, n=1, cutoff=ALIKE)
            if meant:
                yield f"{name} is no setting and does nothing. Is {meant[0]} meant?"

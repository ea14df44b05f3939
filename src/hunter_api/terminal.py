"""What commands share: the console, and the world of the settings."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from hunter_api.settings import load

if TYPE_CHECKING:
    from rich.console import Console

    from hunter_api.wiring import World

WIDTH_OF_A_FILE = 1000
"""Columns of a console that is no terminal: more than any line of ours has, so that none is folded."""


def console() -> Console:
    """Return the console that a command writes to."""
    from rich.console import Console

    # A pipe or a file has no width of its own: tables are not folded to that of a terminal.
    return Console() if sys.stdout.isatty() else Console(width=WIDTH_OF_A_FILE)


@contextlib.contextmanager
def opened() -> Iterator[World]:
    """Open the world of the settings, and close it at the end."""
    from hunter_api.wiring import open_world

    world = open_world(load())
    try:
        yield world
    finally:
        world.close()


@contextlib.contextmanager
def opened_database() -> Iterator[World]:
    """
    Open the world of the settings on a database that is there already.

    Raises:
        SettingInvalid: If there is none that this program works with.
    """
    from hunter_api.wiring import check_there_is_a_file

    check_there_is_a_file(load())
    with opened() as world:
        world.check_reachable()
        yield world

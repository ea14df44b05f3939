"""
`hunter serve`, as it is, but quick to hash a password and to commit: `python -m tests.servers.app_quick`.

A quarter of a second for each hunter who registers is most of what many tests would take. What is about passwords
starts the program itself, and so does everything at full length (`HUNTER_TEST_LONG=1`).
"""

from __future__ import annotations

import sys

from hunter_adapters.crypto.passwords import BcryptPasswords
from hunter_api.cli import main
from tests.servers.careless import wait_for_no_disk

CHEAPEST = 4
"""The lowest cost that bcrypt takes."""


def command() -> list[str]:
    """Return the command of such a server."""
    return [sys.executable, "-m", "tests.servers.app_quick"]


def hash_quickly() -> None:
    """Let the passwords of this process cost as little as they can."""
    # The program has no setting that makes passwords cheap, and is not to have one.
    defaults = BcryptPasswords.__init__.__kwdefaults__
    assert defaults is not None
    defaults["cost"] = CHEAPEST


if __name__ == "__main__":
    hash_quickly()
    wait_for_no_disk()
    sys.argv[:] = ["hunter", "serve"]
    main()

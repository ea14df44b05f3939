"""How long tests may take: `HUNTER_TEST_LONG=1` asks for the long form of those that have a short one."""

from __future__ import annotations

import os

LONG = os.environ.get("HUNTER_TEST_LONG") == "1"
"""Whether tests run at full length (`nox -s properties`, `fuzz` and `faults`)."""

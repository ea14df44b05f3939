"""HTTP in, HTTP out: the application, its settings, its wiring and its command line."""

from typing import Final

VERSION: Final = "0.1.0"

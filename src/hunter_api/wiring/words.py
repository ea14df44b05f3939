"""What settings that cannot be used say of themselves, in one line."""

from __future__ import annotations


def one_line(error: BaseException) -> str:
    """Return what *error* says, on one line and without its full stop."""
    return " ".join(str(error).split()).rstrip(".")

"""What is known of a setting besides its value: its variable, its reader, and its words in the reference."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs

PREFIX = "HUNTER_"


def about(
    read: Callable[[str], Any],
    meaning: str,
    *,
    shown: str = "",
    example: str = "",
    secret: bool = False,
) -> dict[str, Any]:
    """
    Return what is to be known of a setting.

    Args:
        read: Makes the value of the variable's text, or raises ValueError with what it must be.
        meaning: One sentence for the reference page.
        shown: The default in words, where the value does not say it.
        example: A value for `.env.example`, where the default does not show the form.
        secret: Whether the text may never be repeated in a message.
    """
    return {"read": read, "meaning": meaning, "shown": shown, "example": example, "secret": secret}


def variable(field: attrs.Attribute[Any] | str) -> str:
    """Return the environment variable of a setting."""
    name = field if isinstance(field, str) else field.name
    return PREFIX + name.upper()

"""The builders that the testing extra ships, under the name by which our own tests ask for them."""

from __future__ import annotations

from hunter_adapters.testing.builders import (
    NOW,
    TODAY,
    a_command,
    a_completion,
    a_day,
    a_hunter,
    a_quest,
    a_request,
    a_rulebook,
    a_session,
    an_account,
    an_answer,
    an_entry,
    an_event,
    an_id,
    an_unlock,
    registered,
)

__all__ = [
    "NOW",
    "TODAY",
    "a_command",
    "a_completion",
    "a_day",
    "a_hunter",
    "a_quest",
    "a_request",
    "a_rulebook",
    "a_session",
    "an_account",
    "an_answer",
    "an_entry",
    "an_event",
    "an_id",
    "an_unlock",
    "registered",
]

"""News is what it was when it arrives, and what is none is refused."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from hunter_adapters.testing.builders import a_hunter, an_event
from hunter_core.live.frames import frame_of, notice
from hunter_core.live.news import from_bytes, to_bytes

HUNTER = a_hunter()


def test_events_arrive_as_they_were() -> None:
    at = datetime(2026, 11, 22, 12, 0, 0, 5, tzinfo=UTC)
    events = [
        an_event(HUNTER, 1, at=at, data={"title": "Übung 🗡 \ud83d", "xp": [1, None]}),
        an_event(HUNTER, 2),
    ]

    assert from_bytes(to_bytes(events)) == events


@pytest.mark.parametrize("told", [b"", b"{}x", b"[[1]]", b'[["x",1,"a","b",{}]]', b"[1]", b"7", b"\xff"])
def test_what_is_no_news_is_refused(told: bytes) -> None:
    with pytest.raises(ValueError, match="no news"):
        from_bytes(told)


def test_a_frame_has_the_hunters_number_and_a_notice_has_none() -> None:
    at = datetime(2026, 11, 22, 12, tzinfo=UTC)

    assert json.loads(frame_of(an_event(HUNTER, 7, at=at, data={"a": "é"}))) == {
        "id": 7,
        "type": "quest.completed",
        "at": "2026-11-22T12:00:00Z",
        "data": {"a": "é"},
    }
    assert json.loads(notice("pong", at)) == {
        "id": None,
        "type": "pong",
        "at": "2026-11-22T12:00:00Z",
        "data": {},
    }

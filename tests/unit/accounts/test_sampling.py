from __future__ import annotations

from datetime import datetime, timedelta

from hunter_adapters.memory.security_log import MemorySecurityLog
from hunter_core.accounts.sampling import EVERY, MOST_LINES, MOST_PLACES, Sampler
from hunter_core.accounts.security_log import SecurityEvent, SecurityEventKind
from tests.builders import NOW

SECOND = timedelta(seconds=1)


def an_event(at: datetime, kind: SecurityEventKind = SecurityEventKind.LIMIT_EXCEEDED) -> SecurityEvent:
    return SecurityEvent(kind=kind, at=at, details={"limit": "auth"})


def test_a_flood_from_one_place_is_a_line_a_minute_that_says_how_many_there_were() -> None:
    log = MemorySecurityLog()
    sampler = Sampler(log)
    for number in range(1000):
        sampler.record(an_event(NOW + number * EVERY / 400), "192.0.2.1")
    assert [event.details.get("unreported") for event in log.events] == [None, "399", "399"]
    assert {event.details["limit"] for event in log.events} == {"auth"}


def test_places_and_kinds_are_told_apart() -> None:
    log = MemorySecurityLog()
    sampler = Sampler(log)
    for place in ("192.0.2.1", "192.0.2.2"):
        for kind in (SecurityEventKind.LIMIT_EXCEEDED, SecurityEventKind.ACCESS_REFUSED):
            sampler.record(an_event(NOW, kind), place)
    assert len(log.events) == 4


def test_a_flood_from_very_many_places_is_bounded_too_and_none_is_lost_in_the_count() -> None:
    log = MemorySecurityLog()
    sampler = Sampler(log)
    for number in range(MOST_LINES * 3):
        sampler.record(an_event(NOW), f"192.0.2.{number}")
    assert len(log.events) == MOST_LINES
    sampler.record(an_event(NOW + EVERY), f"192.0.2.{MOST_LINES * 3 - 1}")
    assert log.events[-1].details["unreported"] == "1"


def test_what_is_remembered_is_bounded() -> None:
    log = MemorySecurityLog()
    sampler = Sampler(log)
    sampler.record(an_event(NOW), "first")
    for number in range(MOST_PLACES):
        sampler.record(an_event(NOW + SECOND), f"{number}")
    sampler.record(an_event(NOW + EVERY), "first")
    assert "unreported" not in log.events[-1].details

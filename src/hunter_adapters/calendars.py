"""The JSON form of a hunter's calendar: one column of the hunter's row, read with its lock."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from hunter_core.days import Calendar, Pause, RestDays, ZonePeriod


def calendar_to_json(calendar: Calendar) -> dict[str, Any]:
    """Return *calendar* as it is stored: what is empty or was never set is left out."""
    stored: dict[str, Any] = {"zones": [_zone_to_json(zone) for zone in calendar.zones]}
    if calendar.rests:
        stored["rests"] = [
            {"since": rest.since.isoformat(), "weekdays": list(rest.weekdays)} for rest in calendar.rests
        ]
    if calendar.pauses:
        stored["pauses"] = [
            {"id": pause.id, "start": pause.start.isoformat(), "until": pause.until.isoformat()}
            for pause in calendar.pauses
        ]
    return stored


def calendar_from_json(stored: dict[str, Any]) -> Calendar:
    """Return the calendar that `calendar_to_json` wrote."""
    return Calendar(
        zones=tuple(_zone_from_json(zone) for zone in stored["zones"]),
        rests=tuple(
            RestDays(date.fromisoformat(rest["since"]), tuple(rest["weekdays"]))
            for rest in stored.get("rests", ())
        ),
        pauses=tuple(
            Pause(pause["id"], date.fromisoformat(pause["start"]), date.fromisoformat(pause["until"]))
            for pause in stored.get("pauses", ())
        ),
    )


def _zone_to_json(period: ZonePeriod) -> dict[str, Any]:
    stored: dict[str, Any] = {"zone": period.zone, "dayStart": period.day_start}
    if period.since is not None:
        stored["since"] = _instant(period.since)
    if period.first_day is not None:
        stored["firstDay"] = period.first_day.isoformat()
    if period.chosen_at is not None:
        stored["chosenAt"] = _instant(period.chosen_at)
    return stored


def _zone_from_json(stored: dict[str, Any]) -> ZonePeriod:
    since, first_day, chosen_at = stored.get("since"), stored.get("firstDay"), stored.get("chosenAt")
    return ZonePeriod(
        zone=stored["zone"],
        day_start=stored["dayStart"],
        since=None if since is None else datetime.fromisoformat(since),
        first_day=None if first_day is None else date.fromisoformat(first_day),
        chosen_at=None if chosen_at is None else datetime.fromisoformat(chosen_at),
    )


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()

"""Values come back from both databases as they went in, and sort there as they do in Python."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, timezone
from fractions import Fraction
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, Connection, Integer, MetaData, Table, delete, insert, select

from hunter_adapters.calendars import calendar_from_json, calendar_to_json
from hunter_adapters.sql.column_types import Day, Id, Instant, Json, Ratio, Share, WallTime, Word
from hunter_adapters.sql.store import database_at
from hunter_core.days import Calendar, Pause, RestDays, ZonePeriod
from hunter_core.words import Rank

values = Table(
    "values_of_all_kinds",
    MetaData(),
    Column("place", Integer, primary_key=True),
    Column("id", Id),
    Column("instant", Instant),
    Column("day", Day),
    Column("wall_time", WallTime),
    Column("word", Word(Rank)),
    Column("share", Share),
    Column("ratio", Ratio),
    Column("json", Json),
    Column("calendar", Json(calendar_to_json, calendar_from_json)),
)

INSTANTS = st.datetimes(
    timezones=st.just(UTC),
)
DAYS = st.dates()
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
CALENDARS = st.builds(
    Calendar,
    zones=st.lists(
        st.builds(
            ZonePeriod,
            zone=st.sampled_from(["UTC", "Europe/Paris", "Asia/Kathmandu"]),
            day_start=st.integers(0, 720),
            since=st.none() | INSTANTS,
            first_day=st.none() | DAYS,
            chosen_at=st.none() | INSTANTS,
        ),
        min_size=1,
        max_size=3,
    ).map(tuple),
    rests=st.lists(
        st.builds(RestDays, since=DAYS, weekdays=st.lists(st.integers(0, 6), max_size=2).map(tuple)),
        max_size=2,
    ).map(tuple),
    pauses=st.lists(st.builds(Pause, id=st.uuids().map(str), start=DAYS, until=DAYS), max_size=2).map(tuple),
)
ROWS = st.fixed_dictionaries(
    {},
    optional={
        "id": st.uuids(),
        "instant": INSTANTS,
        "day": DAYS,
        "wall_time": st.times(),
        "word": st.sampled_from(Rank),
        "share": st.fractions(),
        "ratio": st.floats(0, 1),
        "json": st.recursive(
            st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXTS,
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
            max_leaves=6,
        ),
        "calendar": CALENDARS,
    },
)


@pytest.fixture
def connection(empty_url: str) -> Iterator[Connection]:
    with database_at(empty_url).engine().connect() as connection:
        values.metadata.create_all(connection)
        yield connection
        connection.rollback()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(ROWS, min_size=1, max_size=3))
def test_every_value_comes_back_as_it_was(connection: Connection, rows: list[dict[str, Any]]) -> None:
    names = [column.name for column in values.columns]
    wanted = [dict.fromkeys(names) | row | {"place": place} for place, row in enumerate(rows)]
    connection.execute(delete(values))
    connection.execute(insert(values), wanted)

    found = connection.execute(select(values).order_by(values.c.place)).mappings().all()

    assert [dict(row) for row in found] == wanted


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    ids=st.lists(st.uuids(), max_size=5),
    instants=st.lists(INSTANTS, max_size=5),
    days=st.lists(DAYS, max_size=5),
)
def test_ids_instants_and_days_sort_as_they_do_in_python(
    connection: Connection, ids: list[UUID], instants: list[datetime], days: list[date]
) -> None:
    for name, listed in (("id", ids), ("instant", instants), ("day", days)):
        connection.execute(delete(values))
        if listed:
            connection.execute(insert(values), [{name: value} for value in listed])

        column = values.c[name]
        assert connection.scalars(select(column).order_by(column)).all() == sorted(listed)


def test_an_instant_of_another_zone_is_kept_as_the_moment_that_it_is(connection: Connection) -> None:
    kathmandu = datetime(2026, 11, 22, 12, 0, 0, 1, tzinfo=timezone(timedelta(hours=5, minutes=45)))
    connection.execute(insert(values).values(place=1, instant=kathmandu))

    found = connection.scalar(select(values.c.instant))

    assert found == kathmandu
    assert found is not None
    assert found.utcoffset() == timedelta(0)


def test_kinds_that_have_no_value_are_null(connection: Connection) -> None:
    connection.execute(insert(values).values(place=1))

    row = connection.execute(select(values)).one()

    assert list(row) == [1, *[None] * (len(values.columns) - 1)]
    assert (time(), Fraction(1)) not in row

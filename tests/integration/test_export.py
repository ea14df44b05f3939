"""An export has everything: each table and column is in it or left out on purpose, and no secret is (issue 4, 9)."""

from __future__ import annotations

import base64
import json
import threading
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, time, timedelta
from enum import StrEnum
from fractions import Fraction
from typing import Any
from uuid import UUID

import attrs
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from sqlalchemy import Boolean, Column, Float, Integer, LargeBinary, Table, select

from hunter_adapters.memory import MemoryStore
from hunter_adapters.sql import SqlStore
from hunter_adapters.sql.column_types import Day, Id, Instant, Json, Ratio, Share, WallTime, Word
from hunter_adapters.sql.statements import Insert, Statement, columns_of, param
from hunter_adapters.sql.tables import achievements, completions, metadata
from hunter_adapters.sql.tables.social import FriendshipStatus
from hunter_adapters.testing import stories
from hunter_adapters.testing.builders import (
    NOW,
    TODAY,
    a_completion,
    a_hunter,
    a_quest,
    a_rulebook,
    an_entry,
    an_id,
    registered,
)
from hunter_adapters.testing.play import Player, Story
from hunter_api import export_file, wire
from hunter_api.export_file import write_export
from hunter_api.schemas.common import AttributesView
from hunter_api.schemas.export.document import ExportView
from hunter_core.days import Calendar
from hunter_core.errors import TooBusy
from hunter_core.export.history import UnknownFormat, history_of
from hunter_core.export.ports import Section
from hunter_core.hunters.quiet import QuietHours
from hunter_core.ids import AccountId, HunterId
from hunter_core.ledger.audit import differences
from hunter_core.ledger.rebuild import rebuild
from hunter_core.ports import Store
from hunter_core.quests.quest import QuestVersion
from hunter_core.rules.rulebook import Rulebook
from hunter_core.rules.schedules import EveryDay
from hunter_core.words import Attribute
from tests.docs.exported import COLUMNS, LEFT_OUT, POINTS, at, owned_tables, places
from tests.servers.length import LONG

ME, OTHER, QUEST = AccountId(an_id("me")), AccountId(an_id("zz-other")), an_id("quest")
FIRST, SECOND = sorted((ME, OTHER))


def exported(store: Store, account_id: HunterId, rulebook: Rulebook | None = None) -> Any:
    with write_export(store=store, rulebook=rulebook or a_rulebook(), account_id=account_id, now=NOW) as file:
        return json.loads(file.read())["data"]


# --- nothing is forgotten ------------------------------------------------------------------------------------


def test_every_table_of_an_account_is_in_it_or_left_out_on_purpose() -> None:
    """A table that somebody adds belongs into `tests/docs/exported.py`, and into the export, or not."""
    assert sorted(owned_tables()) == sorted([*COLUMNS, *LEFT_OUT])


@pytest.mark.parametrize("name", COLUMNS)
def test_every_column_is_in_it_or_left_out_on_purpose(name: str) -> None:
    assert sorted(COLUMNS[name]) == sorted(columns_of(metadata.tables[name]))


def test_nothing_that_is_bytes_or_named_a_secret_is_in_it() -> None:
    for name, column, place in places():
        found = metadata.tables[name].c[column]
        assert not isinstance(found.type, LargeBinary), place
        assert not any(word in column for word in ("hash", "salt", "secret", "sealed", "code_id")), place


def test_every_section_is_a_list_of_the_document_in_its_order_and_written() -> None:
    lists = [field.name for field in attrs.fields(ExportView) if str(field.type).startswith("tuple[")]
    assert lists == [section.value for section in Section]
    assert list(export_file._views(a_rulebook())) == list(Section)


# --- every column, with a value that nothing else has --------------------------------------------------------


# What a row says where a made-up value would break a constraint, or be of somebody else.
GIVEN: dict[str, dict[str, Any]] = {
    "accounts": {"id": ME, "is_active": True, "delete_at": None, "erased_at": None},
    "quests": {
        "id": QUEST,
        "versions": (QuestVersion(TODAY, EveryDay()),),
        "attributes": (Attribute.LUCK,),
        "is_active": True,
    },
    "hunters": {"calendar": Calendar.starting("Asia/Kathmandu", 30), "is_active": True},
    "hunter_settings": {"quiet_hours": QuietHours(22 * 60, 7 * 60)},
    "completions": {"id": an_id("completion")},
    "friendships": {
        "first_id": FIRST,
        "second_id": SECOND,
        "requester_id": ME,
        "blocker_id": ME,
        "status": FriendshipStatus.BLOCKED,
    },
    "idempotency_keys": {"status": 200},
    "guilds": {"id": an_id("guild"), "owner_id": ME, "member_count": 1, "max_members": 50},
    "guild_members": {"guild_id": an_id("guild")},
    "recommendations": {"is_rejected": False},
    "mails": {"details": '{"until": "mails.details"}'},
    "two_factor": {"wrong_at_sign_in": "[]", "wrong_in_session": "[]"},
    "sessions": {"id": an_id("session"), "earlier": ""},
    "one_time_codes": {"id": an_id("code"), "details": "{}"},
    "push_targets": {"id": an_id("target")},
    "webhooks": {"id": an_id("webhook"), "events": ["quest.completed"], "is_active": False},
    "webhook_deliveries": {"given_up_at": None},
    "notifications": {"id": an_id("notification")},
    "board_scores": {"window_name": "2026-W47"},
}
REFERRED = {
    "accounts": ME,
    "hunters": ME,
    "quests": QUEST,
    "completions": an_id("completion"),
    "guilds": an_id("guild"),
    "sessions": an_id("session"),
    "one_time_codes": an_id("code"),
    "push_targets": an_id("target"),
    "webhooks": an_id("webhook"),
    "notifications": an_id("notification"),
}


class Rows:
    """Makes a row of any table, each value of it unlike every other as far as its type lets it be."""

    def __init__(self, store: SqlStore) -> None:
        with store.read() as uow:
            (self._achievement,), *_ = uow.sql.rows(Statement(select(achievements.c.id)))
        self._count = 0

    def of(self, table: Table) -> dict[str, Any]:
        given = GIVEN.get(table.name, {})
        return {
            column.name: given[column.name] if column.name in given else self._value(table, column)
            for column in table.columns
        }

    def _value(self, table: Table, column: Column[Any]) -> Any:
        self._count += 1
        number = self._count
        for key in column.foreign_keys:
            target = key.column.table.name
            return self._achievement if target == "achievements" else self._owner(column, target)
        match column.type:
            case Id():
                return an_id(f"{table.name}.{column.name}")
            case Instant():
                return NOW + timedelta(minutes=number)
            case Day():
                return TODAY + timedelta(days=number)
            case WallTime():
                return time(number % 24, 7)
            case Ratio() | Float():
                return number / 4096
            case Share():
                return Fraction(number, 7)
            case Word():
                return next(iter(column.type.words))
            case Json():
                return {"named": column.name}
            case Boolean():
                return True
            case Integer():
                return 1000 + number
            case LargeBinary():
                size = column.type.length or 32
                return f"{table.name}.{column.name}:secret".encode().ljust(size, b"!")[:size]
        longest = getattr(column.type, "length", None) or 200
        return f"{table.name}.{column.name}"[:longest]

    def _owner(self, column: Column[Any], target: str) -> UUID:
        return ME if column.name in ("hunter_id", "account_id") else REFERRED[target]


def fill(store: SqlStore) -> dict[str, dict[str, Any]]:
    """Keep one row of every table for one account, and return them."""
    registered(store, a_hunter("Jinah", id=OTHER))
    rows, kept = Rows(store), {}
    for table in metadata.sorted_tables:
        if table.name not in (*COLUMNS, *LEFT_OUT):
            continue
        kept[table.name] = row = rows.of(table)
        with store.write() as uow:
            uow.sql.insert(Insert(table, tuple(row)), [tuple(row.values())])
            uow.commit()
    return kept


def on_the_wire(value: Any) -> Any:
    """Return *value* as JSON has it."""
    match value:
        case UUID() | Fraction():
            return str(value)
        case StrEnum():
            return value.value
        case datetime():
            return value.isoformat().replace("+00:00", "Z")
        case time():
            return f"{value:%H:%M}"
        case bool() | int() | float() | str() | None:
            return value
        case tuple():
            return list(value)
    return value.isoformat() if hasattr(value, "isoformat") else value


# What stands in the export in a form of its own.
FORMS: dict[str, Any] = {
    "hunter.calendar": {
        "zones": [
            {
                "timezone": "Asia/Kathmandu",
                "dayStart": "00:30",
                "since": None,
                "firstDay": None,
                "chosenAt": None,
            }
        ],
        "restDays": [],
        "pauses": [],
    },
    "settings.quietHours": {"from": "22:00", "until": "07:00"},
    "mails[].details": {"until": "mails.details"},
    "friendships[].hunterId": str(OTHER),
    "quests[].versions": [
        {
            "from": TODAY.isoformat(),
            "schedule": {"kind": "EVERY_DAY"},
            "completionsPerDay": 1,
            "isActive": True,
            "lastDay": None,
        }
    ],
}


def test_every_column_stands_where_it_is_said_and_no_secret_anywhere(store: SqlStore) -> None:
    kept = fill(store)
    with write_export(store=store, rulebook=a_rulebook(), account_id=ME, now=NOW) as file:
        body = file.read()
    document = json.loads(body)["data"]

    for table, column, place in places():
        expected = FORMS.get(place, on_the_wire(kept[table][column]))
        assert at(document, place) == expected, f"{table}.{column} at {place}"
    secrets = [value for row in kept.values() for value in row.values() if isinstance(value, bytes)]
    secrets.append(kept["accounts"]["password_hash"].encode())
    assert len(secrets) >= 9
    for secret in secrets:
        for form in (secret, secret.hex().encode(), base64.b64encode(secret)[:20]):
            assert form not in body, secret


def test_who_blocked_the_owner_is_not_told(store: SqlStore) -> None:
    fill(store)
    with store.write() as uow:
        table = metadata.tables["friendships"]
        uow.sql.do(
            Statement(table.update().values(blocker_id=param("blocker", table.c.blocker_id))), blocker=OTHER
        )
        uow.commit()

    assert exported(store, ME)["friendships"] == []
    assert [each["hunterId"] for each in exported(store, OTHER)["friendships"]] == [str(ME)]


def test_points_are_written_by_their_names() -> None:
    assert tuple(AttributesView.__annotations__) == POINTS


# --- one moment ----------------------------------------------------------------------------------------------


def a_long_history(store: SqlStore, count: int) -> HunterId:
    hunter = a_hunter()
    quest = a_quest(hunter, completions_per_day=50)
    registered(store, hunter, quest)
    notes = "Felt light. " * 20
    done = [a_completion(quest, n, at=NOW - timedelta(hours=n), notes=notes) for n in range(count)]
    with store.write() as uow:
        uow.hunters.lock(hunter.id)
        for each in done:
            uow.completions.add(each)
        uow.ledger.append([an_entry(each, seq=seq) for seq, each in enumerate(done, start=1)])
        uow.commit()
    return hunter.id


@contextmanager
def somebody_writes(store: SqlStore, change: Statement, **values: Any) -> Iterator[Callable[[], None]]:
    """Give what lets somebody else change and commit, and wait until they have."""

    def write() -> None:
        with store.write() as uow:
            uow.sql.do(change, **values)
            uow.commit()

    def let() -> None:
        thread = threading.Thread(target=write, daemon=True)
        thread.start()
        thread.join(30)
        assert not thread.is_alive()

    yield let


def test_it_is_of_one_moment_whatever_is_written_meanwhile(
    store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    hunter_id = a_long_history(store, 1200)
    gone = Statement(completions.delete())
    real = wire.encoded
    parts = 0

    with somebody_writes(store, gone) as let:

        def encoded(view: object) -> bytes:
            nonlocal parts
            parts += 1
            if parts == 100:
                let()
            return real(view)

        monkeypatch.setattr(wire, "encoded", encoded)
        document = exported(store, hunter_id)

    assert len(document["completions"]) == len(document["ledger"]) == 1200
    assert exported(store, hunter_id)["completions"] == []
    assert store.connections_in_use == 0


def test_a_long_history_is_never_in_memory_as_a_whole(
    sqlite_store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    hunter_id = a_long_history(sqlite_store, 3000)
    monkeypatch.setattr(export_file, "IN_MEMORY", 64 * 1024)

    tracemalloc.start()
    try:
        with write_export(store=sqlite_store, rulebook=a_rulebook(), account_id=hunter_id, now=NOW) as file:
            _, peak = tracemalloc.get_traced_memory()
            size = file.seek(0, 2)
    finally:
        tracemalloc.stop()

    assert peak < size * 0.7


@pytest.fixture
def sqlite_store(sqlite_migrated: str, opened: Callable[..., SqlStore]) -> SqlStore:
    return opened(sqlite_migrated)


def test_a_full_disk_is_no_failure_of_ours(store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    hunter_id = registered(store, a_hunter()).id

    def full(view: object) -> bytes:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(wire, "success", full)
    with pytest.raises(TooBusy):
        exported(store, hunter_id)
    assert store.connections_in_use == 0


# A failing story need not be made smaller: that takes a minute.
PHASES = [phase for phase in Phase if phase is not Phase.shrink]


# --- the law -------------------------------------------------------------------------------------------------


@settings(
    max_examples=150 if LONG else 12, phases=PHASES, deadline=None, suppress_health_check=list(HealthCheck)
)
@given(story=stories.stories(longest=6))
def test_whatever_was_lived_the_export_alone_gives_the_stored_hunter(story: Story) -> None:
    rulebook = a_rulebook("modern")
    player = Player(MemoryStore(), rulebook, story)
    player.play(story.actions)

    told = history_of(exported(player.store, player.hunter_id, rulebook))

    stored = player.history()
    assert list(differences(told, rulebook)) == []
    made = rebuild(told, rulebook)
    assert (made.days, made.scores) == (list(stored.days), dict(stored.scores))
    assert told == stored.__class__(
        **{
            **{name: getattr(stored, name) for name in stored.__dataclass_fields__},
            "unlocks": sorted(stored.unlocks, key=lambda each: (each.unlocked_at, each.id)),
        }
    )


@pytest.mark.parametrize("document", [{}, {"format": "hunter-export/2"}, {"format": None}])
def test_another_format_is_not_read(document: dict[str, Any]) -> None:
    with pytest.raises(UnknownFormat):
        history_of(document)

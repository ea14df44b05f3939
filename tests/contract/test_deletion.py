"""Erasing one hunter changes no other's numbers (SPEC 2, Laws), on the databases, where rows hang on each other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import Table, func, select

from hunter_adapters.memory.security_log import MemorySecurityLog
from hunter_adapters.sql.statements import Insert, Row, Statement, param
from hunter_adapters.sql.tables import friendships, guild_members, guilds, hunters, metadata
from hunter_adapters.sql.tables.social import FriendshipStatus, GuildRole
from hunter_adapters.testing import laws, stories
from hunter_adapters.testing.builders import NOW, a_hunter, an_id, registered
from hunter_adapters.testing.clock import StillClock
from hunter_adapters.testing.play import Do, Habit, Player, Story, TakeBack, Wait
from hunter_core.accounts import erasure
from hunter_core.accounts.deletion import GRACE, plan_deletion
from hunter_core.accounts.erasure import erase_due
from hunter_core.errors import NotFound
from hunter_core.ids import HunterId
from tests.builders import a_rulebook
from tests.contract.conftest import SqlHouse
from tests.servers.length import LONG

STORY = Story(
    begins=datetime(2026, 6, 1, 6, tzinfo=UTC),
    zone="Europe/Berlin",
    habits=(Habit(completions_per_day=3), Habit(base_xp=500)),
    actions=(Do(0), Do(1), Wait(timedelta(days=1)), Do(0), TakeBack(1), Wait(timedelta(days=1)), Do(1)),
)
EXAMPLES = 200 if LONG else 8


@pytest.fixture(params=["sqlite", "postgresql"])
def house(request: pytest.FixtureRequest) -> SqlHouse:
    found: SqlHouse = request.getfixturevalue(f"{request.param}_house")
    found.emptied()
    return found


def erase(house: SqlHouse, *hunter_ids: HunterId, now: datetime = NOW) -> None:
    """Let hunters leave, and erase them when their grace is over."""
    for hunter_id in hunter_ids:
        house.store.run(lambda uow, each=hunter_id: plan_deletion(uow=uow, account_id=each, now=now))  # type: ignore[misc]
    erased = erase_due(store=house.store, log=MemorySecurityLog(), clock=StillClock(now + GRACE))
    assert erased == len(hunter_ids)


# --- the law -------------------------------------------------------------------------------------------------


def test_erasing_one_hunter_changes_no_others_numbers(house: SqlHouse) -> None:
    kept = Player(house.store, a_rulebook(), STORY, name="Jinwoo")
    gone = Player(house.store, a_rulebook(), STORY, name="Jinah")
    for action in STORY.actions:
        kept.perform(action)
        gone.perform(action)
    before = kept.history()

    erase(house, gone.hunter_id)

    assert kept.history() == before
    laws.every_law_of_one_hunter(kept.history(), a_rulebook(), kept.today())
    with pytest.raises(NotFound):
        gone.history()
    assert house.store.connections_in_use == 0


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=stories.stories(longest=4), second=stories.stories(longest=4))
def test_whatever_two_hunters_lived_the_one_who_stays_is_as_before(
    house: SqlHouse, first: Story, second: Story
) -> None:
    house.emptied()
    kept = Player(house.store, a_rulebook("modern"), first, name="Jinwoo")
    gone = Player(house.store, a_rulebook("modern"), second, name="Jinah")
    for place in range(max(len(first.actions), len(second.actions))):
        for player, story in ((kept, first), (gone, second)):
            if place < len(story.actions):
                player.perform(story.actions[place])
    before = kept.history()

    erase(house, gone.hunter_id, now=max(kept.now, gone.now))

    assert kept.history() == before
    laws.every_law_of_one_hunter(kept.history(), a_rulebook("modern"), kept.today())
    assert rows_of(house, gone.hunter_id) == {}


# --- friends and guilds --------------------------------------------------------------------------------------


def keep(house: SqlHouse, table: Table, *rows: dict[str, object]) -> None:
    with house.store.write() as uow:
        for row in rows:
            uow.sql.insert(Insert(table, tuple(row)), [tuple(row.values())])
        uow.commit()


def rows(house: SqlHouse, table: Table) -> list[Row]:
    with house.store.read() as uow:
        return uow.sql.rows(Statement(select(table).order_by(*table.primary_key.columns)))


def befriend(house: SqlHouse, one: HunterId, other: HunterId, **changes: object) -> None:
    first, second = sorted((one, other))
    row = {
        "id": an_id(f"{first}{second}"),
        "first_id": first,
        "second_id": second,
        "requester_id": one,
        "blocker_id": None,
        "status": FriendshipStatus.ACCEPTED,
        "created_at": NOW,
        "updated_at": NOW,
    }
    keep(house, friendships, row | changes)


def found_guild(
    house: SqlHouse, name: str, *members: tuple[HunterId, GuildRole, int], total_xp: int = 12_345
) -> UUID:
    """Found a guild of *members*, each with a role and how many days ago they joined; the first owns it."""
    guild_id = an_id(name)
    guild = {
        "id": guild_id,
        "name": name,
        "name_key": name.lower(),
        "owner_id": members[0][0],
        "max_members": 50,
        "member_count": len(members),
        "level": 3,
        "total_xp": total_xp,
        "created_at": NOW,
        "updated_at": NOW,
    }
    keep(house, guilds, guild)
    for hunter_id, role, days in members:
        joined = NOW - timedelta(days=days)
        keep(
            house,
            guild_members,
            {"guild_id": guild_id, "hunter_id": hunter_id, "role": role, "joined_at": joined},
        )
    return guild_id


def hunters_of(house: SqlHouse, count: int) -> list[HunterId]:
    return [registered(house.store, a_hunter(f"hunter{number}")).id for number in range(count)]


def roles(house: SqlHouse, guild_id: UUID) -> dict[HunterId, GuildRole]:
    return {row[1]: row[2] for row in rows(house, guild_members) if row[0] == guild_id}


def test_friend_lists_close_up(house: SqlHouse) -> None:
    gone, *others = hunters_of(house, 5)
    for other in others:
        befriend(house, gone, other)
    befriend(house, others[0], others[1])
    befriend(house, others[2], others[3], status=FriendshipStatus.PENDING)

    erase(house, gone)

    assert sorted((row[1], row[2]) for row in rows(house, friendships)) == sorted(
        [tuple(sorted(others[:2])), tuple(sorted(others[2:]))]
    )


def test_who_was_blocked_by_the_one_who_goes_is_free(house: SqlHouse) -> None:
    gone, other = hunters_of(house, 2)
    befriend(house, gone, other, status=FriendshipStatus.BLOCKED, blocker_id=gone)

    erase(house, gone)

    assert rows(house, friendships) == []


OWNER, ADMIN, MEMBER = GuildRole.OWNER, GuildRole.ADMIN, GuildRole.MEMBER


@pytest.mark.parametrize(
    ("others", "heir"),
    [
        # Roles of the others, and for how many days they have been in it; who follows.
        ([(MEMBER, 90), (ADMIN, 3), (ADMIN, 8)], 2),
        ([(MEMBER, 5), (MEMBER, 9), (MEMBER, 7)], 1),
        ([(ADMIN, 1)], 0),
        ([(MEMBER, 1)], 0),
    ],
)
def test_a_guild_passes_to_who_has_been_admin_longest_else_member(
    house: SqlHouse, others: list[tuple[GuildRole, int]], heir: int
) -> None:
    owner, *members = hunters_of(house, 1 + len(others))
    joined = [(each, *others[place]) for place, each in enumerate(members)]
    guild_id = found_guild(house, "Ahjin", (owner, OWNER, 365), *joined)
    before = roles(house, guild_id)

    erase(house, owner)

    ((_, name, *_, owner_id, most, count, level, xp, _, _),) = rows(house, guilds)
    assert (name, owner_id, most, count) == ("Ahjin", members[heir], 50, len(others))
    # What was earned together stays.
    assert (level, xp) == (3, 12_345)
    del before[owner]
    assert roles(house, guild_id) == {**before, members[heir]: OWNER}


def test_whoever_is_out_of_use_follows_only_where_nobody_else_is(house: SqlHouse) -> None:
    owner, banned, member = hunters_of(house, 3)
    guild_id = found_guild(house, "Ahjin", (owner, OWNER, 9), (banned, ADMIN, 8), (member, MEMBER, 1))
    with house.store.write() as uow:
        uow.hunters.save(replace(uow.hunters.lock(banned), is_active=False))
        uow.commit()

    erase(house, owner)
    assert roles(house, guild_id) == {banned: ADMIN, member: OWNER}

    erase(house, member)
    assert roles(house, guild_id) == {banned: OWNER}


def test_an_empty_guild_goes_and_a_member_only_leaves(house: SqlHouse) -> None:
    gone, other = hunters_of(house, 2)
    alone = found_guild(house, "Alone", (gone, OWNER, 1))
    kept = found_guild(house, "Kept", (other, OWNER, 9), (gone, ADMIN, 8))

    erase(house, gone)

    assert [row[0] for row in rows(house, guilds)] == [kept]
    assert roles(house, kept) == {other: OWNER}
    assert roles(house, alone) == {}
    assert rows(house, guilds)[0][7] == 1  # member_count


def test_a_whole_guild_that_leaves_together_is_gone(house: SqlHouse) -> None:
    owner, *others = hunters_of(house, 4)
    found_guild(house, "Ahjin", (owner, OWNER, 9), *((each, MEMBER, 1) for each in others))

    erase(house, owner, *others)

    assert rows(house, guilds) == rows(house, guild_members) == []


# --- bounded, and restartable --------------------------------------------------------------------------------


def rows_of(house: SqlHouse, hunter_id: HunterId) -> dict[str, int]:
    """Count the rows of every table that name the account or its hunter, by what refers to them."""
    found: dict[str, int] = {}
    with house.store.read() as uow:
        for table, name in owner_columns():
            column = table.c[name]
            count = uow.sql.value(
                Statement(
                    select(func.count()).select_from(table).where(column == param("this", hunters.c.id))
                ),
                this=hunter_id,
            )
            if count:
                found[f"{table.name}.{name}"] = count
    return found


def owner_columns() -> Iterator[tuple[Table, str]]:
    """Yield every column that names an account or a hunter: by a foreign key, or as a part of one."""
    for table in metadata.sorted_tables:
        if table.name == "accounts":
            yield table, "id"
        for column in table.columns:
            targets = {key.column.table.name for key in column.foreign_keys}
            if targets & {"accounts", "hunters"} or column.name in ("hunter_id", "account_id"):
                yield table, column.name


class Killed(Exception):
    """Whoever was erasing is gone."""


@pytest.fixture
def erasing(monkeypatch: pytest.MonkeyPatch) -> Callable[[SqlHouse, int], None]:
    """Return what erases whoever is due, five rows at a time, and is killed after so many transactions."""
    monkeypatch.setattr(erasure, "ROWS_AT_ONCE", 5)

    def run(house: SqlHouse, transactions: int) -> None:
        left = transactions
        real = house.store.run

        def limited(work: Callable[..., object]) -> object:
            nonlocal left
            if left == 0:
                raise Killed
            left -= 1
            return real(work)

        with monkeypatch.context() as patch:
            patch.setattr(house.store, "run", limited)
            clock = StillClock(STORY.begins + timedelta(days=60))
            erase_due(store=house.store, log=MemorySecurityLog(), clock=clock)

    return run


def test_killed_at_any_point_nothing_half_erased_is_seen_and_the_next_goes_on(
    house: SqlHouse, erasing: Callable[[SqlHouse, int], None]
) -> None:
    kept = Player(house.store, a_rulebook(), STORY, name="Jinwoo")
    gone = Player(house.store, a_rulebook(), STORY, name="Jinah")
    for action in STORY.actions:
        kept.perform(action)
        gone.perform(action)
    befriend(house, gone.hunter_id, kept.hunter_id)
    house.store.run(lambda uow: plan_deletion(uow=uow, account_id=gone.hunter_id, now=gone.now))
    before = kept.history()

    kills = 0
    while True:
        try:
            erasing(house, 1 + kills % 3)
        except Killed:
            kills += 1
        else:
            break
        with house.store.read() as uow:
            assert uow.histories.hunter_ids() == [kept.hunter_id]
            assert uow.accounts.by_email("jinah@example.org") is None
            with pytest.raises(NotFound):
                uow.hunters.by_name("Jinah")
        assert rows(house, friendships) == []
        assert kept.history() == before

    assert kills > 3
    assert rows_of(house, gone.hunter_id) == {}
    assert kept.history() == before

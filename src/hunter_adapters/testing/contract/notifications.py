"""What the stores of notifications and agendas promise."""

from __future__ import annotations

import threading
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from hunter_adapters.testing.builders import NOW, a_hunter, a_quest, an_id, registered
from hunter_adapters.testing.contract.under_test import UnderTest, at_once, refusals, stubborn
from hunter_core.errors import NotFound
from hunter_core.hunters.hunter import Hunter
from hunter_core.ids import NotificationId, PushTargetId
from hunter_core.notifications.notification import Notification, NotificationType, of_day
from hunter_core.notifications.ports import Agenda
from hunter_core.notifications.push import PushTarget
from hunter_core.ports import Store, UnitOfWork
from hunter_core.rules.achievements import achievement_id

HUNTER, OTHER = a_hunter(), a_hunter("Jinah")
QUEST = a_quest(HUNTER)
AWAKENING = achievement_id("awakening")
MINUTE = timedelta(minutes=1)


def a_notification(label: object, hunter: Hunter = HUNTER, **changes: Any) -> Notification:
    """Return a notification of *hunter* that was sent now."""
    given: dict[str, Any] = {
        "id": NotificationId(an_id(f"{hunter.name}:{label}")),
        "hunter_id": hunter.id,
        "type": NotificationType.SYSTEM,
        "title": str(label),
        "message": f"about {label}",
        "scheduled_for": NOW,
        "sent_at": NOW,
        "created_at": NOW,
    }
    return Notification(**(given | changes))


def kept(store: Store, *notifications: Notification) -> AbstractSet[NotificationId]:
    """Keep *notifications*; return the ids of those that are new."""

    def work(uow: UnitOfWork) -> AbstractSet[NotificationId]:
        uow.hunters.lock_all({each.hunter_id for each in notifications})
        return uow.notifications.add(notifications)

    return stubborn(store, work)


def two_hunters(under_test: UnderTest) -> Store:
    """Two hunters, the first with a quest."""
    store = under_test.store
    registered(store, HUNTER, QUEST)
    registered(store, OTHER)
    return store


def listed(store: Store, hunter: Hunter = HUNTER, **asked: Any) -> list[str]:
    """Return the titles of the hunter's first page."""
    given: dict[str, Any] = {"unread": None, "kind": None, "page": 1, "limit": 100}
    with store.read() as uow:
        found, total = uow.notifications.page(hunter.id, **(given | asked))
    assert total >= len(found)
    return [each.title for each in found]


class NotificationsContract:
    """Rows of notifications."""

    def test_one_comes_back_as_it_was(self, under_test: UnderTest) -> None:
        store = two_hunters(under_test)
        given = a_notification("all", quest_id=QUEST.id, achievement_id=AWAKENING, is_read=True)
        kept(store, given)
        with store.read() as uow:
            assert uow.notifications.get(HUNTER.id, given.id) == given

    def test_one_is_known_whatever_became_of_it(self, under_test: UnderTest) -> None:
        store = two_hunters(under_test)
        given = [
            a_notification("sent"),
            a_notification("waits", sent_at=None),
            a_notification("removed", deleted_at=NOW),
        ]
        kept(store, *given)
        with store.read() as uow:
            assert [uow.notifications.known(each.id) for each in given] == given
            assert uow.notifications.known(a_notification("never").id) is None

    def test_the_same_is_kept_once(self, under_test: UnderTest) -> None:
        store = two_hunters(under_test)
        day = NOW.date()
        reminder = a_notification(1, id=of_day(NotificationType.QUEST_REMINDER, QUEST.id, day))
        other = a_notification("other", OTHER)

        assert kept(store, reminder) == {reminder.id}
        assert kept(store, replace(reminder, title="again"), other) == {other.id}

        assert listed(store) == ["1"]
        assert listed(store, OTHER) == ["other"]
        assert kept(store) == set()

    def test_a_list_has_what_was_sent_and_not_removed_latest_first(self, under_test: UnderTest) -> None:
        store = two_hunters(under_test)
        kept(
            store,
            a_notification("first"),
            a_notification("last", sent_at=NOW + MINUTE),
            a_notification("read", sent_at=NOW - MINUTE, is_read=True),
            a_notification("level", sent_at=NOW - 2 * MINUTE, type=NotificationType.LEVEL_UP),
            a_notification("waits", sent_at=None),
            a_notification("removed", deleted_at=NOW),
            a_notification("theirs", OTHER),
        )
        assert listed(store) == ["last", "first", "read", "level"]
        assert listed(store, unread=True) == ["last", "first", "level"]
        assert listed(store, unread=False) == ["read"]
        assert listed(store, kind=NotificationType.LEVEL_UP, unread=True) == ["level"]
        assert listed(store, page=2, limit=3) == ["level"]
        assert listed(store, page=3, limit=3) == []
        with store.read() as uow:
            assert uow.notifications.unread(HUNTER.id) == 3
            for label in ("waits", "removed"):
                with pytest.raises(NotFound):
                    uow.notifications.get(HUNTER.id, a_notification(label).id)
            with pytest.raises(NotFound):
                uow.notifications.get(OTHER.id, a_notification("first").id)

    def test_what_waited_is_sent_and_listed_in_the_order_in_which_it_was_made(
        self, under_test: UnderTest
    ) -> None:
        store = two_hunters(under_test)
        made = [NOW - place * MINUTE for place in range(8)]
        night = [a_notification(n, created_at=at, sent_at=None) for n, at in enumerate(made)]
        kept(store, *night, a_notification("before", created_at=NOW, sent_at=NOW - MINUTE))
        with store.read() as uow:
            assert uow.notifications.unsent(HUNTER.id, NOW) == night[::-1], "the oldest first"

        def send(uow: UnitOfWork) -> None:
            uow.hunters.lock(HUNTER.id)
            for each in night:
                uow.notifications.save(replace(each, sent_at=NOW))

        store.run(send)
        assert listed(store) == [*map(str, range(8)), "before"]
        assert listed(store, page=2, limit=3) == ["3", "4", "5"]

    def test_all_are_read_at_once_and_nobody_elses(self, under_test: UnderTest) -> None:
        store = two_hunters(under_test)
        kept(store, a_notification(1), a_notification(2, is_read=True), a_notification(3, OTHER))

        def read_all(uow: UnitOfWork) -> int:
            uow.hunters.lock(HUNTER.id)
            return uow.notifications.read_all(HUNTER.id)

        assert [store.run(read_all), store.run(read_all)] == [1, 0]
        with store.read() as uow:
            assert [uow.notifications.unread(each.id) for each in (HUNTER, OTHER)] == [0, 1]

    def test_what_is_taken_back_goes_where_it_was_not_read(self, under_test: UnderTest) -> None:
        store = two_hunters(under_test)
        kept(
            store,
            a_notification("unread", achievement_id=AWAKENING),
            a_notification("read", is_read=True, achievement_id=AWAKENING),
            a_notification("waits", sent_at=None, achievement_id=AWAKENING),
            a_notification("other"),
        )

        def withdraw(uow: UnitOfWork) -> int:
            uow.hunters.lock(HUNTER.id)
            return uow.notifications.withdraw(HUNTER.id, AWAKENING, NOW)

        assert store.run(withdraw) == 2
        assert sorted(listed(store)) == ["other", "read"]
        with store.read() as uow:
            assert uow.notifications.unsent(HUNTER.id, NOW) == []
        assert kept(store, a_notification("unread")) == set(), "and is not said again"

    def test_what_waits_is_found_when_its_time_has_come(self, under_test: UnderTest) -> None:
        store = two_hunters(under_test)
        waits = a_notification("waits", sent_at=None, scheduled_for=NOW + MINUTE)
        kept(store, waits, a_notification("later", OTHER, sent_at=None, scheduled_for=NOW + 2 * MINUTE))
        with store.read() as uow:
            assert list(uow.notifications.pending(NOW, 10)) == []
            assert list(uow.notifications.pending(NOW + MINUTE, 10)) == [(HUNTER.id, waits.id)]
            assert len(uow.notifications.pending(NOW + 3 * MINUTE, 1)) == 1
            assert uow.notifications.unsent(HUNTER.id, NOW + MINUTE) == [waits]
            assert uow.notifications.unsent(HUNTER.id, NOW) == []
            assert uow.notifications.unsent(HUNTER.id, None) == [waits], "whenever it is due"

        def send(uow: UnitOfWork) -> None:
            uow.hunters.lock(HUNTER.id)
            uow.notifications.save(replace(waits, sent_at=NOW + MINUTE))

        store.run(send)
        assert listed(store) == ["waits"]
        with store.read() as uow:
            assert list(uow.notifications.pending(NOW + MINUTE, 10)) == []


def looks(store: Store, *hunters: Hunter, at: datetime, only_idle: bool = False) -> None:
    """See to it that somebody looks at *hunters*."""

    def work(uow: UnitOfWork) -> None:
        look = uow.agendas.look_if_idle if only_idle else uow.agendas.look
        look([hunter.id for hunter in hunters], at)

    stubborn(store, work)


class AgendasContract:
    """When something is due for whom."""

    def test_nobody_is_looked_at_of_whom_nothing_is_expected(self, under_test: UnderTest) -> None:
        store = two_hunters(under_test)
        with store.read() as uow:
            assert uow.agendas.get(HUNTER.id) is None
        assert store.run(lambda uow: list(uow.agendas.claim(NOW, until=NOW, limit=10))) == []

    def test_a_look_is_only_ever_brought_forward(self, under_test: UnderTest) -> None:
        store = two_hunters(under_test)
        for at, expected in ((NOW + MINUTE, NOW + MINUTE), (NOW + 2 * MINUTE, NOW + MINUTE), (NOW, NOW)):
            looks(store, HUNTER, at=at)
            with store.read() as uow:
                agenda = uow.agendas.get(HUNTER.id)
            assert agenda == Agenda(hunter_id=HUNTER.id, looked_until=NOW + MINUTE, next_at=expected)

    def test_whoever_is_looked_at_anyway_is_left_as_they_are(self, under_test: UnderTest) -> None:
        store = two_hunters(under_test)
        looks(store, HUNTER, at=NOW + MINUTE)
        looks(store, HUNTER, OTHER, at=NOW, only_idle=True)
        with store.read() as uow:
            found = [uow.agendas.get(each.id) for each in (HUNTER, OTHER)]
        assert [each and each.next_at for each in found] == [NOW + MINUTE, NOW]

    def test_an_agenda_is_kept_as_it_is(self, under_test: UnderTest) -> None:
        store = two_hunters(under_test)
        for agenda in (
            Agenda(hunter_id=HUNTER.id, looked_until=NOW, next_at=NOW + MINUTE, broken_after=NOW.date()),
            Agenda(hunter_id=HUNTER.id, looked_until=NOW + MINUTE),
        ):

            def save(uow: UnitOfWork, agenda: Agenda = agenda) -> None:
                uow.hunters.lock(HUNTER.id)
                uow.agendas.save(agenda)

            store.run(save)
            with store.read() as uow:
                assert uow.agendas.get(HUNTER.id) == agenda

    def test_who_is_claimed_is_nobody_elses_until_the_lease_is_over(self, under_test: UnderTest) -> None:
        store = two_hunters(under_test)
        looks(store, HUNTER, at=NOW)
        looks(store, OTHER, at=NOW - MINUTE)

        def claim(at: datetime, limit: int = 10) -> list[str]:
            found = store.run(lambda uow: uow.agendas.claim(at, until=at + MINUTE, limit=limit))
            return ["hunter" if each == HUNTER.id else "other" for each in found]

        assert [claim(NOW, 1), claim(NOW, 1), claim(NOW, 1)] == [["other"], ["hunter"], []]
        assert claim(NOW + MINUTE / 2) == [], "the leases hold"
        assert sorted(claim(NOW + MINUTE)) == ["hunter", "other"]

    def test_of_several_who_claim_at_once_each_gets_others(self, under_test: UnderTest) -> None:
        store = under_test.store
        hunters = [registered(store, a_hunter(f"Hunter{place}")) for place in range(12)]
        looks(store, *hunters, at=NOW)
        claimed: list[Any] = []
        guard = threading.Lock()

        def claim() -> None:
            for _ in range(6):
                found = stubborn(store, lambda uow: uow.agendas.claim(NOW, until=NOW + MINUTE, limit=1))
                with guard:
                    claimed.extend(found)

        assert refusals(at_once(*[claim] * 4)) == []
        assert len(claimed) == len(set(claimed)) <= len(hunters)
        rest = store.run(lambda uow: list(uow.agendas.claim(NOW, until=NOW + MINUTE, limit=100)))
        assert {*claimed, *rest} == {hunter.id for hunter in hunters}


def a_target(label: str, hunter: Hunter = HUNTER) -> PushTarget:
    """Return a push target of *hunter*."""
    return PushTarget(
        id=PushTargetId(an_id(f"target:{label}")),
        hunter_id=hunter.id,
        sealed=label.encode(),
        shown=label,
        created_at=NOW,
    )

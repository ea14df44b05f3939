"""What live sockets are promised by the store: tickets that are good once, and a look at all that they depend on."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from hunter_adapters.testing.builders import NOW, a_hunter, a_session, an_event, registered
from hunter_adapters.testing.contract.under_test import UnderTest, at_once
from hunter_core.accounts.purge import Expired
from hunter_core.accounts.session import SignedIn
from hunter_core.errors import Unauthenticated
from hunter_core.hunters.hunter import Hunter
from hunter_core.live.tickets import TICKET_LASTS, Admitted, Ticket, issue_ticket, use_ticket
from hunter_core.ports import Store, UnitOfWork

HUNTER, OTHER = a_hunter(), a_hunter("Jinah")


def signed_in(store: Store, hunter: Hunter, label: str = "session") -> SignedIn:
    """Return *hunter* signed in, registered before."""
    session = a_session(hunter.name, label)

    def work(uow: UnitOfWork) -> SignedIn:
        uow.accounts.lock(hunter.id)
        uow.sessions.add(session)
        found = uow.sessions.check(session.id)
        if found is None:
            raise LookupError(session.id)
        return found

    return store.run(work)


def ticket_for(store: Store, who: SignedIn) -> Ticket:
    """Return a ticket for the session."""
    return store.run(lambda uow: issue_ticket(uow=uow, signed_in=who, now=NOW))


class LiveContract:
    """`LiveTickets` and `Watch`."""

    def test_a_ticket_lets_one_socket_in(self, under_test: UnderTest) -> None:
        store = under_test.store
        registered(store, HUNTER)
        who = signed_in(store, HUNTER)
        ticket = ticket_for(store, who)

        admitted = use_ticket(store=store, ticket=ticket.secret, now=NOW)

        assert admitted == Admitted(who, 0)
        with pytest.raises(Unauthenticated):
            use_ticket(store=store, ticket=ticket.secret, now=NOW)

    def test_of_many_who_use_one_ticket_at_once_one_comes_in(self, under_test: UnderTest) -> None:
        store = under_test.store
        registered(store, HUNTER)
        ticket = ticket_for(store, signed_in(store, HUNTER))

        def use() -> bool:
            try:
                return bool(use_ticket(store=store, ticket=ticket.secret, now=NOW))
            except Unauthenticated:
                return False

        assert sorted(map(str, at_once(*[use] * 8))) == ["False"] * 7 + ["True"]

    def test_a_ticket_is_good_for_a_while(self, under_test: UnderTest) -> None:
        store = under_test.store
        registered(store, HUNTER)
        who = signed_in(store, HUNTER)
        early, late = ticket_for(store, who), ticket_for(store, who)

        just_before = NOW + TICKET_LASTS - timedelta(microseconds=1)
        assert use_ticket(store=store, ticket=early.secret, now=just_before).signed_in == who
        with pytest.raises(Unauthenticated):
            use_ticket(store=store, ticket=late.secret, now=NOW + TICKET_LASTS)

    @pytest.mark.parametrize("ticket", ["", "x" * 43, "é" * 43, "x" * 100_000, "\x00" * 43])
    def test_what_is_no_ticket_lets_nobody_in(self, under_test: UnderTest, ticket: str) -> None:
        with pytest.raises(Unauthenticated):
            use_ticket(store=under_test.store, ticket=ticket, now=NOW)

    def test_a_ticket_ends_with_its_session(self, under_test: UnderTest) -> None:
        store = under_test.store
        registered(store, HUNTER)
        who = signed_in(store, HUNTER)
        ticket = ticket_for(store, who)

        def end(uow: UnitOfWork) -> None:
            uow.accounts.lock(HUNTER.id)
            uow.sessions.end_all(HUNTER.id, at=NOW)

        store.run(end)

        with pytest.raises(Unauthenticated):
            use_ticket(store=store, ticket=ticket.secret, now=NOW)

    def test_a_ticket_that_nobody_used_is_purged(self, under_test: UnderTest) -> None:
        store = under_test.store
        registered(store, HUNTER)
        ticket = ticket_for(store, signed_in(store, HUNTER))

        def purge(uow: UnitOfWork, before: datetime) -> int:
            return uow.purges.purge(Expired.LIVE_TICKETS, before=before, limit=10)

        just_before = ticket.expires_at - timedelta(microseconds=1)
        assert store.run(lambda uow: purge(uow, just_before)) == 0
        assert store.run(lambda uow: purge(uow, ticket.expires_at)) == 1
        assert store.run(lambda uow: purge(uow, ticket.expires_at)) == 0

    def test_a_look_finds_every_session_with_its_hunters_last_number(self, under_test: UnderTest) -> None:
        store = under_test.store
        registered(store, HUNTER)
        registered(store, OTHER)
        first, second = signed_in(store, HUNTER), signed_in(store, HUNTER, "second")
        other = signed_in(store, OTHER)

        def tell(uow: UnitOfWork) -> None:
            uow.hunters.lock(HUNTER.id)
            uow.outbox.add([an_event(HUNTER, 1), an_event(HUNTER, 2)])
            uow.accounts.lock(OTHER.id)
            uow.sessions.end_all(OTHER.id, at=NOW)

        store.run(tell)
        nobody = a_session("Nobody").id

        with store.read() as uow:
            look = uow.watch.look(
                [first.session_id, second.session_id, other.session_id, first.session_id, nobody]
            )

        assert {(each.signed_in, each.last_seq) for each in look.seen} == {
            (first, 2),
            (second, 2),
            (replace(other, revoked_at=NOW), 0),
        }
        assert len(look.seen) == 3
        assert look.changed_at == NOW
        with store.read() as uow:
            assert uow.watch.look([]).seen == []

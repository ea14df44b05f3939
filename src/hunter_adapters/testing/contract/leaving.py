"""What a store promises of those who leave, and of rows that nobody needs any more."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from hunter_adapters.testing.builders import (
    NOW,
    a_command,
    a_hunter,
    a_quest,
    a_request,
    a_rulebook,
    a_session,
    an_answer,
    an_id,
    registered,
)
from hunter_adapters.testing.contract.under_test import UnderTest, at_once, refusals, stubborn
from hunter_core.accounts.account import Role
from hunter_core.accounts.administration import Standing
from hunter_core.accounts.api_token import ApiToken, Scope
from hunter_core.accounts.code import CodePurpose, OneTimeCode
from hunter_core.accounts.identity import Identity
from hunter_core.accounts.purge import Expired
from hunter_core.completions.complete import complete
from hunter_core.dice import HashDice
from hunter_core.errors import NotFound
from hunter_core.hunters.hunter import Hunter
from hunter_core.ids import ApiTokenId, CodeId, IdentityId, MailId
from hunter_core.mail.mail import Mail, MailTemplate
from hunter_core.ports import Store, UnitOfWork

HUNTER, OTHER = a_hunter(), a_hunter("Jinah")
DAY = timedelta(days=1)


def played(store: Store, hunter: Hunter) -> None:
    """Keep a hunter of six days with everything that a hunter can have in every store."""
    quest = a_quest(hunter)
    registered(store, hunter, quest)
    for back in range(6):
        now = NOW - back * DAY
        with store.write() as uow:
            complete(
                uow=uow,
                command=a_command(quest, back),
                now=now,
                rulebook=a_rulebook(),
                dice=HashDice(),
                request=a_request(hunter, f"key-{back}"),
                answer=lambda _: (200, b"{}"),
            )
            uow.commit()
    with store.write() as uow:
        uow.accounts.lock(hunter.id)
        uow.sessions.add(a_session(hunter.name))
        uow.identities.add(
            Identity(
                id=IdentityId(an_id(f"{hunter.id}:identity")),
                account_id=hunter.id,
                issuer="https://accounts.google.com",
                subject=f"sub-{hunter.name}",
                email=None,
                created_at=NOW,
            )
        )
        uow.api_tokens.add(a_token(hunter))
        uow.codes.add(a_code(hunter))
        uow.mails.add(a_mail(hunter))
        uow.commit()


def a_token(hunter: Hunter, *, expires_at: datetime = NOW + 90 * DAY) -> ApiToken:
    """Return an API token of *hunter*."""
    return ApiToken(
        id=ApiTokenId(an_id(f"{hunter.id}:token:{expires_at}")),
        account_id=hunter.id,
        name="home",
        scope=Scope.READ,
        token_hash=an_id(f"{hunter.id}:{expires_at}").bytes * 2,
        created_at=NOW,
        expires_at=expires_at,
    )


def a_code(hunter: Hunter, label: object = 1, *, expires_at: datetime = NOW + DAY) -> OneTimeCode:
    """Return a code of *hunter*."""
    code_id = an_id(f"{hunter.id}:code:{label}")
    return OneTimeCode(
        id=CodeId(code_id),
        account_id=hunter.id,
        purpose=CodePurpose.VERIFY_EMAIL,
        code_hash=code_id.bytes * 2,
        salt=code_id.bytes,
        created_at=expires_at - DAY,
        expires_at=expires_at,
    )


def a_mail(hunter: Hunter, label: object = 1, *, code: OneTimeCode | None = None) -> Mail:
    """Return a mail to *hunter* that waits."""
    return Mail(
        id=MailId(an_id(f"{hunter.id}:mail:{label}")),
        account_id=hunter.id,
        recipient=f"{hunter.name}@example.org",
        template=MailTemplate.VERIFY_EMAIL,
        code_id=None if code is None else code.id,
        created_at=NOW,
        due_at=NOW,
    )


def leave(uow: UnitOfWork, hunter: Hunter, *, delete_at: datetime = NOW) -> None:
    """Let the account of *hunter* be due at *delete_at*."""
    account = uow.accounts.lock(hunter.id)
    uow.accounts.save(replace(account, delete_at=delete_at, is_active=False))
    uow.hunters.save(replace(uow.hunters.lock(hunter.id), is_active=False))


def begin(uow: UnitOfWork, hunter: Hunter) -> None:
    """Begin to erase the account of *hunter*, which is due."""
    uow.accounts.lock(hunter.id)
    uow.hunters.lock(hunter.id)
    uow.erasures.begin(hunter.id, now=NOW)


def some(uow: UnitOfWork, hunter: Hunter, limit: int) -> bool:
    """Erase some rows of the account of *hunter*; False when it is gone."""
    try:
        uow.accounts.lock(hunter.id)
    except NotFound:
        return False
    return uow.erasures.some(hunter.id, limit)


class ErasuresContract:
    """`Erasures`."""

    def test_only_those_whose_moment_has_come_are_due_and_the_longest_first(
        self, under_test: UnderTest
    ) -> None:
        third = a_hunter("Baruka")
        for hunter in (HUNTER, OTHER, third):
            registered(under_test.store, hunter)
        with under_test.store.write() as uow:
            leave(uow, HUNTER, delete_at=NOW)
            leave(uow, OTHER, delete_at=NOW - DAY)
            leave(uow, third, delete_at=NOW + timedelta(microseconds=1))
            uow.commit()

        with under_test.store.read() as uow:
            assert list(uow.erasures.due(NOW, 10)) == [OTHER.id, HUNTER.id]
            assert list(uow.erasures.due(NOW, 1)) == [OTHER.id]
            assert list(uow.erasures.due(NOW - 2 * DAY, 10)) == []

    def test_whoever_is_being_erased_is_out_of_sight_at_once(self, under_test: UnderTest) -> None:
        store = under_test.store
        played(store, HUNTER)
        with store.write() as uow:
            leave(uow, HUNTER)
            begin(uow, HUNTER)
            uow.commit()

        with store.read() as uow:
            assert uow.accounts.by_email("jinwoo@example.org") is None
            with pytest.raises(NotFound):
                uow.hunters.by_name("Jinwoo")
            assert uow.identities.find("https://accounts.google.com", "sub-Jinwoo") is None
            assert HUNTER.id not in uow.histories.hunter_ids()
            with pytest.raises(NotFound):
                uow.histories.read(HUNTER.id)
            assert uow.accounts.get(HUNTER.id).erased_at == NOW
            assert list(uow.roster.page(role=None, standing=None, limit=10)) == []
        # Address, name and identity are free again, though not all rows are gone.
        again = replace(HUNTER, id=a_hunter("another").id)
        registered(store, again)

    def test_it_goes_in_parts_and_leaves_nothing(self, under_test: UnderTest) -> None:
        store = under_test.store
        played(store, HUNTER)
        played(store, OTHER)
        with store.read() as uow:
            before = uow.histories.read(OTHER.id)
        with store.write() as uow:
            leave(uow, HUNTER)
            begin(uow, HUNTER)
            uow.commit()

        rounds = 1
        while store.run(lambda uow: some(uow, HUNTER, 3)):
            rounds += 1

        assert rounds > 5
        assert _left(store, HUNTER) == 0
        with store.read() as uow:
            assert uow.histories.read(OTHER.id) == before
            assert uow.sessions.get(a_session("Jinah").id) is not None
            assert uow.api_tokens.check(a_token(OTHER).token_hash) is not None
            assert uow.identities.find("https://accounts.google.com", "sub-Jinah") is not None
            assert uow.keys.find(OTHER.id, "key-1") is not None
            assert list(uow.erasures.due(NOW, 10)) == []
            with pytest.raises(NotFound):
                uow.accounts.get(HUNTER.id)
        played(store, HUNTER)

    def test_whoever_was_interrupted_goes_on(self, under_test: UnderTest) -> None:
        store = under_test.store
        played(store, HUNTER)
        with store.write() as uow:
            leave(uow, HUNTER)
            begin(uow, HUNTER)
            uow.commit()
        store.run(lambda uow: some(uow, HUNTER, 5))
        with store.write() as uow:
            some(uow, HUNTER, 5)
            # Not committed: as good as killed.

        with store.read() as uow:
            assert list(uow.erasures.due(NOW, 10)) == [HUNTER.id]
        while store.run(lambda uow: some(uow, HUNTER, 5)):
            pass
        assert _left(store, HUNTER) == 0

    def test_several_may_erase_the_same_account(self, under_test: UnderTest) -> None:
        store = under_test.store
        played(store, HUNTER)
        with store.write() as uow:
            leave(uow, HUNTER)
            begin(uow, HUNTER)
            uow.commit()

        def erase() -> None:
            while stubborn(store, lambda uow: some(uow, HUNTER, 4)):
                pass

        assert not refusals(at_once(erase, erase, erase))
        assert _left(store, HUNTER) == 0


def _left(store: Store, hunter: Hunter) -> int:
    """Count what the ports still show of a hunter."""
    with store.read() as uow:
        quests = uow.quests.open(hunter.id)
        _, entries = uow.ledger.page(hunter.id, page=1, limit=1)
        return (
            len(quests)
            + entries
            + uow.outbox.last_seq(hunter.id)
            + len(uow.api_tokens.of(hunter.id))
            + len(uow.identities.of(hunter.id))
            + (uow.sessions.get(a_session(hunter.name).id) is not None)
            + (uow.keys.find(hunter.id, "key-1") is not None)
            + (uow.codes.get(a_code(hunter).id) is not None)
        )


class PurgesContract:
    """`Purges`."""

    def test_answers_go_by_when_they_were_stored_the_oldest_first(self, under_test: UnderTest) -> None:
        store = under_test.store
        registered(store, HUNTER)
        with store.write() as uow:
            uow.hunters.lock(HUNTER.id)
            for hours in range(5):
                request = a_request(HUNTER, f"key-{hours}")
                uow.keys.store(request, an_answer(request, stored_at=NOW - timedelta(hours=hours)))
            uow.commit()

        with store.write() as uow:
            before = NOW - timedelta(hours=2)
            assert uow.purges.purge(Expired.ANSWERS, before=before, limit=2) == 2
            assert uow.purges.purge(Expired.ANSWERS, before=before, limit=2) == 1
            assert uow.purges.purge(Expired.ANSWERS, before=before, limit=2) == 0
            uow.commit()
        with store.read() as uow:
            left = [hours for hours in range(5) if uow.keys.find(HUNTER.id, f"key-{hours}") is not None]
        assert left == [0, 1]

    def test_sessions_go_when_they_expired_or_were_ended(self, under_test: UnderTest) -> None:
        store = under_test.store
        registered(store, HUNTER)
        kept = a_session("Jinwoo", "open", expires_at=NOW + DAY)
        expired = a_session("Jinwoo", "expired", expires_at=NOW - 31 * DAY)
        ended = a_session("Jinwoo", "ended", expires_at=NOW + DAY, revoked_at=NOW - 31 * DAY)
        lately = a_session("Jinwoo", "lately", expires_at=NOW + DAY, revoked_at=NOW - DAY)
        with store.write() as uow:
            uow.accounts.lock(HUNTER.id)
            for session in (kept, expired, ended, lately):
                uow.sessions.add(session)
            uow.commit()

        with store.write() as uow:
            before = NOW - 30 * DAY
            assert uow.purges.purge(Expired.SESSIONS_PAST_THEIR_END, before=before, limit=10) == 1
            assert uow.purges.purge(Expired.SESSIONS_ENDED, before=before, limit=10) == 1
            uow.commit()
        with store.read() as uow:
            assert uow.sessions.get(expired.id) is None
            assert uow.sessions.get(ended.id) is None
            assert uow.sessions.get(kept.id) == kept
            assert uow.sessions.get(lately.id) == lately

    def test_a_code_stays_while_its_mail_waits(self, under_test: UnderTest) -> None:
        store = under_test.store
        registered(store, HUNTER)
        alone, waited_for, sent = (a_code(HUNTER, n, expires_at=NOW - 2 * DAY) for n in range(3))
        good = a_code(HUNTER, "good")
        with store.write() as uow:
            uow.accounts.lock(HUNTER.id)
            for code in (alone, waited_for, sent, good):
                uow.codes.add(code)
            uow.mails.add(a_mail(HUNTER, 1, code=waited_for))
            gone = a_mail(HUNTER, 2, code=sent)
            uow.mails.add(gone)
            uow.mails.save(replace(gone, sent_at=NOW))
            uow.commit()

        with store.write() as uow:
            assert uow.purges.purge(Expired.CODES, before=NOW - DAY, limit=10) == 2
            uow.commit()
        with store.read() as uow:
            assert [uow.codes.get(each.id) is None for each in (alone, waited_for, sent, good)] == [
                True,
                False,
                True,
                False,
            ]

    def test_api_tokens_go_when_they_have_expired(self, under_test: UnderTest) -> None:
        store = under_test.store
        registered(store, HUNTER)
        old, good = a_token(HUNTER, expires_at=NOW - 31 * DAY), a_token(HUNTER)
        with store.write() as uow:
            uow.accounts.lock(HUNTER.id)
            uow.api_tokens.add(old)
            uow.api_tokens.add(good)
            uow.commit()

        with store.write() as uow:
            assert uow.purges.purge(Expired.API_TOKENS, before=NOW - 30 * DAY, limit=10) == 1
            uow.commit()
        with store.read() as uow:
            assert uow.api_tokens.check(old.token_hash) is None
            assert uow.api_tokens.check(good.token_hash) is not None

    def test_nothing_goes_from_an_empty_store(self, under_test: UnderTest) -> None:
        with under_test.store.write() as uow:
            assert {uow.purges.purge(what, before=NOW, limit=10) for what in Expired} == {0}


class RosterContract:
    """`Roster`."""

    def test_accounts_are_listed_by_role_and_standing_the_newest_first(self, under_test: UnderTest) -> None:
        names = ("Jinwoo", "Jinah", "Baruka", "Igris")
        hunters = sorted(map(a_hunter, names), key=lambda each: each.id)
        for hunter in hunters:
            registered(under_test.store, hunter)
        active, banned, leaving, both = hunters
        with under_test.store.write() as uow:
            for hunter, changes in (
                (active, {"role": Role.ADMIN}),
                (banned, {"is_active": False, "deactivated_at": NOW, "role": Role.ADMIN}),
                (leaving, {"is_active": False, "delete_at": NOW}),
                (both, {"is_active": False, "delete_at": NOW, "deactivated_at": NOW}),
            ):
                uow.accounts.save(replace(uow.accounts.lock(hunter.id), **changes))
            uow.commit()

        def listed(role: Role | None = None, standing: Standing | None = None, limit: int = 10) -> list[str]:
            with under_test.store.read() as uow:
                found = uow.roster.page(role=role, standing=standing, limit=limit)
            assert [each.account.id for each in found] == [each.hunter.id for each in found]
            return [each.hunter.name for each in found]

        assert listed() == [both.name, leaving.name, banned.name, active.name]
        assert listed(limit=2) == [both.name, leaving.name]
        assert listed(standing=Standing.ACTIVE) == [active.name]
        assert listed(standing=Standing.DEACTIVATED) == [both.name, banned.name]
        assert listed(standing=Standing.LEAVING) == [leaving.name]
        assert listed(role=Role.ADMIN) == [banned.name, active.name]
        assert listed(role=Role.ADMIN, standing=Standing.DEACTIVATED) == [banned.name]

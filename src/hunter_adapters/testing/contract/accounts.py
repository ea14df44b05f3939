"""What the stores of accounts, sessions and settings promise."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from hunter_adapters.testing.builders import NOW, a_hunter, a_session, an_account, registered
from hunter_adapters.testing.contract.under_test import UnderTest
from hunter_core.accounts.account import Account, Role
from hunter_core.errors import EmailTaken, NotFound
from hunter_core.hunters.settings import FontSize, Settings, Theme, Visibility


def _kept(under_test: UnderTest, *accounts: Account) -> None:
    with under_test.store.write() as uow:
        for account in accounts:
            uow.accounts.add(account)
        uow.commit()


class AccountsContract:
    """`Accounts`."""

    def test_an_account_comes_back_as_it_was_kept(self, under_test: UnderTest) -> None:
        account = an_account(
            "Jinwoo",
            email="Jin.Woo+Test@Example.org",
            email_key="jin.woo+test@example.org",
            role=Role.ADMIN,
            is_verified=True,
            last_login=NOW + timedelta(microseconds=7),
        )
        bare = an_account("Jinah", password_hash=None, is_active=False)
        _kept(under_test, account, bare)

        with under_test.store.read() as uow:
            assert uow.accounts.get(account.id) == account
            assert uow.accounts.by_email("jin.woo+test@example.org") == account
            assert uow.accounts.get(bare.id) == bare

    def test_an_account_that_is_not_there_is_not_found(self, under_test: UnderTest) -> None:
        nobody = an_account("Nobody")
        with under_test.store.read() as uow:
            with pytest.raises(NotFound):
                uow.accounts.get(nobody.id)
            assert uow.accounts.by_email("nobody@example.org") is None
        with under_test.store.write() as uow, pytest.raises(NotFound):
            uow.accounts.lock(nobody.id)

    def test_an_address_is_taken_once(self, under_test: UnderTest) -> None:
        _kept(under_test, an_account("Jinwoo"))
        other = an_account("Jinah", email="JINWOO@example.org", email_key="jinwoo@example.org")

        with pytest.raises(EmailTaken), under_test.store.write() as uow:
            uow.accounts.add(other)
            uow.commit()

        with under_test.store.read() as uow, pytest.raises(NotFound):
            uow.accounts.get(other.id)

    def test_an_account_can_be_changed_but_not_to_an_address_that_is_taken(
        self, under_test: UnderTest
    ) -> None:
        account, other = an_account("Jinwoo"), an_account("Jinah")
        _kept(under_test, account, other)
        changed = replace(account, is_verified=True, last_login=NOW, password_hash=None, updated_at=NOW)
        with under_test.store.write() as uow:
            assert uow.accounts.lock(account.id) == account
            uow.accounts.save(changed)
            uow.commit()

        with pytest.raises(EmailTaken), under_test.store.write() as uow:
            uow.accounts.lock(account.id)
            uow.accounts.save(replace(changed, email=other.email, email_key=other.email_key))
            uow.commit()

        with under_test.store.read() as uow:
            assert uow.accounts.get(account.id) == changed


class SessionsContract:
    """`Sessions`."""

    def test_a_session_comes_back_as_it_was_kept_with_its_account(self, under_test: UnderTest) -> None:
        account = an_account(role=Role.ADMIN, is_verified=True)
        session = a_session(
            salt=bytes(range(16)), device="A browser, with ünïcode", address="2001:db8::1", generation=3
        )
        _kept(under_test, account)
        with under_test.store.write() as uow:
            uow.sessions.add(session)
            uow.commit()

        with under_test.store.write() as uow:
            assert uow.sessions.lock(session.id) == session
            signed_in = uow.sessions.check(session.id)
        assert signed_in is not None
        assert (signed_in.session_id, signed_in.account_id) == (session.id, account.id)
        assert (signed_in.email, signed_in.role) == (account.email, Role.ADMIN)
        assert (signed_in.is_verified, signed_in.is_active) == (True, True)
        assert (signed_in.created_at, signed_in.expires_at) == (session.created_at, session.expires_at)
        assert signed_in.revoked_at is None

    def test_a_session_that_is_not_there_is_none(self, under_test: UnderTest) -> None:
        with under_test.store.write() as uow:
            assert uow.sessions.check(a_session().id) is None
            assert uow.sessions.lock(a_session().id) is None

    def test_what_happens_to_the_account_shows_in_the_next_check(self, under_test: UnderTest) -> None:
        account, session = an_account(), a_session()
        _kept(under_test, account)
        with under_test.store.write() as uow:
            uow.sessions.add(session)
            uow.accounts.lock(account.id)
            uow.accounts.save(replace(account, is_active=False, role=Role.ADMIN))
            uow.commit()

        with under_test.store.read() as uow:
            signed_in = uow.sessions.check(session.id)
        assert signed_in is not None
        assert (signed_in.is_active, signed_in.role) == (False, Role.ADMIN)

    def test_a_session_that_is_ended_stays_and_says_when(self, under_test: UnderTest) -> None:
        _kept(under_test, an_account())
        session = a_session()
        ended = replace(session, generation=1, revoked_at=NOW + timedelta(hours=1), rotated_at=NOW)
        with under_test.store.write() as uow:
            uow.sessions.add(session)
            uow.sessions.lock(session.id)
            uow.sessions.save(ended)
            uow.commit()

        with under_test.store.write() as uow:
            assert uow.sessions.lock(session.id) == ended
            signed_in = uow.sessions.check(session.id)
        assert signed_in is not None
        assert signed_in.revoked_at == NOW + timedelta(hours=1)

    def test_ending_all_spares_one_and_those_of_others(self, under_test: UnderTest) -> None:
        account, other = an_account("Jinwoo"), an_account("Jinah")
        _kept(under_test, account, other)
        at = NOW + timedelta(hours=2)
        before = NOW + timedelta(hours=1)
        kept, open_one, ended = (a_session(label=n) for n in range(3))
        of_other = a_session("Jinah")
        with under_test.store.write() as uow:
            for session in (kept, open_one, replace(ended, revoked_at=before), of_other):
                uow.sessions.add(session)
            uow.accounts.lock(account.id)
            assert uow.sessions.end_all(account.id, at=at, keep=kept.id) == 1
            uow.commit()

        with under_test.store.read() as uow:
            found = [uow.sessions.check(each.id) for each in (kept, open_one, ended, of_other)]
        assert [each and each.revoked_at for each in found] == [None, at, before, None]

    def test_ending_all_without_exception_ends_all(self, under_test: UnderTest) -> None:
        account = an_account()
        _kept(under_test, account)
        with under_test.store.write() as uow:
            for n in range(3):
                uow.sessions.add(a_session(label=n))
            uow.accounts.lock(account.id)
            assert uow.sessions.end_all(account.id, at=NOW) == 3
            assert uow.sessions.end_all(account.id, at=NOW) == 0

    def test_the_oldest_are_ended_and_the_newest_left(self, under_test: UnderTest) -> None:
        account = an_account()
        _kept(under_test, account)
        sessions = sorted((a_session(label=n) for n in range(5)), key=lambda session: session.id)
        with under_test.store.write() as uow:
            for session in sessions:
                uow.sessions.add(session)
            uow.accounts.lock(account.id)
            assert uow.sessions.end_oldest(account.id, at=NOW, leave=2) == 3
            assert uow.sessions.end_oldest(account.id, at=NOW, leave=2) == 0
            found = [uow.sessions.check(session.id) for session in sessions]

        assert [each and each.revoked_at for each in found] == [NOW, NOW, NOW, None, None]

    def test_the_sessions_of_an_account_are_those_not_ended_newest_first(self, under_test: UnderTest) -> None:
        _kept(under_test, an_account("Jinwoo"), an_account("Jinah"))
        sessions = sorted((a_session(label=n) for n in range(4)), key=lambda session: session.id)
        ended = replace(sessions[1], revoked_at=NOW)
        with under_test.store.write() as uow:
            for session in (sessions[0], ended, *sessions[2:], a_session("Jinah")):
                uow.sessions.add(session)
            uow.commit()

        with under_test.store.read() as uow:
            found = uow.sessions.of_account(sessions[0].account_id)
            assert list(found) == [sessions[3], sessions[2], sessions[0]]
            assert list(uow.sessions.of_account(an_account("Nobody").id)) == []

    def test_the_last_use_moves_forward_and_only_while_the_session_runs(self, under_test: UnderTest) -> None:
        _kept(under_test, an_account())
        running, ended = a_session(label=1), a_session(label=2, revoked_at=NOW)
        later = NOW + timedelta(minutes=5, microseconds=1)
        with under_test.store.write() as uow:
            for session in (running, ended):
                uow.sessions.add(session)
            uow.commit()
        with under_test.store.write() as uow:
            for at in (later, NOW + timedelta(minutes=1)):
                uow.sessions.used(running.id, at=at)
            uow.sessions.used(ended.id, at=later)
            uow.sessions.used(a_session(label="nowhere").id, at=later)
            uow.commit()

        with under_test.store.read() as uow:
            assert uow.sessions.get(running.id) == replace(running, last_used_at=later)
            assert uow.sessions.get(ended.id) == ended
            signed_in = uow.sessions.check(running.id)
        assert signed_in is not None
        assert signed_in.last_used_at == later

    def test_generations_that_began_lately_come_back_as_they_were_kept(self, under_test: UnderTest) -> None:
        _kept(under_test, an_account())
        earlier = tuple(NOW + timedelta(seconds=n, microseconds=n) for n in range(3))
        session = a_session(earlier=earlier, generation=4)
        with under_test.store.write() as uow:
            uow.sessions.add(session)
            uow.sessions.lock(session.id)
            uow.commit()

        with under_test.store.write() as uow:
            assert uow.sessions.lock(session.id) == session
            uow.sessions.save(replace(session, earlier=()))
            assert uow.sessions.get(session.id) == replace(session, earlier=())

    def test_a_session_of_no_account_is_not_kept(self, under_test: UnderTest) -> None:
        with pytest.raises(under_test.broken), under_test.store.write() as uow:
            uow.sessions.add(a_session())
            uow.commit()


class HunterSettingsContract:
    """`HunterSettings`."""

    def test_settings_come_back_as_they_were_kept(self, under_test: UnderTest) -> None:
        hunter = registered(under_test.store, a_hunter())
        changed = Settings(
            hunter_id=hunter.id,
            quest_reminders=False,
            streak_warnings=False,
            achievement_alerts=False,
            email_notifications=False,
            push_notifications=False,
            daily_digest=True,
            theme=Theme.SYSTEM,
            language="pt-BR",
            animations_enabled=False,
            font_size=FontSize.EXTRA_LARGE,
            profile_visibility=Visibility.FRIENDS,
            show_on_leaderboard=False,
            allow_friend_requests=False,
        )
        with under_test.store.read() as uow:
            assert uow.settings.get(hunter.id) == Settings(hunter_id=hunter.id)
        with under_test.store.write() as uow:
            uow.hunters.lock(hunter.id)
            uow.settings.save(changed)
            uow.commit()

        with under_test.store.read() as uow:
            assert uow.settings.get(hunter.id) == changed

    def test_settings_of_nobody_are_not_found(self, under_test: UnderTest) -> None:
        with under_test.store.read() as uow, pytest.raises(NotFound):
            uow.settings.get(a_hunter("Nobody").id)

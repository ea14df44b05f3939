"""What a store promises of rows that nobody needs any more: they go when their time is over, and no others."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hunter_adapters.testing.builders import NOW, a_request, a_session, an_answer, registered
from hunter_adapters.testing.contract.leaving import (
    DAY,
    HUNTER,
    OTHER,
    a_code,
    a_mail,
    a_token,
    begin,
    leave,
    some,
)
from hunter_adapters.testing.contract.under_test import UnderTest
from hunter_core.accounts.purge import Expired


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

    def test_the_id_of_who_was_erased_stays_only_where_boards_showed_them_and_for_its_time(
        self, under_test: UnderTest
    ) -> None:
        store = under_test.store
        for hunter, is_shown in ((HUNTER, True), (OTHER, False)):
            registered(store, hunter)
            with store.write() as uow:
                if not is_shown:
                    leave(uow, hunter)
                begin(uow, hunter)
                uow.commit()
            while store.run(lambda uow, each=hunter: some(uow, each, 100)):  # type: ignore[misc]
                pass

        with store.write() as uow:
            assert uow.purges.purge(Expired.ERASED, before=NOW - timedelta(seconds=1), limit=10) == 0
            assert uow.purges.purge(Expired.ERASED, before=NOW, limit=10) == 1
            assert uow.purges.purge(Expired.ERASED, before=NOW, limit=10) == 0
            uow.commit()

    def test_nothing_goes_from_an_empty_store(self, under_test: UnderTest) -> None:
        with under_test.store.write() as uow:
            assert {uow.purges.purge(what, before=NOW, limit=10) for what in Expired} == {0}

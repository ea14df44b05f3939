"""What the outbox and the store of idempotency keys promise."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from hunter_adapters.testing.builders import NOW, a_hunter, a_request, an_answer, an_event, registered
from hunter_adapters.testing.contract.under_test import UnderTest
from hunter_core.keys import KEPT_FOR

HUNTER = a_hunter()
OTHER = a_hunter("Jinah")


class OutboxContract:
    """`Outbox`."""

    def test_numbers_run_for_each_hunter(self, under_test: UnderTest) -> None:
        registered(under_test.store, HUNTER)
        registered(under_test.store, OTHER)
        with under_test.store.write() as uow:
            uow.hunters.lock(HUNTER.id)
            assert uow.outbox.last_seq(HUNTER.id) == 0
            uow.outbox.add(
                [an_event(HUNTER, 1), an_event(HUNTER, 2, data={"name": "Übung", "xp": [1, None]})]
            )
            uow.outbox.add([])
            uow.hunters.lock(OTHER.id)
            uow.outbox.add([an_event(OTHER, 1)])
            uow.commit()

        with under_test.store.read() as uow:
            assert (uow.outbox.last_seq(HUNTER.id), uow.outbox.last_seq(OTHER.id)) == (2, 1)

    def test_a_number_is_given_once(self, under_test: UnderTest) -> None:
        registered(under_test.store, HUNTER)

        with pytest.raises(under_test.broken), under_test.store.write() as uow:
            uow.hunters.lock(HUNTER.id)
            uow.outbox.add([an_event(HUNTER, 1), an_event(HUNTER, 1)])
            uow.commit()


class IdempotencyKeysContract:
    """`IdempotencyKeys`."""

    def test_an_answer_comes_back_byte_for_byte(self, under_test: UnderTest) -> None:
        registered(under_test.store, HUNTER)
        request = a_request(HUNTER, "!~" * 127 + "x")
        answer = an_answer(request, status=200, body=bytes(range(256)), stored_at=NOW.replace(microsecond=5))
        with under_test.store.write() as uow:
            uow.hunters.lock(HUNTER.id)
            uow.keys.store(request, answer)
            uow.commit()

        with under_test.store.read() as uow:
            assert uow.keys.find(HUNTER.id, request.key) == answer

    def test_a_key_is_its_accounts_own_and_told_apart_by_every_letter(self, under_test: UnderTest) -> None:
        registered(under_test.store, HUNTER)
        registered(under_test.store, OTHER)
        request = a_request(HUNTER, "Key-1")
        with under_test.store.write() as uow:
            uow.hunters.lock(HUNTER.id)
            uow.keys.store(request, an_answer(request))
            uow.commit()

        with under_test.store.read() as uow:
            assert uow.keys.find(OTHER.id, "Key-1") is None
            assert uow.keys.find(HUNTER.id, "key-1") is None
            assert uow.keys.find(HUNTER.id, "Key-") is None

    def test_an_answer_takes_the_place_of_one_that_has_expired(self, under_test: UnderTest) -> None:
        registered(under_test.store, HUNTER)
        request = a_request(HUNTER)
        later = an_answer(a_request(HUNTER, body=b"other"), body=b"later", stored_at=NOW + KEPT_FOR)
        with under_test.store.write() as uow:
            uow.hunters.lock(HUNTER.id)
            uow.keys.store(request, an_answer(request))
            uow.commit()
        with under_test.store.write() as uow:
            uow.hunters.lock(HUNTER.id)
            uow.keys.store(replace(request, fingerprint=later.fingerprint), later)
            uow.commit()

        with under_test.store.read() as uow:
            assert uow.keys.find(HUNTER.id, request.key) == later

    def test_an_expired_answer_is_still_found(self, under_test: UnderTest) -> None:
        registered(under_test.store, HUNTER)
        request = a_request(HUNTER)
        old = an_answer(request, stored_at=NOW - timedelta(days=30))
        with under_test.store.write() as uow:
            uow.hunters.lock(HUNTER.id)
            uow.keys.store(request, old)
            uow.commit()

        with under_test.store.read() as uow:
            assert uow.keys.find(HUNTER.id, request.key) == old

"""What the store says of how hunters are to be told, and who is locked for it."""

from __future__ import annotations

from dataclasses import replace

from hunter_adapters.testing.builders import an_event, an_id
from hunter_adapters.testing.contract.notifications import HUNTER, OTHER, a_target, two_hunters
from hunter_adapters.testing.contract.under_test import UnderTest, stubborn
from hunter_core.hunters.settings import Settings
from hunter_core.ids import AccountId, HunterId
from hunter_core.notifications.recipients import Recipient
from hunter_core.ports import UnitOfWork


class RecipientsContract:
    """How hunters are to be told."""

    def test_everybody_is_told_in_their_own_way_and_who_is_not_there_in_none(
        self, under_test: UnderTest
    ) -> None:
        store = two_hunters(under_test)

        def work(uow: UnitOfWork) -> None:
            account = uow.accounts.lock(OTHER.id)
            uow.accounts.save(replace(account, email="Other@Example.com", is_verified=True))
            hunters = uow.hunters.lock_all([OTHER.id, HUNTER.id])
            assert [each.id for each in hunters] == sorted((HUNTER.id, OTHER.id))
            uow.settings.save(Settings(hunter_id=HUNTER.id, language="de", email_notifications=False))
            uow.outbox.add([an_event(HUNTER, 1), an_event(HUNTER, 2), an_event(OTHER, 1)])
            for label in ("watch", "phone"):
                uow.push_targets.add(a_target(label, OTHER))

        stubborn(store, work)
        with store.read() as uow:
            found = uow.recipients.of([HUNTER.id, OTHER.id, HunterId(AccountId(an_id("nobody")))])
            addresses = [uow.accounts.get(each.id).email for each in (HUNTER, OTHER)]
            assert uow.recipients.of([]) == {}
        assert found == {
            HUNTER.id: Recipient(
                settings=Settings(hunter_id=HUNTER.id, language="de", email_notifications=False),
                last_seq=2,
                email=addresses[0],
                takes_mail=False,
            ),
            OTHER.id: Recipient(
                settings=Settings(hunter_id=OTHER.id),
                last_seq=1,
                email="Other@Example.com",
                takes_mail=True,
                push_targets=tuple(sorted(a_target(label, OTHER).id for label in ("watch", "phone"))),
            ),
        }
        assert addresses[1] == "Other@Example.com"

    def test_an_address_of_an_account_out_of_use_takes_no_mail(self, under_test: UnderTest) -> None:
        store = two_hunters(under_test)

        def work(uow: UnitOfWork) -> None:
            account = uow.accounts.lock(HUNTER.id)
            uow.accounts.save(replace(account, is_verified=True, is_active=False))

        stubborn(store, work)
        with store.read() as uow:
            assert not uow.recipients.of([HUNTER.id])[HUNTER.id].takes_mail

    def test_hunters_who_are_locked_together_are_all_locked_and_who_is_not_there_is_left_out(
        self, under_test: UnderTest
    ) -> None:
        store = two_hunters(under_test)
        nobody = HunterId(AccountId(an_id("nobody")))
        with store.write() as uow:
            found = uow.hunters.lock_all([HUNTER.id, nobody, HUNTER.id, OTHER.id])
            assert sorted(each.id for each in found) == sorted((HUNTER.id, OTHER.id))
            uow.hunters.save(replace(HUNTER, avatar_style="kind"))
            uow.hunters.save(replace(OTHER, avatar_style="bold"))
            assert uow.hunters.lock_all([]) == []
            uow.commit()
        with store.read() as uow:
            assert [uow.hunters.get(each.id).avatar_style for each in (HUNTER, OTHER)] == ["kind", "bold"]

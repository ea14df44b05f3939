"""What a store promises of mails that wait: the longest due first, each to one sender."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest

from hunter_adapters.testing.builders import NOW, a_hunter, an_id, registered
from hunter_adapters.testing.contract.codes import a_code
from hunter_adapters.testing.contract.notifications import a_notification
from hunter_adapters.testing.contract.under_test import CommitFailed, UnderTest, at_once, refusals, stubborn
from hunter_core.ids import MailId
from hunter_core.mail.mail import Mail, MailTemplate
from hunter_core.ports import UnitOfWork

HUNTER = a_hunter()
OTHER = a_hunter("Jinah")
HOUR = timedelta(hours=1)


def a_mail(label: object = "mail", **changes: Any) -> Mail:
    """Return a mail to `HUNTER` that is due."""
    given: dict[str, Any] = {
        "id": MailId(an_id(f"mail:{label}")),
        "account_id": HUNTER.id,
        "recipient": f"{HUNTER.name}@example.org",
        "template": MailTemplate.PASSWORD_CHANGED,
        "created_at": NOW,
        "due_at": NOW,
    }
    return Mail(**(given | changes))


def _due(uow: UnitOfWork, now: datetime = NOW, limit: int = 100) -> list[Mail]:
    return list(uow.mails.lock_due(now, limit))


class MailsContract:
    """`Mails`."""

    def test_a_mail_comes_back_as_it_was_kept(self, under_test: UnderTest) -> None:
        registered(under_test.store, HUNTER)
        mail = a_mail(code_id=a_code().id, details={"device": "Übung\n<b>", "address": ""}, tries=2)
        asked = a_mail("asked", account_id=None, recipient="Nobody@example.org")
        said = a_notification("said", HUNTER)
        telling = a_mail("telling", template=MailTemplate.NOTIFICATION, notification_id=said.id)
        with under_test.store.write() as uow:
            uow.codes.add(a_code())
            uow.hunters.lock(HUNTER.id)
            uow.notifications.add([said])
            uow.mails.add(mail, asked, telling)
            uow.commit()

        with under_test.store.write() as uow:
            assert {each.id: each for each in _due(uow)} == {each.id: each for each in (mail, asked, telling)}
            assert uow.mails.lock(mail.id) == mail
            assert uow.mails.lock(a_mail("other").id) is None

    def test_what_is_due_comes_the_longest_due_first_and_no_more_than_asked_for(
        self, under_test: UnderTest
    ) -> None:
        registered(under_test.store, HUNTER)
        late, later, not_yet = (a_mail(n, due_at=NOW + n * timedelta(seconds=1)) for n in (-2, -1, 1))
        sent, parked = a_mail("sent", sent_at=NOW), a_mail("parked", parked_at=NOW)
        with under_test.store.write() as uow:
            for mail in (later, not_yet, sent, late, parked):
                uow.mails.add(mail)
            uow.commit()

        with under_test.store.write() as uow:
            assert _due(uow) == [late, later]
            assert _due(uow, limit=1) == [late]
            assert _due(uow, NOW + timedelta(seconds=1)) == [late, later, not_yet]
            assert list(uow.mails.parked(10)) == [parked]

    def test_what_came_of_a_mail_is_kept(self, under_test: UnderTest) -> None:
        registered(under_test.store, HUNTER)
        mails = [a_mail(n) for n in range(3)]
        changed = [
            replace(mails[0], tries=3, due_at=NOW + HOUR, recipient="Moved@example.org"),
            replace(mails[1], sent_at=NOW + HOUR),
            replace(mails[2], parked_at=NOW + HOUR, tries=1, last_error="refused"),
        ]
        with under_test.store.write() as uow:
            for mail in mails:
                uow.mails.add(mail)
            uow.commit()
        with under_test.store.write() as uow:
            for mail in changed:
                assert uow.mails.lock(mail.id) is not None
                uow.mails.save(mail)
            uow.commit()

        with under_test.store.write() as uow:
            assert [uow.mails.lock(mail.id) for mail in mails] == changed
            moved = uow.mails.posted("moved@example.org", mails[0].template, since=NOW - HOUR)
            assert moved == 1, "it counts where it goes"

    def test_mails_are_counted_by_address_and_kind_whatever_the_case(self, under_test: UnderTest) -> None:
        registered(under_test.store, HUNTER)
        kind = MailTemplate.PASSWORD_CHANGED
        with under_test.store.write() as uow:
            for mail in (
                a_mail("counted", recipient="JIN@example.org"),
                a_mail("sent", recipient="jin@EXAMPLE.org", sent_at=NOW),
                a_mail("old", recipient="jin@example.org", created_at=NOW - HOUR),
                a_mail("kind", recipient="jin@example.org", template=MailTemplate.DEACTIVATED),
                a_mail("whom", recipient="jinah@example.org"),
                a_mail("asked", recipient="jin@example.org", account_id=None),
            ):
                uow.mails.add(mail)
            uow.commit()

        with under_test.store.read() as uow:
            assert uow.mails.posted("jin@example.org", kind, since=NOW - HOUR) == 2
            assert uow.mails.posted("nobody@example.org", kind, since=NOW - HOUR) == 0

    def test_those_given_up_can_be_tried_anew_an_accounts_or_all(self, under_test: UnderTest) -> None:
        registered(under_test.store, HUNTER)
        registered(under_test.store, OTHER)
        lost: dict[str, Any] = {"parked_at": NOW, "tries": 16, "due_at": NOW - HOUR}
        mine, theirs = a_mail("mine", **lost), a_mail("theirs", account_id=OTHER.id, **lost)
        asked, sent = a_mail("asked", account_id=None, **lost), a_mail("sent", sent_at=NOW)
        with under_test.store.write() as uow:
            for mail in (mine, theirs, asked, sent):
                uow.mails.add(mail)
            uow.commit()

        with under_test.store.write() as uow:
            assert uow.mails.retry(OTHER.id, NOW + HOUR) == 1
            uow.commit()
        with under_test.store.write() as uow:
            assert _due(uow) == []
            again: dict[str, Any] = {"parked_at": None, "tries": 0, "due_at": NOW + HOUR}
            assert _due(uow, NOW + HOUR) == [replace(theirs, **again)]
            assert uow.mails.retry(None, NOW) == 2
            assert uow.mails.retry(None, NOW) == 0
            assert {mail.id for mail in _due(uow)} == {mine.id, asked.id}
            uow.commit()

    def test_what_was_sent_or_parked_is_forgotten_in_its_time_and_nothing_else(
        self, under_test: UnderTest
    ) -> None:
        registered(under_test.store, HUNTER)
        gone = [a_mail("sent", sent_at=NOW), a_mail("parked", parked_at=NOW - HOUR)]
        kept = [
            a_mail("waits", created_at=NOW - 100 * HOUR, due_at=NOW - 100 * HOUR),
            a_mail("just sent", sent_at=NOW + timedelta(microseconds=1)),
            a_mail("just parked", parked_at=NOW),
        ]
        with under_test.store.write() as uow:
            for mail in (*gone, *kept):
                uow.mails.add(mail)
            uow.commit()
        with under_test.store.write() as uow:
            assert uow.mails.forget(sent=NOW, parked=NOW - HOUR) == 2
            uow.commit()

        with under_test.store.write() as uow:
            assert [uow.mails.lock(mail.id) for mail in gone] == [None, None]
            assert [uow.mails.lock(mail.id) for mail in kept] == kept
            uow.mails.remove(kept[0].id)
            uow.mails.remove(kept[0].id)
            assert uow.mails.lock(kept[0].id) is None

    def test_senders_at_once_never_take_the_same_mail(self, under_test: UnderTest) -> None:
        registered(under_test.store, HUNTER)
        with under_test.store.write() as uow:
            for n in range(24):
                uow.mails.add(a_mail(n))
            uow.commit()

        def take(uow: UnitOfWork) -> list[MailId]:
            found = _due(uow, limit=2)
            for mail in found:
                uow.mails.save(replace(mail, due_at=NOW + HOUR))
            return [mail.id for mail in found]

        def sender() -> list[MailId]:
            taken: list[MailId] = []
            for _ in range(12):
                taken += stubborn(under_test.store, take)
            return taken

        results = at_once(*[partial(sender)] * 6)

        assert refusals(results) == []
        taken = [mail_id for each in results if isinstance(each, list) for mail_id in each]
        assert len(taken) == len(set(taken)) == 24

    def test_a_mail_that_failed_to_commit_was_never_posted(self, under_test: UnderTest) -> None:
        registered(under_test.store, HUNTER)
        with pytest.raises(CommitFailed), under_test.failing_commits(), under_test.store.write() as uow:
            uow.mails.add(a_mail())
            uow.commit()
        with under_test.store.write() as uow:
            assert _due(uow) == []

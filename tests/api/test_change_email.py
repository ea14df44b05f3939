from __future__ import annotations

import base64
import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from hunter_core.accounts.security_log import SecurityEventKind
from hunter_core.accounts.step_up import FRESH
from tests.api.house import House
from tests.api.recovery import (
    ADDRESS,
    CONFIRM,
    VERIFY,
    ask_for,
    change_password,
    confirm,
    login,
    reset,
    reset_code,
    signed_in_again,
    subjects,
)


def test_an_address_changes_when_the_new_one_is_proved_and_both_are_told(each_hunter: House) -> None:
    hunter = each_hunter
    hunter.delivered()
    answer = ask_for(hunter)
    assert (answer.status, answer.data) == (202, {})
    mails = {message.recipient: message for message in hunter.delivered()}
    assert set(mails) == {"Jinwoo@example.com", "sung@example.com"}
    assert "about to be changed" in mails["Jinwoo@example.com"].subject
    code = next(line for line in mails["sung@example.com"].text.splitlines() if len(line) == 43)
    assert code not in mails["Jinwoo@example.com"].text
    assert hunter.me()["email"] == "Jinwoo@example.com"

    assert confirm(hunter, code).status == 204
    me = hunter.me()
    assert (me["email"], me["isVerified"]) == ("sung@example.com", True)
    assert subjects(hunter) == {
        "Jinwoo@example.com": ["Your e-mail address was changed"],
        "sung@example.com": ["Your e-mail address was changed"],
    }
    assert login(hunter).code == "INVALID_CREDENTIALS"
    assert login(hunter, "sung@example.com").status == 200
    assert confirm(hunter, code).code == "CODE_INVALID"
    fresh = hunter.post("/api/auth/refresh", {"refreshToken": hunter.refresh_token}).data["token"]
    claims = json.loads(base64.urlsafe_b64decode(fresh.split(".")[1] + "=="))
    assert claims["email"] == "sung@example.com"


def test_codes_that_were_mailed_to_the_old_address_are_good_for_nothing_after(hunter: House) -> None:
    forgotten = reset_code(hunter)
    hunter.another().post("/api/auth/verify-email/resend", ADDRESS)
    verify = hunter.mailed_code(VERIFY)
    ask_for(hunter)
    assert confirm(hunter, hunter.mailed_code(CONFIRM)).status == 204
    assert reset(hunter, forgotten).code == "CODE_INVALID"
    assert hunter.post("/api/auth/verify-email", {"code": verify}).code == "CODE_INVALID"


def test_a_new_password_calls_off_a_change_of_address_as_its_notice_says(each_hunter: House) -> None:
    owner = each_hunter
    thief = signed_in_again(owner)
    thief.post("/api/auth/change-email", {"email": "thief@example.com"})
    code = owner.mailed_code(CONFIRM)
    assert change_password(owner).status == 204
    assert confirm(owner, code).code == "CODE_INVALID"
    assert owner.me()["email"] == "Jinwoo@example.com"


def test_an_address_change_needs_a_fresh_proof(hunter: House) -> None:
    hunter.delivered()
    assert ask_for(hunter, password="Wrong-1-password").code == "INVALID_CREDENTIALS"
    hunter.clock.advance(seconds=FRESH / timedelta(seconds=1))
    stale = hunter.post("/api/auth/change-email", {"email": "sung@example.com"})
    assert (stale.status, stale.code) == (403, "STEP_UP_REQUIRED")
    assert hunter.delivered() == []
    assert ask_for(hunter).status == 202


def test_who_asks_for_an_address_that_is_taken_cannot_tell(each_hunter: House) -> None:
    hunter = each_hunter
    other = hunter.another().signed_in("Jinah")
    assert other.post("/api/auth/verify-email", {"code": other.mailed_code(VERIFY)}).status == 204
    free, taken = ask_for(hunter), ask_for(hunter, "jinah@example.com")
    assert (free.status, free.body) == (taken.status, taken.body)
    mails = [message for message in hunter.delivered() if message.recipient.lower() == "jinah@example.com"]
    assert [message.subject for message in mails] == ["Your address was asked for by another account"]
    assert not any(len(line) == 43 for line in mails[0].text.splitlines())
    assert other.me()["email"] == "Jinah@example.com"


def test_an_unproved_account_gives_its_address_up_to_whoever_proves_it(each_hunter: House) -> None:
    hunter = each_hunter
    squatter = hunter.another().signed_in("Squatter", email="sung@example.com")
    squatters_code = hunter.mailed_code(VERIFY)
    ask_for(hunter, "SUNG@example.com")
    assert confirm(hunter, hunter.mailed_code(CONFIRM)).status == 204
    assert hunter.me()["email"] == "SUNG@example.com"
    assert squatter.get("/api/auth/me").code == "UNAUTHENTICATED"
    assert squatter.post("/api/auth/refresh", {"refreshToken": squatter.refresh_token}).status == 401
    assert squatter.post("/api/auth/verify-email", {"code": squatters_code}).code == "CODE_INVALID"
    assert login(hunter, "sung@example.com").data["user"]["hunterName"] == "Jinwoo"


def test_of_two_who_prove_one_address_the_first_has_it(each_hunter: House) -> None:
    hunter = each_hunter
    other = hunter.another().signed_in("Jinah")
    codes = []
    for each in (hunter, other):
        ask_for(each)
        codes.append(hunter.mailed_code(CONFIRM))
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda code: confirm(hunter, code), codes))
    assert sorted(each.status for each in answers) == [204, 400]
    assert {each.code for each in answers if each.status == 400} == {"EMAIL_TAKEN"}
    assert "sung@example.com" in {hunter.me()["email"], other.me()["email"]}


def test_ones_own_address_is_refused_and_its_spelling_may_change(hunter: House) -> None:
    answer = ask_for(hunter, "Jinwoo@example.com")
    assert (answer.status, answer.fields) == (422, {"email"})
    assert ask_for(hunter, "JINWOO@example.com").status == 202
    assert confirm(hunter, hunter.mailed_code(CONFIRM)).status == 204
    assert hunter.me()["email"] == "JINWOO@example.com"


def _verified(house: House, name: str) -> House:
    """Return somebody who has proved an address of that name."""
    other = house.another().signed_in(name)
    assert other.post("/api/auth/verify-email", {"code": other.mailed_code(VERIFY)}).status == 204
    return other


def _last_event(house: House) -> tuple[SecurityEventKind, str | None]:
    return house.log.events[-1].kind, house.log.events[-1].details.get("reason")


def test_whoever_asks_for_an_address_that_is_taken_has_called_off_the_one_before(each_hunter: House) -> None:
    hunter = each_hunter
    _verified(hunter, "Jinah")
    assert ask_for(hunter, "oops@example.com").status == 202
    assert _last_event(hunter) == (SecurityEventKind.EMAIL_CHANGE_ASKED, None)
    mistyped = hunter.mailed_code(CONFIRM)
    assert ask_for(hunter, "jinah@example.com").status == 202
    assert _last_event(hunter) == (SecurityEventKind.EMAIL_CHANGE_REFUSED, "ADDRESS_TAKEN")

    assert confirm(hunter, mistyped).code == "CODE_INVALID"
    assert hunter.me()["email"] == "Jinwoo@example.com"


def test_the_fourth_wish_within_an_hour_is_refused_aloud_and_changes_nothing(each_hunter: House) -> None:
    hunter = each_hunter
    # One of them is somebody's: it counts like any other, or whoever counts would know.
    _verified(hunter, "Jinah")
    for email in ("try1@example.com", "jinah@example.com", "mistyped@example.com"):
        assert ask_for(hunter, email).status == 202
        hunter.clock.advance(seconds=60)
    last = hunter.mailed_code(CONFIRM)
    hunter.delivered()

    refused = ask_for(hunter, "right@example.com")
    assert (refused.status, refused.code, refused.headers["retry-after"]) == (
        429,
        "RATE_LIMIT_EXCEEDED",
        "3420",
    )
    # It says what is to be done: the code is as it was, and how to call it off.
    assert "new password" in refused.error["message"]
    assert _last_event(hunter) == (SecurityEventKind.EMAIL_CHANGE_REFUSED, "ASKED_TOO_OFTEN")
    assert hunter.delivered() == []

    hunter.clock.advance(seconds=3419)
    assert ask_for(hunter, "right@example.com").status == 429
    hunter.clock.advance(seconds=1)
    assert ask_for(hunter, "right@example.com").status == 202
    right = hunter.mailed_code(CONFIRM)
    assert confirm(hunter, last).code == "CODE_INVALID"
    assert confirm(hunter, right).status == 204
    assert hunter.me()["email"] == "right@example.com"


def test_a_mailbox_that_others_filled_is_sent_no_more_and_nobody_is_told(hunter: House) -> None:
    for name in ("Jinah", "Haein", "Jongin"):
        assert ask_for(hunter.another().signed_in(name), "wanted@example.com").status == 202
    assert ask_for(hunter, "mine@example.com").status == 202
    mine = hunter.mailed_code(CONFIRM)
    free = ask_for(hunter, "free@example.com")
    hunter.delivered()

    full = ask_for(hunter, "Wanted@example.com")

    assert (full.status, full.body) == (free.status, free.body)
    assert _last_event(hunter) == (SecurityEventKind.EMAIL_CHANGE_REFUSED, "MAILBOX_FULL")
    # The notice goes out as ever; the asker may read it.
    assert [mail.recipient for mail in hunter.delivered()] == ["Jinwoo@example.com"]
    assert confirm(hunter, mine).code == "CODE_INVALID"


def test_other_mails_to_the_old_address_keep_no_change_from_the_new_one(hunter: House) -> None:
    for _ in range(4):
        hunter.another().post("/api/auth/verify-email/resend", ADDRESS)
        hunter.another().post("/api/auth/forgot-password", ADDRESS)
    hunter.delivered()
    hunter.clock.advance(seconds=60)

    assert ask_for(hunter).status == 202

    assert {mail.recipient for mail in hunter.delivered()} == {"Jinwoo@example.com", "sung@example.com"}


def test_nobody_is_flooded_by_changes_of_address(hunter: House) -> None:
    hunter.delivered()
    found: Counter[str] = Counter()
    for n in range(8):
        answer = ask_for(hunter, "victim@example.com" if n % 2 else "Victim@example.com")
        assert answer.status == (202 if n < 3 else 429)
        found.update(message.recipient.lower() for message in hunter.delivered())
    assert found == {"victim@example.com": 3, "jinwoo@example.com": 3}

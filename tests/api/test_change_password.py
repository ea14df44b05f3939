from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from hunter_core.accounts.security_log import SecurityEventKind
from tests.api.house import PASSWORD, House
from tests.api.recovery import (
    NEW,
    change_password,
    kinds,
    login,
    reset,
    reset_code,
    signed_in_again,
    subjects,
)


def test_a_new_password_ends_all_other_sessions_and_tells(each_hunter: House) -> None:
    hunter = each_hunter
    hunter.delivered()
    other = signed_in_again(hunter)
    forgotten = reset_code(hunter)
    assert change_password(hunter).status == 204
    assert hunter.get("/api/auth/me").status == 200
    assert other.get("/api/auth/me").code == "UNAUTHENTICATED"
    assert login(hunter).code == "INVALID_CREDENTIALS"
    assert login(hunter, password=NEW).status == 200
    assert subjects(hunter) == {"Jinwoo@example.com": ["Your password was changed"]}
    # What was asked for before would undo it.
    assert reset(hunter, forgotten).code == "CODE_INVALID"
    assert SecurityEventKind.PASSWORD_CHANGED in kinds(hunter)


def test_whoever_does_not_know_the_password_changes_nothing(each_hunter: House) -> None:
    hunter = each_hunter
    hunter.delivered()
    other = signed_in_again(hunter)
    answer = change_password(hunter, old="Wrong-1-password")
    assert (answer.status, answer.code) == (401, "INVALID_CREDENTIALS")
    assert login(hunter).status == 200
    assert other.get("/api/auth/me").status == 200
    assert hunter.delivered() == []
    assert hunter.another().post(
        "/api/auth/change-password", {"currentPassword": PASSWORD, "newPassword": NEW}
    ).code == "UNAUTHENTICATED"  # fmt: skip


def test_two_changes_by_the_same_old_password_do_not_both_pass(each_hunter: House) -> None:
    hunter = each_hunter
    houses = [signed_in_again(hunter) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda n: change_password(houses[n], new=f"{NEW}{n}"), range(4)))
    assert Counter(each.status == 204 for each in answers) == {True: 1, False: 3}
    assert {each.status for each in answers} <= {204, 401}

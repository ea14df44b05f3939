"""At most ten password checks in five minutes, whoever asks and however (issue 4, 5)."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from hunter_adapters.memory import MemoryStore
from hunter_core.accounts.attempts import MOST_CHECKS, WINDOW, Checks
from hunter_core.accounts.login import login
from hunter_core.accounts.register import Registration, register
from hunter_core.accounts.security_log import SecurityEventKind
from hunter_core.accounts.session import Client, SignedIn
from hunter_core.accounts.sign_in import Gate, SignIn
from hunter_core.accounts.step_up import Proofs, step_up
from hunter_core.errors import InvalidCredentials, RateLimitExceeded
from hunter_core.mail.asked import MOST_MAILS
from hunter_core.mail.mail import Mail, MailTemplate
from tests.builders import NOW, a_rulebook
from tests.usecases.gates import PASSWORD, a_gate

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
WRONG = "Wr0ng!Wr0ng!"


class CountedPasswords:
    """Counts what reaches the hasher, and takes no time: a password is its own hash."""

    def __init__(self) -> None:
        self.checked = 0
        self._lock = threading.Lock()

    def hash(self, password: str) -> str:
        return password

    def matches(self, password: str, stored: str | None) -> bool:
        with self._lock:
            self.checked += 1
        return password == stored

    def outdated(self, stored: str) -> bool:
        return False


class Place:
    """A store, a gate that counts, and an account."""

    def __init__(self) -> None:
        self.store = MemoryStore(lock_timeout=30)
        self.passwords = CountedPasswords()
        self.gate: Gate = replace(a_gate(), passwords=self.passwords)
        registration = Registration(email="Jinwoo@Example.org", password=PASSWORD, hunter_name="Jinwoo")
        found = register(
            store=self.store, gate=self.gate, rulebook=a_rulebook(), registration=registration, now=NOW
        )
        assert found is not None
        self.found: SignIn = found

    def login(
        self,
        password: str = WRONG,
        *,
        email: str = "jinwoo@example.org",
        now: datetime = NOW,
        address: str = "a",
    ) -> SignIn:
        return login(
            store=self.store,
            gate=self.gate,
            rulebook=a_rulebook(),
            email=email,
            password=password,
            now=now,
            client=Client("a browser", address),
        )

    def wrong(self, times: int = 1, *, email: str = "jinwoo@example.org", now: datetime = NOW) -> None:
        for number in range(times):
            with pytest.raises(InvalidCredentials):
                self.login(email=email, now=now, address=f"192.0.2.{number}")

    def step_up(self, sign_in: SignIn, password: str, *, now: datetime = NOW) -> None:
        step_up(
            store=self.store,
            gate=self.gate,
            signed_in=SignedIn.of(sign_in.session, sign_in.me.account),
            proofs=Proofs(password=password),
            now=now,
        )

    def mails(self) -> list[Mail]:
        with self.store.read() as uow:
            rows = uow._tables.mails.rows().values()
        return [mail for mail in rows if mail.template is MailTemplate.TOO_MANY_ATTEMPTS]

    def kinds(self) -> list[SecurityEventKind]:
        return self.gate.log.kinds()  # type: ignore[attr-defined, no-any-return]


@pytest.fixture
def place() -> Place:
    return Place()


def test_the_eleventh_check_is_refused_also_with_the_right_password(place: Place) -> None:
    place.wrong(MOST_CHECKS)
    for password in (WRONG, PASSWORD):
        with pytest.raises(RateLimitExceeded) as refusal:
            place.login(password)
        assert refusal.value.retry_after == WINDOW.total_seconds()
    assert place.passwords.checked == MOST_CHECKS


def test_a_right_password_counts_too_and_gives_nothing_back(place: Place) -> None:
    place.wrong(MOST_CHECKS - 1)
    place.login(PASSWORD)
    with pytest.raises(RateLimitExceeded):
        place.login(PASSWORD)
    assert place.passwords.checked == MOST_CHECKS


def test_in_any_five_minutes_there_are_at_most_ten(place: Place) -> None:
    let_through = []
    for second in range(0, 1800, 7):
        now = NOW + second * SECOND
        before = place.passwords.checked
        with pytest.raises((InvalidCredentials, RateLimitExceeded)):
            place.login(now=now)
        if place.passwords.checked > before:
            let_through.append(now)
    assert len(let_through) > 3 * MOST_CHECKS
    for number, moment in enumerate(let_through[MOST_CHECKS:]):
        assert moment - let_through[number] >= WINDOW


def test_who_waits_as_long_as_was_said_is_let_through_and_not_a_second_before(place: Place) -> None:
    place.wrong(1)
    place.wrong(MOST_CHECKS - 1, now=NOW + MINUTE)
    with pytest.raises(RateLimitExceeded) as refusal:
        place.login(now=NOW + 2 * MINUTE)
    waited = NOW + 2 * MINUTE + refusal.value.retry_after * SECOND
    with pytest.raises(RateLimitExceeded):
        place.login(PASSWORD, now=waited - SECOND)
    place.login(PASSWORD, now=waited)


def test_two_hundred_at_once_are_ten_checks(place: Place) -> None:
    together = threading.Barrier(200)
    came: list[type[Exception]] = []

    def call(number: int) -> None:
        together.wait(60)
        try:
            place.login(address=f"198.51.100.{number}")
        except (InvalidCredentials, RateLimitExceeded) as refusal:
            came.append(type(refusal))

    threads = [threading.Thread(target=call, args=(number,)) for number in range(200)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert place.passwords.checked == came.count(InvalidCredentials) == MOST_CHECKS
    assert came.count(RateLimitExceeded) == 200 - MOST_CHECKS
    assert len(place.mails()) == place.kinds().count(SecurityEventKind.TOO_MANY_ATTEMPTS) == 1


def test_an_unknown_address_is_counted_like_a_known_one_and_spelled_in_any_case(place: Place) -> None:
    told = []
    for email in ("nobody@example.org", "jinwoo@example.org"):
        for number in range(MOST_CHECKS):
            with pytest.raises(InvalidCredentials):
                place.login(email=email.upper() if number % 2 else email)
        with pytest.raises(RateLimitExceeded) as refusal:
            place.login(email=email.title())
        told.append((str(refusal.value), refusal.value.retry_after))
    assert told[0] == told[1]
    assert place.passwords.checked == 2 * MOST_CHECKS


def test_no_address_is_stored_with_what_is_counted(place: Place) -> None:
    place.wrong(1, email="nobody@example.org")
    with place.store.read() as uow:
        rows = repr(uow._tables.password_checks.rows())
    assert "nobody" not in rows
    assert place.gate.subjects.subject("address:nobody@example.org") != b""


def test_the_owner_is_told_once_in_five_minutes_and_nobody_for_an_address_without_account(
    place: Place,
) -> None:
    for email in ("jinwoo@example.org", "nobody@example.org"):
        place.wrong(MOST_CHECKS, email=email)
        for number in range(20):
            with pytest.raises(RateLimitExceeded):
                place.login(email=email, now=NOW + number * SECOND)
    (mail,) = place.mails()
    assert (mail.recipient, mail.account_id) == ("Jinwoo@Example.org", place.found.me.account.id)
    assert place.kinds().count(SecurityEventKind.TOO_MANY_ATTEMPTS) == 2

    later = NOW + WINDOW
    place.wrong(MOST_CHECKS, now=later)
    with pytest.raises(RateLimitExceeded):
        place.login(now=later)
    assert len(place.mails()) == 2


def test_whoever_guesses_all_day_fills_nobodys_mailbox(place: Place) -> None:
    for number in range(MOST_MAILS + 3):
        now = NOW + number * WINDOW
        place.wrong(MOST_CHECKS, now=now)
        with pytest.raises(RateLimitExceeded):
            place.login(now=now)
    assert len(place.mails()) == MOST_MAILS
    assert place.kinds().count(SecurityEventKind.TOO_MANY_ATTEMPTS) == MOST_MAILS + 3


def test_whoever_is_signed_in_stays_so_and_proves_it_by_a_count_of_their_own(place: Place) -> None:
    place.wrong(MOST_CHECKS)
    place.step_up(place.found, PASSWORD)
    # A thief of one session who guesses there shuts neither the other session out, nor the door.
    other = place.login(PASSWORD, now=NOW + WINDOW)
    for _ in range(MOST_CHECKS - 1):
        with pytest.raises(InvalidCredentials):
            place.step_up(other, WRONG, now=NOW + WINDOW)
    with pytest.raises(InvalidCredentials):
        place.step_up(other, WRONG, now=NOW + WINDOW)
    with pytest.raises(RateLimitExceeded):
        place.step_up(other, PASSWORD, now=NOW + WINDOW)
    place.step_up(place.found, PASSWORD, now=NOW + WINDOW)
    place.login(PASSWORD, now=NOW + WINDOW)
    assert place.kinds().count(SecurityEventKind.TOO_MANY_ATTEMPTS) == 1


def test_a_form_that_no_password_has_counts_for_nothing(place: Place) -> None:
    from hunter_core.errors import InvalidInput

    for _ in range(MOST_CHECKS * 2):
        with pytest.raises(InvalidInput):
            place.login("")
    place.login(PASSWORD)


def test_clocks_that_disagree_lose_no_check() -> None:
    checks = Checks(subject=b"x")
    for number in range(MOST_CHECKS):
        checks = checks.with_one_more(NOW + (-1) ** number * 30 * SECOND)
    assert len(checks.moments) == MOST_CHECKS
    assert checks.wait(NOW - 30 * SECOND) > 0
    assert checks.wait(NOW + 30 * SECOND) == WINDOW.total_seconds() - 60

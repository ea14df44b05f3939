from __future__ import annotations

import base64
import os
import string
from dataclasses import replace

import pytest

from hunter_adapters.crypto.keys import KeyRing
from hunter_adapters.crypto.refresh_tokens import DerivedRefreshTokens
from tests.builders import a_session

OLD, NEW = ("old", os.urandom(32)), ("new", os.urandom(32))
TOKENS = DerivedRefreshTokens(KeyRing([OLD]))


def test_the_same_session_and_generation_give_the_same_token() -> None:
    session = a_session()
    assert TOKENS.issue(session) == TOKENS.issue(replace(session, device="another", address="::1"))
    assert DerivedRefreshTokens(KeyRing([OLD, NEW])).issue(session) == TOKENS.issue(session)


def test_another_generation_session_salt_or_pepper_gives_another_token() -> None:
    session = a_session()
    tokens = [
        TOKENS.issue(session),
        TOKENS.issue(replace(session, generation=session.generation + 1)),
        TOKENS.issue(a_session(label="another")),
        TOKENS.issue(replace(session, salt=os.urandom(16))),
        DerivedRefreshTokens(KeyRing([NEW])).issue(session),
    ]
    assert len(set(tokens)) == len(tokens)


def test_a_token_names_its_session_and_proves_its_generation() -> None:
    session = a_session()
    token = TOKENS.issue(session)
    later = replace(session, generation=session.generation + 7)
    assert TOKENS.session_id(token) == session.id
    assert TOKENS.generation(token, session) == session.generation
    assert TOKENS.generation(token, later) == session.generation


def test_a_token_is_good_while_its_pepper_is_on_the_ring() -> None:
    session = a_session()
    token = TOKENS.issue(session)
    assert DerivedRefreshTokens(KeyRing([NEW, OLD])).generation(token, session) == session.generation
    assert DerivedRefreshTokens(KeyRing([NEW])).generation(token, session) is None


def test_a_token_proves_nothing_for_another_session() -> None:
    session = a_session()
    assert TOKENS.generation(TOKENS.issue(session), a_session(label="another")) is None
    assert TOKENS.generation(TOKENS.issue(session), replace(session, salt=os.urandom(16))) is None


def test_a_token_with_any_character_changed_is_not_that_token() -> None:
    session = a_session()
    token = TOKENS.issue(session)
    for place, letter in enumerate(token):
        for other in string.ascii_letters + string.digits + "-_":
            if other != letter:
                forged = token[:place] + other + token[place + 1 :]
                assert TOKENS.generation(forged, session) is None


@pytest.mark.parametrize(
    "token",
    ["", "x", "A" * 69, "A" * 71, "A" * 69 + "=", "A" * 69 + "\n", "Ä" * 70, "A" * 10_000, " " + "A" * 69],
)
def test_what_has_not_the_form_of_a_token_names_no_session(token: str) -> None:
    assert TOKENS.session_id(token) is None
    assert TOKENS.generation(token, a_session()) is None


def test_neither_salt_nor_pepper_stand_in_a_token() -> None:
    session = a_session()
    raw = base64.urlsafe_b64decode(TOKENS.issue(session) + "==")
    assert session.salt not in raw
    assert OLD[1] not in raw

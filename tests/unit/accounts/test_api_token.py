"""API tokens are known by their form, and a mangled one is not even looked for."""

from __future__ import annotations

import re

import pytest

from hunter_core.accounts.api_token import Scope, digest, has_form, new_token


def test_a_token_has_a_prefix_256_random_bits_and_a_checksum() -> None:
    tokens = {new_token() for _ in range(200)}

    assert len(tokens) == 200
    assert all(re.fullmatch(r"hst_[A-Za-z0-9_-]{43}[0-9a-f]{8}", token) for token in tokens)
    assert all(has_form(token) for token in tokens)
    assert len({digest(token) for token in tokens}) == 200


def test_every_change_of_one_letter_is_noticed() -> None:
    token = new_token()

    for place in range(len(token)):
        other = "a" if token[place] != "a" else "b"
        assert not has_form(token[:place] + other + token[place + 1 :]), place


@pytest.mark.parametrize(
    "mangle",
    [
        lambda token: "",
        lambda token: token[:-1],
        lambda token: token + "0",
        lambda token: token.upper(),
        lambda token: token.replace("hst_", "HST_"),
        lambda token: f" {token}",
        lambda token: token + "\n",
        lambda token: "hst_" + "é" * 51,
        lambda token: "hst_" + "\ud800" * 51,
    ],
)
def test_what_was_never_issued_has_not_the_form(mangle: object) -> None:
    assert callable(mangle)
    assert not has_form(mangle(new_token()))


def test_writing_includes_reading_and_not_the_other_way_round() -> None:
    allowed = {(held, needed) for held in Scope for needed in Scope if held.allows(needed)}

    assert allowed == {(Scope.READ, Scope.READ), (Scope.WRITE, Scope.READ), (Scope.WRITE, Scope.WRITE)}

from __future__ import annotations

import os

import pytest

from hunter_adapters.crypto.keys import KeyRing

ONE, TWO = os.urandom(32), os.urandom(48)


def test_the_first_key_signs_and_all_are_found() -> None:
    ring = KeyRing([("b", ONE), ("a", TWO)])
    assert ring.first == ("b", ONE)
    assert (ring.find("a"), ring.find("b"), ring.find("c")) == (TWO, ONE, None)
    assert ring.find(["a"]) is None


@pytest.mark.parametrize(
    ("keys", "word"),
    [
        ([], "needs a key"),
        ([("a", os.urandom(31))], "31 bytes"),
        ([("a", b"")], "0 bytes"),
        ([("a", bytes(32))], "not random"),
        ([("a", b"changeme" * 8)], "not random"),
        ([("a", ONE), ("a", TWO)], "twice"),
        ([("a:b", ONE)], "key id"),
        ([("", ONE)], "key id"),
    ],
)
def test_a_ring_of_keys_that_protect_nothing_is_refused(keys: list[tuple[str, bytes]], word: str) -> None:
    with pytest.raises(ValueError, match=word) as refusal:
        KeyRing(keys)
    assert all(repr(key) not in str(refusal.value) for _, key in keys if key)


def test_a_ring_never_shows_its_keys() -> None:
    shown = f"{KeyRing([('a', ONE)])!r} {KeyRing([('a', ONE)])}"
    assert "a" in shown
    assert repr(ONE) not in shown
    assert ONE.hex() not in shown


def test_each_purpose_has_keys_of_its_own() -> None:
    ring = KeyRing([("a", ONE)])
    keys = {ring.find("a"), ring.for_purpose("x").find("a"), ring.for_purpose("y").find("a")}
    assert len(keys) == 3
    assert ring.for_purpose("x").find("a") == KeyRing([("a", ONE)]).for_purpose("x").find("a")

"""What is sealed opens under the same pepper for the same row, and not otherwise."""

from __future__ import annotations

from hunter_adapters.crypto.keys import KeyRing
from hunter_adapters.crypto.vault import AesVault

OLD, NEW = ("p1", bytes(range(100, 132))), ("p2", bytes(range(32)))
VAULT = AesVault(KeyRing([OLD]))
SECRET, ROW = "JBSWY3DPEHPK3PXP", b"account-1"


def test_what_was_sealed_opens() -> None:
    assert VAULT.open(VAULT.seal(SECRET, ROW), ROW) == SECRET


def test_nothing_of_a_secret_shows_and_no_two_sealings_are_alike() -> None:
    sealed = {VAULT.seal(SECRET, ROW) for _ in range(20)}

    assert len(sealed) == 20
    assert not any(SECRET.encode() in each for each in sealed)


def test_in_another_row_it_does_not_open() -> None:
    assert VAULT.open(VAULT.seal(SECRET, ROW), b"account-2") is None


def test_with_any_bit_changed_or_cut_off_it_does_not_open() -> None:
    sealed = VAULT.seal(SECRET, ROW)

    for place in range(len(sealed)):
        changed = bytearray(sealed)
        changed[place] ^= 1
        assert VAULT.open(bytes(changed), ROW) is None, place
        assert VAULT.open(sealed[:place], ROW) is None, place
    assert VAULT.open(sealed + b"\0", ROW) is None


def test_an_older_pepper_opens_and_asks_to_be_replaced() -> None:
    both, only_new = AesVault(KeyRing([NEW, OLD])), AesVault(KeyRing([NEW]))
    sealed = VAULT.seal(SECRET, ROW)

    assert (VAULT.outdated(sealed), both.outdated(sealed)) == (False, True)
    assert both.open(sealed, ROW) == SECRET
    assert only_new.open(sealed, ROW) is None
    again = both.seal(SECRET, ROW)
    assert not both.outdated(again)
    assert only_new.open(again, ROW) == SECRET


def test_the_same_name_with_another_key_opens_nothing() -> None:
    other = AesVault(KeyRing([("p1", NEW[1])]))

    assert other.open(VAULT.seal(SECRET, ROW), ROW) is None

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hunter_core.accounts.names import (
    RESERVED_NAMES,
    check_email,
    check_hunter_name,
    email_key,
    name_key,
)
from hunter_core.errors import InvalidInput


@pytest.mark.parametrize(
    "email",
    [
        "jin@example.com",
        "Jin.Woo+quests@Example.COM",
        "a@b",
        "o'neill@example.org",
        "用户@例え.jp",
        "a" * 249 + "@b.cd",
    ],
)
def test_an_address_is_returned_as_it_was_sent(email: str) -> None:
    assert check_email(email) == email


@pytest.mark.parametrize(
    "email",
    [
        "",
        "jin",
        "@example.com",
        "jin@",
        "jin@@example.com",
        "jin@a@example.com",
        "jin woo@example.com",
        "jin@example.com ",
        "jin@exam\u00a0ple.com",
        "jin\x00@example.com",
        "jin@example.com\nBcc: all@example.com",
        "jin\ud800@example.com",
        "jin\u200b@example.com",
        "jin\u00ad@example.com",
        "jin@exam\u2060ple.com",
        "jin\u202emoc.elpmaxe@example.com",
        "\ufeffjin@example.com",
        "jin\ue000@example.com",
        "jin\U000e0041@example.com",
        "<jin@example.com>",
        '"jin"@example.com',
        "jin,woo@example.com",
        "jin@.example.com",
        "jin@example.com.",
        "jin@example..com",
        "a" * 250 + "@b.cd",
    ],
)
def test_what_cannot_be_an_address_is_refused_by_its_field(email: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        check_email(email)
    assert [field for field, _ in refusal.value.problems] == ["email"]


def test_addresses_that_differ_in_case_are_the_same_address() -> None:
    assert email_key("Jin@Example.COM") == email_key("jin@example.com")
    assert email_key("jin@example.com") != email_key("jin+1@example.com")


@pytest.mark.parametrize("name", ["Jin", "Sung_Jin-Woo", "성진우", "Ærø", "猎人123", "---", "x" * 24, "Zoë"])
def test_letters_digits_underscores_and_hyphens_of_any_script_make_a_name(name: str) -> None:
    assert check_hunter_name(name) == name


def test_a_name_is_kept_in_nfkc() -> None:
    # Full-width letters; then an e with its diaeresis written as two characters.
    assert check_hunter_name("\uff2a\uff49\uff4e") == "Jin"
    assert check_hunter_name("Zoe\u0308") == "Zo\u00eb"


def test_the_length_of_a_name_is_counted_in_nfkc() -> None:
    with pytest.raises(InvalidInput, match="3 to 24"):
        check_hunter_name("xe\u0308")
    assert check_hunter_name("\u1f82".join("x" * 5)) == "\u1f82".join("x" * 5)
    assert len(check_hunter_name("\u03b1\u0313\u0300\u0345" * 24)) == 24


@pytest.mark.parametrize(
    "name",
    [
        "",
        "ab",
        "x" * 25,
        "x" * 10_000,
        "Jin Woo",
        "Jin.Woo",
        "Jin/Woo",
        "Jin@Woo",
        "Jin\x00",
        "Jin\ud800",
        "Jin\u200b",
        "Jin\u0301\u0301",
        "\U0001f600\U0001f600\U0001f600",
        "\ufdfa\ufdfa",
    ],
)
def test_what_cannot_be_a_name_is_refused_by_its_field(name: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        check_hunter_name(name)
    assert [field for field, _ in refusal.value.problems] == ["hunterName"]


@pytest.mark.parametrize("name", ["admin", "ADMIN", "System", "\uff21dmin", "NULL", "no-reply"])
def test_reserved_words_are_refused_however_they_are_written(name: str) -> None:
    with pytest.raises(InvalidInput, match="reserved"):
        check_hunter_name(name)


def test_every_reserved_word_is_written_as_names_are_compared() -> None:
    assert {name_key(word) for word in RESERVED_NAMES} == RESERVED_NAMES
    assert {"me", "admin", "system"} <= RESERVED_NAMES


def test_names_that_differ_in_case_or_form_are_the_same_name() -> None:
    assert name_key("STRASSE") == name_key("straße")
    assert name_key("\uff2a\uff49\uff4e") == name_key("jIN")
    assert name_key("jin") != name_key("j-in")


@given(st.text(max_size=30))
def test_an_accepted_name_is_its_own_nfkc_and_its_key_has_one_key(text: str) -> None:
    try:
        name = check_hunter_name(text)
    except InvalidInput:
        return
    assert unicodedata.is_normalized("NFKC", name)
    assert check_hunter_name(name) == name
    assert name_key(name_key(name)) == name_key(name)


@given(st.text(max_size=300))
def test_an_accepted_address_can_be_encoded_and_keeps_one_key(text: str) -> None:
    try:
        email = check_email(text)
    except InvalidInput:
        return
    assert email.encode().decode() == text
    assert email_key(email_key(email)) == email_key(email)

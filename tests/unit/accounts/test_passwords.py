from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hunter_core.accounts.common import CommonPasswords, common_passwords
from hunter_core.accounts.passwords import (
    CONTRACT_PASSWORDS,
    LONGEST_PASSWORD,
    STRICT_PASSWORDS,
    PasswordPolicy,
    check_new_password,
    normalised,
)
from hunter_core.errors import InvalidInput

A_FEW = CommonPasswords("12345678\ndragon\np@ssw0rd\npassword\nsunshine")


def checked(password: str, policy: PasswordPolicy = CONTRACT_PASSWORDS) -> str:
    return check_new_password(
        password, policy, email="Jin@example.com", hunter_name="Sung-Jin_W00", common=A_FEW
    )


def broken(password: str, policy: PasswordPolicy = CONTRACT_PASSWORDS) -> list[str]:
    with pytest.raises(InvalidInput) as refusal:
        checked(password, policy)
    assert {field for field, _ in refusal.value.problems} == {"password"}
    return [message for _, message in refusal.value.problems]


@pytest.mark.parametrize(
    "password",
    [
        "Ar1se!Ar1se!",
        "Aa1!Aa1!",
        "Ärger über 7",  # a space is a symbol, and letters are Unicode's
        "ПаРоль-77",
        "Pass\u20acword1",
        "N0 more monsters \U0001f5e1",
        "Aa1" + "!" * 1021,
    ],
)
def test_the_contract_takes_eight_characters_of_four_kinds(password: str) -> None:
    assert checked(password) == password


@pytest.mark.parametrize(
    ("password", "problem"),
    [
        ("Aa1!Aa1", "at least 8"),
        ("ar1se!ar1se!", "upper-case"),
        ("AR1SE!AR1SE!", "lower-case"),
        ("Arise!Arise!", "digit"),
        ("Ar1seAr1se", "symbol"),
        ("P@ssw0rd", "most common"),
        ("\uff30@ssw0rd", "most common"),
        ("Sung-Jin_W00", "hunter name"),
        ("sUNG-Jin_w00", "hunter name"),
    ],
)
def test_the_contract_names_the_one_rule_that_a_password_breaks(password: str, problem: str) -> None:
    problems = broken(password)
    assert len(problems) == 1
    assert problem in problems[0]


def test_every_rule_that_is_broken_is_named_at_once() -> None:
    assert len(broken("dragon")) == 5


def test_the_strict_profile_takes_any_fifteen_characters_but_common_ones() -> None:
    assert checked("correct horse b", STRICT_PASSWORDS) == "correct horse b"
    assert "at least 15" in broken("correct horse ", STRICT_PASSWORDS)[0]


@pytest.mark.parametrize(
    "password",
    ["passwordpassword", "Sunshine12345678", "abababababababab", "aaaaaaaaaaaaaaaa", "p@ssw0rdp@ssw0rd"],
)
def test_the_strict_profile_refuses_common_ones_in_a_row_and_repeated_pieces(password: str) -> None:
    assert any("most common" in problem for problem in broken(password, STRICT_PASSWORDS))


@pytest.mark.parametrize(
    "password",
    [
        "Hunter-System-2026!",
        "huntersystemhunter",
        "My-Hunter-Password",
        "level up my quests 1",
        "Sung-Jin_W00-2026!",
        "jin@example.com 123",
        "XP xp XP xp XP xp XP",
        "\uff28\uff55\uff4e\uff54\uff45\uff52 system login 1",
    ],
)
def test_the_strict_profile_refuses_what_is_made_of_the_words_of_this_place(password: str) -> None:
    assert any("tried first here" in problem for problem in broken(password, STRICT_PASSWORDS))


@pytest.mark.parametrize(
    "password",
    [
        "correct hunter battery staple",
        "hunter-83749 28374",
        "314159265358979",
        "!!!!!!!!?!!!!!!!",
        "Arise-from-the-shadows-1!",
        "狩りの記録を毎日つけてゆきます。",
    ],
)
def test_a_password_that_says_enough_besides_is_taken(password: str) -> None:
    assert normalised(password) == checked(password, STRICT_PASSWORDS)


def test_the_contract_takes_the_words_of_this_place() -> None:
    assert checked("Hunter-System-2026!") == "Hunter-System-2026!"


def test_the_address_and_its_name_are_no_passwords() -> None:
    with pytest.raises(InvalidInput, match="e-mail address"):
        check_new_password(
            "Jin.Woo_The.1st!",
            STRICT_PASSWORDS,
            email="jin.woo_the.1st!@a.example",
            hunter_name="Jin",
            common=A_FEW,
        )
    with pytest.raises(InvalidInput, match="e-mail address"):
        check_new_password(
            "JIN@EXAMPLE.COM", STRICT_PASSWORDS, email="Jin@example.com", hunter_name="Jin", common=A_FEW
        )


@pytest.mark.parametrize(
    "password", ["", "x" * 1025, "Aa1!Aa1!\x00", "Aa1!Aa1!\n", "Aa1!Aa1!\ud83d", "\x7f" * 8]
)
def test_what_cannot_be_typed_or_stored_is_refused_at_sign_in_too(password: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        normalised(password)
    assert [field for field, _ in refusal.value.problems] == ["password"]


def test_length_is_counted_as_sent_above_and_as_kept_below() -> None:
    # U+FDFA is one character that NFKC writes with 18.
    assert len(normalised("\ufdfa" * LONGEST_PASSWORD)) == 18 * LONGEST_PASSWORD
    assert checked("\ufdfaAa1!") == normalised("\ufdfaAa1!")


@given(st.text(min_size=1, max_size=60))
def test_both_ways_to_write_a_password_are_the_same_password(text: str) -> None:
    try:
        form = normalised(text)
    except InvalidInput:
        return
    assert normalised(form[:LONGEST_PASSWORD]) == form[:LONGEST_PASSWORD] or len(form) > LONGEST_PASSWORD
    assert form.encode().decode() == form


def test_the_list_that_ships_has_ten_thousand_and_more() -> None:
    assert len(common_passwords()) >= 10_000
    assert common_passwords() is common_passwords()


@pytest.mark.parametrize(
    "password", ["password", "PASSWORD", "qwertyuiop", "P@ssw0rd", "Password1!", "1qaz@WSX", "12345678"]
)
def test_the_list_that_ships_knows_what_is_tried_first(password: str) -> None:
    assert password in common_passwords()


@pytest.mark.parametrize("password", ["", "\n", "password\nqwerty", "Correct-Horse-9", 7, None])
def test_only_whole_entries_are_on_the_list(password: object) -> None:
    assert password not in common_passwords()


@pytest.mark.parametrize(
    "password",
    [
        "passwordpassword",
        "qwertyuiop123456",
        "iloveyouiloveyou",
        "123123123123123",
        "abcdefghijklmnop",
        "ZYXWVUTSRQPONMLK",
    ],
)
def test_long_common_ones_are_known_though_no_list_has_them(password: str) -> None:
    assert common_passwords().joined(password)


def test_far_more_than_3000_of_the_strict_length_are_known() -> None:
    """ASVS 5.0, 6.2.4: any two of the list in a row, and of those alone there are millions."""
    common = common_passwords()
    long = [
        entry for entry in ("password", "sunshine", "princess", "football", "superman") if entry in common
    ]
    assert len(long) == 5
    assert all(common.joined(first + second) for first in long for second in long)
    assert len(common) ** 2 > 3000


@pytest.mark.parametrize("password", ["correct horse battery", "sunflower-mountain", "nothing in common 7"])
def test_a_phrase_of_several_words_is_no_common_password(password: str) -> None:
    assert not common_passwords().joined(password)

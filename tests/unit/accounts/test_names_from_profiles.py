"""A hunter's name from what somebody is called elsewhere (SPEC 5)."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hunter_core.accounts.names import check_hunter_name
from hunter_core.accounts.names_from_profiles import NAMELESS, candidates, name_from, numbered


@pytest.mark.parametrize(
    ("called", "name"),
    [
        ("Sung Jinwoo", "Sung_Jinwoo"),
        ("  Cha   Hae-In  ", "Cha_Hae-In"),
        ("José García-Márquez of the Shadows", "José_García-Márquez_of_t"),
        ("李 小龙", "李_小龙"),
        ("𝔍𝔦𝔫𝔴𝔬𝔬", "Jinwoo"),
        ("<b>Jin</b>", "bJinb"),
        ("🔥🔥🔥", NAMELESS),
        ("admin", NAMELESS),
        ("S Y S", "S_Y_S"),
        ("Al", NAMELESS),
        ("", NAMELESS),
        (None, NAMELESS),
        ("-_-_-", NAMELESS),
        ("x" * 10_000, "x" * 24),
    ],
)
def test_what_a_name_makes(called: str | None, name: str) -> None:
    assert name_from(called) == name


@given(st.text(max_size=300), st.integers(0, 10**9))
def test_whatever_somebody_is_called_makes_a_name_by_the_rules(called: str, number: int) -> None:
    name = name_from(called)
    assert check_hunter_name(name) == name
    assert check_hunter_name(numbered(name, number)) == numbered(name, number)


def test_the_name_itself_comes_first_then_small_numbers_then_chance() -> None:
    wanted = list(itertools.islice(candidates("Jin", iter([4711, 815])), 99))
    assert wanted[:2] == ["Jin", "Jin2"]
    assert wanted[-3:] == ["Jin9", "Jin4711", "Jin815"]
    assert list(candidates("Jin", iter([7]), small_numbers=False)) == ["Jin", "Jin7"]
    assert next(candidates(NAMELESS, iter([]))) == "Hunter2"

"""The table of what OWASP ASVS asks says what is so, and reaches the figures that were promised."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from tests.docs.asvs import MET, TABLE, Requirement, exists, requirements, written
from tests.docs.pages import ROOT

PROMISED, OF = 131, 138
"""What was promised of the strict profile: so many of so many (issue 4)."""

APPLY = [each for each in requirements() if each.applies]


def by_id(each: Requirement) -> str:
    return each.id


def test_the_table_is_that_of_its_source() -> None:
    assert TABLE.read_text(encoding="utf-8") == written(), "run `python -m tests.docs.write`"


def test_it_has_every_requirement_of_levels_1_and_2_once_and_in_order() -> None:
    """ASVS 5.0.0 has 70 of level 1 and 183 of level 2; the chapters have as many as here."""
    assert Counter(each.level for each in requirements()) == {1: 70, 2: 183}
    chapters = Counter(int(each.id.partition(".")[0]) for each in requirements())
    numbers = [27, 11, 19, 10, 9, 35, 18, 7, 7, 29, 14, 9, 13, 9, 13, 16, 7]
    assert chapters == dict(enumerate(numbers, 1))
    order = [tuple(int(part) for part in each.id.split(".")) for each in requirements()]
    assert order == sorted(set(order))


@pytest.mark.parametrize("each", requirements(), ids=by_id)
def test_every_line_is_whole(each: Requirement) -> None:
    assert each.asks
    assert not each.asks.endswith(".")
    assert {each.contract, each.strict} <= set(MET)
    # The contract is never the stricter one.
    assert MET.index(each.strict) <= MET.index(each.contract)
    if each.applies:
        assert each.how
        assert each.how.endswith((".", ")"))


@pytest.mark.parametrize("each", requirements(), ids=by_id)
def test_what_is_said_to_be_met_is_shown_by_tests_that_there_are(each: Requirement) -> None:
    assert [test for test in each.tests if not exists(test)] == []
    if each.applies and each.strict != "no":
        assert each.tests, f"V{each.id} is said to be met, and nothing shows it"


def test_the_strict_profile_meets_as_much_as_was_promised_and_all_of_level_1() -> None:
    met = [each for each in APPLY if each.strict == "yes"]
    assert len(met) >= PROMISED
    assert len(met) * OF >= PROMISED * len(APPLY)
    assert [each.id for each in APPLY if each.level == 1 and each.strict != "yes"] == []


def test_what_is_given_up_is_named_where_people_read() -> None:
    page = (ROOT / "docs/security.md").read_text(encoding="utf-8")
    named = set(re.findall(r"^\| V([\d.]+) \|", page, re.MULTILINE))
    assert named == {each.id for each in requirements() if each.is_given_up}


def test_what_belongs_to_a_document_says_in_which_one() -> None:
    for each in requirements():
        if each.reason == "it asks for a document":
            pages = re.findall(r"docs/[\w/.-]+\.md", each.how)
            assert pages or "OpenAPI" in each.how or "constraints.txt" in each.how, each.id
            for page in pages:
                assert (ROOT / page).exists(), each.id
            for heading in re.findall(r"docs/security\.md, ([A-Z][a-z' ]+?)(?=[:.,;])", each.how):
                text = (ROOT / "docs/security.md").read_text(encoding="utf-8")
                assert f"\n## {heading}\n" in text, f"V{each.id}: docs/security.md has no heading {heading!r}"

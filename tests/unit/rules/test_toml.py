"""Reading a rulebook: strict, with a line and a way out for everything that is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from hunter_core.errors import RulebookInvalid
from hunter_core.rules.curves import Geometric, Linear, Table
from hunter_core.rules.findings import RulebookUnreadable
from hunter_core.rules.toml import SHIPPED, load_rulebook, parse_rulebook, rulebook_text
from tests.rulebooks import HEAD, a_rulebook, a_text, achievement, line_of, special


def refused(text: str) -> RulebookUnreadable:
    with pytest.raises(RulebookUnreadable) as caught:
        parse_rulebook(text, "mine.toml")
    return caught.value


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_rulebook_is_loaded_by_its_name_and_a_copy_by_its_path(name: str, tmp_path: Path) -> None:
    path = tmp_path / "copy.toml"
    path.write_text(rulebook_text(name)[0], encoding="utf-8")
    assert load_rulebook(path) == load_rulebook(str(path)) == load_rulebook(name)


def test_windows_line_ends_change_nothing() -> None:
    text = rulebook_text("classic")[0].replace("\n", "\r\n")
    assert parse_rulebook(text).hash == load_rulebook("classic").hash


@pytest.mark.parametrize(
    ("table", "curve"),
    [
        ('kind = "linear"\nstep = 40', Linear(step=40)),
        ('kind = "table"\nthresholds = [0, 5, 9]', Table(thresholds=(0, 5, 9))),
        ('kind = "table"\nthresholds = [0, 5, 9]\nthen = 10', Table(thresholds=(0, 5, 9), then=10)),
    ],
)
def test_each_kind_of_curve_is_read(table: str, curve: object) -> None:
    # The ranks of classic end at level 75, which the reader leaves to the check.
    assert a_rulebook(curve=table).curve == curve


def test_a_geometric_curve_is_read_with_an_exact_ratio() -> None:
    curve = a_rulebook(curve='kind = "geometric"\nfirst = 100\nratio = "11/10"').curve
    assert isinstance(curve, Geometric)
    assert str(curve.ratio) == "11/10"


CASES = [
    # what is changed, to what, and the code, the beginning of the line and a part of the sentence
    ("scale = 100", "scale = 100.0", "WRONG_TYPE", "scale", "curve.scale: write a whole number, not 100.0"),
    ("scale = 100", "scale = true", "WRONG_TYPE", "scale", "not True"),
    ("scale = 100", "scale = 0", "CURVE_NOT_RISING", "scale", "scale is 1 or more, not 0"),
    ("scale = 100", "scale = 100\nbase = 2", "UNKNOWN_KEY", "base", "curve.base: it is not known"),
    ("scale = 100", f"scale = {2**53 + 1}", "NOT_EXACT", "scale", "beyond 2^53"),
    ('kind = "quadratic"', 'kind = "cubic"', "WRONG_TYPE", "kind", "quadratic, linear, geometric, table"),
    ('kind = "quadratic"', "", "MISSING_KEY", "[curve]", "curve.kind: it is missing"),
    (
        'kind = "quadratic"\nscale = 100',
        'kind = "geometric"\nfirst = 5\nratio = "1/2"',
        "CURVE_NOT_RISING",
        "ratio",
        "above 1",
    ),
    (
        'kind = "quadratic"\nscale = 100',
        'kind = "geometric"\nfirst = 5\nratio = 1.5',
        "WRONG_TYPE",
        "ratio",
        '"7/10"',
    ),
    (
        'kind = "quadratic"\nscale = 100',
        'kind = "geometric"\nfirst = 5\nratio = "100001/100000"',
        "OUT_OF_RANGE",
        "ratio",
        "linear",
    ),
    (
        'kind = "quadratic"\nscale = 100',
        'kind = "table"\nthresholds = [0, 5, 5]',
        "CURVE_NOT_RISING",
        "thresholds",
        "level 3 costs 5",
    ),
    (
        'kind = "quadratic"\nscale = 100',
        'kind = "table"\nthresholds = [0, 5.0]',
        "WRONG_TYPE",
        "thresholds",
        "list of whole",
    ),
    ("E = { xp = 1_000, level = 5 }", "E = { xp = 1_000 }", "MISSING_KEY", "E =", "ranks.E.level"),
    ("E = { xp = 1_000, level = 5 }", "", "MISSING_KEY", "[ranks]", "ranks.E: it is missing"),
    ("E = { xp = 1_000, level = 5 }", "E = 5", "WRONG_TYPE", "E =", "ranks.E: write a table"),
    (
        "E = { xp = 1_000, level = 5 }",
        "E = { xp = 4_000, level = 5 }",
        "RANKS_NOT_RISING",
        "D =",
        "less than rank E",
    ),
    ("E = { xp = 1_000, level = 5 }", "E = { xp = -1, level = 5 }", "OUT_OF_RANGE", "E =", "not between 0"),
    ("F = { xp = 0, level = 0 }", "F = { xp = 10, level = 0 }", "RANKS_NOT_RISING", "F =", "everyone begins"),
    (
        "S = { xp = 50_000, level = 75 }",
        f"S = {{ xp = 50_000, level = {2**40} }}",
        "NOT_EXACT",
        "S =",
        "takes XP beyond",
    ),
    ('EASY = "7/10"', "EASY = 0.7", "WRONG_TYPE", "multiplier", 'such as "7/10", not 0.7'),
    ('EASY = "7/10"', 'EASY = "7/0"', "WRONG_TYPE", "multiplier", "7/0"),
    ('EASY = "7/10"', 'EASY = "0.7"', "WRONG_TYPE", "multiplier", "0.7"),
    ('EASY = "7/10", ', "", "MISSING_KEY", "multiplier", "rewards.multiplier.EASY"),
    ("EASY = [1, 2]", "EASY = [2, 1]", "OUT_OF_RANGE", "gains", "such as [1, 3]"),
    ("EASY = [1, 2]", "EASY = [1, 2, 3]", "OUT_OF_RANGE", "gains", "such as [1, 3]"),
    (
        '{ from = 7, share = "15/100" }',
        '{ from = 2, share = "15/100" }',
        "OUT_OF_RANGE",
        "[rewards]",
        "longer than the one before",
    ),
    (
        '{ from = 7, share = "15/100" }',
        '{ from = 0, share = "15/100" }',
        "OUT_OF_RANGE",
        "streak_bonus",
        "0 is not between",
    ),
    (
        '{ from = 7, share = "15/100" }',
        '{ from = 7, share = "15/100", to = 9 }',
        "UNKNOWN_KEY",
        "streak_bonus",
        "to: it is not known",
    ),
    ('{ from = 7, share = "15/100" }', '"7"', "WRONG_TYPE", "streak_bonus", "write a table"),
    ('faster_than = "6/5", ', "", "MISSING_KEY", "time_bonus", "rewards.time_bonus.faster_than"),
    ("void_days = 7", "void_days = 0", "OUT_OF_RANGE", "void_days", "0 is not between 1 and"),
    ("void_days = 7", "", "MISSING_KEY", "[limits]", "limits.void_days: it is missing"),
    (
        "most_base_xp = 500",
        "most_base_xp = 500\nmost_basexp = 1",
        "UNKNOWN_KEY",
        "most_basexp",
        "mend its name (known here:",
    ),
    ("least_base_xp = 1", "least_base_xp = 501", "OUT_OF_RANGE", "[limits]", "no range"),
    ("grace_days = 0", "grace_days = -1", "OUT_OF_RANGE", "grace_days", "-1 is not between"),
    ('name = "classic"', 'name = ""', "OUT_OF_RANGE", "name", "1 to 60 characters"),
    ("version = 1", "version = 1\nauthor = 3", "UNKNOWN_KEY", "author", "author: it is not known"),
    ("[streaks]", "[streak]", "MISSING_KEY", "", "streaks: it is missing"),
    (
        'time_bonus = { faster_than = "6/5", share = "15/100" }',
        "time_bonus = {}",
        "MISSING_KEY",
        "time_bonus",
        "share",
    ),
]


@pytest.mark.parametrize(
    ("old", "new", "code", "start", "says"), CASES, ids=[f"{old} to {new}" for old, new, *_ in CASES]
)
def test_what_is_wrong_is_told_with_its_code_line_and_way_out(
    old: str, new: str, code: str, start: str, says: str
) -> None:
    original = a_text()
    assert original.count(old) == 1, old
    text = original.replace(old, new)
    findings = refused(text).findings
    assert [(f.code, f.line) for f in findings if says in f.sentence] == [(code, line_of(text, start))]
    assert {f.source for f in findings} == {"mine.toml"}


ACHIEVEMENTS = [
    (achievement("x", "QUEST_COUNT", ""), "MISSING_KEY", "achievements.x.value"),
    (
        achievement("x", "QUEST_COUNT", 'value = "3"'),
        "WRONG_TYPE",
        "achievements.x.value: write a whole number",
    ),
    (achievement("x", "QUEST_COUNT", "value = -1"), "OUT_OF_RANGE", "-1 is not between"),
    (achievement("x", "QUESTS", "value = 1"), "WRONG_TYPE", "achievements.x.trigger: write one of STREAK"),
    (achievement("x", "RANK", 'rank = "Z"'), "WRONG_TYPE", "write one of F, E"),
    (achievement("x", "RANK", "value = 3"), "MISSING_KEY", "achievements.x.rank"),
    (achievement("x", "ATTRIBUTE", 'attribute = "speed"\nvalue = 3'), "WRONG_TYPE", "strength, intelligence"),
    (
        achievement("x", "LEVEL", 'value = 3\nrank = "A"'),
        "UNKNOWN_KEY",
        "achievements.x.rank: it is not known",
    ),
    (achievement("x", "LEVEL", "value = 3", reward=-5), "OUT_OF_RANGE", "achievements.x.xp_reward"),
    (achievement("x", "LEVEL", "value = 3\nbadge_url = 3"), "WRONG_TYPE", "achievements.x.badge_url"),
    (achievement("Big", "LEVEL", "value = 3"), "WRONG_TYPE", "small letters, digits"),
    (
        achievement("x", "LEVEL", "value = 3") + achievement("y", "LEVEL", "value = 4", name="x"),
        "DUPLICATE_NAME",
        "the name of x already",
    ),
    (special("x", "{ all = [] }"), "CONDITION_INVALID", "condition.all is a list of at least one"),
    (
        special("x", '{ metric = "levl", op = ">=", value = 1 }'),
        "CONDITION_INVALID",
        "condition.metric is one of",
    ),
    (special("x", "3"), "CONDITION_INVALID", "condition is a table"),
    ("\n[achievements]\nx = 3\n", "WRONG_TYPE", "achievements.x: write a table"),
    ("\n[achievements.x]\n", "MISSING_KEY", "achievements.x.trigger"),
]


@pytest.mark.parametrize(("text", "code", "says"), ACHIEVEMENTS, ids=[says for _, _, says in ACHIEVEMENTS])
def test_an_achievement_that_is_wrong_is_told_by_its_key(text: str, code: str, says: str) -> None:
    findings = refused(HEAD + text).findings
    assert [f.code for f in findings if says in f.sentence] == [code]


def test_everything_that_is_wrong_is_told_at_once() -> None:
    text = a_text().replace("scale = 100", "scale = 0").replace("late_hours = 48", 'late_hours = "48"')
    found = refused(text + achievement("x", "LEVEL", ""))
    assert [f.code for f in found.findings] == ["CURVE_NOT_RISING", "WRONG_TYPE", "MISSING_KEY"]
    assert str(found).count("\n") == 2
    assert f"mine.toml:{line_of(text, 'scale')}: ERROR CURVE_NOT_RISING: curve.scale: " in str(found)
    assert found.code == "RULEBOOK_INVALID"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("name = \n", 1),
        ('name = "x"\nname = "y"\n', 1),
        ('name = "x"\nversion = [\n', 1),
        ("version = " + "9" * 5000, 1),
        ("x = " + "[" * 20_000 + "]" * 20_000, 1),
    ],
    ids=["no value", "twice", "open list", "number without end", "depth without end"],
)
def test_what_is_no_toml_is_told_so(text: str, line: int) -> None:
    (finding,) = refused(text).findings
    assert finding.code == "TOML_SYNTAX"
    assert finding.line >= line


def test_a_file_that_is_not_there_is_told_with_the_names_that_are(tmp_path: Path) -> None:
    for missing in ("clasic", tmp_path, tmp_path / "none.toml"):
        with pytest.raises(
            RulebookInvalid, match=r"NO_SUCH_RULEBOOK: .*one of classic, modern, or a TOML file"
        ):
            load_rulebook(missing)


def test_a_file_that_is_no_text_or_too_large_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_bytes(b'name = "\xff"')
    with pytest.raises(RulebookInvalid, match="not UTF-8"):
        load_rulebook(path)
    path.write_bytes(b"#" * (1 << 20) + b"\n")
    with pytest.raises(RulebookInvalid, match="at most 1048576 bytes"):
        load_rulebook(path)


EXTENDING = 'name = "mine"\nversion = 1\nextends = "classic"\n'


def test_an_extending_file_changes_what_it_names_and_keeps_the_rest() -> None:
    classic = load_rulebook("classic")
    mine = parse_rulebook(
        EXTENDING
        + "[limits]\nlate_hours = 24\n[ranks]\nS = { xp = 1, level = 80 }\n".replace(
            "xp = 1,", "xp = 60_000,"
        )
        + achievement("awakening", "QUEST_COUNT", "value = 2")
        + achievement("mine", "QUEST_COUNT", "value = 3")
    )
    assert mine.limits.late_hours == 24
    assert mine.limits.void_days == 7
    assert mine.ranks.thresholds[:6] == classic.ranks.thresholds[:6]
    assert mine.ranks.thresholds[6] == ("S", 60_000, 80)
    keys = [a.key for a in mine.catalogue.achievements]
    assert keys == [*[a.key for a in classic.catalogue.achievements], "mine"]
    assert mine.catalogue.achievements[0].trigger_value == 2


def test_an_extending_file_replaces_the_curve_as_a_whole() -> None:
    mine = parse_rulebook(EXTENDING + '[curve]\nkind = "linear"\nstep = 500\n')
    assert mine.curve == Linear(step=500)


def test_modern_can_be_extended_too() -> None:
    mine = parse_rulebook(EXTENDING.replace("classic", "modern") + "[streaks]\nfreeze_hold = 3\n")
    assert (mine.streaks.freeze_every, mine.streaks.freeze_hold) == (7, 3)


def test_an_extending_file_has_a_name_and_a_version_of_its_own_and_a_base_that_ships() -> None:
    assert [f.code for f in refused('extends = "classic"\n').findings] == ["MISSING_KEY", "MISSING_KEY"]
    for base in ('"baroque"', "3", '["classic"]'):
        (finding,) = refused(f'name = "mine"\nversion = 1\nextends = {base}\n').findings
        assert (finding.code, finding.line) == ("UNKNOWN_BASE", 3)


def test_a_finding_of_an_extending_file_names_the_file_that_has_the_line() -> None:
    (finding,) = refused(EXTENDING + "[limits]\nlate_hours = -1\n").findings
    assert (finding.source, finding.line) == ("mine.toml", 5)

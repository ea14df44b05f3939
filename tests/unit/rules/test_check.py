"""What the check of a rulebook says, at which line, and how bad it is."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from hunter_core.rules.check import Report, check_rulebook, check_text
from hunter_core.rules.findings import Finding, Severity
from hunter_core.words import Difficulty
from tests.rulebooks import a_text, achievement, line_of, special

ERROR, WARNING, INFO = Severity.ERROR, Severity.WARNING, Severity.INFO
# What classic says of itself, in every rulebook made from it.
USUAL = {"RANK_XP_NEVER_BINDS", "PAYS_NOTHING"}


def found(text: str) -> list[Finding]:
    return [finding for finding in check_text(text).findings if finding.code not in USUAL]


@cache
def shipped(name: str) -> Report:
    return check_rulebook(name)


def test_classic_passes_and_says_of_its_ranks_what_the_contract_says() -> None:
    report = shipped("classic")
    assert report.passed
    assert {finding.code for finding in report.findings} == USUAL
    sentences = [f.sentence for f in report.findings if f.code == "RANK_XP_NEVER_BINDS"]
    effective = {"E": 1600, "D": 8100, "C": 36_100, "B": 115_600, "A": 240_100, "S": 547_600}
    assert len(sentences) == len(effective)
    for sentence, (rank, xp) in zip(sentences, effective.items(), strict=True):
        assert sentence.startswith(f"rank {rank}: ")
        assert sentence.endswith(f"effective XP {xp}")


@pytest.mark.parametrize("name", ["classic", "modern"])
def test_each_achievement_that_ships_has_a_history_that_earns_it(name: str) -> None:
    report = shipped(name)
    assert report.passed
    assert len(report.histories) >= 40
    assert all(plan is not None for _, plan in report.histories)


def test_a_finding_reads_like_that_of_a_compiler() -> None:
    text = a_text(achievement("x", "LEVEL", "value = 1"))
    (finding,) = found(text)
    assert str(finding) == (
        f"<text>:{line_of(text, '[achievements.x]')}: WARNING ACHIEVEMENT_HELD_AT_START: "
        "x is held at the very start: any first completion unlocks it"
    )


LOW, HIGH = '{ metric = "streak", op = "<", value = 3 }', '{ metric = "streak", op = ">", value = 5 }'


def both(*parts: str) -> str:
    return f"{{ all = [{', '.join(parts)}] }}"


def either(*parts: str) -> str:
    return f"{{ any = [{', '.join(parts)}] }}"


def metric(name: str, op: str, value: object) -> str:
    spelled = f'"{value}"' if isinstance(value, str) else value
    return f'{{ metric = "{name}", op = "{op}", value = {spelled} }}'


def ranks(**changed: tuple[int, int]) -> str:
    """Return the table of ranks: each asks for its place in thousands of XP, and beyond F for level 2."""
    pairs = {rank: (1000 * place, min(place + 1, 2)) for place, rank in enumerate("FEDCBAS")} | changed
    return "\n".join(f"{rank} = {{ xp = {xp}, level = {level} }}" for rank, (xp, level) in pairs.items())


def table(*thresholds: int, then: int = 0) -> str:
    return f'kind = "table"\nthresholds = {list(thresholds)}\nthen = {then}'


def streaks(freeze_every: int, freeze_hold: int, grace_days: int = 0) -> str:
    return f"freeze_every = {freeze_every}\nfreeze_hold = {freeze_hold}\ngrace_days = {grace_days}"


class Case(NamedTuple):
    """A text, and the one finding in it whose sentence has these words, at the first line that begins so."""

    text: str
    code: str
    severity: Severity
    at: str
    says: str


def unreachable(condition: str, says: str) -> Case:
    return Case(a_text(special("x", condition)), "ACHIEVEMENT_UNREACHABLE", ERROR, "condition", says)


NUMBERS = [
    Case(
        a_text(ranks=ranks()), "RANK_LEVEL_NEVER_BINDS", WARNING, "E =",
        "rank E: level 2 never binds, because it takes 100 XP; effective XP 1000",
    ),
    Case(
        a_text(curve=table(0, 10, 20, 30, 40)), "RANK_UNREACHABLE", ERROR, "D =",
        "rank D can never be reached: it asks for level 10, and levels end at 5",
    ),
    Case(
        a_text(curve=table(0, 99_999, then=1), ranks=ranks(C=(3000, 5), B=(4000, 6), A=(5000, 7), S=(6000, 8))),
        "RANK_NEVER_HELD", WARNING, "E =", "rank E is never held: rank D is reached at the same 99999 XP",
    ),
    Case(a_text(curve=table(0, 10, 10)), "CURVE_NOT_RISING", ERROR, "thresholds", "level 3 costs 10 XP"),
    Case(
        a_text().replace('HARD = "3/2"', 'HARD = "1/2"'), "MULTIPLIER_FALLS", WARNING, "multiplier",
        "a harder quest pays less",
    ),
    Case(
        a_text().replace('"40/100"', '"20/100"'), "STREAK_BONUS_FALLS", WARNING, "streak_bonus",
        "a longer streak pays a smaller bonus",
    ),
    Case(a_text(streaks=streaks(7, 0)), "FREEZE_NEVER_ACTS", ERROR, "freeze_hold", "none can be held"),
    Case(a_text(streaks=streaks(0, 2)), "FREEZE_NEVER_ACTS", ERROR, "freeze_every", "none is granted"),
    Case(a_text(streaks=streaks(9999, 2)), "FREEZE_NEVER_ACTS", WARNING, "freeze_every", "more than ten years"),
    Case(a_text(streaks=streaks(0, 0, 400)), "STREAK_NEVER_BREAKS", WARNING, "grace_days", "no streak ever breaks"),
    Case(
        a_text().replace("most_base_xp = 500", "most_base_xp = 10_000_000"), "XP_NOT_EXACT", ERROR, "most_base_xp",
        "beyond 2^53",
    ),
]  # fmt: skip

FEW_OF_EACH = [metric(f"difficultyCount.{difficulty}", "<", 3) for difficulty in Difficulty]
CONDITIONS = [
    unreachable(both(LOW, HIGH), "streak would have to be at least 6 and at most 2"),
    unreachable(metric("localHour", ">=", 24), "localHour would have to be at least 24 and at most 23"),
    unreachable(metric("weekday", "==", 7), "weekday would have"),
    unreachable(metric("streak", "<", 0), "streak would have"),
    unreachable(both(metric("rank", ">=", "S"), metric("level", "<", 75)), "would have to be"),
    unreachable(both(metric("rank", "==", "E"), metric("totalXP", ">=", 8100)), "would have to be"),
    unreachable(both(metric("level", ">=", 50), metric("questCount", "<=", 10)), "would have to be"),
    unreachable(both(metric("maxStreak", "<", 5), metric("streak", ">=", 7)), "treak would have"),
    unreachable(both(metric("luck", ">=", 51), metric("questCount", "<=", 10)), "luck would have"),
    unreachable(both(metric("questCount", ">=", 10), *FEW_OF_EACH), "would have to be"),
    unreachable(both(metric("weekday", ">=", 6), metric("weekday", "!=", 6)), "weekday would have"),
    unreachable(f"{{ not = {metric('questCount', '>=', 1)} }}", "questCount would have"),
    Case(
        a_text(special("x", either(HIGH, both(LOW, HIGH)))), "PART_NEVER_HOLDS", WARNING, "condition",
        "(streak < 3 and streak > 5) never holds",
    ),
    Case(
        a_text(special("x", both(HIGH, metric("localHour", "<=", 23)))),
        "COMPARISON_ALWAYS_HOLDS", WARNING, "condition", "localHour <= 23 always holds",
    ),
    Case(
        a_text(special("x", metric("maxStreak", "!=", 99))), "ACHIEVEMENT_HELD_AT_START", WARNING, "condition",
        "at the very start",
    ),
    Case(a_text(special("x", both(*[either(HIGH, LOW)] * 10))), "CONDITION_TOO_WIDE", WARNING, "condition", "1024"),
]  # fmt: skip

CAPPED = table(0, 10, 20, 30, 40)
STEEP = 'kind = "geometric"\nfirst = 1\nratio = "101/100"'
HERE = "[achievements.x]"
TRIGGERS = [
    Case(
        a_text(achievement("x", "LEVEL", "value = 6"), curve=CAPPED), "ACHIEVEMENT_UNREACHABLE", ERROR, HERE,
        "level would have to be at least 6 and at most 5",
    ),
    Case(
        a_text(achievement("x", "RANK", 'rank = "C"'), curve=CAPPED), "ACHIEVEMENT_UNREACHABLE", ERROR, HERE,
        "rank would have to be at least C and at most E",
    ),
    Case(
        a_text(achievement("x", "LEVEL", "value = 100_000_000_000")), "ACHIEVEMENT_UNREACHABLE", ERROR, HERE,
        "level would have",
    ),
    Case(
        a_text(achievement("x", "LEVEL", "value = 1_000_000"), curve=STEEP, ranks=ranks()),
        "ACHIEVEMENT_UNREACHABLE", ERROR, HERE, "level would have",
    ),
    Case(a_text(achievement("x", "STREAK", "value = 0")), "ACHIEVEMENT_HELD_AT_START", WARNING, HERE, "very start"),
    Case(
        a_text(achievement("x", "QUEST_COUNT", "value = 1_000_000")), "NO_HISTORY_FOUND", WARNING, HERE,
        "no history of 20000 completions",
    ),
]  # fmt: skip

X = achievement("x", "TOTAL_XP", "value = 1000", reward=600)
REWARDS = [
    Case(
        a_text(achievement("x", "TOTAL_XP", "value = 100", reward=100)), "REWARD_HOLDS_ITSELF", ERROR, "xp_reward",
        "x: its reward of 100 XP alone pays its own trigger, of 100 XP",
    ),
    Case(
        a_text(achievement("x", "RANK", 'rank = "E"', reward=1600)), "REWARD_HOLDS_ITSELF", ERROR, "xp_reward",
        "of 1600 XP",
    ),
    Case(
        a_text(X, achievement("y", "LEVEL", "value = 5", reward=1)), "REWARD_LIFTS_OVER_NEXT", WARNING, "xp_reward",
        "x -> y: reaching the first (1000 XP) pays",
    ),
    Case(
        a_text(X, achievement("y", "LEVEL", "value = 5", reward=900), achievement("z", "LEVEL", "value = 6", reward=5)),
        "REWARDS_FEED_THEMSELVES", ERROR, "xp_reward", "x -> y -> z: reaching the first (1000 XP) pays",
    ),
]  # fmt: skip

CASES = [*NUMBERS, *CONDITIONS, *TRIGGERS, *REWARDS]


@pytest.mark.parametrize("case", CASES, ids=[f"{case.code}: {case.says}" for case in CASES])
def test_what_is_odd_is_found_at_its_line(case: Case) -> None:
    findings = found(case.text)
    matching = [finding for finding in findings if case.says in finding.sentence]
    assert [(f.code, f.severity, f.line) for f in matching] == [
        (case.code, case.severity, line_of(case.text, case.at))
    ]
    assert check_text(case.text).passed is all(finding.severity is not ERROR for finding in findings)


def test_a_sound_rulebook_has_no_findings_but_the_usual() -> None:
    assert found(a_text(special("x", either(HIGH, metric("luck", ">=", 9))))) == []
    rewarded = [achievement(f"x{n}", "TOTAL_XP", f"value = {n}00", reward=99) for n in range(1, 9)]
    assert found(a_text(*rewarded)) == []


def test_findings_stand_in_the_order_of_their_lines() -> None:
    lines = [
        finding.line for finding in check_text(a_text(special("x", HIGH), streaks=streaks(7, 0))).findings
    ]
    assert lines == sorted(lines)


def test_what_is_no_rulebook_is_reported_and_does_not_pass(tmp_path: Path) -> None:
    missing = check_rulebook(tmp_path / "none.toml")
    assert [finding.code for finding in missing.findings] == ["NO_SUCH_RULEBOOK"]
    assert not missing.passed
    broken = check_text("name = ")
    assert [finding.code for finding in broken.findings] == ["TOML_SYNTAX"]
    assert not broken.passed
    assert broken.histories == ()

"""The golden streaks: completions of one hunter in order, counted by an independent model (vectors/streaks.json)."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from hunter_core.days import Calendar
from hunter_core.rules.streaks import NO_STREAK, passed, stand
from tests.builders import a_rulebook

VECTORS = Path(__file__).parents[1] / "vectors" / "streaks.json"
CASES: list[dict[str, Any]] = json.loads(VECTORS.read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=[f"{n}-{case['zone']}" for n, case in enumerate(CASES)])
def test_the_streak_after_each_completion_is_the_golden_one(case: dict[str, Any]) -> None:
    calendar, rules = Calendar.starting(case["zone"]), a_rulebook("classic").streaks
    state = NO_STREAK
    for step in case["steps"]:
        day = calendar.local_day(datetime.fromisoformat(step["completedAt"]))
        before = passed(state, day, calendar.covered, rules).streak
        state = stand(state, day, calendar.covered, rules)

        told = (day, before, state.streak, state.max_streak)
        assert told == (
            date.fromisoformat(step["localDay"]),
            step["effectiveStreakBefore"],
            step["streakAfter"],
            step["maxStreakAfter"],
        )


def test_there_are_golden_streaks() -> None:
    assert len(CASES) >= 40

"""Rulebooks for tests: the classic one with other achievements or other tables, as text, so that lines are real."""

from __future__ import annotations

from hunter_core.rules.rulebook import Rulebook
from hunter_core.rules.toml import parse_rulebook, rulebook_text

HEAD, _, _ = rulebook_text("classic")[0].partition("# --- achievements")


def achievement(key: str, trigger: str, more: str, *, reward: int = 0, name: str = "") -> str:
    """Return the table of one achievement; *more* is what its trigger needs."""
    return (
        f'\n[achievements.{key}]\nname = "{name or key}"\ndescription = "A test."\nrarity = "COMMON"\n'
        f'trigger = "{trigger}"\n{more}\nxp_reward = {reward}\nicon = "x"\n'
    )


def special(key: str, condition: str, *, reward: int = 0) -> str:
    """Return the table of a SPECIAL achievement with this condition, spelled as TOML."""
    return achievement(key, "SPECIAL", f"condition = {condition}", reward=reward)


def a_text(*achievements: str, **tables: str) -> str:
    """Return the classic text with only these achievements, and with other contents for the tables named."""
    text = HEAD
    for name, content in tables.items():
        before, _, after = text.partition(f"[{name}]\n")
        rest = after[after.find("\n[") :] if "\n[" in after else ""
        text = f"{before}[{name}]\n{content}\n{rest}"
    if not achievements:
        achievements = (achievement("first", "QUEST_COUNT", "value = 1"),)
    return text + "".join(achievements)


def a_rulebook(*achievements: str, **tables: str) -> Rulebook:
    """Return the rulebook that `a_text` spells."""
    return parse_rulebook(a_text(*achievements, **tables))


def line_of(text: str, start: str) -> int:
    """Return the number of the first line that begins with *start*."""
    return next(number for number, line in enumerate(text.splitlines(), start=1) if line.startswith(start))

"""The status window: a hunter's level, XP bar, rank, streak, attributes and a year of days, for a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from hunter_core.hunters.hunter import Hunter
from hunter_core.rules.rulebook import Rulebook
from hunter_core.words import Attributes

BAR = 40
SHADES = (("·", "#4d5560"), ("░", "#0e6429"), ("▒", "#008632"), ("▓", "#26a641"), ("█", "#39d353"))
_WEEK = timedelta(days=7)


def status_window(
    hunter: Hunter, days: Mapping[date, int], rulebook: Rulebook, today: date
) -> RenderableType:
    """Return the window of *hunter* on *today*; *days* is the XP gained by local day, for the last year."""
    streak = hunter.effective(today, rulebook.streaks)
    head = Table.grid(padding=(0, 3))
    head.add_row(
        Text(f"LEVEL {hunter.level}", "bold cyan"),
        Text(f"RANK {hunter.rank}", "bold magenta"),
        Text(f"STREAK {streak.streak} (longest {streak.max_streak})", "bold yellow"),
        Text(f"FREEZES {streak.freezes}", "blue") if rulebook.streaks.freeze_every else "",
    )
    body = Group(
        head,
        Text(),
        _xp_bar(hunter, rulebook),
        _next_rank(hunter, rulebook),
        Text(),
        _attributes(hunter.attributes),
        Text(),
        heat_map(days, today),
    )
    return Panel(body, title=f"[bold]STATUS: {hunter.name}[/bold]", border_style="cyan", expand=False)


def _xp_bar(hunter: Hunter, rulebook: Rulebook) -> Text:
    floor = rulebook.curve.xp_for(hunter.level)
    missing = rulebook.xp_to_next_level(hunter.total_xp)
    if missing is None:
        return Text(f"XP {hunter.total_xp:,}: the last level")
    done = hunter.total_xp - floor
    filled = BAR * done // (done + missing)
    bar = Text("XP ").append("█" * filled, "cyan").append("░" * (BAR - filled), "dim")
    return bar.append(f" {hunter.total_xp:,}, {missing:,} to level {hunter.level + 1}")


def _next_rank(hunter: Hunter, rulebook: Rulebook) -> Text:
    following = rulebook.ranks.next_rank(hunter.rank)
    if following is None:
        return Text("The highest rank.")
    effective = max(following.xp, rulebook.curve.xp_for(max(following.level, 1)))
    return Text(f"Rank {following.rank} at level {following.level} ({effective:,} XP)", "dim")


def _attributes(attributes: Attributes) -> Table:
    table = Table.grid(padding=(0, 2))
    most = max(*attributes, 1)
    for name, points in attributes.as_dict().items():
        bar = Text("▇" * max(1 if points else 0, 24 * points // most), "green")
        table.add_row(Text(name.capitalize()), Text(str(points), justify="right"), bar)
    return table


def heat_map(days: Mapping[date, int], today: date) -> RenderableType:
    """Return the 53 weeks up to *today*, a column a week from Monday to Sunday, shaded by XP."""
    monday = today - timedelta(days=today.weekday())
    weeks = [monday - back * _WEEK for back in range(52, -1, -1)]
    best = max(days.values(), default=0) or 1
    lines = [_months(weeks)]
    for weekday, label in enumerate(("Mon", "   ", "Wed", "   ", "Fri", "   ", "Sun")):
        line = Text(f"{label} ", "dim")
        for week in weeks:
            day = week + timedelta(days=weekday)
            xp = days.get(day, 0)
            shade = 0 if xp <= 0 else 1 + (len(SHADES) - 2) * min(xp, best) // best
            glyph, colour = SHADES[shade]
            line.append(" " if day > today else glyph, colour)
        lines.append(line)
    active = sum(1 for xp in days.values() if xp > 0)
    lines.append(Text(f"    {active} active days in the last year, best day {best:,} XP", "dim"))
    return Group(*lines)


def _months(weeks: list[date]) -> Text:
    line, written = [" "] * (4 + len(weeks)), 0
    for place, week in enumerate(weeks):
        start = 4 + place
        if (place == 0 or week.month != weeks[place - 1].month) and start >= written:
            name = week.strftime("%b")
            if start + len(name) <= len(line):
                line[start : start + len(name)] = name
                written = start + len(name) + 1
    return Text("".join(line), "dim")

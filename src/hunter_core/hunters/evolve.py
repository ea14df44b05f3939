"""How a hunter follows from what happened: the one place where totals move, for requests and for replay."""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from hunter_core.hunters.events import CompletionVoided, HunterEvent, QuestCompleted, XpGained, XpTakenBack
from hunter_core.hunters.hunter import Hunter
from hunter_core.rules.rulebook import Rulebook


def evolve(hunter: Hunter, event: HunterEvent, rulebook: Rulebook) -> Hunter:
    """
    Return *hunter* as it stands after *event*.

    Level and rank follow from the XP by the rulebook in force (SPEC 2), which is why it is asked for.
    """
    match event:
        case QuestCompleted():
            total = hunter.total_xp + event.amount
            level = rulebook.curve.level(total)
            streak, max_streak, freezes, last_day = event.streak
            # Built, not copied: every completion comes this way, and `replace` takes twice as long.
            return Hunter(
                id=hunter.id,
                name=hunter.name,
                created_at=hunter.created_at,
                updated_at=event.at,
                calendar=hunter.calendar,
                avatar_style=hunter.avatar_style,
                avatar_url=hunter.avatar_url,
                is_active=hunter.is_active,
                total_xp=total,
                level=level,
                rank=rulebook.ranks.rank_of(total, level),
                xp_reached_at=event.at if event.amount else hunter.xp_reached_at,
                streak=streak,
                max_streak=max_streak,
                freezes=freezes,
                last_day=last_day,
                attributes=hunter.attributes.plus(event.points),
                completed=hunter.completed.moved(event.difficulty, 1),
                catalogue=hunter.catalogue,
            )
        case XpGained():
            total = hunter.total_xp + event.amount
            level = rulebook.curve.level(total)
            return replace(
                hunter,
                total_xp=total,
                level=level,
                rank=rulebook.ranks.rank_of(total, level),
                attributes=hunter.attributes.plus(event.points),
                # An entry of 0 XP does not move the total, so it does not move when it was reached.
                xp_reached_at=event.at if event.amount else hunter.xp_reached_at,
                updated_at=event.at,
            )
        case XpTakenBack():
            total = hunter.total_xp - event.amount
            level = rulebook.curve.level(total)
            return replace(
                hunter,
                total_xp=total,
                level=level,
                rank=rulebook.ranks.rank_of(total, level),
                attributes=hunter.attributes.minus(event.points),
                xp_reached_at=event.reached_at,
                updated_at=event.at,
            )
        case CompletionVoided():
            streak, max_streak, freezes, last_day = event.streak
            return replace(
                hunter,
                streak=streak,
                max_streak=max_streak,
                freezes=freezes,
                last_day=last_day,
                completed=hunter.completed.moved(event.difficulty, -1),
            )
        case _:
            assert_never(event)

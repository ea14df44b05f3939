"""Achievements: the catalogue as the hunter sees it, and what they have (SPEC 4, Achievements)."""

from __future__ import annotations

from hunter_api.answers import Answer, Call, ok
from hunter_api.operations import Routes
from hunter_api.schemas.achievements import AchievementView, CatalogueView, UnlockedListView, UnlockedView
from hunter_core.achievements.read import catalogue_seen, unlocked_by

routes = Routes("Achievements", "/api/achievements", tokens=True)


@routes.get("", listed=True)
def list_achievements(call: Call) -> Answer[CatalogueView]:
    """List every achievement with the hunter's progress, and the share of hunters who have it."""
    holders = call.ports.popularity.holders()
    seen = call.read(
        lambda uow: catalogue_seen(
            uow=uow,
            hunter_id=call.hunter_id,
            now=call.now,
            rulebook=call.ports.rulebook,
            holders=holders,
        )
    )
    return ok(CatalogueView(achievements=tuple(map(AchievementView.seen, seen))))


@routes.get("/unlocked", listed=True)
def list_unlocked(call: Call) -> Answer[UnlockedListView]:
    """List the achievements that the hunter has, latest first."""
    found = call.read(
        lambda uow: unlocked_by(uow=uow, hunter_id=call.hunter_id, rulebook=call.ports.rulebook)
    )
    return ok(UnlockedListView(achievements=tuple(UnlockedView.of(*each) for each in found)))

"""Analytics: how the hunter came to where they stand, by their own local days (SPEC 4, Analytics)."""

from __future__ import annotations

from hunter_api.answers import Answer, Call, ok
from hunter_api.operations import Routes
from hunter_api.schemas.analytics import (
    AttributeHistoryView,
    HeatMapView,
    SpanQuery,
    XpHistoryView,
    YearQuery,
)
from hunter_api.schemas.quest_figures import QuestsInFiguresView
from hunter_api.schemas.quests import PageQuery
from hunter_api.schemas.summary import SummaryView
from hunter_core.analytics.attribute_history import attribute_history
from hunter_core.analytics.heat_map import heat_map
from hunter_core.analytics.quests import quests_in_figures
from hunter_core.analytics.summary import summary
from hunter_core.analytics.xp_history import xp_history
from hunter_core.limits.limit import LimitName

routes = Routes("Analytics", "/api/analytics", limit=LimitName.ANALYTICS, tokens=True)


@routes.get("/xp-history", listed=True)
def get_xp_history(call: Call, *, query: SpanQuery) -> Answer[XpHistoryView]:
    """
    Show XP and completions day by day.

    Every local day of the period is there, also those on which nothing was done. `all` begins with the
    hunter's first day.
    """
    found = call.read(
        lambda uow: xp_history(uow=uow, hunter_id=call.hunter_id, span=query.period, now=call.now)
    )
    return ok(XpHistoryView.of(found))


@routes.get("/attributes", listed=True)
def get_attribute_history(call: Call, *, query: SpanQuery) -> Answer[AttributeHistoryView]:
    """Show the six attributes as they stood at the end of every local day of the period."""
    found = call.read(
        lambda uow: attribute_history(uow=uow, hunter_id=call.hunter_id, span=query.period, now=call.now)
    )
    return ok(AttributeHistoryView.of(found))


@routes.get("/heatmap", listed=True)
def get_heat_map(call: Call, *, query: YearQuery) -> Answer[HeatMapView]:
    """
    Show every local day of a year in one of five levels.

    0 is a day on which nothing was done. 1 to 4 are quarters of a good day: the completions that one in ten of
    the year's days with any reaches.
    """
    found = call.read(lambda uow: heat_map(uow=uow, hunter_id=call.hunter_id, year=query.year, now=call.now))
    return ok(HeatMapView.of(found))


@routes.get("/quests", listed=True)
def list_quest_figures(call: Call, *, query: PageQuery) -> Answer[QuestsInFiguresView]:
    """
    Show quests in figures: success against what was due, strength, best hour and days of the week.

    Over the last 365 local days, or since the quest was created; oldest quest first, without archived ones.
    """
    found = call.read(
        lambda uow: quests_in_figures(
            uow=uow,
            hunter_id=call.hunter_id,
            now=call.now,
            rulebook=call.ports.rulebook,
            page=query.page,
            limit=query.limit,
        )
    )
    return ok(QuestsInFiguresView.of(found))


@routes.get("/summary")
def get_summary(call: Call) -> Answer[SummaryView]:
    """Show totals, this week beside the last, streak, best day, weekdays and what was done most."""
    found = call.read(
        lambda uow: summary(uow=uow, hunter_id=call.hunter_id, now=call.now, rulebook=call.ports.rulebook)
    )
    return ok(SummaryView.of(found))

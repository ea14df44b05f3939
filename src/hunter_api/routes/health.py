"""Health: whether the process answers, and whether it can serve (SPEC 4, Operations)."""

from __future__ import annotations

from hunter_api import VERSION
from hunter_api.answers import Answer, Call, ok
from hunter_api.operations import Lane, Routes
from hunter_api.schemas.health import LiveView, ReadyView

routes = Routes("Health", "/health", limit=None)


@routes.get("/live", signed_in=False, lane=Lane.AT_ONCE)
def live(call: Call) -> Answer[LiveView]:
    """Tell that the process answers, whatever stands behind it."""
    return ok(LiveView(status="live"))


@routes.get("/ready", signed_in=False, lane=Lane.HEALTH)
def ready(call: Call) -> Answer[ReadyView]:
    """Tell whether requests can be served: 503 while the database is away."""
    call.ports.ready()
    return ok(ReadyView(status="ready", rulebook=call.ports.rulebook.name, version=VERSION))

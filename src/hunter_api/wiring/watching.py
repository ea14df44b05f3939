"""Who watches: metrics and traces, where somebody asks for them."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

from hunter_adapters.sql import SqlStore
from hunter_api import VERSION
from hunter_api.metrics import Metrics, NoMetrics
from hunter_api.settings import Settings
from hunter_api.tracing import Tracing, is_asked_for, log
from hunter_core.clock import SystemClock
from hunter_core.leaderboard.board import Boards
from hunter_core.limits.fallback import FallingBack
from hunter_core.limits.limit import LimitName
from hunter_core.limits.ports import Limiter

if TYPE_CHECKING:
    from hunter_adapters.redis.connection import RedisConnection

BOARDS_BY = {
    "redis": "redis",
    "store": "store",
    "store, Redis not to be trusted": "store_without_redis",
}
"""Who answers for boards (`hunter_adapters.redis.boards.reader`), as metrics call them."""


def metrics_of(settings: Settings, store: SqlStore, redis: RedisConnection | None) -> Metrics:
    """Return what counts: nobody where nobody is to ask."""
    if settings.metrics_port is None:
        return NoMetrics()
    from hunter_adapters.prometheus.metrics import PrometheusMetrics
    from hunter_adapters.sql.queues import depths

    clock = SystemClock()

    def ask() -> dict[tuple[str, tuple[str, ...]], float]:
        lag, waiting = depths(store)
        since = 0.0 if lag.oldest is None else max(0.0, (clock.now() - lag.oldest).total_seconds())
        found: dict[tuple[str, tuple[str, ...]], float] = {
            ("hunter_outbox_waiting", ()): lag.waiting,
            ("hunter_outbox_lag_seconds", ()): since,
            ("hunter_outbox_parked", ()): lag.parked,
        }
        found |= {("hunter_queue_depth", (name,)): depth for name, depth in waiting.items()}
        if redis is not None:
            from hunter_adapters.redis.connection import RedisAway
            from hunter_adapters.rq.queue import queue_on

            with contextlib.suppress(RedisAway):
                found["hunter_queue_depth", ("jobs",)] = redis.ask(lambda client: queue_on(client).count)
        return found

    return PrometheusMetrics(ask)


def tracing_of() -> Tracing | None:
    """Return what traces, where the variables of OpenTelemetry ask for it; else nothing of it is imported."""
    if not is_asked_for(os.environ):
        return None
    try:
        from hunter_adapters.otel import tracing
    except ImportError:
        log.warning(
            'OTEL_… asks for traces, but the extra "otel" is not installed. In the folder of the source, '
            "pip install '.[server,otel]'."
        )
        return None
    return tracing.Tracing(version=VERSION)


def watch_redis(metrics: Metrics, redis: RedisConnection) -> None:
    """Let be scraped what this process met in Redis."""
    for of in ("limits", "boards"):
        metrics.watch(
            "hunter_redis_foreign_keys_total",
            lambda of=of: redis.foreign.replaced.get(of, 0),  # type: ignore[misc]
            of=of,
        )


def watch(metrics: Metrics, limiter: Limiter, boards: Boards) -> None:
    """Let be scraped what this process has at hand."""
    if isinstance(limiter, FallingBack):
        for name in LimitName:
            metrics.watch(
                "hunter_limiter_fallbacks_total",
                lambda name=name: limiter.missed.get(name, 0),  # type: ignore[misc]
                limit=name.value,
            )
    answers = getattr(boards, "answers", None)
    if answers is not None:
        for who, shown in BOARDS_BY.items():
            metrics.watch("hunter_board_reads_total", lambda who=who: answers[who], by=shown)  # type: ignore[misc]
        metrics.watch("hunter_board_mended_total", lambda: getattr(boards, "mended", 0))

"""From settings to the world: each part is made once, and knows only the parts that it needs."""

from __future__ import annotations

from hunter_api.background.jobs import Jobs
from hunter_api.background.relay import JOIN_SECONDS, RelayThread
from hunter_api.background.tasks import unless
from hunter_api.metrics import measured
from hunter_api.routes.webhooks import JOB as WEBHOOKS_JOB
from hunter_api.server.draining import Draining
from hunter_api.settings import Settings
from hunter_api.tracing import traced
from hunter_api.wiring.accounts import gate_of
from hunter_api.wiring.database import (
    JOB_THREADS,
    make_data_dir,
    store_of,
)
from hunter_api.wiring.errands import own_jobs, pusher_of, sender_of, tasks_of
from hunter_api.wiring.rules import rulebook_of
from hunter_api.wiring.shared import boards_of, fan_out_of, redis_of, workers_of
from hunter_api.wiring.watching import metrics_of, tracing_of, watch_redis
from hunter_api.wiring.world import World
from hunter_core.accounts.last_use import LastUse
from hunter_core.clock import SystemClock
from hunter_core.notifications.consumer import NotificationConsumer
from hunter_core.notifications.push_due import PushCarrier
from hunter_core.relay.relay import Relay
from hunter_core.webhooks.consumer import WebhookConsumer
from hunter_core.webhooks.courier import Courier


def open_world(settings: Settings) -> World:
    """
    Return everything that *settings* stand for; nothing is connected yet.

    Raises:
        SettingInvalid: If one of them cannot be used.
    """
    if not settings.database_url or not (settings.jwt_keys and settings.peppers):
        make_data_dir(settings.data_dir)
    rulebook = rulebook_of(settings)
    gate, passwords = gate_of(settings)
    store = store_of(settings)
    redis = redis_of(settings)
    metrics, draining = metrics_of(settings, store, redis), Draining()
    metrics.watch("hunter_password_pool", passwords.count)
    metrics.watch("hunter_database_connections", lambda: store.connections_in_use)
    metrics.watch("hunter_database_connections_limit", store.database.pool.size)
    if redis is not None:
        watch_redis(metrics, redis)

    boards, keeper = boards_of(store, redis, rulebook)
    last_use = LastUse()
    pusher, sender = pusher_of(settings), sender_of(settings)
    tracing = tracing_of()
    followed = store if tracing is None else tracing.store(store)
    courier = Courier(store=followed, sender=sender, vault=gate.vault, clock=SystemClock())
    pushes = PushCarrier(
        store=followed, pusher=pusher, vault=gate.vault, clock=SystemClock(), rulebook=rulebook
    )
    todo = tasks_of(settings, followed, store.scrub, gate, rulebook, pushes, courier)
    shared = tuple(measured(traced(job, tracing), metrics) for job in todo)
    workers = workers_of(redis)
    here = shared if workers is None else [unless(workers.is_alive, job) for job in shared]
    own = [measured(job, metrics) for job in own_jobs(store, last_use)]
    jobs = Jobs((*own, *here), threads=JOB_THREADS)

    fan_out = fan_out_of(settings, redis)
    webhooks = WebhookConsumer()
    relaying_here = Relay(store, SystemClock(), consumers=(NotificationConsumer(), webhooks), teller=fan_out)

    def relayed() -> None:
        if webhooks.take_queued() and (workers is None or not workers.wake(WEBHOOKS_JOB)):
            jobs.wake(WEBHOOKS_JOB)

    relay = RelayThread(relaying_here, relayed=relayed)

    def close() -> None:
        # All of it within what is left of the 10 s in which a process ends (SPEC 7).
        relay.close(draining.left(JOIN_SECONDS))
        fan_out.close()
        jobs.stop()
        pushes.stop()
        courier.close(draining.left(3.0))
        pushes.close(draining.left(1.0))
        jobs.close(draining.left(5.0))
        passwords.close()
        if tracing is not None:
            tracing.close()
        if keeper is not None:
            keeper.close()
        store.close()
        if redis is not None:
            redis.close()

    return World(
        settings=settings,
        store=store,
        rulebook=rulebook,
        gate=gate,
        redis=redis,
        boards=boards,
        keeper=keeper,
        last_use=last_use,
        jobs=jobs,
        tasks=shared,
        workers=workers,
        pusher=pusher,
        sender=sender,
        courier=courier,
        pushes=pushes,
        metrics=metrics,
        draining=draining,
        tracing=tracing,
        fan_out=fan_out,
        relay=relay,
        close=close,
    )

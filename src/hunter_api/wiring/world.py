"""Everything that the settings stand for, in one value."""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import attrs

from hunter_adapters.sql import SqlStore, WrongDatabase
from hunter_adapters.sql.peppers import forget_peppers
from hunter_adapters.sql.popularity import SqlPopularity
from hunter_adapters.webhooks.http import HttpSender
from hunter_api.addresses import Proxies
from hunter_api.background.jobs import Job, Jobs, doing
from hunter_api.background.relay import RelayThread
from hunter_api.background.tasks import DELIVERING, reconciling, relaying
from hunter_api.background.troubles import Troubles
from hunter_api.limits import RateLimits
from hunter_api.metrics import Metrics, measured
from hunter_api.ports import Ports
from hunter_api.server.draining import Draining
from hunter_api.settings import SettingInvalid, Settings
from hunter_api.tracing import Tracing, traced
from hunter_api.wiring.accounts import sign_in_with
from hunter_api.wiring.database import (
    EXPORT_THREADS,
    LIVE_THREADS,
    PASSWORD_THREADS,
    PROVIDER_THREADS,
    THREADS,
)
from hunter_api.wiring.peppers import check_peppers
from hunter_api.wiring.reaching import reaching, wait_until_migrated
from hunter_api.wiring.shared import limiter_of, limits_of
from hunter_api.wiring.watching import watch
from hunter_api.wiring.words import one_line
from hunter_core.accounts.last_use import LastUse
from hunter_core.accounts.sign_in import Gate
from hunter_core.clock import SystemClock
from hunter_core.dice import HashDice
from hunter_core.errors import StoreUnavailable
from hunter_core.leaderboard.board import Boards
from hunter_core.ledger.rederive import rederive
from hunter_core.live.fan_out import LocalFanOut
from hunter_core.notifications.ports import Pusher
from hunter_core.notifications.push_due import PushCarrier
from hunter_core.rules.rulebook import Rulebook
from hunter_core.webhooks.courier import Courier

if TYPE_CHECKING:
    from hunter_adapters.redis.boards.keeper import BoardKeeper
    from hunter_adapters.redis.connection import RedisConnection
    from hunter_adapters.redis.pubsub import RedisFanOut
    from hunter_adapters.rq.queue import WorkerWatch


@attrs.frozen(kw_only=True)
class World:
    """Everything that the settings stand for; `close` it when it is not needed any more."""

    settings: Settings
    store: SqlStore
    rulebook: Rulebook
    gate: Gate
    redis: RedisConnection | None
    boards: Boards
    keeper: BoardKeeper | None
    last_use: LastUse
    jobs: Jobs
    tasks: Sequence[Job]
    workers: WorkerWatch | None
    pusher: Pusher
    courier: Courier
    pushes: PushCarrier
    sender: HttpSender
    metrics: Metrics
    draining: Draining
    tracing: Tracing | None
    fan_out: LocalFanOut | RedisFanOut
    relay: RelayThread
    close: Callable[[], None]

    def ports(self) -> Ports:
        """Return what the application asks of the world, and begin to do what happens by itself."""
        self.store.after_events = self.relay.wake
        self.fan_out.start()
        self.relay.start()
        if self.keeper is not None:
            self.keeper.start()
        self.jobs.start()
        limiter = limiter_of(self.redis)
        watch(self.metrics, limiter, self.boards)
        return Ports(
            store=self.store if self.tracing is None else self.tracing.store(self.store),
            tracing=self.tracing,
            clock=SystemClock(),
            dice=HashDice(),
            rulebook=self.rulebook,
            gate=self.gate,
            popularity=SqlPopularity(self.store),
            limits=RateLimits(
                limiter=limiter,
                limits=limits_of(self.settings),
                proxies=Proxies(self.settings.trusted_proxies),
            ),
            boards=self.boards,
            hiding=(lambda _: 0.0) if self.keeper is None else self.keeper.seconds_left,
            ready=self.check_serving,
            metrics=self.metrics,
            last_use=self.last_use,
            wake=self.wake,
            pusher=self.pusher,
            sender=self.sender,
            fan_out=self.fan_out,
            live_threads=LIVE_THREADS,
            close=self.close,
            threads=THREADS,
            password_threads=PASSWORD_THREADS,
            export_threads=EXPORT_THREADS,
            provider_threads=PROVIDER_THREADS,
            sign_in_with=sign_in_with(self.settings),
        )

    def drain(self) -> None:
        """Say that the process ends: it is not ready any more, and begins no further job; returns at once."""
        self.draining.begin()
        self.jobs.stop()
        self.courier.stop()
        self.pushes.stop()

    def check_serving(self) -> None:
        """
        Make sure that requests can be served: the database answers, is as this program has it, and nobody drains.

        Raises:
            StoreUnavailable: If it is not so.
        """
        if self.draining:
            raise StoreUnavailable("The server is shutting down. Ask another.")
        try:
            self.store.check_schema()
        except WrongDatabase as error:
            raise StoreUnavailable("The database has another schema than this program.") from error

    def serve_metrics(self, listener: socket.socket | None) -> Callable[[], None]:
        """Serve the metrics on *listener*, where there is one; return what ends that."""
        from hunter_adapters.prometheus.metrics import PrometheusMetrics
        from hunter_adapters.prometheus.server import MetricsServer

        if listener is None or not isinstance(self.metrics, PrometheusMetrics):
            return lambda: None
        server = MetricsServer(listener, self.metrics.registry)
        server.start()
        return server.close

    def wake(self, name: str) -> None:
        """Let the job *name* run soon: by a worker where there is one, else here; returns at once."""
        if self.workers is None or not self.workers.wake(name):
            self.jobs.wake(name)

    def work(self) -> None:
        """
        Be a worker until somebody says stop.

        Raises:
            SettingInvalid: If there is no Redis, the database is in a file, or was used with other peppers.
            DatabaseAway: If the database does not answer at the start.
        """
        if not self.settings.redis_url:
            raise SettingInvalid(
                "HUNTER_REDIS_URL: a worker takes its jobs from Redis. Without one, `hunter serve` does them itself."
            )
        if self.settings.is_sqlite:
            raise SettingInvalid(
                "HUNTER_DATABASE_URL: a worker is a process of its own, which takes PostgreSQL. On SQLite "
                "`hunter serve` does what a worker would."
            )
        from hunter_adapters.rq.work import Told, current_id
        from hunter_adapters.rq.worker import Due, QueueWorker

        with reaching(self.settings, self.store):
            wait_until_migrated(self.store)
        self.check_peppers()
        self.fan_out.start()
        own = [relaying(self.relay.relay.run)]
        if self.keeper is not None:
            own.append(reconciling(self.keeper.tend))
        jobs = [*self.tasks, *(measured(traced(job, self.tracing), self.metrics) for job in own)]
        troubles = Troubles()

        def named(job: Job) -> Callable[[], bool]:
            def run() -> bool:
                with doing(current_id()):
                    try:
                        more = job.run()
                    except Exception as error:
                        troubles.failed(job.name, error)
                        raise Told(job.name) from error
                    troubles.done(job.name)
                    return more

            return run

        due = {
            job.name: Due(every=job.every, run=named(job), is_aside=job.name in DELIVERING) for job in jobs
        }
        QueueWorker(self.settings.redis_url, due, ending=self.drain).run()

    def rebuild_boards(self, progress: Callable[[int, int], None]) -> tuple[str, str]:
        """
        Make the boards in Redis anew; return their digest, and that of the ledger.

        Raises:
            SettingInvalid: If there is no Redis, or it does not answer.
        """
        if self.keeper is None:
            raise SettingInvalid(
                "HUNTER_REDIS_URL: not set. Without Redis boards are read from the database."
            )
        from hunter_adapters.redis.boards.keeper import Overtaken
        from hunter_adapters.redis.connection import RedisAway

        try:
            return self.keeper.rebuilt(progress)
        except (RedisAway, Overtaken) as error:
            raise SettingInvalid(f"HUNTER_REDIS_URL: {one_line(error)}.") from error

    def check_reachable(self) -> None:
        """
        Make sure that there is a database with our tables, as this program has them.

        Raises:
            SettingInvalid: If there is not.
            DatabaseAway: If it does not answer.
        """
        with reaching(self.settings, self.store):
            self.store.check_schema()

    def check_peppers(self) -> None:
        """
        Make sure that the database, which is up to date, was used with our peppers; record there those that are new.

        Raises:
            SettingInvalid: If it was used with others.
            DatabaseAway: If it does not answer.
        """
        with reaching(self.settings, self.store):
            check_peppers(self.settings, self.store)

    def forget_peppers(self) -> int:
        """
        Let the database take the peppers that it is used with next; return how many it knew.

        Raises:
            DatabaseAway: If it does not answer.
        """
        with reaching(self.settings, self.store):
            return forget_peppers(self.store)

    def prepare(self, progress: Callable[[str, int, int], None]) -> None:
        """
        Bring the database up to date: its schema, the achievements, and what follows from the rulebook.

        *progress* is told what is being done, and how much of it is.

        Raises:
            SettingInvalid: If there is no database that could be used.
            DatabaseAway: If it does not answer.
        """
        from hunter_adapters.sql.schema import upgrade

        progress("Migrating the database", 0, 1)
        with reaching(self.settings, self.store):
            upgrade(self.store.database)
            progress("Migrating the database", 1, 1)
            self.store.seed_achievements(self.rulebook.catalogue)
            rederive(
                self.store,
                self.rulebook,
                lambda done, of: progress("Deriving hunters under the rulebook in force", done, of),
            )

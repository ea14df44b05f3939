"""Settings become adapters, here and nowhere else (DESIGN 1)."""

from __future__ import annotations

import contextlib
import logging
import os
import socket
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import attrs
from sqlalchemy import make_url
from sqlalchemy.exc import DBAPIError

from hunter_adapters.crypto.access_tokens import JwtAccessTokens
from hunter_adapters.crypto.codes import DerivedCodes
from hunter_adapters.crypto.keys import KeyRing
from hunter_adapters.crypto.passwords import BcryptPasswords
from hunter_adapters.crypto.pool import BoundedPool
from hunter_adapters.crypto.refresh_tokens import DerivedRefreshTokens
from hunter_adapters.crypto.subjects import KeyedSubjects
from hunter_adapters.crypto.totp import PyotpTotp
from hunter_adapters.crypto.vault import AesVault
from hunter_adapters.logs import security
from hunter_adapters.logs.security import JsonSecurityLog
from hunter_adapters.mail.files import FileMailer
from hunter_adapters.mail.mime import address_of
from hunter_adapters.mail.smtp import SmtpMailer, SmtpServer
from hunter_adapters.memory.limits import MemoryLimiter
from hunter_adapters.oauth.github import GitHubProvider
from hunter_adapters.oauth.openid import OpenIdProvider
from hunter_adapters.outbound import Outbound
from hunter_adapters.sql import SqlStore, WrongDatabase, open_store
from hunter_adapters.sql.boards import SqlBoards
from hunter_adapters.sql.popularity import SqlPopularity
from hunter_adapters.webhooks.http import HttpSender
from hunter_api import VERSION, development_keys
from hunter_api.addresses import Proxies
from hunter_api.draining import Draining
from hunter_api.jobs import Job, Jobs, doing
from hunter_api.limits import RateLimits
from hunter_api.metrics import Metrics, NoMetrics, measured
from hunter_api.ports import Ports
from hunter_api.relay import JOIN_SECONDS, RelayThread
from hunter_api.routes.webhooks import JOB as WEBHOOKS_JOB
from hunter_api.setting_values import AuthProfile
from hunter_api.settings import SettingInvalid, Settings, host_of
from hunter_api.sign_in_with import SignInWith
from hunter_api.tasks import DELIVERING, reconciling, relaying, tasks, unless
from hunter_api.tracing import Tracing, is_asked_for, log, traced
from hunter_core.accounts.common import common_passwords
from hunter_core.accounts.identity import IdentityProvider, ProviderName
from hunter_core.accounts.last_use import LastUse
from hunter_core.accounts.policy import CONTRACT, STRICT, AuthPolicy
from hunter_core.accounts.providers import Providers
from hunter_core.accounts.sign_in import Gate
from hunter_core.clock import SystemClock
from hunter_core.dice import HashDice
from hunter_core.errors import HunterError, StoreUnavailable
from hunter_core.leaderboard.board import Boards
from hunter_core.ledger.rederive import rederive
from hunter_core.limits.fallback import FallingBack
from hunter_core.limits.limit import Limit, LimitName
from hunter_core.limits.ports import Limiter
from hunter_core.live.fan_out import LocalFanOut
from hunter_core.mail.letters import Letters
from hunter_core.mail.ports import Mailer
from hunter_core.mail.send import MailRoom
from hunter_core.notifications.consumer import NotificationConsumer
from hunter_core.notifications.ports import Pusher
from hunter_core.notifications.push_due import PushRoom
from hunter_core.notifications.targets import NoPusher
from hunter_core.relay.relay import Relay
from hunter_core.rules.check import first_error
from hunter_core.rules.rulebook import Rulebook
from hunter_core.rules.toml import read_rulebook, rulebook_text
from hunter_core.webhooks.consumer import WebhookConsumer
from hunter_core.webhooks.courier import Courier

if TYPE_CHECKING:
    from hunter_adapters.redis.board_keeper import BoardKeeper
    from hunter_adapters.redis.connection import RedisConnection
    from hunter_adapters.redis.pubsub import RedisFanOut
    from hunter_adapters.rq.queue import WorkerWatch

BOARDS_BY = {
    "redis": "redis",
    "store": "store",
    "store, Redis not to be trusted": "store_without_redis",
}
"""Who answers for boards (`hunter_adapters.redis.boards`), as metrics call them."""

THREADS = 12
"""Requests of one process that ask the database at one time."""

PASSWORD_THREADS = 6
"""Sign-ins of one process that are under way at one time, most of them waiting for their hash."""

LAST_USE_SECONDS = 20.0
"""Seconds between two writings of which sessions were used."""

PROVIDER_THREADS = 4
"""Requests of one process that wait for an identity provider at one time."""

EXPORT_THREADS = 2
"""Exports that one process writes at one time."""

LIVE_THREADS = 2
"""Threads of one process that ask the database for live sockets."""

_HEALTH_THREADS = 1
_FIGURES_THREADS = 1
_RELAY_THREADS = 1
_BOARD_THREADS = 1
# A mail server and push targets that hang must not keep other jobs waiting.
_JOB_THREADS = 4


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
        limiter = _limiter(self.redis)
        self._watch(limiter)
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
                limits=_limits(self.settings),
                proxies=Proxies(self.settings.trusted_proxies),
            ),
            boards=self.boards,
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
            sign_in_with=_sign_in_with(self.settings),
        )

    def drain(self) -> None:
        """Say that the process ends: it is not ready any more, and begins no further job; returns at once."""
        self.draining.begin()
        self.jobs.stop()
        self.courier.stop()

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

    def _watch(self, limiter: Limiter) -> None:
        """Let be scraped what this process has at hand."""
        if isinstance(limiter, FallingBack):
            for name in LimitName:
                self.metrics.watch(
                    "hunter_limiter_fallbacks_total",
                    lambda name=name: limiter.missed.get(name, 0),  # type: ignore[misc]
                    limit=name.value,
                )
        answers = getattr(self.boards, "answers", None)
        if answers is not None:
            for who, shown in BOARDS_BY.items():
                self.metrics.watch("hunter_board_reads_total", lambda who=who: answers[who], by=shown)  # type: ignore[misc]

    def wake(self, name: str) -> None:
        """Let the job *name* run soon: by a worker where there is one, else here; returns at once."""
        if self.workers is None or not self.workers.wake(name):
            self.jobs.wake(name)

    def work(self) -> None:
        """
        Be a worker until somebody says stop.

        Raises:
            SettingInvalid: If there is no Redis, or the database is in a file.
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
        from hunter_adapters.rq.work import current_id
        from hunter_adapters.rq.worker import Due, QueueWorker

        self.check_reachable()
        self.fan_out.start()
        jobs = [*self.tasks, measured(relaying(self.relay.relay.run), self.metrics)]
        if self.keeper is not None:
            jobs.append(measured(reconciling(self.keeper.tend), self.metrics))

        def named(job: Job) -> Callable[[], bool]:
            def run() -> bool:
                with doing(current_id()):
                    return job.run()

            return run

        due = {
            job.name: Due(every=job.every, run=named(job), is_aside=job.name in DELIVERING) for job in jobs
        }
        QueueWorker(self.settings.redis_url, due).run()

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
        from hunter_adapters.redis.board_keeper import Overtaken
        from hunter_adapters.redis.connection import RedisAway

        try:
            return self.keeper.rebuilt(progress)
        except (RedisAway, Overtaken) as error:
            raise SettingInvalid(f"HUNTER_REDIS_URL: {_one_line(error)}.") from error

    def check_ready(self) -> None:
        """
        Ask the database something.

        Raises:
            StoreUnavailable: If it does not answer.
        """
        with self.store.read() as uow:
            uow.histories.rulebook()

    def check_reachable(self) -> None:
        """
        Make sure that there is a database with our tables, as this program has them.

        Raises:
            SettingInvalid: If there is not.
        """
        try:
            self.check_ready()
            self.store.check_schema()
        except WrongDatabase as error:
            raise _wrong_database(error) from error
        except self._failures() as error:
            raise _no_database(self.settings, error) from error

    def prepare(self, progress: Callable[[str, int, int], None]) -> None:
        """
        Bring the database up to date: its schema, the achievements, and what follows from the rulebook.

        *progress* is told what is being done, and how much of it is.

        Raises:
            SettingInvalid: If there is no database that could be used.
        """
        from hunter_adapters.sql.schema import upgrade

        progress("Migrating the database", 0, 1)
        try:
            upgrade(self.store.database)
            progress("Migrating the database", 1, 1)
            self.store.seed_achievements(self.rulebook.catalogue)
            rederive(
                self.store,
                self.rulebook,
                lambda done, of: progress("Deriving hunters under the rulebook in force", done, of),
            )
        except WrongDatabase as error:
            raise _wrong_database(error) from error
        except self._failures() as error:
            raise _no_database(self.settings, error) from error

    def _failures(self) -> tuple[type[Exception], ...]:
        """Return what says that there is no usable database: the store's refusals, the driver's, SQLAlchemy's."""
        return (StoreUnavailable, DBAPIError, *self.store.database.errors)


def open_world(settings: Settings) -> World:
    """
    Return everything that *settings* stand for; nothing is connected yet.

    Raises:
        SettingInvalid: If one of them cannot be used.
    """
    if not settings.database_url or not (settings.jwt_keys and settings.peppers):
        make_data_dir(settings.data_dir)
    rulebook = rulebook_of(settings)
    gate, passwords = _gate(settings)
    store = _store(settings)
    redis = _redis(settings)
    metrics, draining = _metrics(settings, store, redis), Draining()
    metrics.watch("hunter_password_pool", passwords.count)
    metrics.watch("hunter_database_connections", lambda: store.connections_in_use)
    metrics.watch("hunter_database_connections_limit", store.database.pool.size)

    boards, keeper = _boards(store, redis, rulebook)
    last_use = LastUse()
    pusher, sender = _pusher(settings), _sender(settings)
    courier = Courier(store=store, sender=sender, vault=gate.vault, clock=SystemClock())
    todo = _tasks(settings, store, gate, rulebook, pusher, courier)
    tracing = _tracing()
    shared = tuple(measured(traced(job, tracing), metrics) for job in todo)
    workers = _workers(redis)
    here = shared if workers is None else [unless(workers.is_alive, job) for job in shared]
    own = [measured(job, metrics) for job in _jobs(store, last_use)]
    jobs = Jobs((*own, *here), threads=_JOB_THREADS)

    fan_out = _fan_out(redis)
    webhooks = WebhookConsumer()
    relaying_here = Relay(store, SystemClock(), consumers=(NotificationConsumer(), webhooks), fan_out=fan_out)

    def relayed() -> None:
        if webhooks.take_queued() and (workers is None or not workers.wake(WEBHOOKS_JOB)):
            jobs.wake(WEBHOOKS_JOB)

    relay = RelayThread(relaying_here, relayed=relayed)

    def close() -> None:
        # All of it within what is left of the 10 s in which a process ends (SPEC 7).
        relay.close(draining.left(JOIN_SECONDS))
        fan_out.close()
        jobs.stop()
        courier.close(draining.left(3.0))
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
        metrics=metrics,
        draining=draining,
        tracing=tracing,
        fan_out=fan_out,
        relay=relay,
        close=close,
    )


def open_security_log(settings: Settings) -> None:
    """
    Let the security log begin: in its file where it has one, else among the other messages.

    Raises:
        SettingInvalid: If the file cannot be written.
    """
    # Who reads only warnings wants these all the same.
    security.log.setLevel(logging.INFO)
    if settings.security_log is None:
        return
    try:
        security.log_to_file(settings.security_log)
    except OSError as error:
        raise SettingInvalid(
            f"HUNTER_SECURITY_LOG: {settings.security_log} cannot be written ({error.strerror or error}). "
            "Choose another file."
        ) from error


def check_there_is_a_file(settings: Settings) -> None:
    """
    Make sure that a database in a file is there: to open one that is not would make an empty one.

    Raises:
        SettingInvalid: If it is not.
    """
    if settings.is_sqlite:
        path = make_url(settings.database).database or ""
        if not Path(path).exists():
            raise SettingInvalid(
                f"HUNTER_DATABASE_URL: there is no database at {path}. `hunter migrate` makes one, and so does "
                "`hunter serve`."
            )


def rulebook_of(settings: Settings) -> Rulebook:
    """
    Return the rules in force.

    Raises:
        SettingInvalid: If there are none of that name, or they cannot be read.
    """
    try:
        reading = read_rulebook(*rulebook_text(settings.rulebook))
    except (HunterError, OSError, ValueError) as error:
        raise SettingInvalid(f"HUNTER_RULEBOOK: {_one_line(error)}") from error
    wrong = first_error(reading)
    if wrong is not None:
        raise SettingInvalid(f"HUNTER_RULEBOOK: {wrong}. `hunter rules check {settings.rulebook}` says more.")
    return reading.rulebook


def make_data_dir(folder: Path) -> None:
    """
    Make the data folder, for its owner alone, and see that it can be written.

    Raises:
        SettingInvalid: If it cannot.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise SettingInvalid(
            f"HUNTER_DATA_DIR: {folder} cannot be written ({error.strerror or error}). Choose another folder."
        ) from error


def _metrics(settings: Settings, store: SqlStore, redis: RedisConnection | None) -> Metrics:
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


def _tracing() -> Tracing | None:
    """Return what traces, where the variables of OpenTelemetry ask for it; else nothing of it is imported."""
    if not is_asked_for(os.environ):
        return None
    try:
        from hunter_adapters.otel import tracing
    except ImportError:
        log.warning("OTEL_… asks for traces, but there are none: install hunter-system[otel].")
        return None
    return tracing.Tracing(version=VERSION)


def _gate(settings: Settings) -> tuple[Gate, BoundedPool]:
    policy = _policy(settings)
    try:
        name = "HUNTER_JWT_KEYS"
        signing = KeyRing(development_keys.jwt_keys(settings))
        name = "HUNTER_PEPPERS"
        peppers = KeyRing(development_keys.peppers(settings))
    except ValueError as error:
        raise SettingInvalid(f"{name}: {_one_line(error)}.") from error
    pool = BoundedPool.of_this_machine()
    gate = Gate(
        policy=policy,
        passwords=BcryptPasswords(peppers, pool),
        common=common_passwords(),
        access=JwtAccessTokens(signing, lasts=policy.access_lasts),
        refresh=DerivedRefreshTokens(peppers),
        codes=DerivedCodes(peppers),
        totp=PyotpTotp(),
        vault=AesVault(peppers),
        subjects=KeyedSubjects(peppers),
        log=JsonSecurityLog(),
    )
    return gate, pool


def _sign_in_with(settings: Settings) -> SignInWith:
    """Return the identity providers whose client and secret are set."""
    asked: dict[ProviderName, IdentityProvider] = {}
    if settings.google_client_id:
        asked[ProviderName.GOOGLE] = OpenIdProvider(
            issuer=settings.google_issuer,
            client_id=settings.google_client_id,
            client_secret=settings.google_client_secret,
        )
    if settings.github_client_id:
        asked[ProviderName.GITHUB] = GitHubProvider(
            url=settings.github_url,
            api_url=settings.github_api_url,
            client_id=settings.github_client_id,
            client_secret=settings.github_client_secret,
        )
    return SignInWith(
        providers=Providers(of=asked, callback_urls=settings.frontend_callback_urls),
        public_url=settings.public_url,
        is_production=settings.is_production,
    )


def _policy(settings: Settings) -> AuthPolicy:
    profile = STRICT if settings.auth_profile is AuthProfile.STRICT else CONTRACT
    return replace(profile, requires_verified=settings.require_verified)


def _store(settings: Settings) -> SqlStore:
    try:
        return open_store(
            settings.database,
            pool_size=THREADS
            + PASSWORD_THREADS
            + PROVIDER_THREADS
            + EXPORT_THREADS
            + LIVE_THREADS
            + _HEALTH_THREADS
            + _FIGURES_THREADS
            + _RELAY_THREADS
            + _BOARD_THREADS
            + _JOB_THREADS,
        )
    except WrongDatabase as error:
        raise _wrong_database(error) from error


def _wrong_database(error: WrongDatabase) -> SettingInvalid:
    return SettingInvalid(f"HUNTER_DATABASE_URL: {_one_line(error)}.")


def _redis(settings: Settings) -> RedisConnection | None:
    """Return the way to Redis, not connected yet: the server starts without it, and finds it when it is there."""
    if not settings.redis_url:
        return None
    try:
        from hunter_adapters.redis.connection import RedisConnection

        return RedisConnection(settings.redis_url)
    except ImportError as error:
        raise SettingInvalid(
            "HUNTER_REDIS_URL: the client of Redis is not installed. Install hunter-system[redis]."
        ) from error
    except ValueError as error:
        raise SettingInvalid(f"HUNTER_REDIS_URL: {_one_line(error)}.") from error


def _boards(
    store: SqlStore, redis: RedisConnection | None, rulebook: Rulebook
) -> tuple[Boards, BoardKeeper | None]:
    """Return the boards, and who keeps them in Redis, not started yet; without Redis SQL answers alone."""
    in_store = SqlBoards(store)
    if redis is None:
        return in_store, None
    from hunter_adapters.redis.board_keeper import BoardKeeper
    from hunter_adapters.redis.boards import RedisBoards
    from hunter_adapters.sql.board_source import SqlBoardSource

    keeper = BoardKeeper(redis, SqlBoardSource(store), SystemClock(), fingerprint=rulebook.hash)
    store.after_commit = keeper.changed
    return RedisBoards(redis, keeper, in_store), keeper


def _tasks(
    settings: Settings, store: SqlStore, gate: Gate, rulebook: Rulebook, pusher: Pusher, courier: Courier
) -> Sequence[Job]:
    """Return what a worker does, or else the web processes."""
    clock = SystemClock()
    mails = MailRoom(
        store=store,
        mailer=_mailer(settings),
        letters=Letters(link_url=settings.mail_link_url),
        codes=gate.codes,
        log=gate.log,
        clock=clock,
    )
    pushes = PushRoom(store=store, pusher=pusher, vault=gate.vault, clock=clock)
    return tuple(
        tasks(
            store=store,
            clock=clock,
            rulebook=rulebook,
            log=gate.log,
            mails=mails,
            pushes=pushes,
            courier=courier,
        )
    )


def _pusher(settings: Settings) -> Pusher:
    """Return what pushes, where the extra is installed."""
    try:
        from hunter_adapters.push.apprise import ApprisePusher
    except ImportError:
        return NoPusher()
    return ApprisePusher(Outbound(settings.outbound_allow))


def _sender(settings: Settings) -> HttpSender:
    """Return what carries webhooks out: without TLS only into networks that the settings name."""
    return HttpSender(Outbound(settings.outbound_allow), lan=settings.outbound_allow)


def _workers(redis: RedisConnection | None) -> WorkerWatch | None:
    """Return what tells whether there is a worker; without Redis there is none."""
    if redis is None:
        return None
    from hunter_adapters.rq.queue import WorkerWatch

    return WorkerWatch(redis)


def _mailer(settings: Settings) -> Mailer:
    try:
        sender = address_of(settings.mail_from)
    except ValueError as error:
        raise SettingInvalid(f"HUNTER_MAIL_FROM {_one_line(error)}.") from error
    now = SystemClock().now
    if not settings.smtp_url:
        return FileMailer(settings.mail_dir, sender=sender, now=now)
    try:
        return SmtpMailer(SmtpServer.of(settings.smtp_url), sender=sender, now=now)
    except ValueError as error:
        raise SettingInvalid(f"HUNTER_SMTP_URL {_one_line(error)}.") from error


def _jobs(store: SqlStore, last_use: LastUse) -> Iterable[Job]:
    """Yield what happens by itself, in every web process (`jobs`)."""
    yield Job(name="last-use", every=LAST_USE_SECONDS, run=lambda: last_use.write(store))


def _fan_out(redis: RedisConnection | None) -> LocalFanOut | RedisFanOut:
    """Return by whom live sockets hear what happens: over Redis, those of other processes too."""
    if redis is None:
        return LocalFanOut()
    from hunter_adapters.redis.pubsub import RedisFanOut

    return RedisFanOut(redis)


def _limiter(redis: RedisConnection | None) -> Limiter:
    if redis is None:
        return MemoryLimiter()
    from hunter_adapters.redis.limits import RedisLimiter

    return FallingBack(shared=RedisLimiter(redis), own=MemoryLimiter())


def _limits(settings: Settings) -> Mapping[LimitName, Limit]:
    rates = {
        LimitName.AUTH: settings.limit_auth,
        LimitName.QUESTS: settings.limit_quests,
        LimitName.LEADERBOARD: settings.limit_leaderboard,
        LimitName.ANALYTICS: settings.limit_analytics,
        LimitName.OTHER: settings.limit_other,
    }
    return {name: Limit(rate.requests, rate.seconds) for name, rate in rates.items()}


def _no_database(settings: Settings, error: BaseException) -> SettingInvalid:
    """Return what to say, in the words of the driver, which knows best; but never with the password."""
    driver = getattr(error, "orig", None) or error.__cause__ or error
    where, why = (
        host_of(settings.database),
        (str(driver).splitlines() or [type(driver).__name__])[0].rstrip("."),
    )
    password = urlsplit(settings.database).password
    if password:
        why = why.replace(password, "…")
    return SettingInvalid(f"HUNTER_DATABASE_URL: the database at {where} cannot be used: {why}.")


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split()).rstrip(".")

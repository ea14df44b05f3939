"""What processes share through Redis, and what stands in for it where there is none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from hunter_adapters.crypto.keys import KeyRing
from hunter_adapters.memory.limits import MemoryLimiter
from hunter_adapters.sql import SqlStore
from hunter_adapters.sql.boards import SqlBoards
from hunter_api import development_keys
from hunter_api.settings import SettingInvalid, Settings
from hunter_api.wiring.words import one_line
from hunter_core.clock import SystemClock
from hunter_core.leaderboard.board import Boards
from hunter_core.limits.fallback import FallingBack
from hunter_core.limits.limit import Limit, LimitName
from hunter_core.limits.ports import Limiter
from hunter_core.live.fan_out import LocalFanOut
from hunter_core.rules.rulebook import Rulebook

if TYPE_CHECKING:
    from hunter_adapters.redis.boards.keeper import BoardKeeper
    from hunter_adapters.redis.connection import RedisConnection
    from hunter_adapters.redis.pubsub import RedisFanOut
    from hunter_adapters.rq.queue import WorkerWatch


def redis_of(settings: Settings) -> RedisConnection | None:
    """Return the way to Redis, not connected yet: the server starts without it, and finds it when it is there."""
    if not settings.redis_url:
        return None
    try:
        from hunter_adapters.redis.connection import RedisConnection

        return RedisConnection(settings.redis_url)
    except ImportError as error:
        raise SettingInvalid(
            'HUNTER_REDIS_URL: the extra "redis" is not installed. In the folder of the source, '
            "pip install '.[server,redis]'."
        ) from error
    except ValueError as error:
        raise SettingInvalid(f"HUNTER_REDIS_URL: {one_line(error)}.") from error


def boards_of(
    store: SqlStore, redis: RedisConnection | None, rulebook: Rulebook
) -> tuple[Boards, BoardKeeper | None]:
    """Return the boards, and who keeps them in Redis, not started yet; without Redis SQL answers alone."""
    in_store = SqlBoards(store)
    if redis is None:
        return in_store, None
    from hunter_adapters.redis.boards.keeper import BoardKeeper
    from hunter_adapters.redis.boards.reader import RedisBoards
    from hunter_adapters.sql.board_source import SqlBoardSource

    keeper = BoardKeeper(redis, SqlBoardSource(store), SystemClock(), fingerprint=rulebook.hash)
    store.after_commit = keeper.changed
    return RedisBoards(redis, keeper, in_store), keeper


def fan_out_of(settings: Settings, redis: RedisConnection | None) -> LocalFanOut | RedisFanOut:
    """Return by whom live sockets hear what happens: over Redis, those of other processes too."""
    if redis is None:
        return LocalFanOut()
    from hunter_adapters.redis.pubsub import RedisFanOut

    _, key = KeyRing(development_keys.peppers(settings)).for_purpose("news").first
    return RedisFanOut(redis, key)


def limiter_of(redis: RedisConnection | None) -> Limiter:
    """Return who counts: Redis for all processes, this one alone while it does not answer."""
    if redis is None:
        return MemoryLimiter()
    from hunter_adapters.redis.limits import RedisLimiter

    return FallingBack(shared=RedisLimiter(redis), own=MemoryLimiter())


def limits_of(settings: Settings) -> Mapping[LimitName, Limit]:
    """Return how many requests each limit lets through."""
    rates = {
        LimitName.AUTH: settings.limit_auth,
        LimitName.QUESTS: settings.limit_quests,
        LimitName.LEADERBOARD: settings.limit_leaderboard,
        LimitName.ANALYTICS: settings.limit_analytics,
        LimitName.OTHER: settings.limit_other,
    }
    return {name: Limit(rate.requests, rate.seconds) for name, rate in rates.items()}


def workers_of(redis: RedisConnection | None) -> WorkerWatch | None:
    """Return what tells whether there is a worker; without Redis there is none."""
    if redis is None:
        return None
    from hunter_adapters.rq.queue import WorkerWatch

    return WorkerWatch(redis)

"""What is done where something else than ours lies under a key of the boards: they are made anew."""

from __future__ import annotations

from redis import Redis

from hunter_adapters.redis.boards import keys
from hunter_adapters.redis.boards.commands import is_time_for
from hunter_adapters.redis.connection import RedisAway, RedisConnection


def disown(connection: RedisConnection, why: str, seconds: int) -> None:
    """
    Let whoever looks next make the boards anew, at most once in *seconds*: somebody may go on writing there.

    Nobody believes boards without a state, and no state says where anything else of them was.
    """

    def work(client: Redis) -> bool:
        if not is_time_for(client, keys.EVICTED, seconds):
            return False
        client.delete(keys.STATE)
        return True

    try:
        if not connection.ask(work):
            return
    except RedisAway:
        return
    connection.foreign.found(
        "boards",
        f"Under a key of the boards in Redis lies something else ({why}): they are made anew.",
    )

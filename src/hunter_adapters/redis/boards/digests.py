"""Whether boards in Redis hold what the ledger says: the digest of both, to be compared by whoever asks."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hunter_adapters.redis.boards import keys
from hunter_adapters.redis.boards.commands import scores_of, span
from hunter_adapters.redis.boards.parsing import parsing
from hunter_adapters.redis.boards.writer import PUT
from hunter_adapters.redis.connection import RedisConnection
from hunter_core.leaderboard.projection import BoardSource, Digest, ledger_digest

_COMPARISONS = 20
"""How often those whose scores differ are read again before they are said to differ."""


def digests(
    connection: RedisConnection, source: BoardSource, windows: Sequence[str], catch_up: Callable[[], None]
) -> tuple[str, str]:
    """
    Return the digest of what Redis holds of *windows*, and that of the ledger; *catch_up* brings over who changed.

    A commit between the two readings makes them differ, for that hunter: those who differ are read again,
    a few times, and there are fewer of them each time. So each hunter is compared at a moment of their own.

    Raises:
        RedisAway: If Redis does not answer.
        StoreUnavailable: If the store does not.
    """
    catch_up()
    kept, told = digest_of(connection, windows), ledger_digest(source, windows)
    for _ in range(_COMPARISONS):
        differing = kept.differing(told)
        if not differing:
            break
        catch_up()
        for first in range(0, len(differing), PUT):
            part = differing[first : first + PUT]
            kept.replace(part, connection.ask(lambda client: scores_of(client, part, windows)))  # noqa: B023 - asked at once
            told.replace(part, source.from_the_ledger(part, windows))
    return str(kept), str(told)


def digest_of(connection: RedisConnection, windows: Sequence[str]) -> Digest:
    """
    Return the digest of what Redis holds of *windows*.

    Raises:
        RedisAway: If Redis does not answer.
        KeyUnusable: If what lies there is not as we write it.
    """
    digest = Digest()
    for window in windows:
        first = 0
        while rows := connection.ask(lambda client: span(client, window, first)):  # noqa: B023 - asked at once
            with parsing():
                scores = [keys.score_of(window, member, score) for member, score in rows]
            for each in scores:
                digest.add(*each)
            first += len(rows)
    return digest

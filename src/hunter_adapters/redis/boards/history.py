"""
Whether boards in Redis are of this database, in a state that it was really in.

A database that was brought back from a copy, a new one, or a standby that lacks the last commits knows nothing of
what Redis holds by then. So the database is given random words, one in ten seconds in which something changed,
and Redis keeps the last one: whoever does not know it is another, or was never so far. Who was brought over since
the last word is noted in Redis, and read again wherever the database may have been put in the place of another.
"""

from __future__ import annotations

import logging
import uuid
from datetime import datetime

from redis import Redis

from hunter_adapters.redis.boards import keys
from hunter_adapters.redis.boards.commands import (
    Believed,
    Fields,
    State,
    change,
    fresh,
    is_time_for,
    no_longer_fresh,
    state,
)
from hunter_adapters.redis.boards.parsing import hunters_of
from hunter_adapters.redis.boards.writer import BoardWriter, Overtaken
from hunter_adapters.redis.connection import RedisConnection
from hunter_core.errors import OutcomeUnknown, StoreUnavailable
from hunter_core.leaderboard.projection import BoardSource, micros

WORD_SECONDS = 10
"""How often the database is given a word at most, by all processes together."""

_LOOKS = 10
"""How often word and database are read until nobody gave a word between the two readings."""

log = logging.getLogger("hunter.boards")


class BoardHistory:
    """Gives words to the database, and holds them against those of Redis."""

    def __init__(self, connection: RedisConnection, source: BoardSource, writer: BoardWriter) -> None:
        self._connection, self._source, self._writer = connection, source, writer
        self._word: str | None = None
        # How many connections to the database were opened when the word was looked at, and when who is fresh was
        # brought over again.
        self._opened_at_word: int | None = None
        self._opened_at_fresh: int | None = None

    def may_be_another(self) -> bool:
        """Tell whether a connection was opened since the boards were last held against the database."""
        return self._source.connections_opened() != self._opened_at_fresh

    def is_ours(self, found: State) -> bool:
        """
        Tell whether the boards that said *found* are of this database, which has not been set back since.

        Raises:
            RedisAway: If Redis does not answer.
            StoreUnavailable: If the store does not.
            Overtaken: If somebody is beginning anew.
        """
        for _ in range(_LOOKS):
            self._opened_at_word = self._source.connections_opened()
            self._word = self._source.word()
            if self._opened_at_word != self._source.connections_opened():
                # It was asked over a new connection, so what was told before may have been told by another.
                continue
            if self._word is not None and self._word.encode() in (found.word, found.next_word):
                if self._word.encode() != found.word:
                    # Whoever gave it did not come so far as to say so.
                    self._agree(found.generation, self._word)
                return True
            again = self._connection.ask(state)
            if again.generation != found.generation:
                break
            if (again.word, again.next_word) == (found.word, found.next_word):
                return False
            found = again
        raise Overtaken("somebody else is at them")

    def bring_over_again(self, generation: bytes) -> None:
        """
        Bring over again who is fresh, where another database may have come in the place of the one before.

        That may be so at the beginning of a process, and wherever a connection was opened.

        Raises:
            As `BoardWriter.apply`.
            KeyUnusable: If those who are fresh are not noted as we do it.
        """
        opened = self._opened_at_word
        if opened == self._opened_at_fresh:
            return
        found = self._connection.ask(fresh)
        self._writer.apply(hunters_of(found), generation)
        self._opened_at_fresh = opened

    def follow(self, believed: Believed) -> None:
        """
        Give the database a word, where somebody is fresh and it is time for one; then they are not any more.

        Raises:
            RedisAway: If Redis does not answer.
        """
        if not self._connection.ask(lambda client: client.hlen(keys.FRESH)):
            return
        if not self._connection.ask(lambda client: is_time_for(client, keys.GIVING, WORD_SECONDS)):
            return
        found = self._connection.ask(fresh)
        word = uuid.uuid4().hex
        ours: Fields = {keys.GENERATION: believed.generation}
        # Said before it is given, so that nobody takes the database for another meanwhile.
        if not self._connection.ask(lambda client: change(client, ours, {keys.NEXT_WORD: word})):
            return
        try:
            if not self._source.give_word(word, self._word):
                return
        except (StoreUnavailable, OutcomeUnknown) as error:
            log.info("The database is given no word: %s", error)
            return
        # Over a new connection it may have been given to another database than the one they were read from.
        if (
            self._agree(believed.generation, word)
            and self._source.connections_opened() == self._opened_at_fresh
        ):
            self._connection.ask(lambda client: no_longer_fresh(client, believed.generation, found))

    def begin(self) -> None:
        """Look which word the database has before boards are made from it."""
        self._word = self._source.word()

    def finish(self, generation: bytes, ready: bytes, began: datetime) -> None:
        """
        Say that the boards of *generation*, made since `begin`, are whole, under a new word.

        Raises:
            RedisAway: If Redis does not answer.
            StoreUnavailable: If the store does not.
            Overtaken: If Redis was emptied meanwhile, or somebody else began anew.
        """
        word = uuid.uuid4().hex
        if not self._source.give_word(word, self._word):
            raise Overtaken("the database was given a word while boards were being made")
        fields: Fields = {keys.READY: ready, keys.LOOKED: micros(began), keys.WORD: word, keys.NEXT_WORD: ""}

        def work(client: Redis) -> bool:
            was_ours = change(client, {keys.GENERATION: generation}, fields)
            if was_ours:
                client.delete(keys.BUILDING)
            return was_ours

        if not self._connection.ask(work):
            raise Overtaken("Redis was emptied while boards were being made")
        self._word = word

    def _agree(self, generation: bytes, word: str) -> bool:
        expected: Fields = {keys.GENERATION: generation, keys.NEXT_WORD: word}
        agreed = self._connection.ask(
            lambda client: change(client, expected, {keys.WORD: word, keys.NEXT_WORD: ""})
        )
        if agreed:
            self._word = word
        return agreed

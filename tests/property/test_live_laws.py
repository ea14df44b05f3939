"""The law of live sockets: whatever happens on the way, each sees every event of its hunter once, and in order."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from hunter_adapters.memory import MemoryStore
from hunter_adapters.testing.builders import NOW, a_hunter, a_session, an_account, an_event, registered
from hunter_adapters.testing.clock import StillClock
from hunter_api.live.sockets import Socket
from hunter_core.accounts.session import SignedIn
from hunter_core.events import OutboxEvent
from hunter_core.hunters.hunter import Hunter
from hunter_core.ids import HunterId
from hunter_core.live.hub import Hub
from hunter_core.live.news import from_bytes, to_bytes
from hunter_core.live.position import Position
from hunter_core.live.replay import missed
from hunter_core.ports import UnitOfWork
from hunter_core.relay.relay import Relay

HUNTERS = [a_hunter(), a_hunter("Jinah")]


class Killed(Exception):
    """The relay died before its commit."""


class World:
    """Two hunters, a relay that may die, news that may be lost, late or doubled, and sockets of one process."""

    def __init__(self) -> None:
        self.store = MemoryStore(before_commit=self._before_commit)
        self.hub = Hub()
        self.news: list[bytes] = []
        self.sockets: list[tuple[int, Socket, list[dict[str, Any]]]] = []
        self._dies = False
        for hunter in HUNTERS:
            registered(self.store, hunter)
            with self.store.write() as uow:
                uow.accounts.lock(hunter.id)
                uow.sessions.add(a_session(hunter.name))
                uow.commit()
        self.relay = Relay(self.store, StillClock(), teller=self)

    def tell(self, events: Sequence[OutboxEvent]) -> None:
        self.news.append(to_bytes(events))

    def last(self, hunter: Hunter) -> int:
        with self.store.read() as uow:
            return uow.outbox.last_seq(hunter.id)

    # --- what may happen --------------------------------------------------------------------------------------

    def commit(self, whose: int, count: int) -> None:
        hunter = HUNTERS[whose]

        def work(uow: UnitOfWork) -> None:
            uow.hunters.lock(hunter.id)
            first = uow.outbox.last_seq(hunter.id) + 1
            uow.outbox.add([an_event(hunter, first + n) for n in range(count)])

        self.store.run(work)

    def commit_and_relay(self, whose: int) -> None:
        self.commit(whose, 1)
        self.relay_passes(dies=False)

    def relay_passes(self, dies: bool) -> None:
        self._dies = dies
        try:
            self.relay.run()
        except Killed:
            pass
        finally:
            self._dies = False

    def news_comes(self, which: int, again: bool) -> None:
        """Let a message arrive: perhaps not the oldest, and perhaps not for the last time."""
        if self.news:
            place = -1 - which % len(self.news)
            self.hub.hear(from_bytes(self.news[place] if again else self.news.pop(place)))

    def news_is_lost(self, which: int) -> None:
        if self.news:
            self.news.pop(-1 - which % len(self.news))

    def connect(self, whose: int, missing: int, slowness: int) -> None:
        hunter = HUNTERS[whose]
        after = max(0, self.last(hunter) - missing)
        seen: list[dict[str, Any]] = []

        async def send(message: dict[str, Any]) -> None:
            for _ in range(slowness % 3):
                await asyncio.sleep(0)
            assert message["type"] == "websocket.send"
            seen.append(json.loads(message["text"]))

        async def read(hunter_id: HunterId, after: int) -> list[OutboxEvent]:
            await asyncio.sleep(0)
            with self.store.read() as uow:
                events = list(missed(uow, hunter_id, after, limit=200))
            for _ in range(slowness):
                await asyncio.sleep(0)
            return events

        signed_in = SignedIn.of(a_session(hunter.name), an_account(hunter.name, id=hunter.id))
        socket = Socket(
            signed_in=signed_in,
            position=Position(after),
            clock=StillClock(),
            send=send,
            read=read,
            hang_up=None,
        )
        self.hub.add(socket)
        socket.catch_up()
        self.sockets.append((after, socket, seen))

    def look(self) -> None:
        sessions = self.hub.sessions()
        with self.store.read() as uow:
            self.hub.look(sessions, uow.watch.look(sessions), NOW)

    def _before_commit(self) -> None:
        if self._dies:
            raise Killed


ACTIONS: st.SearchStrategy[tuple[Callable[..., None], tuple[Any, ...]]] = st.one_of(
    st.tuples(st.just(World.commit), st.tuples(st.integers(0, 1), st.integers(1, 3))),
    st.tuples(st.just(World.commit_and_relay), st.tuples(st.integers(0, 1))),
    st.tuples(st.just(World.relay_passes), st.tuples(st.booleans())),
    st.tuples(st.just(World.news_comes), st.tuples(st.integers(0, 5), st.booleans())),
    st.tuples(st.just(World.news_is_lost), st.tuples(st.integers(0, 5))),
    st.tuples(st.just(World.connect), st.tuples(st.integers(0, 1), st.integers(0, 5), st.integers(0, 6))),
    st.tuples(st.just(World.look), st.tuples()),
)


# Between two of them the sockets have no time, some, or as much as they need.
@given(st.lists(st.tuples(ACTIONS, st.sampled_from([0, 1, 3, 30])), min_size=25, max_size=60))
def test_every_socket_sees_each_event_after_its_number_once_and_in_order(
    story: list[tuple[tuple[Callable[..., None], tuple[Any, ...]], int]],
) -> None:
    async def play() -> None:
        world = World()
        for whose in (0, 1):
            world.connect(whose, 0, 1)
        for (action, arguments), turns in story:
            action(world, *arguments)
            for _ in range(turns):
                await asyncio.sleep(0)
        # One look is enough, whatever was lost; and late news changes nothing any more.
        world.look()
        while world.news:
            world.news_comes(0, again=False)
        for _ in range(2000):
            if all(not socket._tasks for _, socket, _ in world.sockets):
                break
            await asyncio.sleep(0)
        for after, socket, seen in world.sockets:
            hunter = next(each for each in HUNTERS if each.id == socket.hunter_id)
            assert [frame["id"] for frame in seen] == list(range(after + 1, world.last(hunter) + 1))
            await socket.end()

    asyncio.run(play())


@given(st.lists(st.booleans(), max_size=12))
def test_a_relay_that_dies_again_and_again_tells_everything_and_marks_nothing_twice(
    deaths: list[bool],
) -> None:
    world = World()
    for dies in deaths:
        world.commit(0, 2)
        world.relay_passes(dies)
    while world.relay.run():
        pass

    told = [event.seq for message in world.news for event in from_bytes(message)]
    assert list(dict.fromkeys(told)) == list(range(1, 2 * len(deaths) + 1))
    with world.store.read() as uow:
        assert uow.backlog.lag().waiting == 0

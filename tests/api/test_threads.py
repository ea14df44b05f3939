"""Threads and keys under way: who waits too long is told so, and who waits for a key takes no thread."""

from __future__ import annotations

import asyncio
import threading
from uuid import uuid4

import pytest

from hunter_api.door import threads
from hunter_api.door.threads import KeysUnderWay, KeyUnderWay, Threads
from hunter_core.errors import TooBusy
from hunter_core.ids import AccountId
from hunter_core.keys import KeyedRequest


def a_request(key: str = "k") -> KeyedRequest:
    return KeyedRequest.of(account_id=AccountId(ACCOUNT), key=key, method="POST", path="/", body=b"")


ACCOUNT = uuid4()


def test_what_waited_too_long_is_refused_and_not_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[str] = []

    async def story() -> None:
        pool, free, has_begun = Threads(1), threading.Event(), threading.Event()

        def hold() -> bool:
            has_begun.set()
            return free.wait(60)

        first = asyncio.create_task(pool.run(hold))
        assert await asyncio.to_thread(has_begun.wait, 60)
        with monkeypatch.context() as hasty:
            # For the second alone: the others may have to wait for a busy machine.
            hasty.setattr(threads, "LONGEST_WAIT", 0.05)
            second = asyncio.create_task(pool.run(lambda: begun.append("second")))
            await asyncio.sleep(0.1)
            free.set()
            assert await first
            with pytest.raises(TooBusy):
                await second
        await pool.run(lambda: begun.append("third"))
        pool.close()

    asyncio.run(story())
    assert begun == ["third"]


def test_a_queue_that_is_full_refuses_at_once_and_takes_again_when_there_is_room() -> None:
    async def story() -> None:
        pool, free = Threads(1, waiting=2), threading.Event()
        begun = [asyncio.create_task(pool.run(lambda: free.wait(30))) for _ in range(3)]
        await asyncio.sleep(0.01)
        for _ in range(5):
            with pytest.raises(TooBusy) as refusal:
                await pool.run(lambda: free.wait(30))
            assert refusal.value.retry_after > 1
        free.set()
        assert await asyncio.gather(*begun) == [True] * 3
        assert await pool.run(lambda: "again") == "again"
        pool.close()

    asyncio.run(story())


def test_a_key_is_held_by_one_at_a_time() -> None:
    keys = KeysUnderWay()
    with keys.holding(a_request()):
        with pytest.raises(KeyUnderWay) as busy, keys.holding(a_request()):
            pass
        assert not busy.value.finished.done()
        with keys.holding(a_request("another")):
            pass
    assert busy.value.finished.done()
    with keys.holding(a_request()):
        pass


def test_a_key_is_let_go_of_when_its_request_fails() -> None:
    keys = KeysUnderWay()
    with pytest.raises(TooBusy), keys.holding(a_request()):
        raise TooBusy("no")
    with keys.holding(a_request()):
        pass

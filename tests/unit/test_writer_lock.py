"""The queue of SQLite's writers: who came first goes first, and nobody waits for ever."""

from __future__ import annotations

import threading

from hunter_adapters.sql.writer_lock import WriterLock

PATIENCE = 60.0


def waiting(lock: WriterLock) -> int:
    return len(lock._waiting)


def test_the_first_to_come_is_the_first_to_go() -> None:
    lock, order = WriterLock(), []
    assert lock.acquire(PATIENCE)

    def write(number: int) -> None:
        assert lock.acquire(PATIENCE)
        order.append(number)
        lock.release()

    threads = []
    for number in range(10):
        threads.append(threading.Thread(target=write, args=(number,)))
        threads[-1].start()
        while waiting(lock) <= number:
            pass
    lock.release()
    for thread in threads:
        thread.join(PATIENCE)

    assert order == list(range(10))


def test_one_at_a_time() -> None:
    lock, inside, most = WriterLock(), [0], [0]

    def write() -> None:
        for _ in range(50):
            assert lock.acquire(PATIENCE)
            inside[0] += 1
            most[0] = max(most[0], inside[0])
            inside[0] -= 1
            lock.release()

    threads = [threading.Thread(target=write) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)

    assert most == [1]


def test_who_waits_too_long_gives_up_and_leaves_the_queue() -> None:
    lock = WriterLock()
    assert lock.acquire(PATIENCE)

    assert lock.acquire(0.01) is False

    assert waiting(lock) == 0
    lock.release()
    assert lock.acquire(0.01) is True


def test_a_turn_that_comes_as_the_wait_ends_is_taken() -> None:
    lock = WriterLock()
    for _ in range(200):
        assert lock.acquire(PATIENCE)
        got: list[bool] = []
        other = threading.Thread(target=lambda got=got: got.append(lock.acquire(0.001)))
        other.start()
        lock.release()
        other.join(PATIENCE)
        # Whether it got its turn or not: the lock is free exactly when it did not.
        if got == [True]:
            lock.release()
        assert lock.acquire(PATIENCE)
        lock.release()

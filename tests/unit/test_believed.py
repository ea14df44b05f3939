"""What SQL boards believe for a while: totals of many, worked out by one thread for all."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

from hunter_adapters.sql.boards import Believed


def test_what_is_not_believed_leaves_nothing_behind() -> None:
    believed = Believed()
    values = [believed.get(("total", window), lambda each=window: (each, 0.0)) for window in range(5_000)]  # type: ignore[misc]
    assert values == list(range(5_000))
    assert not believed._known
    assert not believed._working


def test_what_is_believed_no_longer_is_not_told_again() -> None:
    believed = Believed()
    assert believed.get("board", lambda: (20_000, 1e-9)) == 20_000
    assert believed.get("board", lambda: (19_999, 0.0)) == 19_999
    assert believed.get("board", lambda: (5, 0.0)) == 5
    assert not believed._known


def test_one_thread_works_it_out_for_all() -> None:
    believed, together, worked = Believed(), threading.Barrier(8), []

    def work() -> tuple[int, float]:
        worked.append(1)
        return 30_000, 60.0

    def ask(_: int) -> int:
        together.wait(10)
        value: int = believed.get("board", work)
        return value

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(ask, range(8))) == {30_000}
    assert len(worked) == 1

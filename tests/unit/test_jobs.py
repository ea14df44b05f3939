"""What happens by itself: done when it is due, woken, put off after failures, and never in the way of another."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise

import pytest

from hunter_api.background.jobs import LONGEST_REST, LONGEST_WAIT, Job, Jobs
from hunter_core.errors import StoreUnavailable

PATIENCE = 60.0
NEVER = 10_000.0


class Work:
    """Counts its runs, and does what it is told."""

    def __init__(self, run: Callable[[int], bool] = lambda count: False) -> None:
        self._do, self.count = run, 0
        self._changed = threading.Condition()

    def __call__(self) -> bool:
        with self._changed:
            self.count += 1
            self._changed.notify_all()
        return self._do(self.count)

    def happened(self, times: int) -> bool:
        """Wait until it ran *times*, and say whether it did."""
        with self._changed:
            return self._changed.wait_for(lambda: self.count >= times, PATIENCE)


@contextmanager
def running(*jobs: Job, threads: int = 1) -> Iterator[Jobs]:
    at_work = Jobs(jobs, threads=threads)
    at_work.start()
    try:
        yield at_work
    finally:
        at_work.close()


def test_every_job_runs_at_once_and_again_when_it_is_due() -> None:
    often, rarely = Work(), Work()
    with running(Job(name="often", every=0.001, run=often), Job(name="rarely", every=NEVER, run=rarely)):
        assert often.happened(20)
        assert rarely.count == 1


def test_a_job_that_says_there_is_more_runs_again_at_once() -> None:
    work = Work(lambda count: count < 5)
    with running(Job(name="work", every=NEVER, run=work)):
        assert work.happened(5)


def test_a_job_that_is_woken_runs_and_an_unknown_one_is_nothing() -> None:
    work = Work()
    with running(Job(name="work", every=NEVER, run=work)) as jobs:
        assert work.happened(1)
        jobs.wake("another")
        jobs.wake("work")
        assert work.happened(2)


def test_a_job_woken_while_it_runs_runs_once_more() -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slow(count: int) -> bool:
        begun.set()
        return count == 1 and not go_on.wait(PATIENCE)

    work = Work(slow)
    with running(Job(name="work", every=NEVER, run=work)) as jobs:
        assert begun.wait(PATIENCE)
        for _ in range(50):
            jobs.wake("work")
        go_on.set()
        assert work.happened(2)
        time.sleep(0.05)
        assert work.count == 2


def test_no_job_is_done_by_two_threads_at_once() -> None:
    inside, most = 0, 0
    lock = threading.Lock()

    def watched(count: int) -> bool:
        nonlocal inside, most
        with lock:
            inside += 1
            most = max(most, inside)
        time.sleep(0.001)
        with lock:
            inside -= 1
        return count < 50

    work = Work(watched)
    with running(Job(name="work", every=NEVER, run=work), threads=4) as jobs:
        while work.count < 50:
            jobs.wake("work")
    assert most == 1


def test_a_job_that_is_woken_all_the_time_starves_no_other() -> None:
    def wakes_itself(_: int) -> bool:
        jobs.wake("greedy")
        return True

    greedy, modest = Work(wakes_itself), Work()
    jobs = Jobs([Job(name="greedy", every=NEVER, run=greedy), Job(name="modest", every=0.001, run=modest)])
    jobs.start()
    try:
        assert modest.happened(20)
        assert greedy.happened(20)
    finally:
        jobs.close()


def test_a_job_that_hangs_leaves_the_other_threads_to_the_others() -> None:
    let_go = threading.Event()
    hanging, other = Work(lambda _: not let_go.wait(PATIENCE)), Work()
    with running(
        Job(name="hanging", every=NEVER, run=hanging), Job(name="other", every=0.001, run=other), threads=2
    ):
        assert hanging.happened(1)
        assert other.happened(20)
        assert hanging.count == 1
        let_go.set()


@pytest.mark.parametrize("error", [StoreUnavailable(), ZeroDivisionError("a mistake of ours")])
def test_a_job_that_fails_ends_no_other_and_is_tried_again_after_a_rest_that_doubles(
    error: Exception,
) -> None:
    moments: list[float] = []

    def fail(count: int) -> bool:
        moments.append(time.monotonic())
        if count < 5:
            raise error
        return False

    failing, other = Work(fail), Work()
    with running(Job(name="failing", every=0.01, run=failing), Job(name="other", every=0.001, run=other)):
        assert failing.happened(5)
        assert other.happened(5)
    rests = [later - earlier for earlier, later in pairwise(moments)]
    assert all(rest >= least for rest, least in zip(rests, (0.02, 0.04, 0.08, 0.16), strict=True))


@pytest.mark.parametrize(
    ("error", "every", "rests"),
    [
        (ZeroDivisionError("a mistake of ours"), 60.0, [120.0, 240.0, LONGEST_REST, LONGEST_REST]),
        (StoreUnavailable(), 5.0, [10.0, LONGEST_WAIT, LONGEST_WAIT, LONGEST_WAIT]),
        (StoreUnavailable(), 60.0, [60.0, 60.0, 60.0, 60.0]),
        (StoreUnavailable(), 3600.0, [LONGEST_REST, LONGEST_REST, LONGEST_REST, LONGEST_REST]),
    ],
)
def test_a_rest_has_an_end_and_a_success_forgets_the_failures(
    error: Exception, every: float, rests: list[float]
) -> None:
    def fail(_: int) -> bool:
        raise error

    failing = Job(name="job", every=every, run=Work(fail))
    good = Job(name="job", every=every, run=Work())
    jobs = Jobs([failing])
    assert [jobs._rest_after(failing) for _ in rests] == rests
    assert jobs._rest_after(good) == every
    assert jobs._rest_after(failing) == rests[0]


def test_after_close_nothing_begins_and_who_is_under_way_is_given_a_while() -> None:
    begun, ended = threading.Event(), threading.Event()

    def slow(_: int) -> bool:
        begun.set()
        time.sleep(0.05)
        ended.set()
        return True

    work = Work(slow)
    jobs = Jobs([Job(name="work", every=0.0, run=work)])
    jobs.start()
    assert begun.wait(PATIENCE)
    jobs.close()
    assert ended.is_set()
    count = work.count
    jobs.wake("work")
    time.sleep(0.02)
    assert work.count == count


def test_closing_does_not_wait_for_ever() -> None:
    begun, let_go = threading.Event(), threading.Event()

    def hang(_: int) -> bool:
        begun.set()
        return not let_go.wait(PATIENCE)

    jobs = Jobs([Job(name="work", every=NEVER, run=Work(hang))])
    jobs.start()
    assert begun.wait(PATIENCE)
    began = time.monotonic()
    jobs.close(wait=0.05)
    assert time.monotonic() - began < PATIENCE / 2
    let_go.set()


def test_without_jobs_there_is_nothing_to_start_or_close() -> None:
    jobs = Jobs([])
    jobs.start()
    jobs.wake("work")
    jobs.close()

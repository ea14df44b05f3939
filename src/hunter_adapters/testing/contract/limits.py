"""The contract of a limiter: whatever keeps the counts, the same requests pass, and at one time no more than may."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random

from hunter_adapters.testing.builders import NOW
from hunter_adapters.testing.contract.under_test import at_once
from hunter_core.limits.limit import SECOND, Bucket, Decision, Limit, LimitName, micros
from hunter_core.limits.ports import Limiter
from hunter_core.limits.window import Window

MINE = Bucket.of_address(LimitName.QUESTS, "192.0.2.1")


def _at(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


class LimiterContract:
    """Needs a fixture `limiter` that has counted nothing yet."""

    def test_as_many_pass_as_the_limit_says_and_then_none_until_the_first_is_over(
        self, limiter: Limiter
    ) -> None:
        limit = Limit(3, 60)
        said = [limiter.take(MINE, limit, _at(second)) for second in (0, 10, 20, 30)]
        assert [each.allowed for each in said] == [True, True, True, False]
        assert [each.remaining for each in said] == [2, 1, 0, 0]
        assert [each.wait for each in said] == [second * SECOND for second in (60, 50, 40, 30)]
        assert {each.limit for each in said} == {limit}
        assert not limiter.take(MINE, limit, _at(59.999999)).allowed
        assert limiter.take(MINE, limit, _at(60)).allowed

    def test_each_bucket_is_counted_for_itself(self, limiter: Limiter) -> None:
        limit = Limit(1, 60)
        buckets = [
            MINE,
            Bucket.of_address(LimitName.AUTH, "192.0.2.1"),
            Bucket.of_address(LimitName.QUESTS, "192.0.2.11"),
            Bucket(LimitName.QUESTS, "account:192.0.2.1"),
        ]
        assert all(limiter.take(bucket, limit, NOW).allowed for bucket in buckets)
        assert not any(limiter.take(bucket, limit, NOW).allowed for bucket in buckets)

    def test_a_limit_that_was_lowered_holds_at_once(self, limiter: Limiter) -> None:
        for second in range(3):
            limiter.take(MINE, Limit(5, 60), _at(second))
        said = limiter.take(MINE, Limit(2, 60), _at(3))
        assert (said.allowed, said.remaining, said.wait) == (False, 0, 58 * SECOND)

    def test_clocks_that_differ_let_nobody_through_twice(self, limiter: Limiter) -> None:
        limit = Limit(2, 60)
        assert limiter.take(MINE, limit, _at(10)).allowed
        assert limiter.take(MINE, limit, _at(5)).allowed
        said = limiter.take(MINE, limit, _at(5))
        assert (said.allowed, said.wait) == (False, 60 * SECOND)
        said = limiter.take(MINE, limit, _at(30))
        assert (said.allowed, said.wait) == (False, 40 * SECOND)

    def test_a_clock_that_was_set_back_shuts_nobody_out(self, limiter: Limiter) -> None:
        limit = Limit(1, 60)
        assert limiter.take(MINE, limit, _at(0)).allowed
        assert not limiter.take(MINE, limit, _at(-60)).allowed
        said = limiter.take(MINE, limit, _at(-60.5))
        assert (said.allowed, said.wait) == (True, 60 * SECOND)

    def test_any_history_is_answered_like_the_window_of_the_core(self, limiter: Limiter) -> None:
        for seed in range(30):
            random, window = Random(seed), Window()  # noqa: S311 - the same histories for all
            # Redis drops what is over by its own clock; no machine is so slow that it matters to these.
            limit = Limit(random.randint(1, 7), random.randint(60, 90))
            bucket = Bucket(LimitName.OTHER, f"somebody {seed}")
            now = NOW
            for _ in range(60):
                step = random.choice((0, 0, 0.000001, -0.5, limit.seconds / 3, limit.seconds, -80))
                now += timedelta(seconds=step * random.choice((1, random.random())))
                said = limiter.take(bucket, limit, now)
                assert said == window.take(limit, micros(now)), (seed, now)

    def test_of_many_at_one_time_exactly_the_limit_passes(self, limiter: Limiter) -> None:
        limit, threads, each = Limit(20, 60), 8, 10

        def ask(thread: int) -> Callable[[], list[Decision]]:
            # Each by a clock of its own, some milliseconds apart, as processes are.
            now = NOW + timedelta(milliseconds=7 * thread)
            return lambda: [limiter.take(MINE, limit, now) for _ in range(each)]

        results = at_once(*(ask(thread) for thread in range(threads)))
        said = [decision for result in results if isinstance(result, list) for decision in result]
        assert len(said) == threads * each, results
        assert sum(decision.allowed for decision in said) == limit.requests
        # No two of those that passed were told the same.
        assert sorted(one.remaining for one in said if one.allowed) == list(range(limit.requests))

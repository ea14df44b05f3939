"""500 completions by 32 clients: what they are told, what the ledger says and what the hunter has are one sum."""

from __future__ import annotations

import contextlib

import pytest

from tests.faults.load import (
    Job,
    Killer,
    assert_audit,
    assert_keys_remember,
    assert_reckoning,
    at_length,
    in_parallel,
    jobs_for,
    registered,
)
from tests.servers.app import App
from tests.servers.client import Answer

CLIENTS = 32
HUNTERS = pytest.mark.parametrize("count", [1, at_length(10, 4)], ids=["one hunter", "many hunters"])


@pytest.mark.long
@HUNTERS
def test_no_completion_of_many_clients_is_lost_or_paid_twice(own_app: App, count: int) -> None:
    hunters = registered(own_app.url, count)
    jobs = jobs_for(hunters, at_length(500, 100))

    answers = in_parallel(lambda job: job.client.complete(job.quest_id, key=job.key), jobs, clients=CLIENTS)

    assert_reckoning(own_app, hunters, jobs, answers)
    assert_audit(own_app)
    for hunter in hunters:
        hunter.close()


@pytest.mark.long
@HUNTERS
def test_a_server_that_is_killed_again_and_again_does_each_key_once(own_app: App, count: int) -> None:
    hunters = registered(own_app.url, count)
    jobs = jobs_for(hunters, at_length(500, 60))
    times = at_length(20, 2)

    with contextlib.ExitStack() as stack:
        killer = stack.enter_context(Killer(own_app, times=times, of=len(jobs), seed=count))

        def complete(job: Job) -> Answer:
            answer = job.client.complete_surely(job.quest_id, key=job.key)
            killer.count()
            return answer

        answers = in_parallel(complete, jobs, clients=CLIENTS)

    assert killer.kills == times
    assert_reckoning(own_app, hunters, jobs, answers)
    assert_keys_remember(jobs, answers)
    assert_reckoning(own_app, hunters, jobs, answers)
    assert_audit(own_app)
    for hunter in hunters:
        hunter.close()

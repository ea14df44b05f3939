"""500 completions by 32 clients: what they are told, what the ledger says and what the hunter has are one sum."""

from __future__ import annotations

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
from tests.servers.length import LONG

CLIENTS = 32


@pytest.mark.long
@pytest.mark.parametrize("count", [1, at_length(10, 4)], ids=["one hunter", "many hunters"])
def test_no_completion_of_many_clients_is_lost_or_paid_twice(app: App, count: int) -> None:
    hunters = registered(app.url, count)
    jobs = jobs_for(hunters, at_length(500, 100))

    answers = in_parallel(lambda job: job.client.complete(job.quest_id, key=job.key), jobs, clients=CLIENTS)

    assert_reckoning(app, hunters, jobs, answers)
    for hunter in hunters:
        hunter.close()
    assert_audit(app)


@pytest.mark.long
@pytest.mark.parametrize("count", [1, 10] if LONG else [2], ids=lambda count: f"hunters-{count}")
def test_a_server_that_is_killed_again_and_again_does_each_key_once(own_app: App, count: int) -> None:
    hunters = registered(own_app.url, count)
    jobs = jobs_for(hunters, at_length(500, 60))
    times = at_length(20, 2)

    with Killer(own_app, times=times, of=len(jobs), seed=count) as killer:

        def complete(job: Job) -> Answer:
            answer = job.client.complete_surely(job.quest_id, key=job.key)
            killer.count()
            return answer

        answers = in_parallel(complete, jobs, clients=CLIENTS)

    assert killer.kills == times
    assert_reckoning(own_app, hunters, jobs, answers)
    assert_keys_remember(jobs, answers)
    assert_reckoning(own_app, hunters, jobs, answers)
    for hunter in hunters:
        hunter.close()
    assert_audit(own_app)

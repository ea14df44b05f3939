"""Every metric with its type, its labels and its meaning; docs/reference/metrics.md is printed from it."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    """What a metric is."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


class Metric(NamedTuple):
    """A metric: *name* as it is scraped, *labels* in their order, *buckets* of a histogram in seconds."""

    name: str
    kind: Kind
    labels: tuple[str, ...]
    meaning: str
    buckets: tuple[float, ...] = ()


REQUESTS = Metric(
    "hunter_http_requests_total",
    Kind.COUNTER,
    ("route", "method", "status"),
    "Answers, by the template of their route; `unmatched` for all paths and methods that there are not.",
)
REQUEST_SECONDS = Metric(
    "hunter_http_request_duration_seconds",
    Kind.HISTOGRAM,
    ("route", "method"),
    "Seconds from the head of a request to its answer, reading the body and waiting for a thread included.",
    (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0),
)
COMPLETIONS = Metric(
    "hunter_completions_total", Kind.COUNTER, (), "Completions that were committed; replayed answers not."
)
VOIDS = Metric("hunter_voids_total", Kind.COUNTER, (), "Completions that were taken back.")
JOBS = Metric(
    "hunter_job_runs_total",
    Kind.COUNTER,
    ("job", "outcome"),
    "Runs of jobs: `done`, put off because something was away (`later`), or `failed` by a mistake.",
)
JOB_SECONDS = Metric(
    "hunter_job_duration_seconds",
    Kind.HISTOGRAM,
    ("job",),
    "Seconds that runs of jobs took.",
    (0.005, 0.025, 0.1, 0.5, 2.5, 10.0, 30.0),
)

WATCHED = (
    Metric("hunter_sockets", Kind.GAUGE, (), "Live sockets of this process."),
    Metric(
        "hunter_lane_requests",
        Kind.GAUGE,
        ("lane",),
        "Requests that are in a thread or wait for one, by what they need: `store`, `passwords`, `providers`, "
        "`exports`, `health`.",
    ),
    Metric(
        "hunter_password_pool",
        Kind.GAUGE,
        (),
        "Hashes of passwords that are under way or wait; past the bound sign-ins are told 503.",
    ),
    Metric("hunter_database_connections", Kind.GAUGE, (), "Connections of the pool that are in use."),
    Metric("hunter_database_connections_limit", Kind.GAUGE, (), "Connections that the pool may open."),
    Metric(
        "hunter_limiter_fallbacks_total",
        Kind.COUNTER,
        ("limit",),
        "Requests that Redis did not count: under `auth` counted by this process, under the others not at all.",
    ),
    Metric(
        "hunter_redis_foreign_keys_total",
        Kind.COUNTER,
        ("of",),
        "Keys of ours in Redis under which something else lay, so that `limits` counted anew or `boards` were made "
        "anew: somebody else uses that Redis.",
    ),
    Metric(
        "hunter_board_reads_total",
        Kind.COUNTER,
        ("by",),
        "Boards that were read from `redis`, from the `store`, whose business past windows are, or from the store "
        "because Redis could not be trusted (`store_without_redis`).",
    ),
    Metric(
        "hunter_board_mended_total",
        Kind.COUNTER,
        (),
        "Hunters who stood otherwise on boards in Redis than in the database, though nobody had changed them, and were "
        "brought over: somebody else writes to Redis.",
    ),
)
"""What somebody is asked for at each scrape, and answers at once."""

DATABASE_UP = Metric(
    "hunter_database_up", Kind.GAUGE, (), "1 where the database answered this scrape in 2 s, else 0."
)
ASKED = (
    Metric("hunter_outbox_waiting", Kind.GAUGE, (), "Events that wait for the relay."),
    Metric(
        "hunter_outbox_lag_seconds", Kind.GAUGE, (), "Since when the oldest of them waits; 0 without one."
    ),
    Metric("hunter_outbox_parked", Kind.GAUGE, (), "Events that were given up: `hunter outbox` shows them."),
    Metric(
        "hunter_queue_depth",
        Kind.GAUGE,
        ("queue",),
        "What waits to be sent, in the database: `mails`, `pushes`, `webhooks`, `notifications`; in Redis, where "
        "there is one: `jobs`.",
    ),
)
"""What the database is asked for at each scrape; where it does not answer, these are left out."""

CATALOGUE = (
    REQUESTS,
    REQUEST_SECONDS,
    COMPLETIONS,
    VOIDS,
    JOBS,
    JOB_SECONDS,
    *WATCHED,
    DATABASE_UP,
    *ASKED,
)

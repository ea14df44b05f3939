"""
What happens by itself, as functions: a worker runs them off its queue, and a web process where there is none.

All that they do are rows, taken under locks or leases and held by constraints. So it does no harm when two do
the same, and nothing is lost when one dies; and what a queue forgot, the next look finds (SPEC 6).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from hunter_api.background.jobs import Job
from hunter_core.accounts.erasure import ACCOUNTS_AT_ONCE, erase_due
from hunter_core.accounts.purge import purge
from hunter_core.accounts.security_log import SecurityLog
from hunter_core.mail.send import MailRoom
from hunter_core.mail.send import send_due as send_mails
from hunter_core.notifications.due import look_at_due, send_due
from hunter_core.notifications.push_due import PushCarrier
from hunter_core.ports import Clock, Store
from hunter_core.relay.purge import purge_events
from hunter_core.rules.rulebook import Rulebook
from hunter_core.webhooks.courier import Courier

MAIL_EVERY = 10.0
"""Seconds after which mails are looked for that nobody woke the job for: those put off, or left by a crash."""

PUSH_EVERY = 5.0
WEBHOOKS_EVERY = 5.0
"""Likewise for webhooks: what the relay of this process queued, it wakes the job for."""

DUE_EVERY = 20.0
"""Seconds between two looks at whom something is due for: reminders are given in minutes."""


DELIVERING = frozenset({"mail", "push", "webhooks"})
"""Those that wait for somebody outside, who may hang."""


def tasks(
    *,
    store: Store,
    scrub: Callable[[], bool],
    clock: Clock,
    rulebook: Rulebook,
    log: SecurityLog,
    mails: MailRoom,
    pushes: PushCarrier,
    courier: Courier,
) -> Iterable[Job]:
    """Yield what either a worker or the web processes do; *scrub* is as `erasing` takes it."""
    yield Job(name="mail", every=MAIL_EVERY, run=lambda: send_mails(mails))
    yield Job(name="push", every=PUSH_EVERY, run=pushes.run)
    yield Job(name="webhooks", every=WEBHOOKS_EVERY, run=courier.run)
    # Reminders, streak warnings, digests, and streaks that ended; then what waited for quiet hours to end.
    yield Job(
        name="due",
        every=DUE_EVERY,
        run=lambda: look_at_due(store=store, clock=clock, rulebook=rulebook),
    )
    yield Job(name="quiet", every=DUE_EVERY, run=lambda: send_due(store=store, clock=clock))
    yield erasing(store=store, scrub=scrub, clock=clock, log=log)
    yield purging(store=store, scrub=scrub, clock=clock)


def erasing(*, store: Store, scrub: Callable[[], bool], clock: Clock, log: SecurityLog) -> Job:
    """
    Return the job that erases those whose grace is over, and then takes them out of the store's files by *scrub*.

    Where somebody is in the way just then, it returns False, and the files have to wait for the next run. So they have
    where this process was killed in between, or another was: the first run looks after them in any case.
    """
    to_scrub = True

    def run() -> bool:
        nonlocal to_scrub
        gone = ACCOUNTS_AT_ONCE
        try:
            gone = erase_due(store=store, log=log, clock=clock)
        finally:
            # Whoever failed on the way has erased some.
            to_scrub = to_scrub or gone > 0
        if to_scrub:
            to_scrub = not scrub()
        # As many as were looked for: there may be more.
        return gone == ACCOUNTS_AT_ONCE

    return Job(name="erase", every=60.0, run=run)


def relaying(run: Callable[[], bool], *, every: float = 2.0) -> Job:
    """Return the job by which a worker relays what no web process did."""
    return Job(name="relay", every=every, run=run)


def reconciling(tend: Callable[[], bool], *, every: float = 60.0) -> Job:
    """Return the job by which a worker looks whether the boards in Redis have all that the ledger says."""

    def run() -> bool:
        tend()
        return False

    return Job(name="boards", every=every, run=run)


def purging(*, store: Store, scrub: Callable[[], bool], clock: Clock) -> Job:
    """Return the job that forgets rows of no use, and takes what was removed since its last run out of the files."""

    def run() -> bool:
        now = clock.now()
        purge(store, now)
        purge_events(store, now)
        # Where somebody is in the way, the next run does it.
        scrub()
        return False

    return Job(name="purge", every=3600.0, run=run)


def unless(elsewhere: Callable[[], bool], job: Job) -> Job:
    """Return *job* as a web process does it: not at all while it is done *elsewhere*."""
    return Job(name=job.name, every=job.every, run=lambda: not elsewhere() and job.run())

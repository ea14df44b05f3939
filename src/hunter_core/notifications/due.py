"""Looking at hunters for whom something is due: reminders, warnings, digests, and streaks that ended (SPEC 6)."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from hunter_core import events
from hunter_core.days import ONE_DAY
from hunter_core.errors import NotFound, TryLater
from hunter_core.hunters.hunter import Hunter
from hunter_core.ids import HunterId
from hunter_core.notifications.notification import NotificationType, of_day
from hunter_core.notifications.outlook import Outlook
from hunter_core.notifications.ports import Agenda
from hunter_core.notifications.tell import Draft, send_waiting, tell
from hunter_core.notifications.texts import Catalogue, Text, catalogue_of
from hunter_core.ports import Clock, Store, UnitOfWork
from hunter_core.quests.quest import Quest
from hunter_core.quests.read import due_and_undone, quests_today
from hunter_core.rules.rulebook import Rulebook

HUNTERS_AT_ONCE = 32
"""Hunters that are claimed together: so many that claiming costs little, so few that a crash delays few."""

LEASE = timedelta(seconds=60)
"""How long they belong to whoever claimed them; after a crash somebody else looks at them then."""

LONGEST_RUN = 5.0
"""Seconds after which a job returns and says that there is more, so that others have their turn."""

QUESTS_NAMED = 3
"""Quests that a digest names."""

log = logging.getLogger("hunter.notifications")


def look_at_due(*, store: Store, clock: Clock, rulebook: Rulebook) -> bool:
    """
    Look at the hunters for whom something may be due; return whether there may be more.

    Several may do so at once, and any may be killed at any point. A hunter whose look fails is looked at again
    when the lease is over, and holds up nobody.

    Raises:
        StoreUnavailable: If the store is away or busy.
    """
    began = time.monotonic()
    while time.monotonic() - began < LONGEST_RUN:
        now = clock.now()
        claimed = store.run(
            lambda uow, at=now: uow.agendas.claim(at, until=at + LEASE, limit=HUNTERS_AT_ONCE)  # type: ignore[misc]
        )
        if not claimed:
            return False
        for hunter_id in claimed:
            _look(store, hunter_id, clock.now(), rulebook)
    return True


def send_due(*, store: Store, clock: Clock) -> bool:
    """
    Send what waited for the end of quiet hours; return whether there may be more.

    Raises:
        StoreUnavailable: If the store is away or busy.
    """
    now = clock.now()
    with store.read() as uow:
        found = uow.notifications.pending(now, HUNTERS_AT_ONCE)
    failed = False
    for hunter_id in sorted({hunter_id for hunter_id, _ in found}):

        def send(uow: UnitOfWork, hunter_id: HunterId = hunter_id) -> int:
            hunter = uow.hunters.lock(hunter_id)
            return send_waiting(uow=uow, hunter=hunter, now=now)

        try:
            store.run(send)
        except NotFound:
            log.info("hunter %s is gone, and is told nothing", hunter_id)
        except TryLater:
            raise
        except Exception:
            # As below; and these would be found again at once.
            failed = True
            log.exception("what waited for hunter %s could not be sent", hunter_id)
    return not failed and len(found) == HUNTERS_AT_ONCE


def _look(store: Store, hunter_id: HunterId, now: datetime, rulebook: Rulebook) -> None:
    try:
        store.run(lambda uow: look_at(uow=uow, hunter_id=hunter_id, now=now, rulebook=rulebook))
    except NotFound:
        log.info("hunter %s is gone, and nothing is due any more", hunter_id)
    except TryLater:
        raise
    except Exception:
        # A mistake of ours with one hunter must not keep the others waiting.
        log.exception("what is due for hunter %s could not be found out", hunter_id)


def look_at(*, uow: UnitOfWork, hunter_id: HunterId, now: datetime, rulebook: Rulebook) -> None:
    """
    Tell a hunter what came due until *now*, and keep when to look again. The caller commits.

    Raises:
        NotFound: If there is no such hunter.
    """
    hunter = uow.hunters.lock(hunter_id)
    agenda = uow.agendas.get(hunter_id) or Agenda(hunter_id=hunter_id, looked_until=now)
    settings = uow.settings.get(hunter_id)
    outlook = Outlook(hunter, settings, uow.quests.open(hunter_id), since=agenda.looked_until, now=now)
    broken_after = agenda.broken_after
    if hunter.is_active:
        catalogue = catalogue_of(settings.language)
        drafts = [
            *_reminders(uow, outlook, catalogue, rulebook),
            *_warning(outlook, catalogue, rulebook),
            *_digest(uow, outlook, catalogue, rulebook),
        ]
        if outlook.has_broken(rulebook.streaks) and broken_after != hunter.last_day:
            _announce_the_end(uow, hunter, now)
            broken_after = hunter.last_day
        tell(uow=uow, hunter=hunter, drafts=drafts, now=now)
    uow.agendas.save(
        Agenda(
            hunter_id=hunter_id,
            # A clock that was set back must not bring back what was told.
            looked_until=max(now, agenda.looked_until),
            next_at=outlook.next_at(rulebook.streaks),
            broken_after=broken_after,
        )
    )


def _reminders(
    uow: UnitOfWork, outlook: Outlook, catalogue: Catalogue, rulebook: Rulebook
) -> Sequence[Draft]:
    by_day: dict[date, list[Quest]] = {}
    for quest, day in outlook.reminders():
        by_day.setdefault(day, []).append(quest)
    return [
        Draft(
            id=of_day(NotificationType.QUEST_REMINDER, quest.id, day),
            type=NotificationType.QUEST_REMINDER,
            text=catalogue.say(NotificationType.QUEST_REMINDER, quest=quest.title),
            quest_id=quest.id,
        )
        for day, quests in by_day.items()
        for quest in due_and_undone(
            uow=uow,
            hunter=outlook.hunter,
            quests=quests,
            day=day,
            now=outlook.now,
            rules=rulebook.streaks,
        )
    ]


def _warning(outlook: Outlook, catalogue: Catalogue, rulebook: Rulebook) -> Sequence[Draft]:
    if not outlook.is_warned(rulebook.streaks):
        return ()
    hunter, kind = outlook.hunter, NotificationType.STREAK_WARNING
    calendar = hunter.calendar
    ends = calendar.local_time(calendar.begins(outlook.today + ONE_DAY))
    streak = hunter.effective_streak(outlook.today, rulebook.streaks)
    text = catalogue.say(kind, streak=streak, ends=catalogue.time(ends.time()))
    return (Draft(id=of_day(kind, hunter.id, outlook.today), type=kind, text=text),)


def _digest(uow: UnitOfWork, outlook: Outlook, catalogue: Catalogue, rulebook: Rulebook) -> Sequence[Draft]:
    if not outlook.is_digested():
        return ()
    hunter, kind = outlook.hunter, NotificationType.DAILY_DIGEST
    yesterday = uow.days.get(hunter.id, outlook.today - ONE_DAY)
    done, xp = (0, 0) if yesterday is None else (yesterday.completed, yesterday.xp)
    streak = hunter.effective_streak(outlook.today, rulebook.streaks)
    due = [
        view.quest.title
        for view in quests_today(uow=uow, hunter_id=hunter.id, now=outlook.now, rulebook=rulebook)
        if not view.is_completed
    ]
    if not (done or streak or due):
        # A hunter who is away is not told every morning that there is nothing to tell.
        return ()
    said = [catalogue.say(kind, done=done, xp=xp)]
    if streak:
        said.append(catalogue.say("DIGEST_STREAK", streak=streak))
    if due:
        name = "DIGEST_DUE" if len(due) <= QUESTS_NAMED else "DIGEST_DUE_MORE"
        said.append(catalogue.say(name, due=len(due), quests=", ".join(due[:QUESTS_NAMED])))
    text = Text(title=said[0].title, message=" ".join(each.message for each in said))
    return (Draft(id=of_day(kind, hunter.id, outlook.today), type=kind, text=text),)


def _announce_the_end(uow: UnitOfWork, hunter: Hunter, now: datetime) -> None:
    news = events.Announcements(hunter.id, after=uow.outbox.last_seq(hunter.id), at=now)
    last_day = None if hunter.last_day is None else hunter.last_day.isoformat()
    news.tell(events.STREAK_BROKEN, streak=hunter.streak, maxStreak=hunter.max_streak, lastDay=last_day)
    uow.outbox.add(news.events)

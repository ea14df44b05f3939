"""Values with everything filled in: say what matters to the test, the rest is ordinary."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from functools import cache
from typing import Any
from uuid import UUID

from hunter_core.accounts.account import Account
from hunter_core.accounts.session import Session
from hunter_core.completions.commands import CompleteQuest
from hunter_core.completions.completion import Completion
from hunter_core.completions.unlock import Unlock
from hunter_core.days import Calendar
from hunter_core.events import OutboxEvent
from hunter_core.hunters.hunter import Hunter
from hunter_core.hunters.settings import Settings
from hunter_core.ids import (
    AccountId,
    CompletionId,
    EntryId,
    HunterId,
    QuestId,
    SessionId,
    UnlockId,
    derived_id,
)
from hunter_core.keys import KeyedRequest, StoredAnswer
from hunter_core.ledger.days import DayRow
from hunter_core.ledger.entry import LedgerEntry
from hunter_core.ports import Store
from hunter_core.quests.quest import Quest, QuestVersion
from hunter_core.rules.achievements import achievement_id
from hunter_core.rules.rewards import XpBreakdown
from hunter_core.rules.rulebook import Rulebook
from hunter_core.rules.schedules import EveryDay, Once, Schedule
from hunter_core.rules.toml import load_rulebook
from hunter_core.words import NO_POINTS, Attribute, Attributes, Difficulty, EntryKind, QuestType

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
"""The moment at which builders' values were made: a Sunday, at noon."""

TODAY = NOW.date()

_SOURCE = UUID("019c2e5a-0000-7000-8000-000000000000")


def an_id(label: object) -> UUID:
    """Return the UUIDv7 that is always *label*'s."""
    return derived_id(_SOURCE, str(label))


@cache
def a_rulebook(name: str = "classic") -> Rulebook:
    """Return a shipped rulebook, read once."""
    return load_rulebook(name)


def a_hunter(
    name: str = "Jinwoo",
    *,
    total_xp: int = 0,
    zone: str = "UTC",
    calendar: Calendar | None = None,
    rulebook: Rulebook | None = None,
    **changes: Any,
) -> Hunter:
    """Return a hunter of *total_xp*, whose level and rank follow from it, and whose id follows from the name."""
    rules = a_rulebook() if rulebook is None else rulebook
    level = rules.curve.level(total_xp)
    given: dict[str, Any] = {
        "id": HunterId(AccountId(an_id(name))),
        "name": name,
        "created_at": NOW,
        "updated_at": NOW,
        "calendar": Calendar.starting(zone) if calendar is None else calendar,
        "total_xp": total_xp,
        "level": level,
        "rank": rules.ranks.rank_of(total_xp, level),
        "xp_reached_at": NOW if total_xp else None,
        "catalogue": rules.catalogue.hash,
    }
    return Hunter(**(given | changes))


def an_account(name: str = "Jinwoo", **changes: Any) -> Account:
    """Return the account of the hunter *name*, whose address is `name@example.org`."""
    email = f"{name}@example.org"
    given: dict[str, Any] = {
        "id": AccountId(an_id(name)),
        "email": email,
        "email_key": email.lower(),
        "password_hash": "$2b$12$not-a-hash-of-anything",
        "created_at": NOW,
        "updated_at": NOW,
    }
    return Account(**(given | changes))


def a_session(name: str = "Jinwoo", label: object = "session", **changes: Any) -> Session:
    """Return a session of the hunter *name*, open for 30 days."""
    given: dict[str, Any] = {
        "id": SessionId(an_id(f"{name}:{label}")),
        "account_id": AccountId(an_id(name)),
        "generation": 0,
        "salt": b"\x07" * 16,
        "rotated_at": NOW,
        "created_at": NOW,
        "expires_at": NOW + timedelta(days=30),
        "last_used_at": NOW,
        "authenticated_at": NOW,
    }
    return Session(**(given | changes))


def a_quest(
    hunter: Hunter,
    label: object = "Push-ups",
    *,
    type: QuestType = QuestType.DAILY,  # noqa: A002 - the word of the glossary
    base_xp: int = 100,
    created_day: date = TODAY - timedelta(days=30),
    attributes: Sequence[Attribute] = (),
    completions_per_day: int = 1,
    schedule: Schedule | None = None,
    is_active: bool = True,
    **changes: Any,
) -> Quest:
    """Return a quest of *hunter*, made 30 days ago, that can be done once a day and pays 100 XP."""
    schedule = schedule or (Once() if type is QuestType.ONE_TIME else EveryDay())
    created_at = datetime.combine(created_day, NOW.timetz())
    given: dict[str, Any] = {
        "id": QuestId(an_id(f"{hunter.id}:{label}")),
        "hunter_id": hunter.id,
        "title": str(label),
        "type": type,
        "base_xp": base_xp,
        "created_day": created_day,
        "created_at": created_at,
        "updated_at": created_at,
        "versions": (QuestVersion(created_day, schedule, completions_per_day, is_active),),
        "attributes": tuple(attributes),
        "completions_per_day": completions_per_day,
        "is_active": is_active,
    }
    return Quest(**(given | changes))


def a_completion(
    quest: Quest, label: object = "done", *, xp: int = 100, at: datetime = NOW, **changes: Any
) -> Completion:
    """Return a completion of *quest* at *at*, recorded then, on the UTC date, that paid *xp*."""
    given: dict[str, Any] = {
        "id": CompletionId(an_id(f"{quest.id}:{label}")),
        "hunter_id": quest.hunter_id,
        "quest_id": quest.id,
        "completed_at": at,
        "local_day": at.date(),
        "recorded_at": at,
        "difficulty": Difficulty.NORMAL,
        "xp": XpBreakdown(xp, Fraction(1), 0, 0, xp),
        "gains": NO_POINTS,
    }
    return Completion(**(given | changes))


def an_entry(
    completion: Completion, *, seq: int = 1, balance: int | None = None, **changes: Any
) -> LedgerEntry:
    """Return the ledger entry that paid *completion*."""
    amount = completion.xp.total_xp
    given: dict[str, Any] = {
        "id": EntryId(completion.id),
        "hunter_id": completion.hunter_id,
        "seq": seq,
        "kind": EntryKind.COMPLETION,
        "source_id": completion.id,
        "amount": amount,
        "points": completion.gains,
        "local_day": completion.local_day,
        "recorded_at": completion.recorded_at,
        "rulebook": a_rulebook().hash,
        "balance_after": amount if balance is None else balance,
    }
    return LedgerEntry(**(given | changes))


def an_unlock(completion: Completion, key: str = "awakening", **changes: Any) -> Unlock:
    """Return the unlock of the achievement that the rulebook calls *key*, by *completion*."""
    given: dict[str, Any] = {
        "id": UnlockId(derived_id(completion.id, f"unlock:{key}")),
        "hunter_id": completion.hunter_id,
        "achievement_id": achievement_id(key),
        "completion_id": completion.id,
        "unlocked_at": completion.recorded_at,
        "xp_reward": 0,
    }
    return Unlock(**(given | changes))


def a_day(day: date = TODAY, **figures: Any) -> DayRow:
    """Return a standing day that paid 100 XP, the first of a streak."""
    given: dict[str, Any] = {"completed": 1, "xp": 100, "streak": 1, "max_streak": 1, "points": Attributes()}
    return DayRow(local_day=day, **(given | figures))


def an_event(hunter: Hunter, seq: int = 1, **changes: Any) -> OutboxEvent:
    """Return an event of *hunter* with the number *seq*."""
    given: dict[str, Any] = {"type": "quest.completed", "at": NOW, "data": {"totalXP": 100}}
    return OutboxEvent(hunter_id=hunter.id, seq=seq, **(given | changes))


def a_request(hunter: Hunter, key: str = "key-1", body: bytes = b"{}") -> KeyedRequest:
    """Return a request of *hunter* under the Idempotency-Key *key*."""
    return KeyedRequest.of(account_id=hunter.id, key=key, method="POST", path="/api/quests", body=body)


def an_answer(request: KeyedRequest, **changes: Any) -> StoredAnswer:
    """Return what was answered to *request*."""
    given: dict[str, Any] = {"status": 201, "body": b'{"success": true}', "stored_at": NOW}
    return StoredAnswer(fingerprint=request.fingerprint, **(given | changes))


def a_command(quest: Quest, label: object = "done", **changes: Any) -> CompleteQuest:
    """Return the command to complete *quest* now; the completion's id follows from the *label*."""
    completion_id = CompletionId(an_id(f"{quest.id}:{label}"))
    return CompleteQuest(completion_id=completion_id, hunter_id=quest.hunter_id, quest_id=quest.id, **changes)


def registered(store: Store, hunter: Hunter, *quests: Quest) -> Hunter:
    """Keep *hunter* with an account, settings and *quests* in *store*, and return the hunter."""
    with store.write() as uow:
        uow.accounts.add(an_account(hunter.name, id=hunter.id))
        uow.hunters.add(hunter)
        uow.settings.add(Settings(hunter_id=hunter.id))
        days: dict[date, DayRow] = {}
        for quest in quests:
            uow.quests.add(quest)
            row = days.get(quest.created_day) or DayRow(local_day=quest.created_day)
            days[quest.created_day] = row.gaining(created=1)
        uow.days.save(hunter.id, list(days.values()))
        uow.commit()
    return hunter

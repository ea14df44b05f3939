"""The hunter's own affairs: profile, settings, pauses and ledger (SPEC 4, Me)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

from msgspec import UNSET, UnsetType

from hunter_api.answers import NO_CONTENT, Answer, Call, Render, ok
from hunter_api.operations import Routes
from hunter_api.schemas.common import PaginationView
from hunter_api.schemas.hunters import MeView, ProfileChange, ProfileView
from hunter_api.schemas.ledger import LedgerEntryView, LedgerView
from hunter_api.schemas.pauses import PausePlan, PausesView, PauseView
from hunter_api.schemas.quests import PageQuery
from hunter_api.schemas.settings import QuietHoursWish, SettingsChange, SettingsView
from hunter_core.days import Pause
from hunter_core.errors import HunterNameTaken, NotFound, PauseLimitReached, SettingsChangeTooSoon
from hunter_core.hunters.change_settings import SettingsChanges, change_settings, read_settings
from hunter_core.hunters.me import Me
from hunter_core.hunters.me import me as read_me
from hunter_core.hunters.pauses import end_pause, pauses, plan_pause
from hunter_core.hunters.profile import ProfileChanges, change_profile, profile
from hunter_core.ids import PauseId
from hunter_core.keys import StoredAnswer
from hunter_core.once import once
from hunter_core.ports import UnitOfWork
from hunter_core.quests.fields import UNSET as LEFT_OUT

Value = TypeVar("Value")

routes = Routes("Users", "/api/users")


@routes.get("/me", tokens=True)
def get_me(call: Call) -> Answer[MeView]:
    """Show the signed-in user, with what comes next."""
    return ok(MeView.of(call.read(_me(call))))


@routes.patch("/me", refuses=(HunterNameTaken,))
def change_me(call: Call, *, body: ProfileChange) -> Answer[MeView]:
    """Change name or picture."""
    changes = ProfileChanges(
        hunter_name=LEFT_OUT if body.hunterName is UNSET else body.hunterName,
        avatar_style=LEFT_OUT if body.avatarStyle is UNSET else body.avatarStyle,
        avatar_url=LEFT_OUT if body.avatarUrl is UNSET else body.avatarUrl,
    )

    def work(uow: UnitOfWork) -> Me:
        change_profile(uow=uow, hunter_id=call.hunter_id, changes=changes, now=call.now)
        return _me(call)(uow)

    return ok(MeView.of(call.write(work)))


@routes.get("/me/settings", tokens=True)
def get_settings(call: Call) -> Answer[SettingsView]:
    """Show all settings."""
    found = call.read(lambda uow: read_settings(uow=uow, hunter_id=call.hunter_id, now=call.now))
    return ok(SettingsView.of(found))


@routes.patch("/me/settings", refuses=(SettingsChangeTooSoon,))
def patch_settings(call: Call, *, body: SettingsChange) -> Answer[SettingsView]:
    """
    Change settings.

    Zone and day start change once in 24 hours and hold from the next local day on; a change that does not
    hold yet can be taken back at any time. When quiet hours are ended or shortened, what waited for them is sent.
    """
    changes = SettingsChanges(
        quest_reminders=_given(body.questReminders),
        streak_warnings=_given(body.streakWarnings),
        achievement_alerts=_given(body.achievementAlerts),
        email_notifications=_given(body.emailNotifications),
        push_notifications=_given(body.pushNotifications),
        daily_digest=_given(body.dailyDigest),
        theme=_given(body.theme),
        language=_given(body.language),
        animations_enabled=_given(body.animationsEnabled),
        font_size=_given(body.fontSize),
        profile_visibility=_given(body.profileVisibility),
        show_on_leaderboard=_given(body.showOnLeaderboard),
        allow_friend_requests=_given(body.allowFriendRequests),
        timezone=_given(body.timezone),
        day_start=_given(body.dayStart),
        rest_days=None if body.restDays is UNSET else [day.number for day in body.restDays],
        quiet_hours=_quiet(body.quietHours),
    )
    found = call.write(
        lambda uow: change_settings(
            uow=uow,
            hunter_id=call.hunter_id,
            changes=changes,
            now=call.now,
            limits=call.ports.rulebook.limits,
        )
    )
    return ok(SettingsView.of(found))


@routes.get("/me/pauses", listed=True, tokens=True)
def list_pauses(call: Call) -> Answer[PausesView]:
    """List the pauses that have not passed, first day first."""
    found = call.read(lambda uow: pauses(uow=uow, hunter_id=call.hunter_id, now=call.now))
    return ok(PausesView(pauses=tuple(map(PauseView.of, found))))


@routes.post(
    "/me/pauses",
    status=201,
    keyed=True,
    tokens=True,
    refuses=(PauseLimitReached,),
    gives={"pause_id": "/data/id"},
)
def create_pause(call: Call, *, body: PausePlan) -> Answer[PauseView]:
    """
    Plan a pause: the days in it cost no streak.

    From today on, at most 90 days; both days are included.
    """

    def work(uow: UnitOfWork, render: Render[Pause]) -> Pause | StoredAnswer:
        return once(
            uow=uow,
            request=call.key,
            now=call.now,
            effect=lambda: plan_pause(
                uow=uow,
                hunter_id=call.hunter_id,
                start=body.from_,
                until=body.until,
                now=call.now,
                limits=call.ports.rulebook.limits,
            ),
            answer=render,
        )

    return call.once(work, PauseView.of, 201)


@routes.delete("/me/pauses/{pause_id}", status=204, tokens=True)
def delete_pause(call: Call, *, pause_id: UUID) -> Answer[None]:
    """Take a pause back, or end one that runs as of yesterday."""
    call.write(
        lambda uow: end_pause(uow=uow, hunter_id=call.hunter_id, pause_id=PauseId(pause_id), now=call.now)
    )
    return NO_CONTENT


@routes.get("/me/ledger", listed=True, tokens=True)
def get_ledger(call: Call, *, query: PageQuery) -> Answer[LedgerView]:
    """Show the XP ledger, newest line first; nothing in it is ever changed."""
    entries, total = call.read(
        lambda uow: uow.ledger.page(call.hunter_id, page=query.page, limit=query.limit)
    )
    view = LedgerView(
        entries=tuple(map(LedgerEntryView.of, entries)),
        pagination=PaginationView.of(page=query.page, limit=query.limit, total=total),
    )
    return ok(view)


@routes.get("/{hunter_name}", tokens=True, refuses=(NotFound,))
def get_profile(call: Call, *, hunter_name: str) -> Answer[ProfileView]:
    """
    Show another hunter.

    A hunter who does not show themselves answers as if they did not exist.
    """
    hunter = call.read(lambda uow: profile(uow=uow, name=hunter_name, viewer_id=call.hunter_id))
    today = hunter.calendar.local_day(call.now)
    return ok(ProfileView.of(hunter, hunter.effective_streak(today, call.ports.rulebook.streaks)))


def _me(call: Call) -> Callable[[UnitOfWork], Me]:
    return lambda uow: read_me(uow=uow, account_id=call.hunter_id, now=call.now, rulebook=call.ports.rulebook)


def _quiet(wish: QuietHoursWish | UnsetType | None) -> tuple[str, str] | tuple[()] | None:
    if isinstance(wish, UnsetType):
        return None
    return () if wish is None else (wish.from_, wish.until)


def _given(value: Value | UnsetType) -> Value | None:
    return None if isinstance(value, UnsetType) else value

"""Notifications: listed, read, removed, and where else they go (SPEC 4, Notifications; issue 5, 3)."""

from __future__ import annotations

from uuid import UUID

from hunter_api.answers import NO_CONTENT, Answer, Call, Render, ok
from hunter_api.operations import Lane, Routes
from hunter_api.proofs import PROOF_REFUSALS, prove
from hunter_api.schemas.notifications import (
    NotificationsQuery,
    NotificationsView,
    NotificationView,
    PushTargetDraft,
    PushTargetsView,
    PushTargetView,
    ReadAllView,
)
from hunter_api.ways_out import record_way_out
from hunter_core.accounts.security_log import SecurityEventKind
from hunter_core.errors import PushTargetLimitReached
from hunter_core.ids import NotificationId, PushTargetId
from hunter_core.keys import StoredAnswer
from hunter_core.limits.limit import LimitName
from hunter_core.notifications import inbox
from hunter_core.notifications import targets as core
from hunter_core.notifications.push import PushTarget
from hunter_core.once import once
from hunter_core.ports import UnitOfWork

routes = Routes("Notifications", "/api/notifications", tokens=True)


@routes.get("", listed=True)
def list_notifications(call: Call, *, query: NotificationsQuery) -> Answer[NotificationsView]:
    """List what the hunter was told, the latest first, and count what was not read."""
    found = call.read(
        lambda uow: inbox.read_inbox(
            uow=uow,
            hunter_id=call.hunter_id,
            unread=query.unread,
            kind=query.type,
            page=query.page,
            limit=query.limit,
        )
    )
    return ok(NotificationsView.of(found))


@routes.post("/read-all")
def read_all_notifications(call: Call) -> Answer[ReadAllView]:
    """Mark everything as read."""
    return ok(
        ReadAllView(read=call.write(lambda uow: inbox.mark_all_read(uow=uow, hunter_id=call.hunter_id)))
    )


@routes.get("/targets", listed=True, tokens=False)
def list_push_targets(call: Call) -> Answer[PushTargetsView]:
    """List the push targets, the oldest first; never their addresses."""
    found = call.read(lambda uow: core.targets(uow=uow, hunter_id=call.hunter_id))
    return ok(PushTargetsView(targets=tuple(map(PushTargetView.of, found))))


@routes.post(
    "/targets",
    status=201,
    keyed=True,
    tokens=False,
    limit=LimitName.AUTH,
    lane=Lane.PASSWORDS,
    refuses=(*PROOF_REFUSALS, PushTargetLimitReached),
    gives={"target_id": "/data/id"},
)
def add_push_target(call: Call, *, body: PushTargetDraft) -> Answer[PushTargetView]:
    """
    Add a push target: from now on the hunter is told there, too, as long as `pushNotifications` is on.

    The address is one of apprise, of ntfy, Gotify, Matrix or Mattermost by https (`ntfys://ntfy.sh/topic`), or of
    Discord, Pushbullet, Pushover, Slack or Telegram, without a query, and never one in a private network. At
    most 5 targets. Needs the password, or a sign-in of the last five minutes, and the code of a second factor: it
    goes on telling when the session has ended.
    """
    prove(call, password=body.password, code=body.code)

    def add(uow: UnitOfWork) -> PushTarget:
        return core.add_target(
            uow=uow,
            signed_in=call.caller,
            url=body.url,
            pusher=call.ports.pusher,
            vault=call.ports.gate.vault,
            now=call.now,
        )

    def work(uow: UnitOfWork, render: Render[PushTarget]) -> PushTarget | StoredAnswer:
        return once(uow=uow, request=call.key, now=call.now, effect=lambda: add(uow), answer=render)

    def view(target: PushTarget) -> PushTargetView:
        made[:] = [target]
        return PushTargetView.of(target)

    made: list[PushTarget] = []
    answer = call.once(work, view, 201)
    if not answer.replayed:
        record_way_out(call, SecurityEventKind.PUSH_TARGET_ADDED, made[0].id, made[0].shown)
    return answer


@routes.delete("/targets/{target_id}", status=204, tokens=False)
def remove_push_target(call: Call, *, target_id: UUID) -> Answer[None]:
    """Remove a push target; what is on its way to it is not sent any more."""
    call.write(
        lambda uow: core.remove_target(uow=uow, hunter_id=call.hunter_id, target_id=PushTargetId(target_id))
    )
    record_way_out(call, SecurityEventKind.PUSH_TARGET_REMOVED, target_id)
    return NO_CONTENT


@routes.post("/{notification_id}/read")
def read_notification(call: Call, *, notification_id: UUID) -> Answer[NotificationView]:
    """Mark a notification as read."""
    found = call.write(
        lambda uow: inbox.mark_read(
            uow=uow, hunter_id=call.hunter_id, notification_id=NotificationId(notification_id)
        )
    )
    return ok(NotificationView.of(found))


@routes.delete("/{notification_id}", status=204)
def remove_notification(call: Call, *, notification_id: UUID) -> Answer[None]:
    """Remove a notification."""
    call.write(
        lambda uow: inbox.remove(
            uow=uow,
            hunter_id=call.hunter_id,
            notification_id=NotificationId(notification_id),
            now=call.now,
        )
    )
    return NO_CONTENT

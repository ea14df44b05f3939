"""Where an account is signed in, and ending that (SPEC 4, Auth)."""

from __future__ import annotations

from uuid import UUID

from hunter_api.answers import NO_CONTENT, Answer, Call, ok
from hunter_api.operations import Routes
from hunter_api.schemas.sessions import SessionsView, SessionView
from hunter_core.accounts import sessions as core
from hunter_core.accounts.security_log import SecurityEvent, SecurityEventKind
from hunter_core.ids import SessionId

routes = Routes("Auth", "/api/auth/sessions")


@routes.get("", gives={"session_id": "/data/sessions/0/id"})
def list_sessions(call: Call) -> Answer[SessionsView]:
    """List the sessions of the account that may still be used, newest first."""
    found = call.read(
        lambda uow: core.sessions(
            uow=uow, policy=call.ports.gate.policy, account_id=call.caller.account_id, now=call.now
        )
    )
    return ok(SessionsView(sessions=tuple(SessionView.of(each, call.caller.session_id) for each in found)))


@routes.delete("/{session_id}", status=204)
def end_session(call: Call, *, session_id: UUID) -> Answer[None]:
    """
    End one session of the account; the one behind the request, too, which is logging out.

    Its tokens are good for nothing from then on, in every process.
    """
    ended = SessionId(session_id)
    call.write(
        lambda uow: core.end_session(
            uow=uow, account_id=call.caller.account_id, session_id=ended, now=call.now
        )
    )
    _record(call, SecurityEventKind.SIGNED_OUT, ended)
    return NO_CONTENT


@routes.delete("", status=204)
def end_other_sessions(call: Call) -> Answer[None]:
    """End every session of the account but the one behind the request."""
    count = call.write(
        lambda uow: core.end_others(
            uow=uow, account_id=call.caller.account_id, keep=call.caller.session_id, now=call.now
        )
    )
    _record(
        call, SecurityEventKind.SESSIONS_REVOKED, call.caller.session_id, ended=str(count), kept="current"
    )
    return NO_CONTENT


def _record(call: Call, kind: SecurityEventKind, session_id: SessionId, **details: str) -> None:
    call.ports.gate.log.record(
        SecurityEvent(
            kind=kind,
            at=call.now,
            account_id=call.caller.account_id,
            session_id=session_id,
            client=call.client,
            details=details,
        )
    )

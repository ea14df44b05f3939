"""Taking everything along, and leaving (SPEC 4, Me)."""

from __future__ import annotations

from hunter_api.answers import Answer, Call, ok
from hunter_api.export_file import write_export
from hunter_api.operations import Lane, Routes
from hunter_api.proofs import PROOF_REFUSALS, prove
from hunter_api.schemas.account import DeletionView
from hunter_api.schemas.export.document import ExportView
from hunter_api.schemas.two_factor import Proof
from hunter_core.accounts.deletion import plan_deletion
from hunter_core.accounts.security_log import SecurityEvent, SecurityEventKind
from hunter_core.limits.limit import LimitName

# Only for sessions: what is here belongs to the account, and no API token reaches it.
routes = Routes("Users", "/api/users", limit=LimitName.AUTH)


@routes.get("/me/export", lane=Lane.EXPORTS)
def export_me(call: Call) -> Answer[ExportView]:
    """
    Export everything that is kept of the account, as it is at one moment.

    One JSON document without secrets; what each part means stands in the reference. Level, rank, streak and
    every other figure follow from its ledger, completions, quests and calendar.
    """
    file = write_export(
        store=call.ports.store,
        rulebook=call.ports.rulebook,
        account_id=call.caller.account_id,
        now=call.now,
    )
    _record(call, SecurityEventKind.EXPORTED)
    return Answer(200, b"", file=file)


@routes.delete("/me", lane=Lane.PASSWORDS, refuses=PROOF_REFUSALS)
def delete_me(call: Call, *, body: Proof) -> Answer[DeletionView]:
    """
    Delete the account: out of use at once, erased after 7 days.

    It takes the password, or a sign-in not older than 5 minutes; and the code, where there is a second factor.
    Every session and API token ends, and nobody sees the hunter any more. Signing in before `deleteAt` takes it
    back; both are told by mail. Afterwards nothing of the account is left, and its address and name are free.
    """
    prove(call, password=body.password, code=body.code)
    account = call.write(lambda uow: plan_deletion(uow=uow, account_id=call.caller.account_id, now=call.now))
    call.ports.wake("mail")
    _record(call, SecurityEventKind.DELETION_PLANNED)
    return ok(DeletionView.of(account))


def _record(call: Call, kind: SecurityEventKind) -> None:
    call.ports.gate.log.record(
        SecurityEvent(
            kind=kind,
            at=call.now,
            account_id=call.caller.account_id,
            session_id=call.caller.session_id,
            client=call.client,
        )
    )

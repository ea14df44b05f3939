"""The proof that some acts ask for besides the session: what a body may bring, and how it is checked (issue 4, 7)."""

from __future__ import annotations

from datetime import datetime

from hunter_api.answers import Call
from hunter_core.accounts.step_up import Proofs, step_up
from hunter_core.errors import HunterError, InvalidCredentials, SecondFactorWrong, StepUpRequired

PROOF_REFUSALS: tuple[type[HunterError], ...] = (InvalidCredentials, SecondFactorWrong, StepUpRequired)
"""What a route that steps up may refuse, besides what every limited one does."""


def prove(
    call: Call, *, password: str | None, code: str | None, keep: bool = False, by_password: bool = False
) -> datetime:
    """
    Make sure that the caller proves afresh who they are; return until when that holds.

    With *by_password* it takes the password, where the account has one: a fresh sign-in is not enough.

    Raises:
        HunterError: As `step_up` does.
    """
    return step_up(
        store=call.ports.store,
        gate=call.ports.gate,
        signed_in=call.caller,
        proofs=Proofs(password=password, code=code, by_password=by_password),
        now=call.now,
        client=call.client,
        keep=keep,
    )

"""Changing the secret of a webhook: for a day the old one signs beside the new, so that no message is lost by it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from hunter_core.accounts.secrets import Vault
from hunter_core.accounts.session import SignedIn
from hunter_core.accounts.tell_owner import tell_owner
from hunter_core.accounts.ways_out import lock_owner
from hunter_core.ids import WebhookId
from hunter_core.mail.mail import MailTemplate
from hunter_core.ports import UnitOfWork
from hunter_core.webhooks import signature
from hunter_core.webhooks.manage import NewWebhook, opened
from hunter_core.webhooks.webhook import OLD_SECRET_FOR, secret_context


def change_secret(
    *,
    uow: UnitOfWork,
    signed_in: SignedIn,
    webhook_id: WebhookId,
    secret: str | None,
    vault: Vault,
    now: datetime,
) -> NewWebhook:
    """
    Give a webhook *secret*, or a new one, and return it with that; its owner is told by mail.

    Until `OLD_SECRET_FOR` is over, messages are signed with the one before, too: with that alone, of several. The
    caller commits, and then writes `WEBHOOK_SECRET_CHANGED` to the security log (`accounts.ways_out`).

    Raises:
        InvalidInput: If the secret cannot be used.
        NotFound: If the hunter has no such webhook.
        Unauthenticated: If the session has ended meanwhile.
    """
    chosen = signature.new_secret() if secret is None else secret
    signature.key_of(chosen)
    account = lock_owner(uow=uow, signed_in=signed_in, now=now)
    hook = uow.webhooks.get(account.id, webhook_id)
    hook = replace(
        hook,
        sealed_secret=vault.seal(chosen, secret_context(hook.id)),
        sealed_old_secret=hook.sealed_secret,
        old_secret_until=now + OLD_SECRET_FOR,
        updated_at=now,
    )
    uow.webhooks.save(hook)
    tell_owner(
        uow=uow,
        account=account,
        template=MailTemplate.WEBHOOK_SECRET_CHANGED,
        now=now,
        details={"target": hook.shown},
    )
    return NewWebhook(webhook=opened(hook, vault), secret=chosen)

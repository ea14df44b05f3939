"""Push targets: where else a hunter wants to be told (SPEC 6; issue 5, 3)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from hunter_core.accounts.secrets import Vault
from hunter_core.accounts.session import SignedIn
from hunter_core.accounts.tell_owner import tell_owner
from hunter_core.accounts.ways_out import lock_owner
from hunter_core.errors import InvalidInput, NotFound, PushTargetLimitReached
from hunter_core.ids import HunterId, PushTargetId, new_id
from hunter_core.mail.mail import MailTemplate
from hunter_core.notifications.ports import Pusher, PushFailed
from hunter_core.notifications.push import MOST_TARGETS, PushTarget, context_of
from hunter_core.ports import UnitOfWork


def add_target(
    *, uow: UnitOfWork, signed_in: SignedIn, url: str, pusher: Pusher, vault: Vault, now: datetime
) -> PushTarget:
    """
    Add the push target at the address *url*, sealed, and return it; its owner is told by mail.

    The caller commits, and then writes `PUSH_TARGET_ADDED` to the security log (`accounts.ways_out`).

    Raises:
        InvalidInput: Naming `url`, if it cannot be used.
        NotFound: If there is no such hunter.
        PushTargetLimitReached: If the hunter has as many as there may be.
        Unauthenticated: If the session has ended meanwhile.
    """
    shown = pusher.check(url)
    account = lock_owner(uow=uow, signed_in=signed_in, now=now)
    if len(uow.push_targets.of(account.id)) >= MOST_TARGETS:
        raise PushTargetLimitReached(MOST_TARGETS)
    target_id = PushTargetId(new_id(now))
    target = PushTarget(
        id=target_id,
        hunter_id=account.id,
        sealed=vault.seal(url, context_of(target_id)),
        shown=shown,
        created_at=now,
    )
    uow.push_targets.add(target)
    tell_owner(
        uow=uow, account=account, template=MailTemplate.PUSH_TARGET_ADDED, now=now, details={"target": shown}
    )
    return target


def targets(*, uow: UnitOfWork, hunter_id: HunterId) -> Sequence[PushTarget]:
    """Return the hunter's push targets, the oldest first."""
    return uow.push_targets.of(hunter_id)


def remove_target(*, uow: UnitOfWork, hunter_id: HunterId, target_id: PushTargetId) -> None:
    """
    Forget a push target with what is on its way to it. The caller commits.

    Raises:
        NotFound: If the hunter has no such target.
    """
    uow.hunters.lock(hunter_id)
    if not uow.push_targets.remove(hunter_id, target_id):
        raise NotFound("target", target_id)


class NoPusher:
    """Implements `Pusher` where the extra for pushes is not installed: there are no targets."""

    def check(self, url: str) -> str:
        """Refuse every address."""
        raise InvalidInput("url", 'cannot be used: this server was installed without its extra "push"')

    def push(self, url: str, title: str, message: str) -> None:
        """Take nothing."""
        raise PushFailed('this server was installed without its extra "push"')

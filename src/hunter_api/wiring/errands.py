"""What happens by itself, and who carries it out of the house: mails, pushes and webhooks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from hunter_adapters.mail.files import FileMailer
from hunter_adapters.mail.mime import address_of
from hunter_adapters.mail.smtp import SmtpMailer, SmtpServer
from hunter_adapters.outbound import Outbound
from hunter_adapters.sql import SqlStore
from hunter_adapters.webhooks.http import HttpSender
from hunter_api.background.jobs import Job
from hunter_api.background.tasks import tasks
from hunter_api.settings import SettingInvalid, Settings
from hunter_api.wiring.words import one_line
from hunter_core.accounts.last_use import LastUse
from hunter_core.accounts.sign_in import Gate
from hunter_core.clock import SystemClock
from hunter_core.mail.letters import Letters
from hunter_core.mail.ports import Mailer
from hunter_core.mail.send import MailRoom
from hunter_core.notifications.ports import Pusher
from hunter_core.notifications.push_due import PushCarrier
from hunter_core.notifications.targets import NoPusher
from hunter_core.ports import Store
from hunter_core.rules.rulebook import Rulebook
from hunter_core.webhooks.courier import Courier

LAST_USE_SECONDS = 20.0
"""Seconds between two writings of which sessions were used."""


def tasks_of(
    settings: Settings,
    store: Store,
    scrub: Callable[[], bool],
    gate: Gate,
    rulebook: Rulebook,
    pushes: PushCarrier,
    courier: Courier,
) -> Sequence[Job]:
    """Return what a worker does, or else the web processes."""
    clock = SystemClock()
    mails = MailRoom(
        store=store,
        mailer=_mailer(settings),
        letters=Letters(link_url=settings.mail_link_url),
        codes=gate.codes,
        log=gate.log,
        clock=clock,
        rulebook=rulebook,
    )
    return tuple(
        tasks(
            store=store,
            scrub=scrub,
            clock=clock,
            rulebook=rulebook,
            log=gate.log,
            mails=mails,
            pushes=pushes,
            courier=courier,
        )
    )


def own_jobs(store: SqlStore, last_use: LastUse) -> Iterable[Job]:
    """Yield what happens by itself, in every web process (`jobs`)."""
    yield Job(name="last-use", every=LAST_USE_SECONDS, run=lambda: last_use.write(store))


def _mailer(settings: Settings) -> Mailer:
    try:
        sender = address_of(settings.mail_from)
    except ValueError as error:
        raise SettingInvalid(f"HUNTER_MAIL_FROM {one_line(error)}.") from error
    now = SystemClock().now
    if not settings.smtp_url:
        files = FileMailer(settings.mail_dir, sender=sender, now=now)
        if not files.is_usable:
            raise SettingInvalid(
                f"HUNTER_MAIL_DIR: {settings.mail_dir} cannot be written. Choose another folder, or set "
                "HUNTER_SMTP_URL."
            )
        return files
    try:
        return SmtpMailer(SmtpServer.of(settings.smtp_url), sender=sender, now=now)
    except ValueError as error:
        raise SettingInvalid(f"HUNTER_SMTP_URL {one_line(error)}.") from error


def pusher_of(settings: Settings) -> Pusher:
    """Return what pushes, where the extra is installed."""
    try:
        from hunter_adapters.push.apprise import ApprisePusher
    except ImportError:
        return NoPusher()
    return ApprisePusher(Outbound(settings.outbound_allow))


def sender_of(settings: Settings) -> HttpSender:
    """Return what carries webhooks out: without TLS only into networks that the settings name."""
    return HttpSender(Outbound(settings.outbound_allow), lan=settings.outbound_allow)

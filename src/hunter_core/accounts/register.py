"""Registering: an account, its hunter, settings and first session, all or none (SPEC 4, Auth)."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from hunter_core.accounts.account import Account
from hunter_core.accounts.names import check_email, check_hunter_name, email_key
from hunter_core.accounts.passwords import check_new_password
from hunter_core.accounts.security_log import SecurityEvent, SecurityEventKind
from hunter_core.accounts.session import NOWHERE, Client, Session, SignedIn
from hunter_core.accounts.sign_in import Gate, SignIn, open_session, tokens_for
from hunter_core.days import check_zone
from hunter_core.errors import EmailTaken, HunterNameTaken, NotFound
from hunter_core.gathering import Gathering
from hunter_core.hunters.hunter import Hunter
from hunter_core.hunters.me import me_of
from hunter_core.hunters.settings import Settings
from hunter_core.ids import AccountId, new_id
from hunter_core.mail.asked import is_flooded, post_code
from hunter_core.mail.mail import MailTemplate
from hunter_core.mail.post import post
from hunter_core.ports import Store, UnitOfWork
from hunter_core.rules.rulebook import Rulebook


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """What somebody sends who wants to begin."""

    email: str
    password: str
    hunter_name: str
    timezone: str = "UTC"

    def __repr__(self) -> str:
        """Leave the password out, for logs and tracebacks."""
        return f"Registration(hunter_name={self.hunter_name!r})"


def register(
    *,
    store: Store,
    gate: Gate,
    rulebook: Rulebook,
    registration: Registration,
    now: datetime,
    client: Client = NOWHERE,
) -> SignIn | None:
    """
    Make an account with its hunter, post a mail that proves its address, and sign in.

    Return None where only a mail tells more: where an address must be proved before its first sign-in, and
    where the policy hides which addresses have accounts. Then a taken address gets the same answer, after the
    same hash, and its owner a mail. Commits by itself: the hash is made outside the transaction.

    Raises:
        InvalidInput: Naming every field that breaks its rule.
        TooBusy: If too many passwords are being hashed already.
        EmailTaken: If another account has the address, and the policy does not hide that.
        HunterNameTaken: If another hunter has the name.
    """
    email, name, password = _checked(registration, gate)
    says_nothing = gate.policy.requires_verified or gate.policy.hides_addresses
    account = Account(
        id=AccountId(new_id(now)),
        email=email,
        email_key=email_key(email),
        password_hash=gate.passwords.hash(password),
        last_login=None if says_nothing else now,
        created_at=now,
        updated_at=now,
    )
    hunter = Hunter.beginning(
        account.id, name, now=now, catalogue=rulebook.catalogue.hash, zone=registration.timezone
    )
    settings = Settings(hunter_id=hunter.id)

    def keep(uow: UnitOfWork) -> Session | None:
        uow.accounts.add(account)
        uow.hunters.add(hunter)
        uow.settings.add(settings)
        post_code(uow=uow, template=MailTemplate.VERIFY_EMAIL, account=account, codes=gate.codes, now=now)
        if says_nothing:
            return None
        return open_session(uow=uow, account=account, policy=gate.policy, client=client, now=now)

    try:
        session = store.run(keep)
    except EmailTaken:
        if not gate.policy.hides_addresses:
            raise
        store.run(lambda uow: _tell_owner(uow, account, name, now))
        return None
    gate.log.record(
        SecurityEvent(
            kind=SecurityEventKind.REGISTERED,
            at=now,
            account_id=account.id,
            session_id=None if session is None else session.id,
            client=client,
        )
    )
    if session is None:
        return None
    return SignIn(
        me=me_of(account, hunter, settings, now=now, rulebook=rulebook),
        session=session,
        tokens=tokens_for(gate, session, SignedIn.of(session, account), now),
    )


def _tell_owner(uow: UnitOfWork, wanted: Account, name: str, now: datetime) -> None:
    """
    Tell whoever has the address that somebody wanted it for a hunter of this *name*.

    Raises:
        HunterNameTaken: If the name is taken: names are public, and this is said for every address.
    """
    with suppress(NotFound):
        uow.hunters.by_name(name)
        raise HunterNameTaken("This hunter name is taken. Choose another.")
    found = uow.accounts.by_email(wanted.email_key)
    if found is None:
        # Given up or changed a moment ago; whoever registers again gets it.
        return
    owner = uow.accounts.lock(found.id)
    if owner.email_key == wanted.email_key and not is_flooded(
        uow, owner.email, MailTemplate.ALREADY_REGISTERED, now
    ):
        post(
            uow=uow,
            template=MailTemplate.ALREADY_REGISTERED,
            to=owner.email,
            account_id=owner.id,
            now=now,
        )


def _checked(registration: Registration, gate: Gate) -> tuple[str, str, str]:
    email, name, password = registration.email, registration.hunter_name, ""
    gathering = Gathering()
    with gathering:
        email = check_email(registration.email)
    with gathering:
        name = check_hunter_name(registration.hunter_name)
    with gathering:
        password = check_new_password(
            registration.password,
            gate.policy.passwords,
            email=email,
            hunter_name=name,
            common=gate.common,
        )
    with gathering:
        check_zone(registration.timezone)
    gathering.refuse()
    return email, name, password

"""Registering: an account, its hunter, settings and first session, all or none (SPEC 4, Auth)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hunter_core.accounts.account import Account
from hunter_core.accounts.names import check_email, check_hunter_name, email_key
from hunter_core.accounts.passwords import check_new_password
from hunter_core.accounts.session import NOWHERE, Client, Session, SignedIn
from hunter_core.accounts.sign_in import Gate, SignIn, open_session, tokens_for
from hunter_core.days import check_zone
from hunter_core.gathering import Gathering
from hunter_core.hunters.hunter import Hunter
from hunter_core.hunters.me import me_of
from hunter_core.hunters.settings import Settings
from hunter_core.ids import AccountId, new_id
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
) -> SignIn:
    """
    Make an account with its hunter, and sign in. Commits by itself: the hash is made outside the transaction.

    Raises:
        InvalidInput: Naming every field that breaks its rule.
        TooBusy: If too many passwords are being hashed already.
        EmailTaken: If another account has the address.
        HunterNameTaken: If another hunter has the name.
    """
    email, name, password = _checked(registration, gate)
    account = Account(
        id=AccountId(new_id(now)),
        email=email,
        email_key=email_key(email),
        password_hash=gate.passwords.hash(password),
        last_login=now,
        created_at=now,
        updated_at=now,
    )
    hunter = Hunter.beginning(
        account.id, name, now=now, catalogue=rulebook.catalogue.hash, zone=registration.timezone
    )
    settings = Settings(hunter_id=hunter.id)

    def keep(uow: UnitOfWork) -> Session:
        uow.accounts.add(account)
        uow.hunters.add(hunter)
        uow.settings.add(settings)
        return open_session(uow=uow, account=account, policy=gate.policy, client=client, now=now)

    session = store.run(keep)
    return SignIn(
        me=me_of(account, hunter, settings, now=now, rulebook=rulebook),
        session=session,
        tokens=tokens_for(gate, session, SignedIn.of(session, account), now),
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

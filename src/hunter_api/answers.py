"""What a route is given, and what it gives back: a call and an answer, nothing of HTTP in between."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, BinaryIO, Generic, TypeVar

import attrs

from hunter_api import wire
from hunter_api.ports import Ports
from hunter_api.schemas.common import MailUnderWayView
from hunter_core.accounts.api_token import TokenHolder
from hunter_core.accounts.renew import leave_behind
from hunter_core.accounts.session import Client, SignedIn
from hunter_core.ids import HunterId
from hunter_core.keys import KeyedRequest, StoredAnswer
from hunter_core.ports import UnitOfWork

View = TypeVar("View")
Result = TypeVar("Result")
Render = Callable[[Result], tuple[int, bytes]]


@attrs.frozen
class Answer(Generic[View]):
    """An answer as it goes out; the type says what class its `data` was made of."""

    status: int
    body: bytes
    replayed: bool = False
    file: BinaryIO | None = None
    """Where the body is too large to be held: a file with it, at its beginning, which the reply closes."""
    headers: tuple[tuple[bytes, bytes], ...] = ()
    """What it carries besides; the operation names them in `sends`."""

    def carrying(self, *headers: tuple[bytes, bytes]) -> Answer[View]:
        """Return the answer with these headers besides."""
        return attrs.evolve(self, headers=(*self.headers, *headers))


NO_CONTENT: Answer[None] = Answer(204, b"")

SIGNED_OUT: Answer[None] = NO_CONTENT.carrying((b"clear-site-data", b'"cache", "storage"'))
"""Nothing is signed in any more: a browser is to forget what it was shown and has kept (ASVS 14.3.1)."""


def ok(view: View, status: int = 200) -> Answer[View]:
    """Return the answer that holds *view*."""
    return Answer(status, wire.success(view))


def sent_to(address: str, *headers: tuple[bytes, bytes]) -> Answer[None]:
    """Return the answer that sends a browser on to *address*, an absolute URL."""
    return Answer(302, b"", headers=((b"location", address.encode("ascii")), *headers))


def mail_under_way() -> Answer[Any]:
    """Return the answer that says nothing: 202, for a mail tells the rest, and nobody else."""
    return ok(MailUnderWayView(), 202)


@attrs.frozen(kw_only=True)
class Call:
    """
    One request, as a route sees it.

    `now` is taken once and handed down (SPEC 7). `key` is there when the request carries an Idempotency-Key.
    `bearer` is the access token that came with a request that needs none: what a client still has of before.
    `origin` is scheme and host that the client asked for, as far as it and proxies that are trusted say.
    """

    ports: Ports
    now: datetime
    client: Client
    signed_in: SignedIn | TokenHolder | None = None
    key: KeyedRequest | None = None
    origin: str = ""
    cookies: Mapping[str, str] = attrs.field(factory=dict, repr=False)
    bearer: str = attrs.field(default="", repr=False)

    @property
    def caller(self) -> SignedIn:
        """The session behind the request; routes that are open to all or to API tokens need not have one."""
        if not isinstance(self.signed_in, SignedIn):
            raise LookupError("no session stands behind this request: it is open to all, or to API tokens")
        return self.signed_in

    @property
    def hunter_id(self) -> HunterId:
        """The hunter who asks, by a session or an API token; only routes for the signed-in have one."""
        if self.signed_in is None:
            raise LookupError("this route is open to everyone: nobody is signed in")
        return self.signed_in.account_id

    def leave_behind(self) -> None:
        """End the session that the client still held when it signed in anew, where the policy says so."""
        leave_behind(
            store=self.ports.store, gate=self.ports.gate, token=self.bearer, now=self.now, client=self.client
        )

    def read(self, work: Callable[[UnitOfWork], Result]) -> Result:
        """Return what *work* reads in one transaction."""
        with self.ports.store.read() as uow:
            return work(uow)

    def write(self, work: Callable[[UnitOfWork], Result]) -> Result:
        """Return what *work* does in one transaction, which lasts when this returns."""
        return self.ports.store.run(work)

    def once(
        self,
        work: Callable[[UnitOfWork, Render[Result]], Result | StoredAnswer],
        view: Callable[[Result], View],
        status: int = 200,
    ) -> Answer[View]:
        """
        Return the answer to a request that an Idempotency-Key may make good for one time only.

        *work* is given what renders its result: the bytes are made in the transaction, so that what is
        stored under the key is what is sent.
        """
        rendered: list[tuple[int, bytes]] = []

        def render(result: Result) -> tuple[int, bytes]:
            rendered[:] = [(status, wire.success(view(result)))]
            return rendered[0]

        done = self.write(lambda uow: work(uow, render))
        if isinstance(done, StoredAnswer):
            return Answer(done.status, done.body, replayed=True)
        status, body = rendered[0] if rendered else render(done)
        return Answer(status, body)

"""What is said about live sockets before there is one."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import attrs
from msgspec import Meta

from hunter_core.live.replay import GREATEST


@attrs.frozen(kw_only=True, slots=False)
class TicketView:
    """A ticket for one socket."""

    ticket: Annotated[str, Meta(description="What `GET /api/ws?ticket=` takes, once.")]
    expiresAt: Annotated[datetime, Meta(description="Until when it is good.")]
    after: Annotated[
        int,
        Meta(
            description="Your hunter's last number: connect with `after=` this, and you miss nothing from now on."
        ),
    ]


@attrs.frozen(kw_only=True, slots=False)
class SocketQuery:
    """How a socket begins."""

    ticket: Annotated[str, Meta(description="A ticket that was not used.")] = ""
    after: (
        Annotated[
            int,
            Meta(
                ge=0,
                le=GREATEST,
                description="The last number that you know: what came after it is sent first.",
            ),
        ]
        | None
    ) = None

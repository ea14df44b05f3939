"""What the application asks of the world, in one value: `wiring` fills it, tests fill it with memory."""

from __future__ import annotations

from collections.abc import Callable

import attrs

from hunter_api.limits import RateLimits
from hunter_api.metrics import Metrics, NoMetrics
from hunter_api.sign_in_with import SignInWith
from hunter_api.tracing import Tracing
from hunter_core.accounts.last_use import LastUse
from hunter_core.accounts.sign_in import Gate
from hunter_core.achievements.ports import Popularity
from hunter_core.ids import HunterId
from hunter_core.leaderboard.board import Boards
from hunter_core.live.fan_out import LocalFanOut
from hunter_core.notifications.ports import Pusher
from hunter_core.notifications.targets import NoPusher
from hunter_core.ports import Clock, Dice, Store
from hunter_core.relay.ports import FanOut
from hunter_core.rules.rulebook import Rulebook
from hunter_core.webhooks.nobody import NoSender
from hunter_core.webhooks.ports import Sender


@attrs.frozen(kw_only=True)
class Ports:
    """
    Everything that stands behind the routes.

    Attributes:
        ready: Raises StoreUnavailable while requests cannot be served; asked by /health/ready.
        last_use: Told of every signed-in request; a job writes down what it was told.
        wake: Told the name of a job that has something to do, after the commit that gave it; returns at once.
        close: Called once, when the last request has been answered.
        export_threads: How many exports are written at one time.
        threads: How many requests may ask the store at one time, besides `password_threads` that sign
            somebody in and `provider_threads` that wait for an identity provider. The store has a connection
            for each, so that no thread waits for one.
        fan_out: By which live sockets hear what is relayed.
        live_threads: How many threads ask the store for live sockets.
        pusher: What push targets are checked by.
        metrics: What is counted.
        tracing: What traces requests; None where nobody asked for that.
        sender: What addresses of webhooks are checked by.
        hiding: How many seconds an answer to a hunter has to wait, so that whatever it hid is seen by nobody after it.
        sign_in_with: The identity providers, and how a browser is brought to them and back.
    """

    store: Store
    clock: Clock
    dice: Dice
    rulebook: Rulebook
    gate: Gate
    popularity: Popularity
    limits: RateLimits
    boards: Boards
    ready: Callable[[], None]
    sign_in_with: SignInWith = attrs.field(factory=SignInWith)
    hiding: Callable[[HunterId], float] = lambda hunter_id: 0.0
    last_use: LastUse = attrs.field(factory=LastUse)
    wake: Callable[[str], None] = lambda name: None
    close: Callable[[], None] = lambda: None
    threads: int = 16
    password_threads: int = 8
    export_threads: int = 2
    provider_threads: int = 4
    live_threads: int = 2
    fan_out: FanOut = attrs.field(factory=LocalFanOut)
    pusher: Pusher = attrs.field(factory=NoPusher)
    tracing: Tracing | None = None
    metrics: Metrics = attrs.field(factory=NoMetrics)
    sender: Sender = attrs.field(factory=NoSender)

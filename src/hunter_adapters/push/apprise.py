"""Hands notifications to push services by apprise, each in a bounded time, and to none in this network."""

from __future__ import annotations

import logging
import queue
import re
import threading
import warnings
from contextlib import suppress
from socket import SHUT_RDWR, socket
from typing import Any
from urllib.parse import unquote

import apprise
import requests
from urllib3.util import connection as urllib3_connection

from hunter_adapters.outbound import AddressRefused, Outbound
from hunter_core.errors import InvalidInput
from hunter_core.notifications.ports import PushFailed
from hunter_core.notifications.push import LONGEST_SHOWN, LONGEST_URL
from hunter_core.places import MOST_AT_ONCE

HOSTED = frozenset({"discord", "pbul", "pover", "slack", "tgram"})
"""Services whose addresses name no host: apprise knows where they are."""

SELF_HOSTED = frozenset({"gotifys", "matrixs", "mmosts", "ntfys"})
"""Services whose addresses name a host; by https alone."""

LONGEST_PUSH = 15.0
"""Seconds after which a push has failed, and its connection is cut, whatever its target still does."""

MOST_STUCK = 4 * MOST_AT_ONCE
"""Pushes under way, and those that hang beyond their time (a name that nobody resolves): no more are begun."""

ENDS_SECONDS = 1.0
"""Seconds that a push which was cut has to end."""

_ADDRESS = re.compile(
    r"([a-z]+)://"
    r"(?:[^@/?#\s]*@)?"  # who
    r"(\[[0-9A-Fa-f:.]+\]|[^\[\]:@/?#\s]+)(?::[0-9]*|:[^\[\]:@/?#\s]+)?"  # where; of Telegram's, half a token
    r"(?:/([^?#\s]*))?",
    re.ASCII,
)

log = logging.getLogger("hunter.push")


class ApprisePusher:
    """Implements `hunter_core.notifications.ports.Pusher`."""

    def __init__(self, outbound: Outbound) -> None:
        self._outbound = outbound
        self._asset = apprise.AppriseAsset(
            app_id="hunter",
            app_desc="The Hunter System",
            async_mode=False,
            secure_logging=True,
            storage_mode=apprise.PersistentStoreMode.MEMORY,
        )
        self._loading, self._loaded = threading.Lock(), False
        self._stuck = threading.Semaphore(MOST_STUCK)
        _guard_connections()
        # Both would say where a push went, and with what.
        logging.getLogger("apprise").setLevel(logging.CRITICAL)
        logging.getLogger("urllib3").setLevel(logging.WARNING)

    def check(self, url: str) -> str:
        scheme, host, rest = self._parts(url)
        if scheme in SELF_HOSTED:
            if not unquote(rest).strip("/ "):
                # apprise would take what stands in the host's place for a topic or token of a service it knows.
                raise InvalidInput(
                    "url", "must name a server and what to tell there, such as ntfys://ntfy.sh/topic"
                )
            try:
                self._outbound.check_host(host)
            except AddressRefused as error:
                raise InvalidInput("url", "must not lead into a private network") from error
        if self._plugin(url) is None:
            raise InvalidInput("url", f"is no complete address of {scheme}: see its page among apprise's")
        # Whatever follows the host is a token, or a topic that is as good as one.
        shown = f"{scheme}://{host}/…" if scheme in SELF_HOSTED else f"{scheme}://…"
        return shown[:LONGEST_SHOWN]

    def push(self, url: str, title: str, message: str) -> None:
        if not self._stuck.acquire(blocking=False):
            raise PushFailed("too many targets hang")
        answers: queue.SimpleQueue[Exception | None] = queue.SimpleQueue()
        guard = _Guard(self._outbound)
        # A thread of its own: whoever never answers holds nobody up, and not the end of the process either.
        pushing = threading.Thread(
            target=self._push, args=(url, title, message, guard, answers), name="push", daemon=True
        )
        pushing.start()
        try:
            failure = answers.get(timeout=LONGEST_PUSH)
        except queue.Empty:
            guard.end()
            pushing.join(ENDS_SECONDS)
            raise PushFailed(f"no answer in {LONGEST_PUSH:.0f} s") from None
        guard.end()
        if failure is not None:
            raise failure

    def _push(
        self, url: str, title: str, message: str, guard: _Guard, answers: queue.SimpleQueue[Exception | None]
    ) -> None:
        try:
            _guarded.by = guard
            answers.put(self._failure(url, title, message, guard))
        except Exception as error:
            log.exception("a push failed in a way that nobody foresaw")
            answers.put(PushFailed(type(error).__name__))
        finally:
            self._stuck.release()

    def _failure(self, url: str, title: str, message: str, guard: _Guard) -> PushFailed | None:
        plugin = self._plugin(url)
        if plugin is None:
            return PushFailed("apprise does not know this address", for_good=True)
        taken = plugin.notify(body=message, title=title, body_format=apprise.NotifyFormat.TEXT)
        if taken:
            return None
        if guard.refused:
            return PushFailed("the target leads into a private network", for_good=True)
        return PushFailed("the service did not take it")

    def _plugin(self, url: str) -> Any:
        with self._loading:
            if not self._loaded:
                # All its services are read at the first use; some of them by modules that Python deprecates.
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore", DeprecationWarning)
                    apprise.Apprise.instantiate("ntfys://example.com/topic", asset=self._asset)
                self._loaded = True
        return apprise.Apprise.instantiate(url, asset=self._asset, suppress_exceptions=True)

    def _parts(self, url: str) -> tuple[str, str, str]:
        """Return the scheme, the host (without user and port) and what follows it, of *url*."""
        found = _ADDRESS.fullmatch(url) if len(url) <= LONGEST_URL else None
        if found is None:
            # What follows a question mark could switch off the check of certificates, or make a target slow.
            raise InvalidInput(
                "url", "must be an address of apprise without a query, such as ntfys://ntfy.sh/topic"
            )
        scheme, host = found[1], found[2]
        if scheme not in HOSTED | SELF_HOSTED:
            raise InvalidInput("url", f"must be of one of {', '.join(sorted(HOSTED | SELF_HOSTED))}")
        return scheme, host, found[3] or ""


class _Guard:
    """Lets the connections of one push go where they may, and cuts them when its time is over."""

    def __init__(self, outbound: Outbound) -> None:
        self._outbound = outbound
        self._changing, self._ended = threading.Lock(), threading.Event()
        self._held: list[socket] = []
        self.refused = False

    def connect(self, host: str, port: int, timeout: float) -> socket:
        if self._ended.is_set():
            # Nor the next of its addresses, nor where a redirect leads.
            raise TimeoutError("the time of this push is over")
        try:
            connection = self._outbound.connect(host, port, timeout)
        except AddressRefused:
            self.refused = True
            raise
        with self._changing:
            if self._ended.is_set():
                connection.close()
                raise TimeoutError("the time of this push is over")
            # TLS takes the socket over; this one leads to the same connection.
            self._held.append(connection.dup())
        return connection

    def end(self) -> None:
        """Cut them: each byte that a target drips would come in time, and its thread would wait for ever."""
        with self._changing:
            self._ended.set()
            held, self._held = self._held, []
        for each in held:
            with suppress(OSError):
                each.shutdown(SHUT_RDWR)
            each.close()


_guarded = threading.local()
"""Says in which threads connections are looked at: those of pushes."""

_unguarded = urllib3_connection.create_connection
# What requests asks, in two of its modules each.
_ASKING: tuple[Any, ...] = (requests.utils, requests.sessions)
_environ_proxies = requests.utils.get_environ_proxies
_netrc_auth = requests.utils.get_netrc_auth


def _guard_connections() -> None:
    """
    Let urllib3, by which apprise connects, ask in the threads of pushes where it may go.

    There requests takes nothing from the environment: a proxy would resolve the name, and connect, where nobody looks,
    and what is in a `.netrc` is for no server that a hunter names.
    """
    urllib3_connection.create_connection = _create_connection
    for module in _ASKING:
        module.get_environ_proxies = _proxies
        module.get_netrc_auth = _no_auth


def _proxies(url: str, no_proxy: str | None = None) -> dict[str, str]:
    return {} if _is_guarded() else _environ_proxies(url, no_proxy=no_proxy)


def _no_auth(url: str, raise_errors: bool = False) -> tuple[str, str] | None:
    return None if _is_guarded() else _netrc_auth(url, raise_errors)


def _is_guarded() -> bool:
    return getattr(_guarded, "by", None) is not None


def _create_connection(address: tuple[str, int], timeout: Any = None, *more: Any, **options: Any) -> socket:
    guard: _Guard | None = getattr(_guarded, "by", None)
    if guard is None:
        return _unguarded(address, timeout, *more, **options)
    host, port = address
    return guard.connect(host, port, timeout if isinstance(timeout, int | float) else LONGEST_PUSH)

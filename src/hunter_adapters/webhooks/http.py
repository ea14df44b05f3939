"""
Sends webhooks by http.client: to an address that was looked at, in a bounded time, and reads next to nothing.

The connection goes to the very address that was checked, and TLS is about the name: so nothing is gained by a
name that resolves otherwise the second time, and nothing by a redirect, which is an answer like any other.
"""

from __future__ import annotations

import http.client
import logging
import socket
import ssl
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from ipaddress import ip_address
from typing import Self
from urllib.parse import SplitResult, urlsplit

from hunter_adapters.outbound import AddressRefused, Network, Outbound
from hunter_core.errors import InvalidInput
from hunter_core.webhooks.ports import Failure, SendFailed
from hunter_core.webhooks.webhook import LONGEST_SHOWN, LONGEST_URL

CONNECT_SECONDS = 5.0
"""Seconds in which a target must take the connection."""

LONGEST_SEND = 10.0
"""
Seconds after which a message has failed, however alive its target seems: a slow drip is no answer.

Only a name that nobody resolves can take longer: the resolver of the system is waited for.
"""

LONGEST_BODY = 4096
"""Bytes of an answer's body that are taken; the connection is closed on whatever else comes."""

USER_AGENT = "hunter-system"

_HTTPS_PORT, _HTTP_PORT = 443, 80
_MOMENT = 0.001

log = logging.getLogger("hunter.webhooks")


class HttpSender:
    """
    Implements `hunter_core.webhooks.ports.Sender`.

    Without TLS it sends only into the networks *lan*, which whoever runs the server has named, such as that of
    their own home automation; *outbound* must let it in there, too.
    """

    def __init__(
        self, outbound: Outbound, *, lan: Sequence[Network] = (), context: ssl.SSLContext | None = None
    ) -> None:
        self._outbound, self._lan = outbound, tuple(lan)
        self._context = context or ssl.create_default_context()

    def check(self, url: str) -> str:
        parts = self._parts(url)
        try:
            self._outbound.check_host(parts.hostname or "")
        except AddressRefused as error:
            raise InvalidInput("url", "must not lead into a private network") from error
        host = parts.netloc.rpartition("@")[2]
        return f"{parts.scheme}://{host}/…"[:LONGEST_SHOWN]

    def send(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        try:
            parts = self._parts(url)
        except InvalidInput as error:
            raise SendFailed("its address is not allowed any more", Failure.ADDRESS) from error
        deadline = time.monotonic() + LONGEST_SEND
        try:
            connection = self._connected(parts, deadline)
            with _Cut(connection, max(_MOMENT, deadline - time.monotonic())) as cut:
                status = self._exchange(cut, parts, headers, body)
        except AddressRefused as error:
            raise SendFailed("it leads into a private network", Failure.PRIVATE) from error
        except ssl.SSLCertVerificationError as error:
            why = f"its certificate is not good: {error.verify_message}"
            raise SendFailed(why, Failure.CERTIFICATE) from error
        except (OSError, http.client.HTTPException, ValueError) as error:
            if time.monotonic() >= deadline or isinstance(error, TimeoutError):
                raise SendFailed("it did not answer in time", Failure.LATE) from error
            raise _failed(error) from error
        return status

    def _parts(self, url: str) -> SplitResult:
        """
        Return the parts of *url*.

        Raises:
            InvalidInput: If it is none that may be sent to.
        """
        if len(url) > LONGEST_URL or not url.isascii() or not url.isprintable() or " " in url:
            raise InvalidInput("url", f"must be a web address in ASCII of at most {LONGEST_URL} characters")
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as error:
            raise InvalidInput("url", "must be a web address") from error
        if parts.scheme not in ("https", "http") or not parts.hostname or port == 0 or "\\" in url:
            raise InvalidInput("url", "must be a web address, such as https://home.example/hooks/hunter")
        if parts.scheme == "http" and not self._lan:
            raise InvalidInput("url", "must be https")
        if parts.username is not None or parts.password is not None:
            raise InvalidInput("url", "must not hold a user name or password")
        if parts.fragment:
            raise InvalidInput("url", "must not have a fragment")
        return parts

    def _connected(self, parts: SplitResult, deadline: float) -> socket.socket:
        """Return a connection, made before *deadline*, to one of the addresses of the host that may be connected to."""
        host = parts.hostname or ""
        port = parts.port or (_HTTPS_PORT if parts.scheme == "https" else _HTTP_PORT)
        failure: OSError = AddressRefused(f"{host} leads to no address that may be asked without TLS")
        for _, address in self._outbound.addresses(host, port):
            if parts.scheme == "http" and not self._is_in_lan(address):
                continue
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError
            try:
                # By its number: nobody is asked a second time where the name leads.
                return self._outbound.connect(address, port, min(CONNECT_SECONDS, left))
            except OSError as error:
                failure = error
        raise failure

    def _is_in_lan(self, address: str) -> bool:
        found = ip_address(address.partition("%")[0])
        return any(found in network for network in self._lan if network.version == found.version)

    def _exchange(self, cut: _Cut, parts: SplitResult, headers: Mapping[str, str], body: bytes) -> int:
        if parts.scheme == "https":
            cut.connection = secured = self._context.wrap_socket(
                cut.connection, server_hostname=parts.hostname, do_handshake_on_connect=False
            )
            # Only now: whoever drips through the handshake is cut off, too.
            secured.do_handshake()
        told = http.client.HTTPConnection(parts.netloc)
        told.sock = cut.connection
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        told.request(
            "POST",
            target,
            body,
            {
                "content-type": "application/json",
                "user-agent": USER_AGENT,
                "connection": "close",
                **headers,
            },
        )
        answer = told.getresponse()
        if cut.is_cut:
            # To http.client, an end in the middle of the head is one.
            raise TimeoutError
        # What it says besides is of no use; a little is taken, so that it can say it in peace.
        with suppress(OSError, http.client.HTTPException):
            answer.read(LONGEST_BODY)
        return answer.status


class _Cut:
    """A connection that is cut when its time is over, whatever is being done with it."""

    def __init__(self, connection: socket.socket, seconds: float) -> None:
        self.connection = connection
        self._is_over = threading.Event()
        self.is_cut = False
        connection.settimeout(seconds)
        self._timer = threading.Timer(seconds, self._shut)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        self._is_over.set()
        self.connection.close()

    def _shut(self) -> None:
        if not self._is_over.is_set():
            self.is_cut = True
            # Whoever reads gets an end; the file itself is closed by who opened it.
            with suppress(OSError):
                socket.socket.shutdown(self.connection, socket.SHUT_RDWR)


def _failed(error: Exception) -> SendFailed:
    """Return the failure in words that hold nothing of the address or the answer."""
    match error:
        case ConnectionRefusedError():
            return SendFailed("nobody listens there", Failure.NOBODY)
        case ConnectionError() | http.client.RemoteDisconnected():
            return SendFailed("it hung up", Failure.HUNG_UP)
        case socket.gaierror():
            return SendFailed("its name is not known", Failure.NAME)
        case ssl.SSLError():
            return SendFailed("TLS failed", Failure.TLS)
        case http.client.HTTPException():
            return SendFailed("it answered no HTTP", Failure.NO_HTTP)
        case _:
            return SendFailed("it could not be reached", Failure.UNREACHED)

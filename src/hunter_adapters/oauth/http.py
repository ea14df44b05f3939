"""
Asks somebody else's server for JSON: in 5 seconds for all of it, at most 1 MB, to this address and no other.

The timeouts of HTTP clients are for one read each, so whoever sends a byte every four seconds holds a thread for
ever. Here every read, write, connect and look-up of a name gets what is left of one deadline.
"""

from __future__ import annotations

import json
import queue
import re
import socket
import ssl
import threading
import time
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpcore2

from hunter_core.accounts.identity import ProviderRefused
from hunter_core.errors import ProviderUnavailable

SECONDS = 5.0
"""How long a provider may take for everything that is asked of it in one request of ours (SPEC 7)."""

LARGEST_ANSWER = 1024 * 1024
"""Bytes of the largest body that is read."""

_JSON_TYPE = re.compile(r"application/([a-z0-9.+-]+\+)?json\s*(;.*)?", re.IGNORECASE)
_ERROR_WORD = re.compile(r"[a-z_]{1,40}")
_COME_AGAIN = frozenset((408, 425, 429))
_AGENT = "hunter-system"


class Deadline:
    """The moment at which patience ends."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._at = time.monotonic() + seconds

    def left(self) -> float:
        """
        Return the seconds that are left.

        Raises:
            httpcore2.TimeoutException: If there are none.
        """
        left = self._at - time.monotonic()
        if left <= 0:
            raise httpcore2.ReadTimeout("the time is up")
        return left


class JsonHttp:
    """Sends requests, each on a connection of its own: they are few, and nothing of one is left for the next."""

    @cached_property
    def _trusted(self) -> ssl.SSLContext:
        return httpcore2.default_ssl_context()

    def get(self, url: str, deadline: Deadline, **headers: str) -> Any:
        """
        Return the JSON that is at *url*.

        Raises:
            ProviderUnavailable: If there is no answer in time, or it says to come again.
            ProviderRefused: If the answer is anything but JSON of a bearable size.
        """
        return self._json("GET", url, deadline, headers, None)

    def post(self, url: str, form: Mapping[str, str], deadline: Deadline, **headers: str) -> Any:
        """Send *form* to *url* and return the JSON that is answered; raises as `get`."""
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        return self._json("POST", url, deadline, headers, urlencode(form).encode())

    def _json(
        self, method: str, url: str, deadline: Deadline, headers: Mapping[str, str], body: bytes | None
    ) -> Any:
        sent = {"Accept": "application/json", "User-Agent": _AGENT, "Connection": "close", **headers}
        where = f"{method} {urlsplit(url).hostname}"
        try:
            status, kind, answer = self._send(method, url, deadline, sent, body)
        except (httpcore2.TimeoutException, httpcore2.NetworkError, ssl.SSLError, OSError) as error:
            raise ProviderUnavailable from error
        except (httpcore2.ProtocolError, httpcore2.UnsupportedProtocol, ValueError) as error:
            raise ProviderRefused(f"{where} is answered by what is no HTTP") from error
        if status >= 500 or status in _COME_AGAIN:
            raise ProviderUnavailable from OSError(f"{where} is answered by {status}")
        if answer is None:
            raise ProviderRefused(f"{where} is answered by more than {LARGEST_ANSWER} bytes")
        if status != 200:
            raise ProviderRefused(f"{where} is answered by {status}{_error_word(kind, answer)}")
        if not _JSON_TYPE.fullmatch(kind):
            raise ProviderRefused(f"{where} is answered by something else than JSON")
        return _parsed(where, answer)

    def _send(
        self, method: str, url: str, deadline: Deadline, headers: Mapping[str, str], body: bytes | None
    ) -> tuple[int, str, bytes | None]:
        """Return status, content type and body; None for a body that is too large, of which no more is read."""
        size = {} if body is None else {"Content-Length": str(len(body))}
        fields = list({"Host": urlsplit(url).netloc, **headers, **size}.items())
        with (
            httpcore2.ConnectionPool(
                ssl_context=self._trusted if url.startswith("https:") else None,
                network_backend=_Patient(deadline),
            ) as pool,
            pool.stream(method, url, headers=fields, content=body) as response,
        ):
            kind = next((value for name, value in response.headers if name.lower() == b"content-type"), b"")
            parts = bytearray()
            for part in response.iter_stream():
                parts += part
                if len(parts) > LARGEST_ANSWER:
                    return response.status, kind.decode("latin-1"), None
            return response.status, kind.decode("latin-1"), bytes(parts)


def _error_word(kind: str, answer: bytes) -> str:
    """Return the provider's own word for the error (RFC 6749, 5.2), where it has the form of one."""
    try:
        word = json.loads(answer)["error"] if _JSON_TYPE.fullmatch(kind) else ""
    except (ValueError, LookupError, TypeError, RecursionError):
        return ""
    return f" ({word})" if isinstance(word, str) and _ERROR_WORD.fullmatch(word) else ""


def _parsed(where: str, answer: bytes) -> Any:
    try:
        return json.loads(answer)
    except (ValueError, RecursionError) as error:
        raise ProviderRefused(f"{where} is answered by what is no JSON") from error


class _Patient(httpcore2.NetworkBackend):
    """Opens connections that keep to a deadline, whatever timeout they are given."""

    def __init__(self, deadline: Deadline) -> None:
        self._deadline = deadline
        self._plain = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        failure: Exception = httpcore2.ConnectError("the name has no address")
        for address in _addresses(host, port, self._deadline):
            try:
                stream = self._plain.connect_tcp(
                    address, port, self._deadline.left(), local_address, socket_options
                )
            except httpcore2.ConnectError as error:
                failure = error
            else:
                return _Stream(stream, self._deadline)
        raise failure


class _Stream(httpcore2.NetworkStream):
    """A connection whose every step gets what is left of the deadline."""

    def __init__(self, stream: httpcore2.NetworkStream, deadline: Deadline) -> None:
        self._stream, self._deadline = stream, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._deadline.left())

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore2.NetworkStream:
        secured = self._stream.start_tls(ssl_context, server_hostname, self._deadline.left())
        return _Stream(secured, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _addresses(host: str, port: int, deadline: Deadline) -> list[str]:
    """
    Return the addresses of *host*, looked up in a thread of its own: the system's resolver knows no deadline.

    Raises:
        httpcore2.TimeoutException: If there is no answer in time; the thread ends when the resolver gives up.
        OSError: If there is no such name.
    """
    answers: queue.SimpleQueue[list[str] | OSError] = queue.SimpleQueue()

    def look_up() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            answers.put(list(dict.fromkeys(str(each[4][0]) for each in found)))
        except OSError as error:
            answers.put(error)
        except ValueError as error:
            answers.put(OSError(str(error)))

    threading.Thread(target=look_up, name="hunter-resolver", daemon=True).start()
    try:
        answer = answers.get(timeout=deadline.left())
    except queue.Empty as error:
        raise httpcore2.ConnectTimeout("the name was not looked up in time") from error
    if isinstance(answer, OSError):
        raise answer
    return answer

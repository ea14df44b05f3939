"""
Every secret that was issued or sent, and where it may not turn up: logs, database, Redis, addresses (issue 4, figures).

A client that is given a `Secrets` tells it what it sends and gets; `leaks` looks for each of them, in every form
that a program could write it in. Whoever adds a flow has nothing to add here, as long as its fields are called as
the others are: see `NAMES`.
"""

from __future__ import annotations

import base64
import json
import re
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

NAMES = re.compile(
    r"(?:.*password|(?:access|refresh|id)?_?token|code|ticket|secret|recoverycodes|otpauthuri|verifier)",
    re.IGNORECASE,
)
"""The fields of requests and answers, and the parameters of addresses, that hold secrets."""

_ERROR_CODE = re.compile(r"[A-Z]+(_[A-Z]+)*")
"""The `code` of a refusal is a word, and no secret."""

SHORTEST = 8
"""Characters of the shortest secret that can be looked for: six digits turn up everywhere by themselves."""

IN_ADDRESSES = frozenset({"code"})
"""What may stand in an address, because it is good once: what a provider and we hand through a browser (SPEC 5)."""


@dataclass(frozen=True)
class Leak:
    """A secret that was found."""

    kind: str
    form: str
    where: str
    around: str


class Secrets:
    """The secrets that were seen; threads may share it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kinds: dict[str, str] = {}
        self.addresses: set[str] = set()

    def __len__(self) -> int:
        return len(self._kinds)

    def kinds(self) -> Mapping[str, int]:
        """Return how many there are of each kind."""
        found: dict[str, int] = {}
        for kind in self._kinds.values():
            found[kind] = found.get(kind, 0) + 1
        return found

    def add(self, kind: str, value: str) -> None:
        """Remember the secret *value*; of tokens that are made of parts, their secret part, too."""
        if len(value) < SHORTEST:
            return
        with self._lock:
            self._kinds.setdefault(value, kind)
            if kind.endswith("token"):
                # Of an access token the signature; of a refresh token what follows id and generation.
                for part in (value.rpartition(".")[2], value[-43:]):
                    if len(part) >= 40:
                        self._kinds.setdefault(part, kind)

    def see(self, said: Any) -> None:
        """Remember every secret in the JSON value of a body."""
        if isinstance(said, Mapping):
            if said.get("field") == "ticket":
                # The one secret that a refusal carries.
                self._see_all("ticket", said.get("message"))
            for name, value in said.items():
                if NAMES.fullmatch(name):
                    self._see_all(name, value)
                else:
                    self.see(value)
        elif isinstance(said, list):
            for each in said:
                self.see(each)

    def see_body(self, body: bytes | None) -> None:
        """Remember every secret in a body, where it is JSON."""
        try:
            self.see(json.loads(body or b"null"))
        except ValueError:
            return

    def see_address(self, address: str) -> None:
        """Remember an address that was asked for, or that somebody was sent to, and the codes in it."""
        with self._lock:
            self.addresses.add(address)
        for name, value in parse_qsl(urlsplit(address).query):
            if name in IN_ADDRESSES:
                self.add(name, value)

    def _see_all(self, name: str, value: Any) -> None:
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, str) and not _ERROR_CODE.fullmatch(each):
                self.add(name.lower(), each)

    def leaks(self, where: str, text: str, *, but: Iterable[str] = ()) -> list[Leak]:
        """Return every secret that stands in *text*, but those of the kinds in *but*."""
        spared, lower = frozenset(but), text.lower()
        with self._lock:
            known = [(value, kind) for value, kind in self._kinds.items() if kind not in spared]
        found = []
        for value, kind in known:
            for form, written, is_hex in forms_of(value):
                place = (lower if is_hex else text).find(written)
                if place >= 0:
                    found.append(Leak(kind, form, where, text[max(0, place - 120) : place + 40]))
                    break
        return found

    def leaks_in_addresses(self) -> list[Leak]:
        """Return every secret that stands in an address, but the codes that are good once."""
        return self.leaks("addresses", "\n".join(sorted(self.addresses)), but=IN_ADDRESSES)


def forms_of(value: str) -> Iterator[tuple[str, str, bool]]:
    """Yield how *value* could have been written: the form's name, the text, and whether its case is no matter."""
    raw = value.encode(errors="surrogatepass")
    ways: dict[str, Callable[[], str]] = {
        "as it is": lambda: value,
        "in an address": lambda: quote(value, safe=""),
        "in JSON": lambda: json.dumps(value)[1:-1],
        "as Python writes it": lambda: repr(value)[1:-1],
    }
    seen = set()
    for name, way in ways.items():
        written = way()
        if written not in seen:
            seen.add(written)
            yield name, written, False
    yield "in hexadecimal", raw.hex(), True
    # In base64 a text looks different at each of three places; what does not depend on its neighbours is looked for.
    for offset in range(3):
        whole = base64.b64encode(bytes(offset) + raw).decode().rstrip("=")
        inner = whole[4 if offset else 0 : len(whole) - 2]
        if len(inner) >= SHORTEST:
            yield "in base64", inner, False
            if "+" in inner or "/" in inner:
                yield "in base64url", inner.replace("+", "-").replace("/", "_"), False

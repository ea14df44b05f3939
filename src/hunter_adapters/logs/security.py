"""The security log as lines of JSON, on a logger of its own (issue 4)."""

from __future__ import annotations

import ipaddress
import json
import logging
import os
from io import FileIO, TextIOWrapper
from logging.handlers import WatchedFileHandler
from pathlib import Path

from hunter_core.accounts.security_log import SecurityEvent

log = logging.getLogger("hunter.security")


def log_to_file(path: Path) -> None:
    """
    Write security events to the file at *path* and nowhere else; each line is JSON and nothing beside it.

    The file is for its owner alone. It is opened anew when something has moved it away (logrotate), and
    several processes may add to it.

    Raises:
        OSError: If it cannot be written.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handler = _PrivateFile(path, encoding="ascii")
    handler.setFormatter(logging.Formatter("%(message)s"))
    log.handlers[:] = [handler]
    log.setLevel(logging.INFO)
    log.propagate = False


class _PrivateFile(WatchedFileHandler):
    """A log file that only its owner may read."""

    def _open(self) -> TextIOWrapper:
        descriptor = os.open(self.baseFilename, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        return TextIOWrapper(FileIO(descriptor, "ab"), encoding=self.encoding, write_through=True)


class JsonSecurityLog:
    """Implements `hunter_core.accounts.security_log.SecurityLog`."""

    def record(self, event: SecurityEvent) -> None:
        line = {
            "event": event.kind.value,
            "at": event.at.isoformat().replace("+00:00", "Z"),
            "account": None if event.account_id is None else str(event.account_id),
            "session": None if event.session_id is None else str(event.session_id),
            "network": network_of(event.client.address),
            "device": event.client.device,
        }
        # JSON escapes every control character and every letter beyond ASCII: a line stays one line.
        known = {name: value for name, value in line.items() if value is not None}
        more = {name: value for name, value in sorted(event.details.items()) if name not in line}
        log.info("%s", json.dumps(known | more))


def network_of(address: str | None) -> str | None:
    """Return the network that *address* lies in, /24 or /48: enough to see an attack, too little to see a person."""
    if address is None:
        return None
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return None
    bits = 24 if ip.version == 4 else 48
    return str(ipaddress.ip_network((ip, bits), strict=False))

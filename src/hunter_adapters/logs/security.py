"""The security log as lines of JSON, on a logger of its own (issue 4)."""

from __future__ import annotations

import ipaddress
import json
import logging

from hunter_core.accounts.security_log import SecurityEvent

log = logging.getLogger("hunter.security")


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

"""Very many requests at one moment, each over a connection of its own, so that every process gets its share."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

PATIENCE_SECONDS = 60


class Flood:
    """Requests that are ready to be sent: all connections stand before the first is."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "", parts.port or 80

    def statuses(self, path: str, headers: Sequence[Mapping[str, str]]) -> Counter[int]:
        """Send a GET of *path* for each of *headers*, all at once; return how often each status was answered."""
        return Counter(status for status, _ in self.answers(path, headers))

    def answers(self, path: str, headers: Sequence[Mapping[str, str]]) -> list[tuple[int, dict[str, str]]]:
        """Send a GET of *path* for each of *headers*, all at once; return statuses and headers of the answers."""
        return asyncio.run(asyncio.wait_for(self._all(path, headers), PATIENCE_SECONDS))

    async def _all(self, path: str, headers: Sequence[Mapping[str, str]]) -> list[tuple[int, dict[str, str]]]:
        lines = await asyncio.gather(
            *(asyncio.open_connection(self._host, self._port) for _ in range(len(headers)))
        )
        return await asyncio.gather(
            *(self._one(path, sent, *line) for sent, line in zip(headers, lines, strict=True))
        )

    async def _one(
        self,
        path: str,
        headers: Mapping[str, str],
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> tuple[int, dict[str, str]]:
        rows = [f"GET {path} HTTP/1.1", f"Host: {self._host}", "Connection: close"]
        rows += [f"{name}: {value}" for name, value in headers.items()]
        writer.write("\r\n".join([*rows, "", ""]).encode())
        head, *said = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")[:-2]
        await reader.read()
        writer.close()
        await writer.wait_closed()
        return int(head.split()[1]), dict(row.lower().split(": ", 1) for row in said)

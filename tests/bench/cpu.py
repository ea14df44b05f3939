"""CPU time of processes, from /proc: what a figure is made of where the machine is too noisy for the clock."""

from __future__ import annotations

import os
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def seconds_of(pid: int) -> float:
    """Return the CPU seconds that a process has used so far, all its threads together."""
    # The name in brackets may hold anything, so fields are counted from behind it.
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def tree(pid: int) -> list[int]:
    """Return *pid* and its children: the postmaster with its backends."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *map(int, children)]


def seconds_of_server(pid: int) -> float:
    """Return the CPU seconds of a database server, with those of its children that have ended."""
    ended = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    gone = (int(ended[13]) + int(ended[14])) / _TICKS
    return gone + sum(map(_seconds_or_none, tree(pid)))


def _seconds_or_none(pid: int) -> float:
    try:
        return seconds_of(pid)
    except OSError:
        return 0.0


def memory_of(pid: int) -> float:
    """Return the resident memory of a process in MB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError(f"/proc/{pid}/status has no VmRSS")

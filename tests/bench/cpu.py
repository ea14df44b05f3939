"""CPU time of processes: what a figure is made of where the machine is too noisy for the clock on the wall."""

from __future__ import annotations

import os
import time
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_SCHEDULED = 2  # CPUCLOCK_SCHED of the kernel: nanoseconds in which the process ran, all its threads together


def seconds_of(pid: int) -> float:
    """Return the CPU seconds that a process has used so far, ended threads too (clock_getcpuclockid(3))."""
    return time.clock_gettime((~pid << 3) | _SCHEDULED)


def seconds_of_server(pid: int) -> float:
    """Return the CPU seconds of a database server: postmaster, backends, and those that have ended."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    ended = (int(fields[13]) + int(fields[14])) / _TICKS
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return ended + sum(_seconds_while_it_lives(child) for child in (pid, *map(int, children)))


def _seconds_while_it_lives(pid: int) -> float:
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

"""
Take the figures, each against its yardstick in the same run, and print them as one table.

Usage: `nox -s bench`, or `python -m tests.bench.run [rules|completion|analytics|accounts …]`. Ends with 1 when a figure
misses its limit.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

from tests.bench import accounts, analytics, boards, completion, limits, live, process, relay, rules
from tests.bench.figures import Figure

BENCHES: dict[str, Callable[[], Iterator[Figure]]] = {
    "rules": rules.figures,
    "completion": completion.figures,
    "analytics": analytics.figures,
    "boards": boards.figures,
    "limits": limits.figures,
    "accounts": accounts.figures,
    "live": live.figures,
    "relay": relay.figures,
    "process": process.figures,
}


def main(names: list[str]) -> int:
    """Run the benches called *names*, or all; return the exit code."""
    unknown = [name for name in names if name not in BENCHES]
    if unknown:
        print(f"There is no bench {', '.join(unknown)}. Known: {', '.join(BENCHES)}")
        return 2
    figures: list[Figure] = []
    for name in names or BENCHES:
        print(f"Measuring: {name} …", flush=True)
        figures += BENCHES[name]()
    print("\n".join(map(str, figures)))
    missed = sum(not figure.holds for figure in figures)
    print(f"{len(figures)} figures, {missed} missed")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

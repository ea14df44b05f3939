"""A sliding window: of N requests in S seconds, in any S seconds at most N pass, and not one fewer than could."""

from __future__ import annotations

from collections import deque

from hunter_core.limits.limit import Decision, Limit


class Window:
    """
    The moments at which the requests of one bucket passed, oldest first.

    Every one that still counts is kept, so the count is exact: there is no boundary at which twice as many
    could pass, and no estimate. What is refused is not kept, so that asking too often prolongs nothing.

    Redis runs the same steps (`hunter_adapters/redis/take.lua`); one contract holds both to them.
    """

    __slots__ = ("_passed",)

    def __init__(self) -> None:
        self._passed: deque[int] = deque()

    def __len__(self) -> int:
        return len(self._passed)

    @property
    def newest(self) -> int:
        """When the latest request passed, in microseconds of the epoch; the window has to have one."""
        return self._passed[-1]

    def take(self, limit: Limit, now: int) -> Decision:
        """
        Return whether a request at *now*, in microseconds of the epoch, passes; if it does, it counts.

        Clocks of several processes differ a little, so the window never goes back: a request that says it is
        earlier than the latest one counts as of that one. A clock that lies back by more than a whole window
        was set back, and the count begins anew, so that nobody is shut out until it has caught up.
        """
        passed, span = self._passed, limit.span
        at = now
        if passed:
            if passed[-1] > now + span:
                passed.clear()
            else:
                at = max(now, passed[-1])
        while passed and passed[0] <= at - span:
            passed.popleft()
        # More than the limit count where the setting was lowered meanwhile.
        excess = len(passed) - limit.requests
        if excess < 0:
            passed.append(at)
        # By a clock that lies behind it would be a little more than a window.
        wait = min(passed[max(0, excess)] + span - now, span)
        return Decision(limit=limit, allowed=excess < 0, remaining=max(0, -excess - 1), wait=wait)

"""Quiet hours: a span of the wall clock in which nothing rings that the hunter did not set to it (issue 5, 3)."""

from __future__ import annotations

import re
from typing import NamedTuple

from hunter_core.errors import InvalidInput

_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])", re.ASCII)


class QuietHours(NamedTuple):
    """From `begins` to `until`, both minutes after midnight, over midnight where `until` is the earlier one."""

    begins: int
    until: int

    def holds_at(self, minute: int) -> bool:
        """Tell whether it is quiet at *minute* after midnight."""
        if self.begins < self.until:
            return self.begins <= minute < self.until
        return minute >= self.begins or minute < self.until

    def written(self) -> tuple[str, str]:
        """Return both times as `HH:MM`."""
        return _written(self.begins), _written(self.until)


def quiet_hours(begins: str, until: str, field: str = "quietHours") -> QuietHours:
    """
    Return the quiet hours from *begins* to *until*, both `HH:MM`.

    Raises:
        InvalidInput: If one is no such time, or both are the same: then it would be quiet always, or never.
    """
    found = [_TIME.fullmatch(text) for text in (begins, until)]
    if found[0] is None or found[1] is None:
        raise InvalidInput(field, "must give two times from 00:00 to 23:59, written HH:MM")
    first, last = (int(each[1]) * 60 + int(each[2]) for each in found if each is not None)
    if first == last:
        raise InvalidInput(field, "must begin and end at two times of the day")
    return QuietHours(first, last)


def _written(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"

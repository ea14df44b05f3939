"""
Writing an export: from one snapshot, a few hundred rows at a time, into a file that nobody else sees.

The transaction is over when the file is written, so a client that reads slowly holds neither a connection nor a
snapshot; and what is over a megabyte lies on the disk (in a file without a name), and not in memory.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, BinaryIO, cast, get_args, get_type_hints

from hunter_api import wire
from hunter_api.schemas.export.account import ExportAccountView, ExportSecondFactorView
from hunter_api.schemas.export.document import FORMAT, ExportRulebookView, ExportView
from hunter_api.schemas.export.game import ExportUnlockView
from hunter_api.schemas.export.hunter import ExportHunterView, ExportSettingsView
from hunter_api.schemas.export.social import ExportPatternView
from hunter_core.errors import TooBusy
from hunter_core.export.ports import Section
from hunter_core.ids import AccountId
from hunter_core.ports import Store, UnitOfWork
from hunter_core.rules.rulebook import Rulebook

IN_MEMORY = 1024 * 1024
"""Bytes of an export that are kept in memory; what is larger lies on the disk."""

AT_A_STRETCH = 50
BREATH = 0.0005
"""
Rows that are written at a stretch, about a millisecond, and the seconds of rest after them.

One thread computes at a time in a process. Whoever answers requests would wait 5 ms for each turn of one that
never rests, and a request takes several turns.
"""

View = Callable[[Any], object]


def write_export(*, store: Store, rulebook: Rulebook, account_id: AccountId, now: datetime) -> BinaryIO:
    """
    Return a file with the answer that holds everything of the account, at its beginning; whoever gets it closes it.

    Raises:
        NotFound: If there is no such account.
        TooBusy: If there is no room for it on the disk.
        StoreUnavailable: If the store is away or busy.
    """
    file = cast(BinaryIO, tempfile.SpooledTemporaryFile(max_size=IN_MEMORY))  # noqa: SIM115 - the reply closes it
    try:
        with store.read() as uow:
            _write(uow, file, rulebook=rulebook, account_id=account_id, now=now)
        file.seek(0)
    except OSError as error:
        file.close()
        raise TooBusy("There is no room to write the export. Try again later.") from error
    except BaseException:
        file.close()
        raise
    return file


def _write(
    uow: UnitOfWork, file: BinaryIO, *, rulebook: Rulebook, account_id: AccountId, now: datetime
) -> None:
    head = uow.archive.head(account_id)
    factor, pattern = head.second_factor, head.pattern
    single: dict[str, object] = {
        "format": FORMAT,
        "exportedAt": now,
        "rulebook": ExportRulebookView(name=rulebook.name, hash=rulebook.hash),
        "account": ExportAccountView.of(head.account),
        "secondFactor": None if factor is None else ExportSecondFactorView.of(factor),
        "hunter": ExportHunterView.of(head.hunter),
        "settings": ExportSettingsView.of(head.settings),
        "pattern": None if pattern is None else ExportPatternView.of(pattern),
    }
    begin = wire.success(single)
    # Without the two braces that end data and envelope: the lists follow.
    file.write(begin[:-2])
    for section, view in _views(rulebook).items():
        file.write(b',"%s":[' % section.value.encode())
        separator = b""
        for rows in uow.archive.rows(account_id, section):
            for first in range(0, len(rows), AT_A_STRETCH):
                file.write(separator)
                file.write(b",".join(wire.encoded(view(row)) for row in rows[first : first + AT_A_STRETCH]))
                separator = b","
                time.sleep(BREATH)
        file.write(b"]")
    file.write(begin[-2:])


def _views(rulebook: Rulebook) -> Mapping[Section, View]:
    """Return what each row of a section becomes, in the order of the sections: what the document's list is of."""
    lists = get_type_hints(ExportView)
    views: dict[Section, View] = {section: get_args(lists[section.value])[0].of for section in Section}
    views[Section.UNLOCKS] = lambda named: ExportUnlockView.of(named, rulebook)
    return views

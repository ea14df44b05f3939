"""`hunter audit`: rebuild every hunter from ledger and completions alone, and name the first figure that differs."""

from __future__ import annotations

from rich.console import Console
from rich.progress import track

from hunter_core.errors import NotFound
from hunter_core.ledger.audit import Difference, differences
from hunter_core.ports import Store
from hunter_core.rules.rulebook import Rulebook


class OtherRulebook(Exception):
    """The figures follow from another rulebook than the one in force: comparing them would say nothing."""


def audit(store: Store, rulebook: Rulebook, console: Console) -> Difference | None:
    """
    Audit every hunter of *store*, each in a reading transaction of its own; return the first difference.

    What is stored must follow from the ledger, the completions, the quests and the hunter's calendar under
    *rulebook* (SPEC 2, Laws; SPEC 7).

    Raises:
        OtherRulebook: If the database was last used under another one.
    """
    with store.read() as uow:
        known = uow.histories.rulebook()
        if known not in (None, rulebook.hash):
            raise OtherRulebook(
                f"HUNTER_RULEBOOK: the database was last used under another rulebook ({known}) than "
                f"{rulebook.name} ({rulebook.hash}). Set the one it was used under, or derive the hunters "
                "under this one first: hunter migrate."
            )
        ids = uow.histories.hunter_ids()
    entries = 0
    for hunter_id in track(ids, "Auditing hunters", console=console, transient=True):
        try:
            with store.read() as uow:
                history = uow.histories.read(hunter_id)
        except NotFound:
            continue  # erased meanwhile
        entries += len(history.entries)
        for difference in differences(history, rulebook):
            return difference
    hunters = "1 hunter" if len(ids) == 1 else f"{len(ids)} hunters"
    console.print(f"{hunters}, {entries} ledger entries: every figure follows from its history.")
    return None

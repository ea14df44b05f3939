"""What a store promises whoever looks through the accounts."""

from __future__ import annotations

from dataclasses import replace

from hunter_adapters.testing.builders import NOW, a_hunter, registered
from hunter_adapters.testing.contract.under_test import UnderTest
from hunter_core.accounts.account import Role
from hunter_core.accounts.administration import Standing


class RosterContract:
    """`Roster`."""

    def test_accounts_are_listed_by_role_and_standing_the_newest_first(self, under_test: UnderTest) -> None:
        names = ("Jinwoo", "Jinah", "Baruka", "Igris")
        hunters = sorted(map(a_hunter, names), key=lambda each: each.id)
        for hunter in hunters:
            registered(under_test.store, hunter)
        active, banned, leaving, both = hunters
        with under_test.store.write() as uow:
            for hunter, changes in (
                (active, {"role": Role.ADMIN}),
                (banned, {"is_active": False, "deactivated_at": NOW, "role": Role.ADMIN}),
                (leaving, {"is_active": False, "delete_at": NOW}),
                (both, {"is_active": False, "delete_at": NOW, "deactivated_at": NOW}),
            ):
                uow.accounts.save(replace(uow.accounts.lock(hunter.id), **changes))
            uow.commit()

        def listed(role: Role | None = None, standing: Standing | None = None, limit: int = 10) -> list[str]:
            with under_test.store.read() as uow:
                found = uow.roster.page(role=role, standing=standing, limit=limit)
            assert [each.account.id for each in found] == [each.hunter.id for each in found]
            return [each.hunter.name for each in found]

        assert listed() == [both.name, leaving.name, banned.name, active.name]
        assert listed(limit=2) == [both.name, leaving.name]
        assert listed(standing=Standing.ACTIVE) == [active.name]
        assert listed(standing=Standing.DEACTIVATED) == [both.name, banned.name]
        assert listed(standing=Standing.LEAVING) == [leaving.name]
        assert listed(role=Role.ADMIN) == [banned.name, active.name]
        assert listed(role=Role.ADMIN, standing=Standing.DEACTIVATED) == [banned.name]

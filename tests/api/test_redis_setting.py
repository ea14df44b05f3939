"""What HUNTER_REDIS_URL makes of the world: not connected at the start, and told in one line when it is of no use."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import hunter_adapters.redis.connection
from hunter_adapters.memory.limits import MemoryLimiter
from hunter_api.settings import SettingInvalid, load
from hunter_api.wiring import open_world
from hunter_core.limits.fallback import FallingBack
from hunter_core.limits.limit import Limit, LimitName


def test_without_redis_the_process_counts_by_itself_and_by_the_limits_of_the_settings(tmp_path: Path) -> None:
    world = open_world(load({"HUNTER_DATA_DIR": str(tmp_path), "HUNTER_LIMIT_AUTH": "3/30"}))
    limits = world.ports().limits
    assert isinstance(limits.limiter, MemoryLimiter)
    assert limits.limits == {
        LimitName.AUTH: Limit(3, 30),
        LimitName.QUESTS: Limit(100, 60),
        LimitName.LEADERBOARD: Limit(30, 60),
        LimitName.ANALYTICS: Limit(60, 60),
        LimitName.OTHER: Limit(120, 60),
    }
    world.close()


def test_with_redis_it_falls_back_and_starts_although_redis_is_away(tmp_path: Path) -> None:
    world = open_world(
        load({"HUNTER_DATA_DIR": str(tmp_path), "HUNTER_REDIS_URL": "redis://:s3cret@127.0.0.1:1"})
    )
    assert world.redis is not None
    assert isinstance(world.ports().limits.limiter, FallingBack)
    world.close()


@pytest.mark.parametrize("url", ["redis://h?no_such_option=1", "redis://h:port/0"])
def test_an_address_that_cannot_be_used_is_one_line(url: str, tmp_path: Path) -> None:
    with pytest.raises(SettingInvalid) as refused:
        open_world(load({"HUNTER_DATA_DIR": str(tmp_path), "HUNTER_REDIS_URL": url})).close()
    assert str(refused.value).startswith("HUNTER_REDIS_URL")
    assert "\n" not in str(refused.value)


def test_without_the_client_of_redis_it_is_said_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "redis", None)
    # What is imported meanwhile becomes an attribute of the package above, where later tests would find it.
    monkeypatch.setattr(hunter_adapters, "redis", hunter_adapters.redis)
    for name in [name for name in sys.modules if name.startswith("hunter_adapters.redis")]:
        monkeypatch.delitem(sys.modules, name)
    with pytest.raises(SettingInvalid, match=r"pip install .*redis"):
        open_world(load({"HUNTER_DATA_DIR": str(tmp_path), "HUNTER_REDIS_URL": "redis://h"}))

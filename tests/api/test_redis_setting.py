"""What HUNTER_REDIS_URL makes of the world: not connected at the start, and told in one line when it is of no use."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import hunter_adapters.redis.connection
from hunter_adapters.memory.limits import MemoryLimiter
from hunter_api.cli import main
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


TAKEN = [
    "redis://",
    "redis://h",
    "redis://h/",
    "redis://h:6380/15",
    "redis://h?db=3",
    "redis://jin:s3cret@h/0?client_name=hunter-1",
    "redis://:s3cret@[::1]:6379/0",
    "redis://h?username=jin&password=s3cret%3F%26",
    "rediss://h/0",
    "rediss://h?ssl_cert_reqs=none",
    "rediss://h?ssl_cert_reqs=required&ssl_check_hostname=False",
    "rediss://h?ssl_ca_certs={here}/ca.pem&ssl_ca_path={here}",
    "rediss://h?ssl_certfile={here}/ca.pem&ssl_keyfile={here}/ca.pem&ssl_password=s3cret",
    "unix:///run/redis.sock",
    "unix:///run/redis.sock?db=3&password=s3cret",
    "unix://jin:s3cret@/run/redis.sock",
]

REFUSED = [
    # What the Hunter System sets itself, or does not work with.
    ("redis://h?protocol=9", "protocol"),
    ("redis://h?protocol=3", "protocol"),
    ("redis://h?protocol=2", "protocol"),
    ("redis://h?protocol=x", "protocol"),
    ("redis://h?decode_responses=true", "decode_responses"),
    ("redis://h?decode_responses=no", "decode_responses"),
    ("redis://h?encoding=utf-16", "encoding"),
    ("redis://h?socket_timeout=0.0001", "socket_timeout"),
    ("redis://h?socket_connect_timeout=60", "socket_connect_timeout"),
    ("redis://h?max_connections=1", "max_connections"),
    ("redis://h?health_check_interval=1", "health_check_interval"),
    ("redis://h?retry_on_timeout=true", "retry_on_timeout"),
    ("redis://h?no_such_option=1", "no_such_option"),
    ("redis://h?DB=1", "has an option, which"),
    # Where it is.
    ("http://h", "redis://, rediss:// or unix://"),
    ("redis:h", "redis://, rediss:// or unix://"),
    ("redis://h:port/0", "host and port"),
    ("redis://h:0/0", "host and port"),
    ("redis://a..b/0", "host and port"),
    ("redis://h/abc", "database"),
    ("redis://h/-1", "database"),
    ("redis://h/1/2", "database"),
    ("redis://h/+1", "database"),
    ("redis://h/%31", "database"),
    ("redis://h/\u0663", "database"),
    ("redis://h?db=-1", "db must be"),
    ("redis://h?db=abc", "db must be"),
    ("redis://h?db=", "db must be"),
    ("redis://h?db", "db must be"),
    ("redis://h/1?db=1", "db twice"),
    ("redis://h?db=1&db=2", "db twice"),
    ("redis://jin@h?username=jin", "username twice"),
    ("redis://:s3cret@h?password=s3cret", "password twice"),
    ("redis://h#0", "%23"),
    ("redis://jin?s3cret@h/0", "%3F"),
    ("redis://:s3?cret@h/0", "host and port"),
    ("redis://:s3#cret@h/0", "host and port"),
    ("unix://", "path of a socket"),
    ("unix:///", "path of a socket"),
    ("unix://run/redis.sock", "path of a socket"),
    # Who asks, and how TLS is checked.
    ("redis://h?client_name=a b", "client_name must be"),
    ("redis://h?client_name=a%0Ab", "client_name must be"),
    ("redis://h?password=", "password must be"),
    ("redis://h?ssl_check_hostname=true", "rediss://"),
    ("unix:///run/redis.sock?ssl_cert_reqs=none", "rediss://"),
    ("rediss://h?ssl_check_hostname=off", "ssl_check_hostname must be"),
    ("rediss://h?ssl_cert_reqs=maybe", "ssl_cert_reqs must be"),
    ("rediss://h?ssl_cert_reqs=none&ssl_cert_reqs=required", "ssl_cert_reqs twice"),
    ("rediss://h?ssl_ca_certs={here}/none.pem", "ssl_ca_certs must be"),
    ("rediss://h?ssl_ca_certs={here}", "ssl_ca_certs must be"),
    ("rediss://h?ssl_ca_path={here}/ca.pem", "ssl_ca_path must be"),
    ("rediss://h?ssl_keyfile={here}/ca.pem", "ssl_certfile"),
]


@pytest.mark.parametrize("url", TAKEN)
def test_an_address_that_can_be_used_is_taken_as_it_is(url: str, tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("here")
    url = url.format(here=tmp_path)
    settings = load({"HUNTER_DATA_DIR": str(tmp_path), "HUNTER_REDIS_URL": url})
    assert settings.redis_url == url
    # The client takes it as well.
    open_world(settings).close()


@pytest.mark.parametrize(("url", "told"), REFUSED)
def test_an_address_that_cannot_be_used_is_one_line_that_says_what_to_do(
    url: str, told: str, tmp_path: Path
) -> None:
    (tmp_path / "ca.pem").write_text("here")
    with pytest.raises(SettingInvalid) as refused:
        load({"HUNTER_DATA_DIR": str(tmp_path), "HUNTER_REDIS_URL": url.format(here=tmp_path)})
    line = str(refused.value)
    assert line.startswith("HUNTER_REDIS_URL ")
    assert told in line
    assert "\n" not in line
    assert "s3" not in line
    assert "cret" not in line


@pytest.mark.parametrize("command", [["serve"], ["worker"], ["boards", "rebuild"], ["audit"]])
def test_every_command_refuses_it_before_it_begins(
    command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HUNTER_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("HUNTER_REDIS_URL", "redis://127.0.0.1:1?protocol=3")
    monkeypatch.setattr(sys, "argv", ["hunter", *command])
    # Were it taken, they would go on without end.
    for begun in ("serve", "work"):
        monkeypatch.setattr(f"hunter_api.commands.serve.{begun}", lambda _: pytest.fail("it has begun"))
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    said = capsys.readouterr()
    (line,) = said.err.splitlines()
    assert line.startswith("hunter: HUNTER_REDIS_URL has the option protocol")
    assert list(tmp_path.iterdir()) == []


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

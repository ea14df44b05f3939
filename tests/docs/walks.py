"""
Runs the shell walks of a page: its `console` blocks, as one session, from top to bottom.

A line that begins with `$ ` is a command; it goes on while lines end in a backslash or a quote is open. What
stands below it is what it prints. Where a command names 127.0.0.1:8000, a server of the test's own answers: a
real process on a free port, with an empty database, and a clock that was set to a Tuesday morning, so that the
hour and the weekday unlock what the page says they unlock.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tests.docs.pages import Block, blocks_of
from tests.servers.app import NO_BYTECODE, App
from tests.servers.clock import VARIABLE as CLOCK_FILE
from tests.servers.clock import MovableClock
from tests.servers.clock import command as clock_command

ADDRESS = "127.0.0.1:8000"
MORNING = datetime(2026, 11, 24, 9, tzinfo=UTC)
"""When the walks are walked: a Tuesday, so that no achievement of an hour or a weekday comes in between."""

_MARK = "--- end of command"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A command of a walk, with what the page says it prints; `start` and `end` are where that stands in the page."""

    block: Block
    command: str
    said: str
    start: int
    end: int


def steps_of(page: Path) -> list[Step]:
    """Return the commands of the page's `console` blocks in their order."""
    return [step for block in blocks_of(page) if block.language == "console" for step in _steps(block)]


def _steps(block: Block) -> Iterator[Step]:
    lines = block.text.splitlines(keepends=True)
    place, at = 0, block.start
    while place < len(lines):
        if not lines[place].startswith("$ "):
            raise ValueError(f"{block.place}: a console block begins with a command, `$ …`")
        command = lines[place].removeprefix("$ ")
        at += len(lines[place])
        place += 1
        while place < len(lines) and _goes_on(command):
            command += lines[place]
            at += len(lines[place])
            place += 1
        start = at
        while place < len(lines) and not lines[place].startswith("$ "):
            at += len(lines[place])
            place += 1
        yield Step(
            block=block,
            command=command,
            said=block.page.read_text(encoding="utf-8")[start:at],
            start=start,
            end=at,
        )


def _goes_on(command: str) -> bool:
    outside = re.sub(r'"(?:[^"\\]|\\.)*"', "", re.sub(r"'[^']*'", "", command))
    return command.endswith("\\\n") or "'" in outside or '"' in outside


def walk(page: Path, directory: Path) -> Iterator[tuple[Step, str]]:
    """Walk through *page* in *directory*, which must be empty; yield each command with what it printed."""
    steps = steps_of(page)
    for block in blocks_of(page):
        if block.title is not None:
            (directory / block.title).write_text(block.text, encoding="utf-8")
    with contextlib.ExitStack() as stack:
        environment = _environment(directory)
        address = ADDRESS
        if any(ADDRESS in step.command for step in steps):
            address = stack.enter_context(_server(directory))
        script = "".join(
            f"{step.command.replace(ADDRESS, address)}printf '\\n%s\\n' '{_MARK}'\n" for step in steps
        )
        done = subprocess.run(
            ["bash", "-c", script],
            cwd=directory,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=600,
            check=False,
        )
    printed = done.stdout.split(f"\n{_MARK}\n")
    if len(printed) != len(steps) + 1:
        raise AssertionError(f"the walk ended early: {done.stdout[-2000:]}")
    for step, output in zip(steps, printed, strict=False):
        shown = output.replace(address, ADDRESS).replace(f"{directory}/", "")
        yield step, f"{shown}\n" if shown and not shown.endswith("\n") else shown


def _environment(directory: Path) -> dict[str, str]:
    """Return an environment that has this Python's programs and `HUNTER_` settings of its own."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("HUNTER_") and name != NO_BYTECODE
    }
    programs = os.pathsep.join(
        [str(_programs(directory)), str(Path(sys.executable).parent), kept.get("PATH", os.defpath)]
    )
    kept.update(
        PATH=programs,
        HOME=str(directory),
        HUNTER_DATA_DIR=str(directory / "data"),
        WALK_CLOCK=str(directory / ".clock"),
        NO_COLOR="1",
        COLUMNS="110",
        LC_ALL="C.UTF-8",
        PYTHONIOENCODING="utf-8",
    )
    return kept


def _programs(directory: Path) -> Path:
    """Return a folder with what a walk may call and a machine may lack: a `curl` that understands what we write."""
    folder = directory / ".programs"
    folder.mkdir(exist_ok=True)
    if shutil.which("curl") is None:
        script = folder / "curl"
        script.write_text(
            f"#!{sys.executable}\n{Path(__file__).with_name('curl.py').read_text(encoding='utf-8')}"
        )
        script.chmod(0o755)
    # Whatever the machine has: the codes of the walk are those of the walk's own clock.
    oathtool = folder / "oathtool"
    oathtool.write_text(
        f"#!{sys.executable}\n{Path(__file__).with_name('oathtool.py').read_text(encoding='utf-8')}"
    )
    oathtool.chmod(0o755)
    return folder


@contextlib.contextmanager
def _server(directory: Path) -> Iterator[str]:
    """Run a server on a free port, with the data of the walk and its own clock; yield its address."""
    clock = MovableClock(directory / ".clock")
    clock.set(MORNING)
    settings = {CLOCK_FILE: str(directory / ".clock")}
    with App(data_dir=directory / "data", settings=settings, command=clock_command()) as app:
        yield app.url.removeprefix("http://")
        app.terminate()


_CHANGING = (
    (re.compile(r"\beyJ[\w-]+\.[\w-]+\.[\w-]+"), "<token>"),
    (re.compile(r'("refreshToken": ?")[^"]+'), r"\1<token>"),
    (re.compile(r"\bhst_[\w-]{51}"), "<token>"),
    (re.compile(r"\b[A-Z2-7]{32}\b"), "<secret>"),
    (re.compile(r"\b[0-9A-Z]{5}(?:-[0-9A-Z]{5}){3,4}\b"), "<code>"),
    (re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"), "<id>"),
    (re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|\+00:00)"), "<instant>"),
    # What the dice roll follows from the completion's id, which is new in every walk.
    (
        re.compile(r'("(?:strength|intelligence|constitution|dexterity|charisma|luck)": ?)[1-5]\b'),
        r"\1<roll>",
    ),
)


def settled(text: str) -> str:
    """Return *text* without what is different in every walk: ids, tokens, instants and rolls."""
    for pattern, word in _CHANGING:
        text = pattern.sub(word, text)
    return "\n".join(line.rstrip() for line in text.strip().splitlines())

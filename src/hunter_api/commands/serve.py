"""`hunter serve`: prepare the database, open the door, say where, and end in order."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from types import FrameType, TracebackType
from typing import Self

from rich.console import Console
from rich.progress import Progress, TaskID

from hunter_api.log_lines import is_for_programs, log_to_stderr
from hunter_api.server.crew import Crew
from hunter_api.settings import SettingInvalid, Settings, load, misspelt
from hunter_api.wiring import World, open_security_log, open_world

PATH = "/schema"
"""Where the page with the API is; a test holds it to `docs_page`, which the start need not wait for."""

MOST_WORKERS = 16
"""Workers of one machine whose metrics can be scraped."""

_LAST_THREADS = 0.5

log = logging.getLogger("hunter.server")


def serve(settings: Settings) -> None:
    """
    Serve until somebody says stop.

    Raises:
        SettingInvalid: If a setting, the data folder, the database or the port cannot be used.
        DatabaseAway: If the database does not answer.
    """
    _log_to_stderr(settings)
    _warn_of_misspelt_settings()
    open_security_log(settings)
    console = Console()
    with _ending() as begin_to_serve:
        listener = _bound(settings)
        metrics = _bound_for_metrics(settings)
        world = open_world(settings)
        with StartProgress(console, _sayer(console)) as progress:
            world.prepare(progress)
        world.check_peppers()
        if settings.workers == 1:
            metrics_on = metrics[0] if metrics else None
            _run(world, listener, lambda: _tell(console, settings, listener), metrics_on, begin_to_serve)
        else:
            world.close()
            _tell(console, settings, listener)
            Crew(listener, settings.workers, metrics).run()
    _end_threads()


def serve_on(listener: socket.socket, metrics: socket.socket | None = None) -> None:
    """Be one of several processes on *listener*, with its metrics on a socket of its own; the database is prepared."""
    settings = load()
    _log_to_stderr(settings)
    open_security_log(settings)
    with _ending() as begin_to_serve:
        _run(open_world(settings), listener, lambda: None, metrics, begin_to_serve)
    _end_threads()


def work(settings: Settings) -> None:
    """
    Be a worker until somebody says stop.

    Raises:
        SettingInvalid: If a setting, the database or Redis cannot be used.
        DatabaseAway: If the database does not answer.
    """
    _log_to_stderr(settings)
    _warn_of_misspelt_settings()
    open_security_log(settings)
    with _ending():
        # Until the worker hears signals itself.
        world = open_world(settings)
        end_metrics = world.serve_metrics(_bound_for_a_worker(settings))
        try:
            world.work()
        finally:
            end_metrics()
            world.close()
    _end_threads()


def _run(
    world: World,
    listener: socket.socket,
    started: Callable[[], None],
    metrics: socket.socket | None,
    begin_to_serve: Callable[[], None],
) -> None:
    from hunter_api.app import create_app
    from hunter_api.server.server import Server, config_of

    settings = world.settings
    app = create_app(world.ports(), origins=settings.cors_origins, strict=settings.is_strict)
    server = Server(
        config_of(app, strict=settings.is_strict),
        started=started,
        ending=world.drain,
        listening=begin_to_serve,
    )
    end_metrics = world.serve_metrics(metrics)
    server.run(sockets=[listener])
    end_metrics()


def _tell(console: Console, settings: Settings, listener: socket.socket) -> None:
    address = _address(settings.host, listener.getsockname()[1])
    database = "SQLite" if settings.is_sqlite else "PostgreSQL"
    say = _sayer(console)
    say(f"The Hunter System serves on {address}, on {database}.")
    say(f"The page with the API: {address}{PATH}")


def _sayer(console: Console) -> Callable[[str], None]:
    """Return what says something to whoever started the program: a line of the log, where programs read that."""
    if is_for_programs():
        return log.info
    return lambda said: console.print(said, highlight=False)


def _bound(settings: Settings) -> socket.socket:
    """Return a socket bound to the address of the settings; it does not listen yet."""
    try:
        found = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
        family, kind, protocol, _, address = found[0]
        listener = socket.socket(family, kind, protocol)
    except (OSError, UnicodeError) as error:
        raise SettingInvalid(f"HUNTER_HOST: {settings.host!r} is no address of this machine.") from error
    try:
        if sys.platform != "win32":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except OSError as error:
        listener.close()
        raise SettingInvalid(
            f"HUNTER_HOST, HUNTER_PORT: cannot listen on {_address(settings.host, settings.port)} "
            f"({error.strerror or error}). Set another port, or end what uses it."
        ) from error
    # Where nobody listens yet, a client is refused; it is not kept waiting while the database is prepared.
    return listener


def _bound_for_metrics(settings: Settings) -> list[socket.socket]:
    """Return a socket for each web process, on which it tells its metrics; none where nobody is to ask."""
    if settings.metrics_port is None:
        return []
    return [_listening(settings, settings.metrics_port + place) for place in range(settings.workers)]


def _bound_for_a_worker(settings: Settings) -> socket.socket | None:
    """Return a socket for the metrics of a worker: the first free one after those of the web processes."""
    if settings.metrics_port is None:
        return None
    first = settings.metrics_port + settings.workers
    for port in range(first, first + MOST_WORKERS):
        try:
            listener = _listening(settings, port)
        except SettingInvalid:
            continue
        log.info("this worker tells its metrics on port %s", port)
        return listener
    return _listening(settings, first)


def _listening(settings: Settings, port: int) -> socket.socket:
    where = (settings.metrics_host, port)
    try:
        family = socket.getaddrinfo(*where, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0][0]
        return socket.create_server(where, family=family)
    except (OSError, OverflowError, UnicodeError) as error:
        raise SettingInvalid(
            f"HUNTER_METRICS_HOST, HUNTER_METRICS_PORT: cannot listen on {settings.metrics_host}, port {port} "
            f"({getattr(error, 'strerror', None) or error}). Set another port, or end what uses it."
        ) from error


def _address(host: str, port: int) -> str:
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
    return f"http://{shown}:{port}"


@contextlib.contextmanager
def _ending() -> Iterator[Callable[[], None]]:
    """Let SIGTERM and Ctrl-C end the start at once, and later leave them to the server, which ends in order."""
    serving = False

    def end(_signal: int, _frame: FrameType | None) -> None:
        # uvicorn raises the signal again after its orderly end: then there is nothing left to do.
        if not serving:
            # No exception: where the signal happens to come in a weak reference's callback, it would be lost. And
            # what was begun in the database is taken back by it, as after a power cut.
            os._exit(0)

    def begin_to_serve() -> None:
        nonlocal serving
        serving = True

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    yield begin_to_serve


def _end_threads() -> None:
    """Leave without those who still wait for a database that hangs: nothing of theirs was committed, or will be."""
    deadline = time.monotonic() + _LAST_THREADS
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and not thread.daemon:
            thread.join(max(0.0, deadline - time.monotonic()))
    if any(thread.is_alive() and not thread.daemon for thread in threading.enumerate()[1:]):
        logging.shutdown()
        sys.stdout.flush()
        os._exit(0)


def _log_to_stderr(settings: Settings) -> None:
    log_to_stderr(settings.log_format, settings.log_level.value)
    # It would tell, in detail, what is said to identity providers.
    logging.getLogger("httpcore2").setLevel(logging.WARNING)
    if settings.log_level.value != "debug":
        for name in ("uvicorn", "alembic", "asyncio"):
            logging.getLogger(name).setLevel(logging.WARNING)


def _warn_of_misspelt_settings() -> None:
    for line in misspelt(os.environ):
        log.warning("%s", line)


class StartProgress:
    """Shows what a start has to do first: bars on a terminal, a line for each thing elsewhere."""

    def __init__(self, console: Console, say: Callable[[str], None] | None = None) -> None:
        """With *say* it is told each thing, where there is no terminal."""
        self._has_bars = console.is_terminal and not is_for_programs()
        self._say = say or (lambda said: console.print(said, highlight=False))
        self._bars = Progress(console=console, transient=True, disable=not self._has_bars)
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.stop()

    def __call__(self, what: str, done: int, of: int) -> None:
        """Show that *done* of *of* parts of *what* are done."""
        if what not in self._tasks:
            self._tasks[what] = self._bars.add_task(what, total=of)
            if not self._has_bars:
                self._say(f"{what} …")
        self._bars.update(self._tasks[what], completed=done, total=of)

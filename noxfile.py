"""
Everything that is run on this house, by one command: `python3 noxfile.py -l` lists it.

Run as a script it needs nothing but Python 3.11 with `venv`: it makes itself a private environment with nox
in `.nox/_boot`, once, and goes on there. `python3 noxfile.py serve` is short for `nox -s serve`; what comes
after `--` goes to the program that the session runs.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent
HOME = ROOT / ".nox"
BOOT = HOME / "_boot"
BOOT_PACKAGES = ["nox", "uv"]
# Set by the start below when one session alone was asked for: it may then become the program that it runs.
ALONE = "HUNTER_NOX_ALONE"


def start_nox(arguments: list[str]) -> None:
    """Become nox, in an environment of our own."""
    if sys.version_info < (3, 11):
        sys.exit(f"The Hunter System needs Python 3.11 or newer; this is {sys.version.split()[0]}.")
    names = []
    while arguments and not arguments[0].startswith("-"):
        names.append(arguments.pop(0))
    listing = {"-l", "--list", "-h", "--help", "--version"} & set(arguments)
    if not names and not {"-s", "--session", "--sessions", "-e", "-k", "-t"} & set(arguments) and not listing:
        names = ["tests"]
    os.environ[ALONE] = names[0] if len(names) == 1 else ""
    python = make_boot()
    sessions = ["-s", *names] if names else []
    command = [str(python), "-m", "nox", "-f", str(ROOT / "noxfile.py"), *sessions, *arguments]
    sys.stdout.flush()
    os.execv(command[0], command)


def make_boot() -> Path:
    """Return the Python of the private environment, made when it is missing or was made for another place."""
    import fcntl  # the script starts on Windows too, as far as saying so

    python = BOOT / "bin/python"
    stamp = BOOT / "made-for"
    constraints = ROOT / "constraints.txt"
    pins = [pin for pin in constraints.read_text().splitlines() if pin.split("==")[0] in BOOT_PACKAGES]
    made_for = json.dumps([str(ROOT), sys.version, sys.base_prefix, pins])
    HOME.mkdir(exist_ok=True)
    with (HOME / "_boot.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not stamp.exists() or stamp.read_text() != made_for:
            print("Making a private environment for nox in .nox, once.", file=sys.stderr, flush=True)
            # Environments that came along from another place would run the code of that place.
            for old in HOME.iterdir():
                if old.is_dir():
                    shutil.rmtree(old)
            subprocess.run([sys.executable, "-m", "venv", str(BOOT)], check=True)
            pip = [str(python), "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
            subprocess.run([*pip, "-c", str(constraints), "nox"], check=True)
            # uv is only faster: a machine for which there is no wheel does without.
            uv = ["-c", str(constraints), "--only-binary=:all:", "uv"]
            subprocess.run([*pip, *uv], check=False, capture_output=True)
            stamp.write_text(made_for)
    return python


if __name__ == "__main__":
    start_nox(sys.argv[1:])

import nox
from nox.command import CommandFailed

PYPROJECT = nox.project.load_toml(ROOT / "pyproject.toml")
DEV = nox.project.dependency_groups(PYPROJECT, "dev")
SERVE = ["server", "postgres", "redis", "push", "otel"]
TESTS = ["server", "postgres", "redis", "push", "otel", "testing"]
LONG_FORMS = [
    "tests/property",
    "tests/usecases/test_reminders_of_a_year.py",
    "tests/contract/test_deletion.py",
    "tests/integration/test_export.py",
]


def backend() -> str:
    """
    Return what makes the environments: uv where it can reach the packages, else venv and pip.

    uv reads neither pip's settings nor its certificates, so it is tried before it is trusted. The answer is
    kept, because nox throws away environments that the other one made.
    """
    answer = BOOT / "backend"
    if answer.exists():
        return answer.read_text()
    uv = Path(sys.executable).with_name("uv")
    program = str(uv) if uv.exists() else shutil.which("uv")
    works = False
    if program is not None:
        # --reinstall: what is asked is whether the registry answers, not what is here already.
        probe = [program, "pip", "install", "--python", sys.executable, "--dry-run", "--reinstall", "attrs"]
        try:
            environment = {**os.environ, "UV_SYSTEM_CERTS": "1"}
            done = subprocess.run(probe, check=False, capture_output=True, timeout=30, env=environment)
            works = done.returncode == 0
        except subprocess.TimeoutExpired:
            works = False
    found = "uv" if works else "venv"
    if BOOT.exists():
        answer.write_text(found)
    return found


nox.needs_version = ">=2025.5.1"
nox.options.sessions = ["tests"]
nox.options.reuse_existing_virtualenvs = True
if "NOX_DEFAULT_VENV_BACKEND" not in os.environ:
    nox.options.default_venv_backend = backend()
os.environ.setdefault("UV_SYSTEM_CERTS", "1")
# A cache on another disk is no news.
os.environ.setdefault("UV_LINK_MODE", "copy")
# uv leaves translating to the first import, and a suite starts many programs: what was translated once is kept.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


def install(session: nox.Session, extras: list[str], more: tuple[str, ...] = ()) -> None:
    """Install this distribution with *extras* and *more*, unless the environment has them already."""
    wanted = hashlib.sha256()
    for name in ("pyproject.toml", "constraints.txt"):
        wanted.update((ROOT / name).read_bytes())
    wanted.update(json.dumps([str(ROOT), extras, more]).encode())
    stamp = session.env_dir / "installed"
    if stamp.exists() and stamp.read_text() == wanted.hexdigest():
        return
    stamp.unlink(missing_ok=True)
    # Editable: what src holds is what runs, so an environment grows old only by the two files above.
    session.install("-e", f".[{','.join(extras)}]", *more, "-c", "constraints.txt")
    stamp.write_text(wanted.hexdigest())


def become(session: nox.Session, *command: str) -> None:
    """
    Replace nox by *command*.

    nox hands no SIGTERM on: killed, it would leave a server behind. And the closing line of a test runner
    stays the last.
    """
    environment = {**os.environ, **{k: v for k, v in session.env.items() if v is not None}}
    environment["PATH"] = os.pathsep.join([*(session.bin_paths or []), environment.get("PATH", os.defpath)])
    environment.pop(ALONE, None)
    sys.stdout.flush()
    sys.stderr.flush()
    os.execve(str(Path(session.bin) / command[0]), list(command), environment)


def run_last(session: nox.Session, *command: str) -> None:
    """Run *command*, the last of the session: as nox's successor when nothing else was asked for."""
    if os.environ.get(ALONE) == session.name:
        become(session, *command)
    session.run(*command)


@nox.session
def serve(session: nox.Session) -> None:
    """Serve the API on 127.0.0.1:8000 from a SQLite file, or as the HUNTER_ settings say."""
    install(session, SERVE)
    become(session, "hunter", "serve", *session.posargs)


@nox.session
def tests(session: nox.Session) -> None:
    """Run the suite against real PostgreSQL, SQLite, Redis and Valkey, which it starts itself."""
    install(session, TESTS, tuple(DEV))
    # Neighbours stay in one worker, where their servers run already, until the other has nothing left to do.
    run_last(session, "python", "-m", "pytest", "-n", "2", "--dist", "worksteal", *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """Hold style, formatting, types and the layers to their rules."""
    install(session, TESTS, tuple(DEV))
    failed = []
    # All of them, so that one run tells all there is to mend.
    for check in ("ruff check .", "ruff format --check .", "mypy", "lint-imports --no-cache"):
        try:
            session.run(*check.split())
        except CommandFailed:
            failed.append(check)
    if failed:
        session.error(f"failed: {', '.join(failed)}")


@nox.session
def properties(session: nox.Session) -> None:
    """Look for a history that breaks a law, 5000 examples a law, and run what else has a long form."""
    install(session, TESTS, tuple(DEV))
    command = ["pytest", *LONG_FORMS, "-n", "2", "--hypothesis-profile=long"]
    session.run("python", "-m", *command, *session.posargs, env={"HUNTER_TEST_LONG": "1"})


@nox.session
def fuzz(session: nox.Session) -> None:
    """Throw everything at the HTTP API that its OpenAPI document allows, and much that it does not."""
    install(session, TESTS, tuple(DEV))
    session.run("python", "-m", "pytest", "tests/fuzz", *session.posargs, env={"HUNTER_TEST_LONG": "1"})


@nox.session
def faults(session: nox.Session) -> None:
    """Kill, pause and race the server and its databases at full length; with HUNTER_TEST_LONG=0 for minutes only."""
    install(session, TESTS, tuple(DEV))
    command = ["pytest", "tests/faults", "-n", "2", "--dist", "worksteal"]
    environment = {"HUNTER_TEST_LONG": os.environ.get("HUNTER_TEST_LONG", "1")}
    session.run("python", "-m", *command, *session.posargs, env=environment)


@nox.session
def mutants(session: nox.Session) -> None:
    """Break the code in known ways, and see the test that should notice fail."""
    install(session, TESTS, tuple(DEV))
    session.run("python", "-m", "tests.mutants.run", *session.posargs)


@nox.session
def bench(session: nox.Session) -> None:
    """Measure every figure beside its yardstick, in the same run."""
    install(session, TESTS, tuple(DEV))
    session.run("python", "-m", "tests.bench.run", *session.posargs)


@nox.session
def docs(session: nox.Session) -> None:
    """Run every example in README and docs, and check that what is printed there is true."""
    install(session, TESTS, tuple(DEV))
    session.run("python", "-m", "pytest", "tests/docs", *session.posargs)


@nox.session(venv_backend="none")
def wheel(session: nox.Session) -> None:
    """Install the built distribution, alone, in an empty environment, and run README's example there."""
    with tempfile.TemporaryDirectory() as directory:
        place = Path(directory)
        subprocess.run([sys.executable, "-m", "venv", str(place / "empty")], check=True)
        python = str(place / "empty/bin/python")
        pip = [python, "-m", "pip", "--disable-pip-version-check"]
        before = packages(pip)
        subprocess.run([*pip, "wheel", "--quiet", "--no-deps", "-w", str(place), str(ROOT)], check=True)
        (built,) = place.glob("*.whl")
        # --no-index: a dependency would not be found, and the installation fail.
        subprocess.run([*pip, "install", "--quiet", "--no-index", str(built)], check=True)
        if (new := packages(pip) - before) != {"hunter-system"}:
            session.error(f"`pip install .` brought {', '.join(sorted(new))}")
        listing = run_and_read(python, "-m", "zipfile", "-l", str(built))
        ours = [p for p in (ROOT / "src").rglob("*") if p.is_file() and "__pycache__" not in p.parts]
        names = [path.relative_to(ROOT / "src").as_posix() for path in ours]
        if missing := [name for name in names if name not in listing]:
            session.error(f"the wheel lacks {', '.join(missing)}")
        example = library_example((ROOT / "README.md").read_text())
        # -I: neither this directory nor src is on the path.
        subprocess.run([python, "-I", "-c", example], cwd=place, check=True)
        session.log(f"{built.name}: one package, {len(names)} files, README's example runs")


def run_and_read(*command: str) -> str:
    """Return what *command* prints."""
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def packages(pip: list[str]) -> set[str]:
    """Return the names of what is installed."""
    return {package["name"] for package in json.loads(run_and_read(*pip, "list", "--format=json"))}


def library_example(readme: str) -> str:
    """Return README's first Python block that imports the core."""
    for block in re.findall(r"^```python\n(.*?)^```", readme, re.DOTALL | re.MULTILINE):
        if "hunter_core" in block:
            return str(block)
    sys.exit("README.md has no ```python block that imports hunter_core.")


@nox.session(venv_backend="none")
def constraints(session: nox.Session) -> None:
    """Write constraints.txt anew from what the registry has today."""
    uv = str(Path(sys.executable).with_name("uv"))
    # No address of a registry in it: pip and uv both take it with -c, wherever they get their packages.
    options = ["--universal", "--upgrade", "--no-emit-index-url", "--no-emit-find-links", "--no-annotate"]
    groups = ["--all-extras", "--group", "dev", "--group", "boot", "--python-version", "3.11"]
    files = ["pyproject.toml", "--output-file", "constraints.txt"]
    subprocess.run(
        [uv, "pip", "compile", "-q", "--no-header", *options, *groups, *files], cwd=ROOT, check=True
    )

"""
Break the code on purpose, one patch at a time, and see the named test fail.

Each `*.patch` beside this file begins with two lines, `Why: …` and `Test: …` (a pytest id), and goes on as
a unified diff against `src`. For each, the project is copied, the test is seen to pass there, the patch is
applied, and the test must then fail. A patch that no longer applies, or a test that still passes, ends the
run with 1. Usage: `nox -s mutants`, or `python -m tests.mutants.run [name …]`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
SECONDS = 300
FAILED = 1  # pytest's code for "tests were run, and some failed"; any other code is no proof.


@dataclass(frozen=True)
class Mutant:
    """A patch, why it is wrong, and the test that has to find it."""

    name: str
    why: str
    test: str
    diff: str

    @classmethod
    def read(cls, path: Path) -> Mutant:
        """Return the mutant that *path* describes."""
        why, test, diff = path.read_text(encoding="utf-8").split("\n", 2)
        if not why.startswith("Why: ") or not test.startswith("Test: "):
            raise SystemExit(f"{path.name}: the first two lines are `Why: …` and `Test: …`")
        return cls(path.stem, why.removeprefix("Why: "), test.removeprefix("Test: ").strip(), diff)


def main(names: list[str]) -> int:
    """Run the mutants called *names*, or all of them; return the exit code."""
    paths = sorted(HERE.glob("*.patch"))
    mutants = [Mutant.read(path) for path in paths if not names or path.stem in names]
    if not mutants:
        print("There is no mutant of that name. Known:", ", ".join(path.stem for path in paths))
        return 2
    survivors = 0
    with tempfile.TemporaryDirectory(prefix="hunter-mutants-") as folder:
        # Servers of the tests run as another user where we are root, so the copy must be readable.
        Path(folder).chmod(0o755)
        for number, mutant in enumerate(mutants, start=1):
            verdict = _try(mutant, Path(folder) / mutant.name)
            survivors += verdict != "found"
            print(f"[{number}/{len(mutants)}] {mutant.name}: {verdict} ({mutant.why})", flush=True)
    print(f"{len(mutants) - survivors} of {len(mutants)} mutants found")
    return 1 if survivors else 0


def _try(mutant: Mutant, copy: Path) -> str:
    _copy_project(copy)
    before = _pytest(mutant.test, copy)
    if before.returncode != 0:
        return f"NO PROOF: the test does not pass unbroken\n{before.stdout[-3000:]}"
    applied = subprocess.run(
        ["git", "apply", "-"],
        input=mutant.diff, capture_output=True, text=True, cwd=copy, check=False,
    )  # fmt: skip
    if applied.returncode:
        return f"NO PROOF: the patch does not apply any more\n{applied.stderr}"
    after = _pytest(mutant.test, copy)
    shutil.rmtree(copy)
    if after.returncode == FAILED:
        return "found"
    return f"SURVIVED: {mutant.test} ended with {after.returncode}\n{after.stdout[-3000:]}"


def _copy_project(copy: Path) -> None:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        capture_output=True, text=True, cwd=ROOT, check=True,
    )  # fmt: skip
    for name in listed.stdout.splitlines():
        if (ROOT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, copy / name)


def _pytest(test: str, copy: Path) -> subprocess.CompletedProcess[str]:
    # The copy's sources go before the installed ones, for the test and for every process that it starts.
    environment = os.environ | {"PYTHONPATH": str(copy / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", test],
        capture_output=True, text=True, cwd=copy, env=environment, timeout=SECONDS, check=False,
    )  # fmt: skip


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""`python3 manage.py mutants [name …]`: break each rule in a copy of the tree; its tests must fail.

The exit code is 1 when a mutant survives, when a snippet is not in its file exactly once, or when the tests fail without
any mutant.
"""

import contextlib
import os
import queue
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from .rules import MUTANTS, Mutant

ROOT = Path(__file__).resolve().parent.parent.parent
COPIES = 2  # as many as a small machine has cores
LEFT_OUT = shutil.ignore_patterns(".git", ".venv", "var", "__pycache__", ".*_cache", "*.egg-info", "node_modules")
GREEN, RED = 0, 1  # exit codes of pytest; any other code means that the tests did not run
LONGEST = 300  # seconds for the tests of one mutant
OUTCOMES = {RED: "caught", GREEN: "SURVIVED"}


def main(names: list[str]) -> int:
    """Break the rules `names`, or all rules, and print the outcome of each; return the exit code."""
    chosen = [mutant for mutant in MUTANTS if not names or mutant.name in names]
    if strange := set(names) - {mutant.name for mutant in MUTANTS}:
        sys.exit(f"no such mutants: {', '.join(sorted(strange))}")
    if missing := [f"{mutant.name}: {mutant.file}" for mutant in chosen if not is_snippet_unique(mutant)]:
        say("these snippets are not in their files exactly once:", *missing)
        return 1
    with tempfile.TemporaryDirectory(prefix="chengyang-mutants-") as folder:
        copies = [Copy(Path(folder) / str(number), number) for number in range(COPIES)]
        return report(break_all(chosen, copies))


def say(*lines: str) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()


def is_snippet_unique(mutant: Mutant) -> bool:
    """Return whether the snippet of `mutant` is in its file exactly once."""
    return (ROOT / mutant.file).read_text().count(mutant.snippet) == 1


class Copy:
    """A copy of the tree with its own database and cache."""

    def __init__(self, folder: Path, number: int) -> None:
        self.folder, self.number = folder, number
        shutil.copytree(ROOT, folder, ignore=LEFT_OUT)

    def environment(self) -> dict[str, str]:
        database, _, options = os.environ["DATABASE_URL"].partition("?")
        cache = os.environ["REDIS_URL"].partition("?")[0]
        return {
            **os.environ,
            "DATABASE_URL": f"{database}_mutants{self.number}?{options}",
            "REDIS_URL": f"{cache}?db={14 + self.number}",
            "CHENGYANG_HOME": str(self.folder / "var"),
            "PYTHONDONTWRITEBYTECODE": "1",  # a cached module would hide a change within the same second
        }

    def run(self, tests: tuple[str, ...] | list[str], *options: str) -> tuple[int, str]:
        """Run `tests` in this copy; return the exit code of pytest and the end of its output."""
        nodes = [f"tests/{test}" for test in tests]
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--reuse-db", *options, *nodes]
        with contextlib.suppress(subprocess.TimeoutExpired):
            done = subprocess.run(
                command, cwd=self.folder, env=self.environment(), capture_output=True, text=True, timeout=LONGEST
            )
            return done.returncode, done.stdout[-1500:] + done.stderr[-500:]
        return -1, "took too long"

    def break_with(self, mutant: Mutant) -> tuple[int, str]:
        """Apply `mutant`, run its tests, and restore the file; return as `run` does."""
        file = self.folder / mutant.file
        plain = file.read_text()
        file.write_text(plain.replace(mutant.snippet, mutant.broken))
        try:
            return self.run(mutant.tests, "-x")
        finally:
            file.write_text(plain)


def break_all(chosen: list[Mutant], copies: list[Copy]) -> list[tuple[Mutant, int, str, float]]:
    """Return (mutant, exit code, output, seconds) of each, in order. Exits when the tests fail without any mutant."""
    everything = sorted({test for mutant in chosen for test in mutant.tests})
    with ThreadPoolExecutor(len(copies)) as pool:
        unbroken = list(pool.map(lambda copy: copy.run(everything, "--create-db"), copies))
        for code, output in unbroken:
            if code != GREEN:
                sys.exit(f"{output}\nthe tests fail without any mutant")
        free: queue.SimpleQueue[Copy] = queue.SimpleQueue()
        for copy in copies:
            free.put(copy)
        return list(pool.map(lambda mutant: try_mutant(mutant, free), chosen))


def try_mutant(mutant: Mutant, free: "queue.SimpleQueue[Copy]") -> tuple[Mutant, int, str, float]:
    copy, began = free.get(), time.monotonic()
    try:
        code, output = copy.break_with(mutant)
    finally:
        free.put(copy)
    return mutant, code, output, time.monotonic() - began


def report(results: list[tuple[Mutant, int, str, float]]) -> int:
    """Print a line for each mutant, and the output of those that were not caught; return the exit code."""
    for mutant, code, _output, seconds in results:
        outcome = OUTCOMES.get(code, f"UNCLEAR ({code})")
        say(f"{outcome:<12} {mutant.name:<36} {seconds:5.1f} s   {mutant.rule}")
    missed = [(mutant, output) for mutant, code, output, _ in results if code != RED]
    for mutant, output in missed:
        say(f"\n--- {mutant.name}: {mutant.file}\n{output}")
    say(f"\n{len(results) - len(missed)} of {len(results)} mutants caught")
    return int(bool(missed))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""`python3 manage.py mutants [name …]`: break each rule in a copy of the tree; its tests must turn red.

Exit code 1 when one survives, when a snippet does not stand exactly once, or when the tests are red without any mutant.
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
GREEN, RED = 0, 1  # of pytest; anything else means that it could not even ask
LONGEST = 300  # seconds for the tests of one mutant
OUTCOMES = {RED: "caught", GREEN: "SURVIVED"}


def main(names: list[str]) -> int:
    """Break the rules called `names`, or all of them, and print what became of each."""
    chosen = [mutant for mutant in MUTANTS if not names or mutant.name in names]
    if strange := set(names) - {mutant.name for mutant in MUTANTS}:
        sys.exit(f"no such mutants: {', '.join(sorted(strange))}")
    if lost := [f"{mutant.name}: {mutant.file}" for mutant in chosen if not stands_once(mutant)]:
        say("these snippets do not stand exactly once where they should:", *lost)
        return 1
    with tempfile.TemporaryDirectory(prefix="chengyang-mutants-") as folder:
        copies = [Copy(Path(folder) / str(number), number) for number in range(COPIES)]
        return report(break_all(chosen, copies))


def say(*lines: str) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()


def stands_once(mutant: Mutant) -> bool:
    """Return whether the snippet of `mutant` stands exactly once in its file."""
    return (ROOT / mutant.file).read_text().count(mutant.snippet) == 1


class Copy:
    """A copy of the tree with a database and a cache of its own."""

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
            "PYTHONDONTWRITEBYTECODE": "1",  # a file that changes within a second must be read again
        }

    def ask(self, tests: tuple[str, ...] | list[str], *options: str) -> tuple[int, str]:
        """Run `tests` here; return pytest's exit code and the end of what it said."""
        nodes = [f"tests/{test}" for test in tests]
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--reuse-db", *options, *nodes]
        with contextlib.suppress(subprocess.TimeoutExpired):
            done = subprocess.run(
                command, cwd=self.folder, env=self.environment(), capture_output=True, text=True, timeout=LONGEST
            )
            return done.returncode, done.stdout[-1500:] + done.stderr[-500:]
        return -1, "took too long"

    def break_with(self, mutant: Mutant) -> tuple[int, str]:
        """Break one rule, ask its tests, and mend it again."""
        file = self.folder / mutant.file
        plain = file.read_text()
        file.write_text(plain.replace(mutant.snippet, mutant.broken))
        try:
            return self.ask(mutant.tests, "-x")
        finally:
            file.write_text(plain)


def break_all(chosen: list[Mutant], copies: list[Copy]) -> list[tuple[Mutant, int, str, float]]:
    """Return (mutant, exit code, words, seconds) of each, in order; without mutants the tests must be green."""
    everything = sorted({test for mutant in chosen for test in mutant.tests})
    with ThreadPoolExecutor(len(copies)) as pool:
        sound = list(pool.map(lambda copy: copy.ask(everything, "--create-db"), copies))
        for code, said in sound:
            if code != GREEN:
                sys.exit(f"{said}\nthe tests are not green without any mutant")
        free: queue.SimpleQueue[Copy] = queue.SimpleQueue()
        for copy in copies:
            free.put(copy)
        return list(pool.map(lambda mutant: tried(mutant, free), chosen))


def tried(mutant: Mutant, free: "queue.SimpleQueue[Copy]") -> tuple[Mutant, int, str, float]:
    copy, began = free.get(), time.monotonic()
    try:
        code, said = copy.break_with(mutant)
    finally:
        free.put(copy)
    return mutant, code, said, time.monotonic() - began


def report(results: list[tuple[Mutant, int, str, float]]) -> int:
    """Print a line for each mutant, and what was said of those that were not caught."""
    for mutant, code, _said, seconds in results:
        outcome = OUTCOMES.get(code, f"UNCLEAR ({code})")
        say(f"{outcome:<12} {mutant.name:<36} {seconds:5.1f} s   {mutant.rule}")
    missed = [(mutant, said) for mutant, code, said, _ in results if code != RED]
    for mutant, said in missed:
        say(f"\n--- {mutant.name}: {mutant.file}\n{said}")
    say(f"\n{len(results) - len(missed)} of {len(results)} mutants caught")
    return int(bool(missed))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

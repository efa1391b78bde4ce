"""Who gets what at which address: the checked-in table `matrix.tsv`, read, asked and written.

`python -m tests.project.matrix` shows what would change, `--write` writes it; look at every cell before it is committed. A
cell is the status, or a word: `login` sends to sign in, `refused` is a button that said no and wrote nothing.
"""

import difflib
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("matrix.tsv")
COLLECT = "HOUSE_MATRIX"  # names the file that a run writes what it found to
Table = dict[tuple[str, str], dict[str, str]]


def read(path: Path = FILE) -> Table:
    """Return the table: (method, row) → {name of the cast: cell}."""
    lines = [line.split("\t") for line in path.read_text().splitlines() if line and not line.startswith("#")]
    head, *body = lines
    return {(method, row): dict(zip(head[2:], cells, strict=True)) for method, row, *cells in body}


def write(table: Table, path: Path) -> None:
    """Write the table in the order of its rows."""
    heads = list(next(iter(table.values())))
    lines = [["method", "row", *heads], *([*key, *cells.values()] for key, cells in table.items())]
    path.write_text("".join("\t".join(line) + "\n" for line in lines))


def cell(response: Any) -> str:
    """Return what the matrix says about `response`."""
    if response.status_code not in (301, 302):
        return str(response.status_code)
    if response.url.startswith(("/accounts/login/?", "/accounts/phone/?")):
        return "login"
    said = getattr(response.wsgi_request, "_messages", ())
    return "refused" if any(message.level_tag == "error" for message in said) else str(response.status_code)


def main(arguments: list[str]) -> int:
    """Ask every address, show the difference to the table, and write it when `--write` says so."""
    found = FILE.with_suffix(".found")
    tests = [f"tests/project/test_{name}_matrix.py" for name in ("url", "desk")]
    command = [sys.executable, "-m", "pytest", *tests, "-q", "-k", "answers", "--reuse-db", "--create-db"]
    try:
        subprocess.run(command, env={**os.environ, COLLECT: str(found)})
        before = FILE.read_text().splitlines(keepends=True) if FILE.exists() else []
        after = found.read_text().splitlines(keepends=True)
        sys.stdout.writelines(difflib.unified_diff(before, after, "matrix.tsv", "asked", n=0))
        if "--write" in arguments:
            found.replace(FILE)
        return 0
    finally:
        found.unlink(missing_ok=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

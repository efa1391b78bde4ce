"""Read and write `matrix.tsv`: the answer that each persona gets at each URL.

`python -m tests.project.matrix` shows what would change, `--write` writes the file; check every changed cell before you
commit it. HEADER explains rows, columns and cells; it is written at the top of the file.
"""

import difflib
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("matrix.tsv")
COLLECT = "MATRIX_OUTPUT"  # environment variable: path of the file to which a test run writes the answers
HEADER = """\
# The answer of every URL to every persona. Tests compare it with real answers; `python3 manage.py snapshots` writes it.
#
# method   HTTP method of the request.
# row      URL name, followed by the name of a sample when the URL has several (tests/project/addresses.py).
# others   One column for each persona (tests/personas.py); `visitor` is not signed in.
#
# A cell is the HTTP status or one of two words:
# login    redirect to a sign-in page
# refused  redirect after a POST that showed an error message and changed nothing
"""
Table = dict[tuple[str, str], dict[str, str]]


def read(path: Path = FILE) -> Table:
    """Return the table: (method, row) → {persona: cell}. Empty lines and lines that start with `#` are skipped."""
    lines = [line.split("\t") for line in path.read_text().splitlines() if line and not line.startswith("#")]
    head, *body = lines
    return {(method, row): dict(zip(head[2:], cells, strict=True)) for method, row, *cells in body}


def write(table: Table, path: Path) -> None:
    """Write HEADER, the line of column names, and the rows of `table` in their order."""
    heads = list(next(iter(table.values())))
    lines = [["method", "row", *heads], *([*key, *cells.values()] for key, cells in table.items())]
    path.write_text(HEADER + "".join("\t".join(line) + "\n" for line in lines))


def cell(response: Any) -> str:
    """Return the cell of the matrix for `response`."""
    if response.status_code not in (301, 302):
        return str(response.status_code)
    if response.url.startswith(("/accounts/login/?", "/accounts/phone/?")):
        return "login"
    messages = getattr(response.wsgi_request, "_messages", ())
    return "refused" if any(message.level_tag == "error" for message in messages) else str(response.status_code)


def main(arguments: list[str]) -> int:
    """Send every request, print the difference to the file, and write it when `arguments` contain `--write`."""
    found = FILE.with_suffix(".found")
    tests = [f"tests/project/test_{name}_matrix.py" for name in ("url", "staff")]
    command = [sys.executable, "-m", "pytest", *tests, "-q", "-k", "answers", "--reuse-db", "--create-db"]
    try:
        subprocess.run(command, env={**os.environ, COLLECT: str(found)})
        before = FILE.read_text().splitlines(keepends=True) if FILE.exists() else []
        after = found.read_text().splitlines(keepends=True)
        sys.stdout.writelines(difflib.unified_diff(before, after, "matrix.tsv", "found", n=0))
        if "--write" in arguments:
            found.replace(FILE)
        return 0
    finally:
        found.unlink(missing_ok=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

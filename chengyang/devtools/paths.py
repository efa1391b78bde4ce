"""Where things are. Standard library only."""

import hashlib
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class Problem(Exception):
    """Something the person at the terminal must put right; its text is the one sentence they read."""


def home():
    """Return the data folder: `CHENGYANG_HOME`, else `var` in the project."""
    return Path(os.environ.get("CHENGYANG_HOME") or ROOT / "var").resolve()


def home_key(folder):
    """Return sixteen characters that stand for the data folder `folder` where its own path cannot be used."""
    return hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]


def digest(*files):
    """Return the SHA-256 of the contents of `files`, in order; a missing file counts as empty."""
    total = hashlib.sha256()
    for file in files:
        content = Path(file).read_bytes() if Path(file).is_file() else b""
        total.update(hashlib.sha256(content).digest())
    return total.hexdigest()


def run(command):
    """Call `command()` and exit with what it returns; a `Problem` exits with 1 and its sentence."""
    try:
        sys.exit(command())
    except Problem as problem:
        sys.exit(str(problem))

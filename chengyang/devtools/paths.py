"""Paths of the project and of the data folder, and the exception that ends a command. Standard library only."""

import hashlib
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class Problem(Exception):
    """An error that the user can correct. The command ends with exit code 1 and prints the text, one sentence."""


def home():
    """Return the absolute path of the data folder: `CHENGYANG_HOME`, otherwise `var` in the project."""
    return Path(os.environ.get("CHENGYANG_HOME") or ROOT / "var").resolve()


def home_key(folder):
    """Return sixteen characters that identify the data folder `folder` where its own path would be too long."""
    return hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]


def digest(*files):
    """Return the SHA-256 of the contents of `files`, in order; a missing file counts as empty.

    Each file is hashed by itself first: otherwise moving a line from the end of one file to the start of the next would
    not change the result.
    """
    total = hashlib.sha256()
    for file in files:
        content = Path(file).read_bytes() if Path(file).is_file() else b""
        total.update(hashlib.sha256(content).digest())
    return total.hexdigest()


def run(command):
    """Call `command()` and exit with the code that it returns; a `Problem` exits with code 1 and prints its text."""
    try:
        sys.exit(command())
    except Problem as problem:
        sys.exit(str(problem))

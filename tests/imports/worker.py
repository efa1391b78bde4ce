"""A worker as a process of the tests: `python -m tests.imports.worker`. It halts after it wrote the block STOPS_AT, until it is killed."""

import os
import sys

import django

django.setup()

from chengyang.platform.imports import steps  # noqa: E402
from chengyang.platform.jobs import runner  # noqa: E402

WRITE = steps._write_rows


def write_and_halt(owner, kind, user, block):
    results = WRITE(owner, kind, user, block)
    if str(block) == os.environ.get("STOPS_AT"):
        sys.stdout.write(f"wrote block {block}\n")
        sys.stdout.flush()
        sys.stdin.read()
    return results


if __name__ == "__main__":
    steps._write_rows = write_and_halt
    while runner.work():
        pass
    sys.stdout.write("nothing left\n")

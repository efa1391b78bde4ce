"""A worker as a process of the tests: `python -m tests.jobs.worker`. It halts in the step STOPS_AT until it is killed."""

import itertools
import os
import sys
from dataclasses import replace

import django

django.setup()

from chengyang import extensions  # noqa: E402
from chengyang.platform.jobs import results, runner  # noqa: E402
from chengyang.platform.staff import bulk_actions, list_exports  # noqa: E402

from . import kinds  # noqa: E402

STOPS_AT = os.environ.get("STOPS_AT", "")


def halt(number):
    if str(number) == STOPS_AT:
        sys.stdout.write(f"in step {number}\n")
        sys.stdout.flush()
        sys.stdin.read()


def halt_in_exports():
    """Let exports read two rows in a step, and halt in the step STOPS_AT after its part has been written."""
    list_exports.BATCH, append, steps = 2, results.append, itertools.count()

    def append_and_halt(job, data):
        append(job, data)
        halt(next(steps))

    results.append = append_and_halt


def halt_in_bulk():
    """Let work on many rows do ten rows in a step, and halt after the row STOPS_AT has been done, in the middle of its step."""
    bulk_actions.BATCH, last, rows = 10, bulk_actions._last, itertools.count()

    def last_and_halt(row):
        found = last(row)
        halt(next(rows))
        return found

    bulk_actions._last = last_and_halt


def main():
    if os.environ.get("BULK"):
        halt_in_bulk()
    if os.environ.get("EXPORTS"):
        halt_in_exports()
    counting = replace(kinds.COUNT, run=lambda job, cursor: kinds.count(job, cursor, between=halt))
    known = extensions.job_kind
    extensions.job_kind = lambda code: {kinds.COUNT.code: counting}.get(code) or known(code)
    while runner.work():
        pass
    sys.stdout.write("nothing left\n")


if __name__ == "__main__":
    main()

"""A worker as a process of the tests: `python -m tests.jobs.worker`. It halts in the step STOPS_AT until it is killed."""

import os
import sys
from dataclasses import replace

import django

django.setup()

from chengyang import extensions  # noqa: E402
from chengyang.platform.jobs import runner  # noqa: E402

from . import kinds  # noqa: E402

STOPS_AT = os.environ.get("STOPS_AT", "")


def halt(number):
    if str(number) == STOPS_AT:
        sys.stdout.write(f"in step {number}\n")
        sys.stdout.flush()
        sys.stdin.read()


def main():
    counting = replace(kinds.COUNT, run=lambda job, cursor: kinds.count(job, cursor, between=halt))
    extensions.job_kind = {kinds.COUNT.code: counting}.get
    while runner.work():
        pass
    sys.stdout.write("nothing left\n")


if __name__ == "__main__":
    main()

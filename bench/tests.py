"""The duration of the tests: the total, each folder, and the 20 slowest tests.

`.venv/bin/python bench/tests.py [pytest arguments]` runs the tests; `bench/tests.py report.xml` reads the report of an earlier
run with `--junitxml=report.xml`. The time of a test includes its fixtures. Three workers run at the same time, so the total is
about three times the time on the clock.
"""

import collections
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parent.parent
SLOWEST = 20
BUDGET = 480.0  # seconds on the clock, for all tests on two idle cores


def main(arguments):
    """Run the tests or read the report; return the exit code of the tests, or 1 when all of them exceed the budget."""
    if len(arguments) == 1 and arguments[0].endswith(".xml"):
        print_report(read(Path(arguments[0])))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        report, began = Path(folder) / "report.xml", time.monotonic()
        command = [sys.executable, ROOT / "manage.py", "test", f"--junitxml={report}", "-q", *arguments]
        code = subprocess.run(command).returncode
        seconds = time.monotonic() - began
        if report.exists():
            print_report(read(report))
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"{'on the clock':<60}{seconds:8.1f} s   budget {BUDGET:.0f} s for all tests")
    print(f"{'processor time':<60}{used.ru_utime + used.ru_stime:8.1f} s")
    return code or int(not arguments and seconds > BUDGET)


def read(report):
    """Return [(seconds, folder, name)] of the tests in the JUnit report `report`."""
    rows = []
    for case in ElementTree.parse(report).iter("testcase"):
        module = case.get("classname").removeprefix("tests.")
        rows.append((float(case.get("time")), module.partition(".")[0], f"{module}::{case.get('name')}"))
    return rows


def print_report(rows):
    """Print the slowest tests, the total of each folder, and the total."""
    for seconds, _folder, name in sorted(rows, reverse=True)[:SLOWEST]:
        print(f"{name[:100]:<100}{seconds:8.2f} s")
    totals, counts = collections.Counter(), collections.Counter()
    for seconds, folder, _name in rows:
        totals[folder] += seconds
        counts[folder] += 1
    print()
    for folder, seconds in totals.most_common():
        print(f"{folder:<20}{counts[folder]:>6} tests{seconds:>42.1f} s")
    print(f"{'together':<20}{len(rows):>6} tests{totals.total():>42.1f} s")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""The time for loading the demonstration beside its budget, step by step, and the number of its rows.

`.venv/bin/python bench/demo.py` loads it into a database without persons (`DATABASE_URL`, or the running cluster of
`CHENGYANG_HOME`; without one it starts servers of its own) and rolls everything back, so that it can be repeated.
"""

import datetime as dt
import sys
import tempfile
import time
from pathlib import Path

from database import with_database  # beside this file; it also puts the project on the path

BUDGET = 40.0  # seconds on two cores
TABLES = (
    *("accounts.User", "members.Person", "members.Application", "members.Representative", "organizations.Membership"),
    *("activities.Activity", "activities.Signup", "activities.CheckIn", "activities.ServiceRecord"),
    *("services.Request", "services.Outcome", "privacy.Consent", "notices.Notice"),
)


def main():
    """Load the demonstration and roll it back; return 1 when it takes longer than its budget."""
    from django.db import transaction
    from django.test import override_settings

    with tempfile.TemporaryDirectory() as home, override_settings(CHENGYANG_HOME=Path(home)), transaction.atomic():
        seconds = timed()
        rows = counts()
        transaction.set_rollback(True)
    for label, number in rows.items():
        print(f"{label:26} {number:>8,} rows")
    print(f"{'together':26} {sum(rows.values()) / seconds:>8,.0f} rows a second")
    print(f"{'demo':26} {seconds:>8.1f} s   budget {BUDGET:.0f} s   {'ok' if seconds <= BUDGET else 'TOO SLOW'}")
    return int(seconds > BUDGET)


def timed():
    """Load the demonstration; return the seconds."""
    from chengyang import clock
    from chengyang.demo import loader

    today = dt.date.fromisoformat(sys.argv[1]) if len(sys.argv) > 1 else clock.today()
    began = time.monotonic()
    try:
        loader.load(seed=1, today=today, report=print)
    except loader.Refused as refusal:
        sys.exit(str(refusal))
    return time.monotonic() - began


def counts():
    """Return {label: number of rows} of the tables."""
    from django.apps import apps

    return {label: apps.get_model(label)._base_manager.count() for label in TABLES}


if __name__ == "__main__":
    sys.exit(with_database(__file__, main))

"""Grow the demo to a size at which the growth of costs can be measured (`manage.py demo --size large`).

New rows copy those of the demo and lie behind what the pages of today show: the persons have other names and numbers, the
activities are over and lie a quarter of a year and more in the past. So a page of the large demo shows as much as the same
page of the demo, and a difference in cost is growth. Constraints and triggers apply as for any other row; only the
secondary indexes of the tables are dropped while the rows are written and made again afterwards.
"""

import contextlib
import datetime as dt
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connection

from . import growth_activities, growth_people
from .growth_rows import Growth

LARGE = 1_000_000  # persons of the large demo
LEAST = 5_000  # persons: the demo has two thousand
TABLES = (
    *("accounts.User", "members.Person", "members.Application", "organizations.Membership", "privacy.Consent"),
    *("notices.Notice", "activities.Activity", "activities.Signup", "activities.CheckIn", "activities.ServiceRecord"),
    *("audit.Entry", "members.PersonEvent", "activities.SignupEvent"),
)
STEPS: tuple[tuple[str, Callable[[Growth, Any], int]], ...] = (
    ("names", growth_people.make_names),
    ("numbers", growth_people.make_numbers),
    ("accounts", growth_people.add_accounts),
    ("persons", growth_people.add_persons),
    ("applications", growth_people.add_applications),
    ("memberships", growth_people.add_memberships),
    ("consents", growth_people.add_consents),
    ("notices", growth_people.add_notices),
    ("activities", growth_activities.add_activities),
    ("sign-ups", growth_activities.add_signups),
    ("check-ins", growth_activities.add_checkins),
    ("hours", growth_activities.add_hours),
    ("counters", growth_activities.count_places),
    ("changes", growth_activities.change_rows),
    ("audit entries", growth_activities.add_entries),
)
MEMORY = ("SET LOCAL maintenance_work_mem = '512MB'", "SET LOCAL work_mem = '128MB'", "SET CONSTRAINTS ALL IMMEDIATE")


@dataclass(frozen=True)
class Size:
    """The numbers of rows that a portal has after it was grown."""

    persons: int
    activities: int
    signups: int

    @classmethod
    def of(cls, persons: int) -> "Size":
        """Return the size of a portal with `persons` persons: an activity for fifty of them, a sign-up for each."""
        return cls(persons, persons // 50, persons)


def grow(size: Size, *, seed: int, today: dt.date, report: Callable[[str], Any] = lambda line: None) -> Growth:
    """Add rows until there are as many as `size` says; every second new person has an account, every third a membership.

    Needs a transaction. `report` is called with a line of text after each step. The statistics of the planner are up to date
    afterwards; the audit entries still have to be sealed (`audit.actions.seal_due`), as the worker does it every minute.
    """
    growth = Growth(seed, today, size)
    with connection.cursor() as cursor:
        for setting in MEMORY:
            cursor.execute(setting)
        with _without_indexes(cursor, report):
            for name, step in STEPS:
                began = time.monotonic()
                rows = step(growth, cursor)
                report(f"{name}: {rows:,} rows, {time.monotonic() - began:.1f} s")
        cursor.execute("ANALYZE")
    return growth


@contextlib.contextmanager
def _without_indexes(cursor: Any, report: Callable[[str], Any]) -> Iterator[None]:
    """Drop the indexes of TABLES that are neither unique nor of a constraint, and make them again after the block.

    A GIN index of a million names is made in a tenth of the time that a million insertions into it take.
    """
    tables = [apps.get_model(label)._meta.db_table for label in TABLES]
    cursor.execute(
        "SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i "
        "WHERE i.indrelid = ANY(%s::regclass[]) AND NOT i.indisunique AND NOT EXISTS "
        "(SELECT 1 FROM pg_constraint c WHERE c.conindid = i.indexrelid) ORDER BY 1",
        [tables],
    )
    found = cursor.fetchall()
    for name, _definition in found:
        cursor.execute(f"DROP INDEX {name}")
    yield
    began = time.monotonic()
    for _name, definition in found:
        cursor.execute(definition)
    report(f"indexes: {len(found)}, {time.monotonic() - began:.1f} s")

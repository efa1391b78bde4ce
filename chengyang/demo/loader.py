"""Load the demo: an invented district, generated from a seed and a day (`manage.py demo`).

All rows have `is_demo`, all persons are invented, and every recorded event lies before the day began. The same seed and
day generate the same rows; only passwords, keys and ciphertexts differ.
"""

import datetime as dt
import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction

from chengyang.platform.accounts.models import User
from chengyang.platform.audit import actions as audit
from members.models import Person

from . import (
    accounts,
    applications,
    assessments,
    bases,
    consents_and_notices,
    duties,
    evaluations,
    growth,
    objectives,
    offers,
    offices,
    organizations,
    outcomes,
    persons,
    pictures,
    posts,
    programme,
    proposals,
    reports,
    representatives,
    requests,
    term_changes,
    volunteers,
)
from .dataset import Dataset

FIRST_TODAY = dt.date(2024, 1, 1)  # the published figures end with 2023
STEPS: tuple[tuple[str, Callable[[Dataset], None]], ...] = (
    ("offices", offices.make_offices),
    ("persons", persons.make_persons),
    ("applications", applications.make_applications),
    ("representatives", representatives.make_representatives),
    ("posts and members", posts.make_posts),
    ("duties", duties.make_duties),
    ("term changes", term_changes.make_term_changes),
    ("assessments", assessments.make_assessments),
    ("bases", bases.make_bases),
    ("pictures", pictures.make_pictures),
    ("activities", programme.make_activities),
    ("offers", offers.make_offers),
    ("requests", requests.make_requests),
    ("volunteers", volunteers.make_volunteers),
    ("outcomes", outcomes.make_outcomes),
    ("proposals", proposals.make_proposals),
    ("objectives", objectives.make_objectives),
    ("evaluations", evaluations.make_evaluations),
    ("organizations", organizations.make_organizations),
    ("consents", consents_and_notices.make_consents),
    ("notices", consents_and_notices.make_notices),
)


class Refused(Exception):
    """The demo may not be loaded here; the message gives the reason."""


def load(*, seed: int, today: dt.date, persons: int = 0, report: Callable[[str], Any] = lambda line: None) -> None:
    """Load the demo as of `today` in one transaction, and write the accounts of the personas into the data folder.

    With `persons` it is grown to so many, see `growth`. `report` is called with a line of text after each step. Raises
    Refused in production, with DEMO=off, when there are persons or accounts already (real ones or those of the demo), for a
    day before 2024, and for fewer than `growth.LEAST` persons.
    """
    if settings.PRODUCTION:
        raise Refused("The demo is never loaded in production.")
    if not settings.DEMO:
        raise Refused("The demo is switched off; set DEMO=on to load it.")
    if today < FIRST_TODAY:
        raise Refused(f"The demo shows the years up to 2023 as past: choose a day from {FIRST_TODAY} on.")
    if persons and persons < growth.LEAST:
        raise Refused(f"A grown demo has at least {growth.LEAST:,} persons.")
    with transaction.atomic():
        require_empty_portal()
        call_command("seed", verbosity=0)
        dataset = Dataset(seed, today)
        text = _timed(report, "accounts", lambda: accounts.make_persona_accounts(dataset))
        for name, step in STEPS:
            _timed(report, name, lambda step=step: step(dataset))
        connection.check_constraints()
        if persons:
            growth.grow(growth.Size.of(persons), seed=seed, today=today, report=report)
        _timed(report, "statistics", _analyze)
        # Without statistics the planner would count the figures slowly.
        _timed(report, "reports", lambda: reports.make_reports(dataset))
        accounts.write_file(text)
    if persons:
        _timed(report, "seal of the audit entries", audit.seal_due)
        _timed(report, "vacuum", _vacuum)


def require_empty_portal() -> None:
    """Raise Refused when there is a real person, a real account, or the demo already."""
    for model in (User, Person):
        if model._base_manager.filter(is_demo=False).exists():
            raise Refused("There are real persons or accounts here; the demo is loaded into an empty portal only.")
    if User.objects.exists() or Person.objects.exists():
        raise Refused("The demo is loaded already.")


def _analyze() -> None:
    """Update the statistics of the planner: autovacuum would do it only after a minute, and pages would be slow until then."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _vacuum() -> None:
    """Remove what the changes left behind, as autovacuum does in a portal that has grown by and by."""
    if not connection.in_atomic_block:  # a test or a benchmark that rolls everything back
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")


def _timed(report: Callable[[str], Any], name: str, step: Callable[[], Any]) -> Any:
    began = time.monotonic()
    result = step()
    report(f"{name}: {time.monotonic() - began:.1f} s")
    return result

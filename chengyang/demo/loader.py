"""The demo: an invented district that is alive today, made from a seed and a day (`manage.py demo`).

All rows are marked, all persons are invented, and nothing lies about time: whatever has happened, happened before the day
began. The same seed and day make the same rows; only passwords, keys and ciphertexts differ.
"""

import datetime as dt
import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction

from chengyang.platform.accounts.models import User
from members.models import Person

from . import accounts, applications, assessments, inbox, persons, posts, programme, representatives, requests
from .dataset import World

FIRST_TODAY = dt.date(2024, 1, 1)  # the published figures reach to the end of 2023
STEPS: tuple[tuple[str, Callable[[World], None]], ...] = (
    ("persons", persons.make_persons),
    ("applications", applications.make_applications),
    ("representatives", representatives.make_representatives),
    ("posts and members", posts.make_posts),
    ("assessments", assessments.make_standing),
    ("activities", programme.make_activities),
    ("requests", requests.make_requests),
    ("outcomes", requests.make_outcomes),
    ("consents", inbox.make_consents),
    ("notices", inbox.make_notices),
)


class Refused(Exception):
    """The demo may not be loaded here; the message says why."""


def load(*, seed: int, today: dt.date, say: Callable[[str], Any] = lambda line: None) -> None:
    """Load the demo as of `today`, all of it or nothing, and write the accounts of the cast into the data folder.

    `say` is told each step as it is done. Raises Refused in production, with DEMO=off, beside real persons or accounts, when the demo is
    there already, and for a day before 2024.
    """
    if settings.PRODUCTION:
        raise Refused("The demo is never loaded in production.")
    if not settings.DEMO:
        raise Refused("The demo is switched off; set DEMO=on to load it.")
    if today < FIRST_TODAY:
        raise Refused(f"The demo shows the years up to 2023 as past: choose a day from {FIRST_TODAY} on.")
    with transaction.atomic():
        refuse_company()
        call_command("seed", verbosity=0)
        world = World(seed, today)
        text = _timed(say, "accounts", lambda: accounts.make_cast(world))
        for name, step in STEPS:
            _timed(say, name, lambda step=step: step(world))
        connection.check_constraints()
        _timed(say, "statistics", _analyze)
        accounts.write_file(text)


def refuse_company() -> None:
    """Raise Refused where there is anybody already: a real person, a real account, or the demo itself."""
    for model in (User, Person):
        if model._base_manager.filter(is_demo=False).exists():
            raise Refused("There are real persons or accounts here; the demo is loaded into an empty portal only.")
    if User.objects.exists() or Person.objects.exists():
        raise Refused("The demo is loaded already.")


def _analyze() -> None:
    """Tell the planner what is there now, as after every bulk load; the server's own round comes only a minute later."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _timed(say: Callable[[str], Any], name: str, step: Callable[[], Any]) -> Any:
    began = time.monotonic()
    result = step()
    say(f"{name}: {time.monotonic() - began:.1f} s")
    return result

"""The server time, queries and bytes of the most frequent pages, each beside its budget.

`.venv/bin/python bench/pages.py` uses the database of the running portal (`DATABASE_URL`, or the cluster of `CHENGYANG_HOME`)
and rolls everything back; without one it starts servers of its own. The demonstration is loaded if it is missing. Each page
is requested 20 times with an empty cache; the median counts.
"""

import contextlib
import gzip
import statistics
import sys
import time
from pathlib import Path

from database import with_database  # beside this file; it also puts the project on the path

BUDGET = 60.0  # milliseconds of server time
TIMES = 20
LOCAL_CACHE = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
PLAIN_STATIC = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}  # hashing names is the start's work


def main():
    """Measure in a portal with the demonstration; return 1 when a page exceeds its budget."""
    with rolled_back():
        load()
        return report(pages())


@contextlib.contextmanager
def rolled_back():
    """Use a cache and a data folder of our own, and roll back every write of the block."""
    import tempfile

    from django.conf import settings
    from django.db import transaction
    from django.test import override_settings

    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    storages = {**settings.STORAGES, "staticfiles": PLAIN_STATIC}
    with (
        tempfile.TemporaryDirectory() as home,
        override_settings(CACHES=LOCAL_CACHE, STAFF_MFA=False, STORAGES=storages, CHENGYANG_HOME=Path(home)),
        transaction.atomic(),
    ):
        yield
        transaction.set_rollback(True)


def load():
    """Load the reference data and the demonstration, unless they are loaded."""
    from django.core.management import call_command

    from chengyang.platform.accounts.models import User

    if not User.objects.filter(email="member@demo.invalid").exists():
        call_command("seed", verbosity=0)
        call_command("demo", verbosity=0)


def pages():
    """Return (name, address, account) of each page; None is a visitor."""
    from django.urls import reverse

    from activities.models import Activity
    from bases.models import Base
    from chengyang import clock

    coming = Activity.objects.published().filter(starts__gt=clock.now(), capacity__isnull=False).order_by("starts")
    base = Base.objects.published().filter(honours__isnull=False).first() or Base.objects.published().first()
    return [
        ("home", "/", None),
        ("calendar", reverse("activities:calendar"), None),
        ("activity", coming.first().get_absolute_url(), None),
        ("base", base.get_absolute_url(), None),
        ("join", reverse("members:join"), None),
        ("me", reverse("me:home"), "member"),
        ("今日待办", reverse("admin:index"), "district"),
        ("list of 25 persons", reverse("admin:members_person_changelist"), "district"),
    ]


def report(asked):
    """Print a line for each page of `asked`; return 1 when one exceeds the budget."""
    print(f"{'page':<20}{'median':>9}{'slowest':>9}{'ratio':>7}{'queries':>9}{'bytes':>10}{'gzip':>8}")
    above = []
    for name, path, who in asked:
        cost = measure(path, who)
        ratio = cost["median"] / BUDGET
        width = 20 - sum(ord(letter) > 255 for letter in name)
        print(f"{name:<{width}}{cost['median']:>6.1f} ms{cost['slowest']:>6.1f} ms{ratio:>7.2f}", end="")
        print(f"{cost['queries']:>9}{cost['bytes']:>10,}{cost['gzip']:>8,}")
        above += [name] if ratio > 1 else []
    print(f"budget {BUDGET:.0f} ms each: {'above: ' + ', '.join(above) if above else 'all within'}")
    return int(bool(above))


def measure(path, who):
    """Return a dict of the costs of the page `path` for the account `who`: times in milliseconds, queries, bytes."""
    from django.core.cache import cache
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    browser = browser_of(who)
    taken = []
    for _ in range(TIMES):
        cache.clear()
        began = time.perf_counter()
        response = browser.get(path)
        taken.append((time.perf_counter() - began) * 1000)
    if response.status_code != 200:
        sys.exit(f"{path}: {response.status_code}")
    with CaptureQueriesContext(connection) as captured:
        cache.clear()
        browser.get(path)
    body = response.content
    return {
        "median": statistics.median(taken),
        "slowest": max(taken),
        "queries": len(captured),
        "bytes": len(body),
        "gzip": len(gzip.compress(body, 6)),
    }


def browser_of(who):
    """Return a test client that is signed in as the demonstration account `who`, or as nobody for None."""
    from django.conf import settings
    from django.test import Client

    from chengyang.platform.accounts.models import User

    browser = Client(HTTP_HOST=settings.ALLOWED_HOSTS[0])
    if who:
        user = User.objects.get(email=f"{who}@demo.invalid")
        browser.force_login(user, backend="chengyang.platform.accounts.backends.PortalBackend")
    return browser


if __name__ == "__main__":
    sys.exit(with_database(__file__, main))

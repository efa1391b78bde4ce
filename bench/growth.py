"""What each page costs on the demonstration and on a large one, and which plan is the slowest there.

`.venv/bin/python bench/growth.py [--persons 1000000] [--only WORD]` makes two databases beside that of the running portal
(`DATABASE_URL`, or the cluster of `CHENGYANG_HOME`; without one it starts servers of its own): the demonstration, and a copy
of it that is grown (`manage.py demo --size large`). A later run on the same day and server uses them again. Every page is
requested in turn on both, in one process and with the values kept that a running portal keeps; medians count. The ratio is
that of the milliseconds of CPU in this process and of the plans in Postgres, which neighbours disturb less than wall time. A
search may find three rows on the demonstration and a full page there, so it is compared with the list that it searches. A
ratio above 1.5 fails, and a search for what is frequent there, such as a surname or the initials of a thousand people, that
costs more than 200 ms. What is above its budget is measured a second time.
"""

import argparse
import json
import re
import statistics
import sys
import tempfile
import time
from pathlib import Path

from database import with_database  # beside this file; it also puts the project on the path
from pages import PLAIN_STATIC, browser_of, load

RATIO = 1.5
FREQUENT = 200.0  # milliseconds for a search that finds thousands there
NOISE = 3.0  # milliseconds between two medians that say nothing
SLOW = 5.0  # milliseconds from which on a plan is shown
ROUNDS, TIMES = 2, 3
NARROW = re.compile("SELECT .*? FROM")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--persons", type=int, default=1_000_000)
    parser.add_argument("--only", default="", help="measure the pages whose name contains this")
    return parser.parse_args()


def main():
    """Make the databases, measure the pages and return 1 when one grows too much."""
    from django.conf import settings
    from django.test import override_settings

    options = arguments()
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    storages = {**settings.STORAGES, "staticfiles": PLAIN_STATIC}
    with (
        tempfile.TemporaryDirectory() as home,
        override_settings(STAFF_MFA=False, STORAGES=storages, CHENGYANG_HOME=Path(home)),
    ):
        names = databases(options.persons)
        return report(names, [page for page in pages(names[0]) if options.only in page[0]])


# ---- two databases --------------------------------------------------------------------------------------------------
def databases(persons):
    """Return the names of the database with the demonstration and of the grown one, made unless today's are there."""
    from django.db import connection

    from chengyang import clock
    from chengyang.devtools.test_databases import TestDatabases, schema_digest

    made = TestDatabases()
    small = f"{connection.settings_dict['NAME']}_growth"
    stamp = f"{schema_digest()} {clock.today()}"
    made.make(small, stamp, migrated_and_loaded, source="template0")
    made.make(f"{small}_{persons}", f"{stamp} {persons}", lambda: grow(persons), source=small)
    return small, f"{small}_{persons}"


def migrated_and_loaded():
    from chengyang.devtools import tables

    tables.make_tables()
    load()


def grow(persons):
    """Grow the demonstration in the connected database."""
    from django.db import connection, transaction

    from chengyang import clock
    from chengyang.demo import growth
    from chengyang.platform.audit import actions as audit

    began = time.monotonic()
    with transaction.atomic():
        growth.grow(growth.Size.of(persons), seed=1, today=clock.today(), report=print)
    audit.seal_due()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("CHECKPOINT")  # otherwise the server writes all of it to disk while pages are measured
    print(f"grown in {time.monotonic() - began:.0f} s")


def switch_to(name):
    """Connect to a database, and let go of the values that were kept of another one."""
    from django.db import connection

    from chengyang.platform.web import content

    connection.close()
    connection.settings_dict["NAME"] = name
    content.changed(content.SITE, content.PLACES, content.WORK)


# ---- the pages ------------------------------------------------------------------------------------------------------
def pages(small):
    """Return (name, address, account) of each page; None is a visitor. What is searched for is in both databases."""
    switch_to(small)
    return [*_public(), *_own(), *_of_staff(), *_searches()]


def _public():
    from django.urls import reverse

    from activities.models import Activity
    from bases.models import Base
    from chengyang import clock
    from organizations.models import Organization

    coming = (
        Activity.objects.published().filter(starts__gt=clock.now(), capacity__isnull=False).order_by("starts").first()
    )
    month = f"/calendar/?month={clock.today():%Y-%m}"
    return [
        ("home", "/", None),
        ("figures", reverse("figures"), None),
        ("calendar", month, None),
        ("calendar, searched", f"{month}&q=志愿", None),
        ("calendar, list", "/calendar/?view=list", None),
        ("calendar, past", "/calendar/?view=past", None),
        ("calendar, organizer", "/calendar/?view=list&q=夏庄", None),
        ("ics", "/calendar.ics", None),
        ("activity", coming.get_absolute_url(), None),
        ("organizations", reverse("organizations:list"), None),
        ("organization", Organization.objects.get(slug="xiazhuang").get_absolute_url(), None),
        ("bases", reverse("bases:list"), None),
        ("base", Base.objects.published().first().get_absolute_url(), None),
        ("services", reverse("services:home"), None),
        ("standards", reverse("standards:list"), None),
    ]


def _own():
    from django.urls import reverse

    names = ("me:home", "activities:mine", "organizations:mine", "services:mine", "notices:list", "members:data")
    return [(f"own {name}", reverse(name), "member") for name in names]


def _of_staff():
    from django.contrib.admin import site
    from django.urls import reverse

    from activities.models import Activity, Signup
    from chengyang.platform.accounts.models import User
    from members.models import Application, Person
    from organizations.models import Membership

    own = Person.objects.get(user__email="member@demo.invalid")
    rows = (
        own,
        Application.objects.filter(state="submitted").first(),
        Membership.objects.filter(person=own).first(),
        Activity.objects.published().order_by("-starts").first(),
        Signup.objects.filter(person=own).first(),
    )
    found = [(f"todo {who}", reverse("admin:index"), who) for who in ("district", "xiazhuang", "secretary", "leader")]
    people = reverse("admin:members_person_changelist")
    found += [(f"persons of {who}", people, who) for who in ("xiazhuang", "secretary", "leader")]
    signups = reverse("admin:activities_signup_changelist")
    found += [(f"sign-ups of {who}", signups, who) for who in ("xiazhuang", "secretary", "base_manager")]
    for who in ("district", "sysadmin", "secadmin", "auditor"):
        user = User.objects.get(email=f"{who}@demo.invalid")
        lists = [model._meta for model, admin in site._registry.items() if admin.has_view_permission(_Request(user))]
        found += [
            (f"list {meta.label} {who}", reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist"), who)
            for meta in lists
        ]
    addresses = (
        (row._meta, reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk]))
        for row in rows
    )
    return [*found, *((f"row {meta.label}", address, "district") for meta, address in addresses)]


class _Request:
    """As much of a request as the permission of a list needs."""

    def __init__(self, user):
        self.user = user


def _searches():
    from urllib.parse import quote

    from django.urls import reverse

    from chengyang.lib.chinese import pinyin
    from members.models import Person

    plain = Person.objects.filter(state="active", name__regex="^...$").exclude(name__contains="·").order_by("id")
    name, last4, unit = plain.values_list("name", "phone_last4", "unit")[5]
    initials = "".join(word[0] for word in pinyin.name_key(name).split()[:-1])
    texts = {"part": name[-2:], "digits": last4, "nobody": "龘龘"}
    often = {"王": "王", "wang": "wang", "two initials": initials[:2], "unit": unit[-8:-4]}
    lists = (
        "members_person",
        "members_application",
        "organizations_membership",
        "activities_signup",
        "activities_checkin",
    )
    found = [
        (f"q {what} {name}", f"{reverse(f'admin:{name}_changelist')}?q={quote(text)}", "district")
        for name in lists
        for what, text in texts.items()
    ]
    people = reverse("admin:members_person_changelist")
    found += [(f"frequent {what}", f"{people}?q={quote(text)}", "district") for what, text in often.items()]
    found += [
        (f"frequent initials {name}", f"{reverse(f'admin:{name}_changelist')}?q={initials}", "district")
        for name in lists
    ]
    box = reverse("admin:staff_search")
    found += [("frequent initials in the search box", f"{box}?q={initials}", "district")]
    found += [(f"search box {what}", f"{box}?q={quote(text)}", "district") for what, text in texts.items()]
    return [
        *found,
        ("frequent title", f"{reverse('admin:activities_activity_changelist')}?q={quote('志愿')}", "district"),
    ]


# ---- measuring ------------------------------------------------------------------------------------------------------
def report(names, asked):
    """Print a line for each page of `asked`; return 1 when one exceeds its budget."""
    print(f"{'page':<44}{'cost ms':>18}{'ratio':>7}{'cpu ms':>16}{'sql ms':>14}{'wall ms':>18}{'queries':>9}")
    above, lists = [], {}
    for name, path, who in asked:
        small, large = compared(names, path, who)
        whole, _mark, searched = path.partition("?q=")
        if searched and whole not in lists:
            lists[whole] = compared(names[:1], whole, who)[0]["cost"]
        listed = lists.get(whole, 0) if searched else 0
        ratio, failed = judged(name, small, large, listed)
        if failed:  # neighbours disturb: what is above has to be so twice
            small, large = compared(names, path, who)
            ratio, failed = judged(name, small, large, listed)
        above += [name] if failed else []
        width = 44 - sum(ord(letter) > 255 for letter in name)
        print(f"{name:<{width}}{small['cost']:>8.1f} {large['cost']:>9.1f}{ratio:>7.2f}", end="")
        print(f"{small['cpu']:>8.1f}{large['cpu']:>8.1f}{small['sql']:>7.1f}{large['sql']:>7.1f}", end="")
        print(f"{small['wall']:>9.1f}{large['wall']:>9.1f}{large['queries']:>9}", end="")
        print("  ABOVE" if failed else "", flush=True)
        if large["slowest"][0] >= SLOW:
            taken, plan, sql = large["slowest"]
            print(
                f"    {taken:.1f} ms  {NARROW.sub('SELECT … FROM', sql, count=1)[:240]}\n      {' > '.join(nodes(plan))[:240]}"
            )
    print(f"budget {RATIO} × the demonstration: {'above: ' + ', '.join(above) if above else 'all within'}")
    return int(bool(above))


def judged(name, small, large, listed):
    """Return (ratio, whether it exceeds the budget) of the costs of a page; `listed` is the cost of the list that it searches, or 0."""
    ratio = large["cost"] / max(small["cost"], listed)
    grows = ratio > RATIO and large["cost"] - small["cost"] > NOISE
    return ratio, large["cost"] > FREQUENT if name.startswith("frequent") else grows


def compared(names, path, who):
    """Return the costs of a page in both databases, measured in turn."""
    costs = [{"cpu": [], "wall": []} for _name in names]
    for number in range(ROUNDS):
        for name, cost in zip(names, costs, strict=True):
            switch_to(name)
            browser = browser_of(who)
            answer = browser.get(path)
            if answer.status_code != 200:
                sys.exit(f"{path}: {answer.status_code}")
            for _ in range(TIMES):
                began, cpu = time.perf_counter(), time.process_time()
                browser.get(path)
                cost["cpu"].append((time.process_time() - cpu) * 1000)
                cost["wall"].append((time.perf_counter() - began) * 1000)
            if number == ROUNDS - 1:
                cost |= plans(browser, path)
    medians = [{**cost, **{name: statistics.median(cost[name]) for name in ("cpu", "wall")}} for cost in costs]
    return [{**cost, "cost": cost["cpu"] + cost["sql"]} for cost in medians]


def plans(browser, path):
    """Return the queries of a page: their number, the milliseconds of their plans, and (milliseconds, plan, SQL) of the slowest."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as captured:
        browser.get(path)
    asked = [query["sql"] for query in captured.captured_queries if query["sql"].startswith("SELECT ")]
    found = [(*explained(sql), sql) for sql in asked if "set_config" not in sql and "FOR UPDATE" not in sql]
    slowest = max(found, key=lambda plan: plan[0], default=(0.0, {}, ""))
    return {"queries": len(captured), "sql": sum(plan[0] for plan in found), "slowest": slowest}


def explained(sql):
    """Return (milliseconds, plan) of a query, the better of two runs."""
    from django.db import connection

    found = []
    for _ in range(2):
        with connection.cursor() as cursor:
            cursor.execute("EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) " + sql.replace("%", "%%"), ())
            answer = cursor.fetchone()[0]
        found.append((json.loads(answer) if isinstance(answer, str) else answer)[0])
    best = min(found, key=lambda plan: plan["Execution Time"])
    return best["Execution Time"], best["Plan"]


def nodes(plan):
    """Yield the nodes of a plan in short: kind, table or index, rows, and rows that were read for nothing."""
    where = plan.get("Index Name") or plan.get("Relation Name") or ""
    removed = plan.get("Rows Removed by Filter")
    yield f"{plan.get('Node Type')}{f'({where})' if where else ''} {plan.get('Actual Rows', 0):.0f}" + (
        f" -{removed:.0f}" if removed else ""
    )
    for below in plan.get("Plans", ()):
        yield from nodes(below)


if __name__ == "__main__":
    sys.exit(with_database(__file__, main))

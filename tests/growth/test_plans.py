"""No page reads a whole large table: the plans of all pages in a portal with a hundred thousand persons.

Plans are compared, not times. The dataset of `tests/project` is grown as the large demonstration is, in a database of its own.
"""

import json
import re
from http.cookies import SimpleCookie
from urllib.parse import quote

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from chengyang import clock
from chengyang.demo import growth
from chengyang.devtools.test_databases import connected_to
from chengyang.lib.chinese import pinyin
from chengyang.platform.web import paging
from members.models import Person
from tests.project import addresses, matrix
from tests.project.conftest import built, undone

SIZE = growth.Size(persons=100_000, activities=2_000, signups=100_000)
LARGE = {
    *("members_person", "members_personevent", "members_application", "accounts_user", "privacy_consent"),
    *("activities_signup", "activities_signupevent", "activities_checkin", "activities_servicerecord"),
    *("notices_notice", "audit_entry"),
}
MENTIONS_LARGE = re.compile(rf'"(?:{"|".join(LARGE)})"')
# A page is opened as each of these who may see it: what they may see is found in different ways.
OF_STAFF, OF_PORTAL = ("district", "xiazhuang", "secretary"), ("secretary", "member")
# The first of these, where none of those may.
ALONE = ("visitor", "auditor", "sysadmin", "secadmin", "base_manager", "leader", "editor")
LISTS = (
    *("members_person", "members_application", "members_representative", "members_assessment"),
    *("organizations_membership", "activities_signup", "activities_checkin", "activities_servicerecord"),
)
SLOW_BY_NATURE = {
    "readyz",  # asks the servers, no rows
}


# ---- plans ----------------------------------------------------------------------------------------------------------
def scans(plan, above=()):
    """Yield the large tables that `plan` reads from end to end; a scan that a LIMIT cuts off early does not count."""
    if plan["Node Type"] == "Seq Scan" and plan["Relation Name"] in LARGE:
        is_cut_off = any(one["Node Type"] == "Limit" and one["Total Cost"] < plan["Total Cost"] / 2 for one in above)
        if not is_cut_off:
            yield plan["Relation Name"]
    for below in plan.get("Plans", ()):
        yield from scans(below, (*above, plan))


def nodes(plan):
    """Yield the nodes of a plan in short, from the top."""
    yield f"{plan['Node Type']} {plan.get('Index Name') or plan.get('Relation Name') or ''} {plan['Total Cost']:.0f}"
    for below in plan.get("Plans", ()):
        yield from nodes(below)


class Watch:
    """Explains every query before it is sent; `found` are a table that is read from end to end, the query and its plan."""

    def __init__(self):
        self.found, self.known = [], {}

    def __call__(self, execute, sql, params, many, context):
        if sql.startswith("SELECT") and MENTIONS_LARGE.search(sql) and "FOR UPDATE" not in sql:
            key = sql, str(params)
            if key not in self.known:
                with connection.connection.cursor() as cursor:
                    cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", params)
                    answer = cursor.fetchone()[0]
                plan = (json.loads(answer) if isinstance(answer, str) else answer)[0]["Plan"]
                self.known[key] = [(table, sql, " > ".join(nodes(plan))) for table in scans(plan)]
            self.found += self.known[key]
        return execute(sql, params, many, context)

    def opening(self, browser, path, query=None):
        """Return what was found while a page was opened."""
        self.found = []
        with undone(), connection.execute_wrapper(self):
            response = browser.get(path, query)
            b"".join(response)
        assert response.status_code == 200, path
        return self.found


def as_text(found):
    """Return what was found as text: each table with the plan, and the query without the columns that it selects."""
    return "\n".join(
        f"{table}: {plan[:1500]}\n{re.sub('SELECT .*? FROM', 'SELECT … FROM', sql, count=1)[:1500]}"
        for table, sql, plan in found
    )


# ---- the grown portal -----------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def portal(databases, django_db_setup, django_db_blocker, tmp_path_factory):
    """The dataset in a portal of SIZE."""
    name = f"{databases.copy}_plans"
    # In proportion to the portal: ten thousand of a million rows are counted, a thousand of a hundred thousand.
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(paging, "LIMIT", paging.LIMIT // 10)
        databases.create(name, databases.template)
        try:
            with connected_to(name), built(tmp_path_factory.mktemp("plans")) as made:
                with transaction.atomic():
                    growth.grow(SIZE, seed=1, today=clock.today())
                with connection.cursor() as cursor:
                    cursor.execute("VACUUM ANALYZE")
                    # PostgreSQL leaves aside an index that was made beside older transactions, which other tests may have.
                    cursor.execute("SELECT DISTINCT indrelid::regclass::text FROM pg_index WHERE indcheckxmin")
                    for (table,) in cursor.fetchall():
                        cursor.execute(f"REINDEX TABLE {table}")
                yield made
        finally:
            databases.drop(name)


@pytest.fixture(scope="module")
def watch(portal):
    return Watch()


@pytest.fixture(scope="module")
def browser():
    return Client()


@pytest.fixture
def as_persona(portal, browser):
    """Return a function that signs a persona in on the shared client and returns the client."""

    def sign_in(name):
        browser.cookies = SimpleCookie(portal.sessions[name])
        return browser

    return sign_in


TABLE = matrix.read() if matrix.FILE.exists() else {}


def readers_of(row):
    """Return the personas as whom the page of `row` is opened."""
    cells = TABLE.get(("GET", row), {})
    found = [name for name in (OF_STAFF if row.startswith("admin:") else OF_PORTAL) if cells.get(name) == "200"]
    return found or [name for name in ALONE if cells.get(name) == "200"][:1]


PAGES = [(row, name) for row in addresses.rows() for name in readers_of(row) if row not in SLOW_BY_NATURE]


@pytest.mark.parametrize("row", dict.fromkeys(row for row, _name in PAGES))
def test_a_page_reads_no_large_table_from_end_to_end(portal, watch, as_persona, row):
    path, query = addresses.path_of(row, portal), addresses.QUERIES.get(row)
    found = [one for name in readers_of(row) for one in watch.opening(as_persona(name), path, query)]
    assert as_text(found) == ""


# ---- searches and filters -------------------------------------------------------------------------------------------
def texts():
    """Return what officers search for: names in parts, pinyin, initials, digits, a surname, somebody who is not there."""
    name, last4 = Person.objects.active().order_by("-id").values_list("name", "phone_last4")[5]
    initials = "".join(word[0] for word in pinyin.name_key(name).split()[:-1])
    return [name[-2:], initials, last4, "王", "wang", "龘龘"]


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("persona", ["district", "xiazhuang"])
def test_a_search_reads_no_large_table_from_end_to_end(portal, watch, as_persona, persona, name):
    path = reverse(f"admin:{name}_changelist")
    everybody = ["青岛"] if name.startswith("members_") else []  # in the work units of all
    found = [one for text in [*texts(), *everybody] for one in watch.opening(as_persona(persona), path, {"q": text})]
    assert as_text(found) == ""


@pytest.mark.parametrize("persona", ["district", "xiazhuang", "secretary"])
def test_the_search_box_reads_no_large_table_from_end_to_end(portal, watch, as_persona, persona):
    path = reverse("admin:staff_search")
    found = [one for text in texts() for one in watch.opening(as_persona(persona), path, {"q": text})]
    assert as_text(found) == ""


# ---- the test itself ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("index", "address"),
    [
        ("person_phone_last4", "admin:members_person_changelist?q=7000"),
        ("person_unit_search", "admin:members_person_changelist?q=龘龘"),
        ("user_phone_last4", "admin:members_application_changelist?q=7000"),
        ("application_due", "admin:members_application_changelist"),
        ("signup_latest", "admin:activities_signup_changelist"),
        ("signup_guest_search", "admin:activities_signup_changelist?q=王"),
        ("checkin_latest", "admin:activities_checkin_changelist"),
        ("service_latest", "admin:activities_servicerecord_changelist"),
    ],
)
def test_without_an_index_a_large_table_is_read_from_end_to_end(portal, as_persona, index, address):
    name, _mark, text = address.partition("?q=")
    with undone():
        with connection.cursor() as cursor:
            cursor.execute(f"DROP INDEX {index}")
        found = Watch().opening(as_persona("district"), f"{reverse(name)}?q={quote(text)}")
    assert found

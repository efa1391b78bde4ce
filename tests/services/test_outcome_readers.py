"""What each person reads of outcomes in every state: exports, public pages, feeds, the API, and one's own record."""

import csv
import io
import json
from decimal import Decimal

import pytest
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse

from chengyang import clock, extensions
from chengyang.errors import NotAllowed
from chengyang.platform.jobs import results, runner
from chengyang.platform.objectives import actions as objectives
from chengyang.platform.staff import export_actions, export_columns, list_exports
from chengyang.platform.web import hints
from chengyang.portal.board import keeping
from services import actions
from services.models import Outcome, OutcomeParty
from tests import personas

pytestmark = pytest.mark.django_db
RESPONSIBLE = {"secretary", "xiazhuang", "district", "district_2"}  # for an organization of 夏庄
OFFICERS = RESPONSIBLE | {"liuting", "base_manager", "leader"}
NAMES = (*personas.NAMES, "visitor")
WAITING, REFUSED, CHECKED = "没有核实的捐款", "不采信的捐款", "核实过的捐款"
REVERSED, DISPUTED, CORRECTED = "冲销了的捐款", "等着冲销的捐款", "更正了的捐款"
AMOUNTS = {WAITING: 687879, REFUSED: 796898, CHECKED: 88002, REVERSED: 586897, DISPUTED: 7004, CORRECTED: 976868}
RIGHT = 906  # what is right about the corrected one

# (title, amount, state) of the rows that everybody with the list reads, and of those that only the responsible read.
COUNTED = [
    (CHECKED, "88002.00", "已核实"),
    (REVERSED, "586897.00", "已核实"),
    (REVERSED, "-586897.00", "已核实"),
    (DISPUTED, "7004.00", "已核实"),
    (CORRECTED, "976868.00", "已核实"),
    (CORRECTED, "-976868.00", "已核实"),
    (CORRECTED, "906.00", "已核实"),
]
OPEN = [(WAITING, "687879.00", "待核实"), (REFUSED, "796898.00", "未采信"), (DISPUTED, "-7004.00", "待核实")]
SHOWN = {CHECKED, DISPUTED, CORRECTED}  # to the public: a reversal counts once it is checked
SUM = 88002 + 7004 + RIGHT
HIDDEN_NUMBERS = {"687,879", "796,898", "586,897", "976,868", "687879", "796898", "586897", "976868"}


@pytest.fixture(autouse=True)
def no_broker(monkeypatch):
    monkeypatch.setattr(hints, "send", lambda *args, **options: None)


def somebody(name):
    return AnonymousUser() if name == "visitor" else personas.make(name)


def rows_for(name):
    """Return what the persona `name` exports, sorted."""
    return sorted(COUNTED + OPEN if name in RESPONSIBLE else COUNTED if name in OFFICERS else [])


@pytest.fixture
def outcomes(secretary, district, member):
    """Title → row of an outcome in each state, all of one organization, and of 林知夏 who took part in all."""
    rows = {}
    for title, amount in AMOUNTS.items():
        values = {"kind": "money", "happened_on": clock.today(), "amount": Decimal(amount)}
        row = actions.report_outcome(personas.organization(), actor=secretary, title=title, **values)
        actions.add_party(row, actor=district, person=member.person)
        if title == REFUSED:
            actions.refuse_outcome(row, actor=district, reason="没有凭证")
        elif title != WAITING:
            row = actions.check_outcome(row, actor=district)
        rows[title] = row
    actions.reverse_outcome(rows[DISPUTED], actor=secretary, reason="还没有到账")
    taken_back = actions.reverse_outcome(rows[REVERSED], actor=secretary, reason="没有到账")
    corrected = actions.correct_outcome(rows[CORRECTED], actor=secretary, reason="多写了几位", amount=Decimal(RIGHT))
    for row in (taken_back, corrected):
        actions.check_outcome(row, actor=district)
    keeping.refresh()
    return rows


# ---- exports --------------------------------------------------------------------------------------------------------
def exported(label, user):
    """Return the rows of an export of all columns of a list by `user`, as dicts by code; None where they have no such list."""
    codes = [column.code for column in export_columns.columns_of(list_exports.admin_of(label))]
    data = {"file_format": "csv", "with_keys": False, "purpose": "check", "note": "", "numbers_note": ""}
    try:
        export = export_actions.ask_for_export(label, "", {**data, "columns": codes}, actor=user)
    except NotAllowed:
        return None
    job = runner.work_on(export.job, seconds=60)
    assert job.state == "done", job.message
    lines = list(csv.reader(io.StringIO(b"".join(results.result(job)).decode("utf-8-sig"))))
    return [dict(zip(codes, line, strict=True)) for line in lines[1:]]


def test_who_exports_which_outcomes(outcomes):
    for name in personas.NAMES:
        rows = exported("services.Outcome", personas.make(name))
        assert (name, rows is not None) == (name, name in OFFICERS)
        found = [(row["title"], row["amount"], row["state"]) for row in rows or ()]
        assert (name, sorted(found)) == (name, rows_for(name))
        assert not [cell for row in rows or () for cell in row.values() if "林知夏" in cell]


def test_who_exports_the_names_of_persons(outcomes):
    for name in personas.NAMES:
        rows = exported("services.OutcomeParty", personas.make(name))
        named = [row["who_name"] for row in rows or ()]
        assert (name, rows is not None) == (name, name in OFFICERS)
        assert (name, named) == (name, ["林知夏"] * (len(COUNTED + OPEN) if name in RESPONSIBLE else 0))


def test_the_list_of_the_staff_site_has_the_rows_of_the_export(outcomes, client_of):
    for name in sorted(OFFICERS):
        page = client_of(personas.make(name)).get(reverse("admin:services_outcome_changelist"))
        found = [(row.title, str(row.amount), row.get_state_display()) for row in page.context["cl"].result_list]
        assert (name, sorted(found)) == (name, rows_for(name))


# ---- pages, feeds and the API ---------------------------------------------------------------------------------------
def titles_in(text):
    return {title for title in AMOUNTS if title in text}


def numbers_in(text):
    return {number for number in HIDDEN_NUMBERS if number in text}


@pytest.mark.parametrize("page", ["own", "services:outcomes", "services:organizer-contribution"])
def test_the_public_pages_show_what_lasts(outcomes, client_of, page):
    organization = personas.organization()
    own = ["organization", organization.slug]
    url = organization.get_absolute_url() if page == "own" else reverse(page, args=own)
    for name in NAMES:
        text = client_of(somebody(name)).get(url).content.decode()
        assert (name, titles_in(text), numbers_in(text), "林知夏" in text) == (name, SHOWN, set(), False)


def test_the_sums_of_the_public_pages_are_of_what_lasts(outcomes, client):
    own = ["organization", personas.organization().slug]
    listed = client.get(reverse("services:outcomes", args=own)).context["totals"]
    record = client.get(reverse("services:organizer-contribution", args=own)).context["record"]
    assert [total.number for total in (*listed, *record.outcomes)] == [SUM, SUM]


def test_the_results_of_the_district_add_up_what_lasts(outcomes, client):
    sheet = client.get(reverse("board:results-sheet", args=[clock.today().year])).content.decode("utf-8-sig")
    numbers = {line[1]: line[3] for line in csv.reader(io.StringIO(sheet)) if len(line) > 3}
    assert Decimal(numbers[str(extensions.metric("donations").label)]) == SUM


FEEDS = ("/calendar.ics", "/sitemap.xml", "/", "/calendar/", "/results/", "/figures/", "/services/")


def test_no_feed_and_no_page_of_the_district_has_an_outcome(outcomes, client):
    for url in FEEDS:
        answer = client.get(url)
        found = (answer.status_code, titles_in(answer.content.decode()), numbers_in(answer.content.decode()))
        assert (url, found, "林知夏" in answer.content.decode()) == (url, (200, set(), set()), False)


@pytest.fixture
def objective(outcomes, secretary, xiazhuang):
    """A published objective of the organization that counts what was given."""
    plan = objectives.draft_plan(personas.organization(), year=clock.today().year, actor=secretary)
    objectives.add_objective(plan, actor=secretary, what="募款", metric="donations", target=Decimal(10**6))
    objectives.publish_plan(objectives.submit_plan(plan, actor=secretary), actor=xiazhuang)
    return plan


def test_the_api_has_no_outcome_and_counts_what_lasts(outcomes, objective, client_of):
    for name in NAMES:
        browser = client_of(somebody(name))
        for path in ("", "schema/", "activities/", "objectives/", "proposals/"):
            text = browser.get(f"/api/v1/{path}").content.decode()
            found = (titles_in(text), numbers_in(text), "outcome" in text)
            assert (name, path, found) == (name, path, (set(), set(), False))
        found = json.loads(browser.get("/api/v1/objectives/").content)["results"]
        assert (name, [Decimal(row["progress"]["done"]) for row in found]) == (name, [SUM])
        for path in ("", *(f"{row.public_id}/" for row in outcomes.values())):
            assert browser.get(f"/api/v1/outcomes/{path}").status_code == 404


# ---- the person who took part ---------------------------------------------------------------------------------------
def test_ones_own_record_has_what_waits_and_what_lasts(outcomes, client_of):
    for name in personas.NAMES:
        text = client_of(personas.make(name)).get(reverse("services:contribution")).content.decode()
        expected = {WAITING, *SHOWN} if name == "member" else set()
        assert (name, titles_in(text), numbers_in(text)) == (name, expected, set())


def test_every_row_names_who_took_part(outcomes):
    assert OutcomeParty.objects.count() == Outcome.objects.count() == len(COUNTED + OPEN)

"""The public list with its search and filters, and the figures of a year."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chengyang import clock
from chengyang.platform.audit.models import Reading
from services.models import Department, Promise, Proposal, ProposalEdition, Referral
from services.proposals import actions, figures

from .conftest import TEXTS

pytestmark = pytest.mark.django_db
OTHER = "公园开放到九点"


@pytest.fixture
def two(published, member):
    """Two published proposals, the second of another department, last year, not adopted."""
    unit = Department.objects.create(name="区园林部门")
    day = clock.now() - dt.timedelta(days=400)
    return published, made(member, unit, OTHER, day, result="not_now", topic="city")


def made(author, unit, title, day, *, result="adopted", topic="city", late=False):
    """Create a published proposal that was answered on the moment `day`."""
    number = f"JY{day:%Y}-{Proposal.objects.count() + 500:04d}"
    row = Proposal.objects.create(
        number=number,
        author=author,
        title=title,
        topic=topic,
        situation="…",
        wish="请开放",
        state="closed",
        submitted_at=day,
        answered_at=day,
    )
    due_on = day.date() + dt.timedelta(days=-1 if late else 5)
    Referral.objects.create(
        proposal=row,
        department=unit,
        forwarded_at=day - dt.timedelta(days=7),
        first_due_on=due_on,
        due_on=due_on,
        state="answered",
        answer="好",
        result=result,
        answered_at=day,
    )
    return ProposalEdition.objects.create(
        proposal=row,
        department=unit,
        topic=topic,
        title=title,
        situation="…",
        wish="请开放",
        answer="好",
        result=result,
        answered_on=day.date(),
        working_days=5,
        state="published",
        checked_at=day,
        published_at=day,
    )


def titles(client, query=""):
    page = client.get(f"/proposals/{query}").content.decode().replace("<mark>", "").replace("</mark>", "")
    return [title for title in (TEXTS["title"], OTHER) if title in page]


def test_the_latest_answers_come_first(client, two):
    shown = client.get("/proposals/").context["shown"]
    assert [row.title for row in shown] == [TEXTS["title"], OTHER]


@pytest.mark.parametrize(
    ("query", "which"),
    [
        ("?q=公交", [0]),
        ("?q=园林", [1]),
        ("?q=开放", [1]),
        ("?q=没有的词", []),
        ("?topic=traffic", [0]),
        ("?topic=city", [1]),
        ("?stage=adopted", [0]),
        ("?stage=not_now", [1]),
        ("?stage=following", [0]),
        ("?stage=done", [1]),
    ],
)
def test_search_and_filters(client, two, query, which):
    assert titles(client, query) == [two[place].title for place in which]


def test_the_filter_by_department_and_year(client, two):
    assert titles(client, f"?department={two[1].department.public_id}") == [OTHER]
    assert titles(client, f"?year={two[1].answered_on.year}") == [OTHER]


@pytest.mark.parametrize("query", ["?topic=nothing", "?stage=x", "?year=1999", "?year=20x6", "?department=short"])
def test_an_unknown_value_is_left_out_and_not_kept(client, two, query):
    answer = client.get(f"/proposals/{query}")
    assert "认不出的条件" in answer.content.decode()
    assert answer["Cache-Control"] == "no-store"
    assert len(titles(client, query)) == 2


def queries(client, url):
    with CaptureQueriesContext(connection) as found:
        assert client.get(url).status_code == 200
    return len(found)


@pytest.mark.parametrize("url", ["/proposals/", "/api/v1/proposals/"])
def test_the_statements_do_not_grow_with_the_rows(client, two, member, url):
    client.get(url)
    few = queries(client, url)
    for number in range(3):
        made(member, two[1].department, f"第{number}件", clock.now())
    assert queries(client, url) == few <= 25


def test_the_sitemap_has_published_ones(client, published, member):
    page = client.get("/sitemap.xml").content.decode()
    assert published.get_absolute_url() in page
    actions.take_down(published, actor=member, reason="不想公开了")
    assert published.get_absolute_url() not in client.get("/sitemap.xml").content.decode()


# ---- figures --------------------------------------------------------------------------------------------------------
def test_the_figures_of_a_year(member, two):
    last = two[1].answered_on.year
    found = figures.of_year(last)
    assert (found.submitted, found.total.answered, found.total.in_time, found.adopted) == (1, 1, 1, 0)
    this = figures.of_year(clock.today().year)
    assert (this.submitted, this.total.answered, this.adopted) == (1, 1, 1)


def test_a_late_answer_is_not_in_time(member, two):
    unit = two[1].department
    day = clock.at(dt.date(2024, 5, 20), dt.time(10))
    made(member, unit, "晚了的", day, late=True)
    made(member, unit, "按时的", day)
    found = figures.of_year(2024)
    assert [(one.name, one.answered, one.in_time, one.share, one.median) for one in found.units] == [
        ("区园林部门", 2, 1, 50, 5)
    ]


@pytest.mark.parametrize(
    ("answers", "rows"),
    [
        ((6, 5), [("单位0", 6), ("单位1", 5)]),
        ((6, 4, 1), [("单位0", 6), ("其他 2 个单位", 5)]),
        ((7, 6, 1), [("单位0", 7), ("其他 2 个单位", 7)]),  # one answer alone stands in no row
        ((5, 1), [("其他 2 个单位", 6)]),
        ((2, 1), []),
    ],
)
def test_in_public_departments_with_few_answers_are_one_row(answers, rows):
    units = [figures.Unit(f"单位{number}", answered=count) for number, count in enumerate(answers)]
    total = figures.Unit("合计", answered=sum(answers))
    found = figures.for_public(figures.Year(2024, 20, 3, total, units))
    assert [(one.name, one.answered) for one in found.units] == rows
    assert found.total.answered == sum(answers)


def test_an_erased_one_still_counts(member, two):
    year = clock.today().year
    before = figures.of_year(year).total.answered
    Proposal.objects.filter(pk=two[0].proposal_id).update(author=None, title="已删除", situation="", wish="")
    assert figures.of_year(year).total.answered == before


def test_the_page_of_the_office_lists_the_year(client_of, district, two):
    page = client_of(district).get("/services/proposals/figures/").content.decode()
    assert TEXTS["title"] in page
    assert OTHER not in page
    assert "100%" in page


def test_the_list_of_the_staff_site_leads_to_the_year(client_of, district, submitted):
    pages = [
        client_of(district).get(f"/manage/services/{name}/").content.decode() for name in ("proposal", "department")
    ]
    assert ["/services/proposals/figures/" in page for page in pages] == [True, False]


def test_kept_promises_are_counted_on_the_list(client, published):
    Promise.objects.update(state="done", done_on=clock.today())
    assert "1 件承诺，1 件做到" in client.get("/proposals/").content.decode()


def test_who_reads_the_list_of_a_year_is_recorded(client_of, submitted, district, member):
    assert client_of(district).get("/services/proposals/figures/").status_code == 200
    row = Reading.objects.get(verb="list.read", actor_id=district.pk)
    assert row.subject == "services.Proposal"
    assert client_of(member).get("/me/data/").content.decode().count("建言") > 0

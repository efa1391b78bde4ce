"""Small things that officers read: sections, histories, dates and words of lists, paper."""

import datetime as dt
import re

import pytest
from django.conf import settings
from django.urls import reverse

from activities.models import Programme
from bases.models import Assessment
from chengyang import clock, extensions
from chengyang.extensions import Section
from chengyang.platform.privacy.models import Purpose
from chengyang.platform.standards import actions as standards
from chengyang.platform.standards.models import Criterion, Standard, Version
from services import actions
from services.models import Outcome
from tests import personas
from tests.members import factories as members

pytestmark = pytest.mark.django_db
CSS = settings.BASE_DIR / "static/css/staff.css"


@pytest.fixture
def six_haves(reference):
    standard = Standard.objects.create(code="six_haves", name="六有", subject="base")
    version = Version.objects.create(standard=standard, number=1)
    for number in range(3):
        Criterion.objects.create(version=version, code=f"c{number}", name=f"第{number}项", order=number)
    Version.objects.filter(pk=version.pk).update(published_on=dt.date(2020, 1, 1))
    return version


def test_a_section_with_more_links_to_all_of_it(client_of, member, district):
    for number in range(30):
        actions.submit_request(actor=member, title=f"第{number}件", text="…")
    browser = client_of(district)
    page = browser.get(reverse("admin:staff_section", args=["services"])).content.decode()
    assert "看全部 30 件" in page
    assert browser.get("/manage/?section=services").context["page"].paginator.count == 30
    assert browser.get("/manage/?section=people").context["page"].paginator.count == 0


def test_a_decision_page_marks_its_section(client_of, member, district):
    row = actions.submit_request(actor=member, title="要场地", text="…")
    sections = client_of(district).get(extensions.todo_kind("request").url(row)).context["sections"]
    assert [section["code"] for section in sections if section["current"]] == ["services"]


def test_opening_an_assessment_that_waits_adds_none_and_says_so(client_of, six_haves, base_manager):
    browser, url = client_of(base_manager), "/manage/bases/assessment/add/"
    data = {"base": personas.base().pk}
    first = browser.post(url, data, follow=True).content.decode()
    second = browser.post(url, data, follow=True).content.decode()
    assert Assessment.objects.count() == 1
    assert ("已添加" in first, "没有再添加" in second, "已添加" in second) == (True, True, False)


def test_the_history_of_an_assessment_has_one_step_for_each_state(six_haves, base_manager):
    row = standards.open_assessment(personas.base(), actor=base_manager)
    for number in range(3):
        row = standards.record_statement(row, f"c{number}", note="有", actor=base_manager)
    row = standards.submit_assessment(row, actor=base_manager)
    steps = extensions.todo_kind("assessment-base").history(row)
    assert [str(step.title) for step in steps] == [row.get_state_display()]


def test_the_history_of_an_application_begins_with_its_submission(stranger, reference):
    row = members.in_state(stranger, "submitted")
    titles = [str(step.title) for step in extensions.todo_kind("application-first").history(row)]
    assert titles == ["提交", "开始填写"]


def test_an_outcome_is_checked_by_its_history_and_what_is_like_it(leader, district):
    team, day = personas.team(), dt.date(2026, 9, 1)
    first, second = (
        actions.report_outcome(team, actor=leader, kind="money", title=title, happened_on=day, amount=50000)
        for title in ("助学款", "助学捐款")
    )
    kind = extensions.todo_kind("outcome")
    row = Outcome.objects.get(pk=second.pk)
    assert [(str(step.title), step.who) for step in kind.history(row)] == [("上报", leader)]
    rows = {str(row.label): row.value for row in kind.detail_rows(row, district)}
    assert (rows["可能重复"], rows["数额"]) == (first.title, "5 万元")


def test_dates_in_lists_are_written_as_elsewhere(client_of, district, reference):
    personas.person("林知秋", registered_on=clock.today().replace(month=1, day=5))
    page = client_of(district).get("/manage/members/person/").content.decode()
    assert re.search(r">1月5日 周.<", page)
    assert not re.search(r">\d{4}-\d\d-\d\d", page)


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("/manage/members/category/", "enterprise"),
        ("/manage/standards/standard/", "six_haves"),
        ("/manage/activities/programme/", "xin"),
        ("/manage/privacy/purpose/", "account"),
    ],
)
def test_lists_show_no_codes(client_of, district, six_haves, url, code):
    Programme.objects.create(code="xin", name="新心汇", order=1)
    Purpose.objects.create(code="account", name="账号", text="x", categories="x", retention="x")
    assert f">{code}<" not in client_of(district).get(url).content.decode()


def test_a_form_that_adds_has_its_own_way_out(client_of, district):
    page = client_of(district).get("/manage/bases/base/add/").content.decode()
    assert ("不添加了" in page, "不改了" in page) == (True, False)


def test_a_page_of_many_rows_is_offered_for_paper(client_of, district, reference):
    for number in range(60):
        personas.base(slug=f"b{number}", name=f"基地{number}")
    browser = client_of(district)
    assert "rows=200" in browser.get("/manage/bases/base/").content.decode()
    assert len(browser.get("/manage/bases/base/?rows=200").context["cl"].result_list) == 60


def test_on_paper_a_list_has_the_whole_width():
    css = CSS.read_text()
    paper = css[css.index("@media print") :]
    assert ".staff__frame { display: block" in paper
    assert "@media (min-width: 60em) {\n  .staff__frame" not in css


def test_large_counts_have_separators(client_of, district, monkeypatch):
    waiting = dict.fromkeys(Section, 3186)
    monkeypatch.setattr("chengyang.platform.staff.todo_queue.counts", lambda found: waiting)
    monkeypatch.setattr(
        "chengyang.platform.staff.todo_pages._sums", lambda *_: {"all": 4200, "late": 2100, "today": 2099}
    )
    pages = [client_of(district).get(url).content.decode() for url in ("/manage/", "/manage/section/services/")]
    assert all(f"<b>{n}" in pages[0] or f">{n} 件" in pages[0] for n in ("4,200", "2,100", "2,099"))
    assert ['<span class="staff__count">3,186</span>' in page for page in pages] == [True, True]
    assert "3,186 件在等你" in pages[1]

"""The page of a record in Chromium: every tab fits and is accessible, verbs open their forms, paper has what is shown."""

import datetime as dt

import pytest
from playwright.sync_api import expect

from bases.models import Base
from chengyang.platform.standards.models import Standard
from members.models import Person
from organizations.models import Organization
from services.models import Team
from tests import personas
from tests.activities import factories

from .pages import PHONE, both_sizes, check, heading, press, sees

pytestmark = pytest.mark.browser
WIDTH_OF_A4 = 794  # CSS pixels


@pytest.fixture
def person(browse):
    """The member, with a membership, a post, a passed assessment, an hour of service, and a corrected unit."""
    personas.make("member")
    found = Person.objects.get(name="林知夏")
    version = Standard.objects.get(code="four_haves").current()
    found.assessments.create(version=version, state="passed", assessed_on=dt.date(2026, 1, 5))
    team = personas.team()
    found.services_posts.create(team=team, kind="volunteer", starts=dt.date(2026, 1, 1))
    activity = factories.published(kind="volunteer", state="finished", team=team)
    activity.signups.create(person=found, position=1)
    Person.objects.filter(pk=found.pk).update(unit="青岛沐野文化创意有限公司")
    return found


def url_of(row, tab=""):
    url = f"/manage/{row._meta.app_label}/{row._meta.model_name}/{row.pk}/change/"
    return f"{url}?tab={tab}" if tab else url


@both_sizes
def test_an_officer_reads_all_tabs_of_a_person_found_in_the_list(browse, person, size):
    page = browse(personas.make("district"), size=size)
    page.goto("/manage/members/person/?q=林知夏")
    page.locator("main table").get_by_role("link", name="林知夏").click()
    heading(page, "林知夏")
    check(page, "record-person", axe=True)
    for label in ("会员", "职务", "评定", "活动与时长", "诉求", "申请", "历史"):
        page.locator(".leaves").get_by_role("link", name=label).click()
        expect(page.locator(".leaves [aria-current]")).to_contain_text(label)
        check(page, f"record-person-{label}", axe=label in ("职务", "活动与时长", "历史"))
    sees(page, "青岛沐野文化创意有限公司", "谁看过")


@both_sizes
def test_the_next_step_opens_its_form_and_leads_back(browse, person, size):
    page = browse(personas.make("xiazhuang"), size=size)
    page.goto(url_of(person))
    sees(page, "“四有”2026年1月5日评定通过，可以提名。")
    expect(page.locator("main .btn--main")).to_have_text("提名代表")
    press(page, "提名代表")
    page.locator("[name=starts]").fill("2026-12-01")
    page.locator("[name=ends]").fill("2029-12-01")
    press(page, "保存")
    expect(page.locator(".leaves [aria-current]")).to_contain_text("代表任期")
    sees(page, "待初审")
    check(page, "record-nominated", axe=True)


@pytest.mark.parametrize("name", ["organization", "base", "team", "activity"])
def test_the_other_records_fit_and_are_accessible(browse, person, name):
    found = {"organization": Organization, "base": Base, "team": Team}
    row = found[name].objects.first() if name in found else factories.published()
    page = browse(personas.make("district"))
    page.goto(url_of(row))
    page.locator(".verbs summary").first.click()
    check(page, f"record-{name}", axe=True)


def test_the_page_works_without_script_and_fits_paper(browse, person):
    page = browse(personas.make("district"), size=PHONE, script=False)
    page.goto(url_of(person, "posts"))
    page.locator(".verbs summary", has_text="更多").click()
    sees(page, "给服务队职务", "队员")
    page.set_viewport_size({"width": WIDTH_OF_A4, "height": 1123})
    page.emulate_media(media="print")
    for hidden in (".verbs", ".leaves", ".record__top", ".within", "#record-seen"):
        expect(page.locator(hidden).first).to_be_hidden()
    expect(page.locator(".acts")).to_be_visible()

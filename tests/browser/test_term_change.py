"""换届 in the browser: prepared by the secretary, agreed to by a second officer, and carried out at midnight by nobody."""

import datetime as dt

import pytest

from chengyang import clock
from organizations import actions
from organizations.models import TermChange
from tests import personas

from . import browser_data, steps
from .pages import check, heading, press, sees, status

pytestmark = pytest.mark.browser
MIDNIGHT = dt.date(2026, 10, 1)


@pytest.fixture
def successor(portal):
    """蓝一舟, a member of 夏庄 who agreed to be named."""
    person = browser_data.person(51, "蓝一舟")
    person.memberships.create(organization=personas.organization(), state="active", joined_on=dt.date(2024, 1, 1))
    return person


def choose_person(page, name):
    """Choose a person in the field that searches while one types."""
    page.locator(".select2-selection").first.click()
    page.locator(".select2-search__field").fill(name)
    page.locator(".select2-results__option", has_text=name).first.click()


def prepare(page, organization, person):
    """Do the steps of the secretary: begin, nominate, record the meeting and the result, submit."""
    page.goto(f"/manage/organizations/organization/{organization.pk}/change/")
    page.locator(".verbs summary", has_text="更多").click()
    page.locator(".verbs").get_by_role("link", name="换届").click()
    for name, value in (("number", "3"), ("starts", "2026-10-01"), ("ends", "2029-10-01")):
        page.locator(f"[name={name}]").fill(value)
    press(page, "保存")
    change = TermChange.objects.get()
    page.goto(f"/manage/organizations/termchange/{change.pk}/change/")
    page.locator(".verbs").get_by_role("link", name="提名", exact=True).click()
    choose_person(page, person.name)
    page.locator("[name=kind]").select_option("secretary")
    press(page, "保存")
    actions.answer_nomination(change.candidates.get(), agrees=True, actor=person.user)
    page.goto(f"/manage/organizations/candidate/{change.candidates.get().pk}/change/?edit=1")
    page.locator("[name=votes]").fill("62")
    page.locator("[name=is_elected]").check()
    press(page, "保存")
    page.goto(f"/manage/organizations/termchange/{change.pk}/change/?edit=1")
    met = (("met_on", "2026-09-12"), ("place", "夏新连心驿站"), ("invited", "71"), ("present", "64"))
    for name, value in met:
        page.locator(f"[name={name}]").fill(value)
    press(page, "保存")
    check(page, "term-change", axe=True)
    press(page, "提交，请第二人确认")
    sees(page, "已提交，等第二人确认。")
    return change


def test_a_change_of_term_with_two_officers_and_midnight(browse, successor, settings):
    organization, secretary, officer = personas.organization(), personas.make("secretary"), personas.make("xiazhuang")
    change = prepare(browse(secretary), organization, successor)
    second = browse(officer)
    second.goto("/manage/")
    second.locator("main").get_by_role("link", name=str(change)).first.click()
    heading(second, "换第 3 届")
    sees(second, "谁下、谁上", "看会员名册、批入会")
    check(second, "term-change-decision", axe=True)
    steps.decide(second, str(change), "结果属实，到零点交接")
    sees(second, "已确认，到那天零点自己交接；零点之前可以撤回。")
    # One second before midnight and at midnight, with nobody doing anything.
    midnight = clock.at(MIDNIGHT)
    for moment, old_status, new_status in ((midnight - dt.timedelta(seconds=1), 200, 404), (midnight, 404, 200)):
        settings.PORTAL_CLOCK = moment
        old, new = browse(secretary), browse(successor.user)
        url = f"/manage/organizations/organization/{organization.pk}/duty/"
        assert (status(old, url), status(new, url)) == (old_status, new_status)

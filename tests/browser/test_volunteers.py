"""A member volunteers in a team, is taken in, leaves and comes back; a citizen waits for an offer that is switched off."""

import pytest

from services import actions
from services.models import Offer, Post, Team
from tests import personas

from . import browser_data
from .pages import PHONE, check, heading, press, sees

pytestmark = pytest.mark.browser


@pytest.fixture
def law(portal):
    return Team.objects.get(slug="falv")


@pytest.fixture
def lawyer(law):
    account = personas.user("lawyer")
    holder = personas.person(name="高晗", account=account)
    Post.objects.create(person=holder, team=law, kind="leader", starts=personas.STARTED)
    return account


def volunteer(page, skills):
    page.goto("/services/teams/falv/")
    page.get_by_role("link", name="报名当队员").click()
    heading(page, "报名当队员")
    page.locator("[name=skills]").fill(skills)
    page.locator("[name=times]").fill("周四下午")
    press(page, "报名")
    sees(page, "已报名，等队长回话")


def test_a_member_volunteers_is_taken_in_leaves_and_comes_back(browse, law, lawyer):
    page, leader = browse(browser_data.person(93, "周予安").user, size=PHONE), browse(lawyer)
    page.goto("/services/teams/falv/join/")
    check(page, "team-join", axe=True)
    volunteer(page, "合同")
    check(page, "team-applied", axe=True)

    leader.goto("/services/teams/falv/members/")
    check(leader, "team-waiting", axe=True)
    leader.get_by_role("link", name="看一看，回话").click()
    heading(leader, "周予安")
    leader.get_by_label("收下", exact=True).check()
    leader.locator(".decide button[type=submit]").click()
    sees(leader, "已收下")

    page.goto("/services/teams/falv/members/")
    page.get_by_role("link", name="写周予安会什么、哪天有空").click()
    page.get_by_label("可以点名请我").check()
    check(page, "team-describe", axe=True)
    press(page, "写好了")
    sees(page, "可以点名请")
    Post.objects.filter(person__name="周予安").update(starts=personas.STARTED)
    page.goto("/me/")
    page.get_by_role("button", name="退队").click()
    page.get_by_role("button", name="退队").last.click()
    sees(page, "你已退出")
    volunteer(page, "用工")


def test_a_citizen_waits_for_an_offer_that_is_switched_off(browse, law, lawyer):
    offer = Offer.objects.create(team=law, name="上门讲座", for_whom="给想请人讲的单位：讲一小时。")
    actions.switch_off_offer(offer, actor=lawyer, reason="律师出差")
    page = browse(browser_data.person(94, "曹雪芹").user, size=PHONE)
    page.goto("/services/teams/falv/")
    page.get_by_role("link", name="恢复时告诉我：上门讲座").click()
    check(page, "offer-alert", axe=True)
    press(page, "恢复时告诉我")
    sees(page, "记下了，恢复接单时告诉你一次。")
    actions.switch_on_offer(Offer.objects.get(pk=offer.pk), actor=lawyer)
    page.goto("/me/notices/")
    sees(page, "又接单了：上门讲座")

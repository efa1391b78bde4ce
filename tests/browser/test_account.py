"""An account and its number: changed and undone, lost, sold to somebody else, and closed."""

import pytest
from playwright.sync_api import expect

from chengyang.platform.accounts.models import User
from members.models import Person
from tests import personas

from . import browser_data, steps
from .pages import both_sizes, check, heading, press, sees

pytestmark = pytest.mark.browser
OLD, NEW = 21, 22  # demo numbers of the member


# ---- changed ---------------------------------------------------------------------------------------------------------
def change_number(page):
    """Change the number of the member from `OLD` to `NEW`; ends on the page that asks what else follows."""
    page.goto("/accounts/")
    page.get_by_role("link", name="更换").click()
    steps.confirm_identity(page, OLD)
    steps.request_code(page, NEW)
    steps.enter_code(page, NEW, yes="确认")
    heading(page, "手机号已更换")


def numbers_of(member):
    person = Person.objects.get(pk=member.pk)
    return person.phone, person.user.phone


@both_sizes
def test_member_changes_the_number_and_the_old_one_undoes_it(browse, member, size):
    page, holder = browse(member.user, size=size), browse(size=size)
    change_number(page)
    check(page, "phone-changed", axe=True)
    press(page, "改发到新号码")
    sees(page, "以后按登录的手机号联系你。")
    holder.goto(steps.link_in_text("undo", OLD))
    check(holder, "undo-number", axe=True)
    press(holder, "不是我改的，撤销")
    sees(holder, "原来的号码又能登录了")
    assert numbers_of(member) == (browser_data.phone(OLD),) * 2
    holder.goto(steps.link_in_text("undo", OLD))
    heading(holder, "这个链接失效了")
    check(holder, "undo-number-again", axe=True)


@both_sizes
def test_who_signs_in_with_a_former_number_reads_why_and_undoes_it(browse, member, size):
    change_number(browse(member.user, size=size))
    page = browse(size=size)
    steps.sign_in(page, OLD)
    heading(page, "这个号码不再登录原来的账号")
    check(page, "former-number", axe=True)
    press(page, "不是我改的，撤销")
    sees(page, "所有登录都已结束")
    assert numbers_of(member)[1] == browser_data.phone(OLD)


# ---- lost ------------------------------------------------------------------------------------------------------------
def ask_for_the_account(page):
    """Ask, with the number `NEW`, for the account of the member, who used `OLD`."""
    page.goto("/accounts/phone/lost/")
    steps.request_code(page, NEW, name="林知夏", former=browser_data.typed(OLD))
    steps.enter_code(page, NEW, yes="确认")
    heading(page, "申请已收到")


def check_in_person(officer):
    """Open the request on 今日待办 and confirm it."""
    officer.goto("/manage/")
    officer.locator("main").get_by_role("link", name="林知夏").first.click()
    check(officer, "number-request", axe=True)
    officer.get_by_label("当面看过身份证，是本人").check()
    officer.locator(".decide button[type=submit]").click()
    sees(officer, "72 小时后生效")


@both_sizes
def test_somebody_asks_for_an_account_with_a_lost_number_and_an_officer_checks(browse, member, size):
    page, officer = browse(size=size), browse(personas.make("xiazhuang"), size=size)
    page.goto("/accounts/phone/lost/")
    check(page, "lost-number", axe=True)
    ask_for_the_account(page)
    check(page, "lost-number-sent", axe=True)
    check_in_person(officer)


@both_sizes
def test_the_old_number_stops_a_request_for_its_account(browse, member, size):
    page, holder, officer = browse(size=size), browse(size=size), browse(personas.make("xiazhuang"), size=size)
    ask_for_the_account(page)
    check_in_person(officer)
    holder.goto(steps.link_in_text("stop", OLD))
    heading(holder, "叫停更换手机号")
    check(holder, "stop-number", axe=True)
    press(holder, "不是我，叫停")
    sees(holder, "已叫停，手机号不会更换。")
    assert numbers_of(member)[1] == browser_data.phone(OLD)
    holder.goto(steps.link_in_text("stop", OLD))
    heading(holder, "这个链接失效了")
    check(holder, "stop-number-again", axe=True)


# ---- after half a year -----------------------------------------------------------------------------------------------
@pytest.fixture
def absent(member):
    """The member, who last signed in 200 days ago."""
    User.objects.filter(pk=member.user_id).update(last_login=browser_data.NOW - 200 * browser_data.DAY)
    return member


def answer(page, surname):
    page.locator("[name=surname]").fill(surname)
    press(page, "进入")


@both_sizes
def test_the_surname_is_asked_for_after_half_a_year(browse, absent, size):
    page = browse(size=size)
    steps.sign_in(page, OLD)
    heading(page, "好久不见，请确认是你")
    check(page, "surname", axe=True)
    answer(page, "王")
    sees(page, "和登记的不一样，还可以试 2 次。")
    answer(page, "林")
    sees(page, "林知夏")


@both_sizes
def test_three_wrong_surnames_lead_to_the_window(browse, absent, size):
    page = browse(size=size)
    steps.sign_in(page, OLD)
    for surname in "王李张":
        answer(page, surname)
        page.wait_for_load_state()
    heading(page, "请到街道窗口核对")
    check(page, "surname-closed", axe=True)
    press(page, "申请当面核对")
    heading(page, "原来的号码用不了")


@both_sizes
def test_the_new_owner_of_a_number_sees_nothing_of_the_former_one(browse, absent, size):
    page = browse(size=size)
    steps.sign_in(page, OLD)
    press(page, "这个号码换了主人")
    heading(page, "这个号码换了主人")
    check(page, "new-owner", axe=True)
    press(page, "确认，号码现在是我的")
    sees(page, "还没有入册")
    expect(page.get_by_text("林知夏")).to_have_count(0)
    check(page, "new-owner-me", axe=True)
    assert numbers_of(absent) == ("", "")


# ---- closed ----------------------------------------------------------------------------------------------------------
@both_sizes
def test_member_closes_the_account(browse, member, size):
    page = browse(member.user, size=size)
    page.goto("/accounts/")
    check(page, "security", axe=True)
    page.get_by_role("link", name="注销").click()
    steps.confirm_identity(page, OLD)
    check(page, "close-account", axe=True)
    press(page, "确定注销账号")
    sees(page, "账号已注销。")
    check(page, "account-closed", axe=True)
    assert Person.objects.get(pk=member.pk).state == "left"
